"""Runs the features against a running candidate, with the people and care of a run, and writes history and verdicts.

Environment: JOURNALBENK_RUN (folder with population, events and interactions), JOURNALBENK_BASE_URL,
JOURNALBENK_CANDIDATE (its YAML); JOURNALBENK_CAPABILITY and JOURNALBENK_REQUIREMENT (with commas between) for a part;
JOURNALBENK_ANSWER_WITHIN (seconds to wait for an answer, 20).
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd.parser import Scenario

from features.drills import Drills
from features.example import EndlessListError, Example, NotTakenInError
from features.steps import TOPICS
from features.study import NobodyError, Study
from simulator.candidates import Limits, Session, attach, load_candidate
from simulator.checks.evidence import mask
from simulator.domain.requirement import Catalogue
from simulator.domain.verdict import Finding
from simulator.errors import DiskFullError, InputError, OutputError, nearest
from simulator.histories import Recorder
from simulator.scenario.catalogue import load_catalogue

pytest_plugins = [f"features.steps.{topic}" for topic in TOPICS]

ANSWER_WITHIN_S = "20"
NOT_WRITABLE, DISK_FULL = 73, 74
"""Exit codes when history or verdicts cannot be written: nothing more could be proved, so nothing more is tried."""
_NAME = pytest.StashKey[str]()
_EXAMPLE = pytest.StashKey[Example]()


@cache
def _catalogue() -> Catalogue:
    return load_catalogue()


def _setting(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise InputError(f"{name} is not set", remedy="Start the features with `journalbenk conformance`.")
    return value


def pytest_bdd_apply_tag(tag: str, function: Callable[..., Any]) -> bool:
    """``@JRN-03`` says which requirement an example speaks for, ``@R-JRN-03`` which rule; there are no other tags."""
    known = _catalogue()
    if tag in known.requirements:
        pytest.mark.requirement(tag)(function)
    elif tag in known.rules:
        pytest.mark.rule(tag)(function)
    else:
        hint = nearest(tag, (*known.requirements, *known.rules))
        raise InputError(f"the tag '@{tag}' is neither a requirement nor a rule", remedy=hint)
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the examples of the capability or requirement asked for."""
    capabilities, requirements = (_words(f"JOURNALBENK_{what}") for what in ("CAPABILITY", "REQUIREMENT"))
    kept = [item for item in items if _asked_for(item, capabilities, requirements)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _words(name: str) -> set[str]:
    return set(filter(None, os.environ.get(name, "").split(",")))


def _asked_for(item: pytest.Item, capabilities: set[str], requirements: set[str]) -> bool:
    known = _catalogue().requirements
    tagged = {mark.args[0] for mark in item.iter_markers("requirement")}
    in_capability = not capabilities or any(known[name].capability in capabilities for name in tagged)
    return in_capability and (not requirements or bool(tagged & requirements))


def pytest_bdd_before_scenario(request: pytest.FixtureRequest, scenario: Scenario) -> None:
    """An example goes by the name of its scenario; one whose capability is not claimed is left out, and says so."""
    request.node.stash[_NAME] = scenario.name
    example: Example = request.getfixturevalue("example")
    request.node.stash[_EXAMPLE] = example
    claims = example.session.running.candidate.claims
    unclaimed = {
        rule: Finding("not_applicable", f"The candidate does not claim {capability}.")
        for rule in _rules(request)
        if claims and (capability := example.capability(rule)) not in claims
    }
    if unclaimed:
        example.leave_out(unclaimed)


def pytest_bdd_before_step_call(step_func: Callable[..., Any]) -> None:
    """An asynchronous step would never be awaited and pass whatever it says."""
    if iscoroutinefunction(step_func):
        raise TypeError(f"the step {step_func.__name__} is asynchronous; write it without async")


def pytest_bdd_step_error(request: pytest.FixtureRequest, exception: Exception) -> None:
    """Whatever goes wrong in a step before its verdict fell is the bench's, and is written down as such.

    Only when the candidate did not take in what the example rests on does the history itself say why.
    """
    if isinstance(exception, OutputError):
        code = DISK_FULL if isinstance(exception, DiskFullError) else NOT_WRITABLE
        pytest.exit(str(exception), returncode=code)
    example: Example = request.getfixturevalue("example")
    evidence = tuple(e.number for e in example.exchanges[-1:])
    for rule in _rules(request):
        if rule in example.judged:
            continue
        if isinstance(exception, NotTakenInError):
            example.judge(rule)
        elif isinstance(exception, NobodyError | EndlessListError):
            example.conclude(rule, Finding("inconclusive", str(exception), evidence, "bench"))
        else:
            found = Finding(
                "error", f"The example broke off: {type(exception).__name__}: {exception}", evidence, "bench"
            )
            example.conclude(rule, replace(found, message=mask(found.message)))


def pytest_bdd_step_func_lookup_error(request: pytest.FixtureRequest, exception: Exception) -> None:
    """An example with words that no step has ends without its verdict, which is the bench's fault."""
    _unjudged(request.node.stash[_EXAMPLE], str(exception))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """An example whose steps came to an end without a verdict on each of its rules has shown nothing."""
    yield
    left = _unjudged(item.stash[_EXAMPLE], "No step of the example judged it.")
    if left:
        pytest.fail(f"without a verdict: {', '.join(left)}", pytrace=False)


def _unjudged(example: Example, why: str) -> list[str]:
    """The rules of an example that no verdict fell on; that is written down for each of them."""
    left = [rule for rule in example.rules if rule not in example.judged]
    for rule in left:
        example.conclude(rule, Finding("error", why, attribution="bench"))
    return left


def _rules(request: pytest.FixtureRequest) -> list[str]:
    return [mark.args[0] for mark in request.node.iter_markers("rule")]


@pytest.fixture(scope="session")
def study() -> Study:
    """People and care of the run."""
    return Study(Path(_setting("JOURNALBENK_RUN")))


@pytest.fixture(scope="session")
def recorder() -> Iterator[Recorder]:
    """Where history and verdicts are written."""
    found = Recorder(Path(_setting("JOURNALBENK_RUN")))
    yield found
    found.close()


@pytest.fixture(scope="session")
def conversation(recorder: Recorder) -> Iterator[Session]:
    """One conversation with the candidate for the whole run, so that organisations and staff are made once."""
    candidate = load_candidate(_setting("JOURNALBENK_CANDIDATE"))
    running = attach(candidate, _setting("JOURNALBENK_BASE_URL"))
    within = float(os.environ.get("JOURNALBENK_ANSWER_WITHIN", ANSWER_WITHIN_S))
    session = Session(running, recorder, "", limits=Limits(timeout_s=within))
    yield session
    session.close()


@pytest.fixture(scope="session")
def drills(recorder: Recorder) -> Drills:
    """Second installations of the candidate, started when an example needs one."""
    return Drills(load_candidate(_setting("JOURNALBENK_CANDIDATE")), Path(_setting("JOURNALBENK_RUN")), recorder)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Requirements and rules."""
    return _catalogue()


@pytest.fixture
def example(
    request: pytest.FixtureRequest, study: Study, conversation: Session, recorder: Recorder, catalogue: Catalogue
) -> Iterator[Example]:
    """The example under way."""
    name = request.node.stash[_NAME]
    found = Example(name, study, conversation.under(name), recorder, catalogue, rules=tuple(_rules(request)))
    yield found
    found.part()
