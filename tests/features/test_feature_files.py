"""The feature files: every requirement that is tested has its examples, in the ward's words."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pytest_bdd.feature import get_features
from pytest_bdd.parser import ScenarioTemplate

from simulator.checks import CHECKS, by_rule
from simulator.places import FEATURES
from simulator.run import national
from simulator.scenario.catalogue import load_catalogue

HTTP = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|HTTP|URL|JSON|FHIR|[1-5]\d\d|status code|endpoint|request|response)\b")


def _scenarios() -> Iterator[ScenarioTemplate]:
    for feature in get_features([str(FEATURES)]):
        yield from feature.scenarios.values()


SCENARIOS = list(_scenarios())
TAGS = {tag for scenario in SCENARIOS for tag in scenario.tags}


def test_every_requirement_is_tested_or_says_why_not() -> None:
    """A requirement has an example or a rule that load judges, or a written reason why it has neither; never both."""
    catalogue = load_catalogue()
    by_load = {rule.requirement for rule in catalogue.rules.values() if rule.by == "load"}
    tested = {r.id for r in catalogue.requirements.values() if not r.not_tested}
    assert tested == TAGS & catalogue.requirements.keys() | by_load


def test_every_rule_has_an_example_and_a_check() -> None:
    """Nothing in the contract goes unchecked: by an example and its check, or by the load part of a run."""
    rules = load_catalogue().rules
    by_example = {name for name, rule in rules.items() if rule.by == "example"}
    assert by_example == TAGS & rules.keys()
    assert by_example == {check.rule for check in CHECKS.values()}
    assert rules.keys() - by_example == national.CHECKED.keys()


def test_enough_is_tested() -> None:
    """At least forty requirements from at least nine capabilities have examples."""
    catalogue = load_catalogue()
    tested = [catalogue.requirements[tag] for tag in TAGS & catalogue.requirements.keys()]
    assert len(tested) >= 40
    assert len({r.capability for r in tested}) >= 9


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_tags_are_a_rule_and_its_requirement(scenario: ScenarioTemplate) -> None:
    """Each example names one rule and the requirement that rule comes from, and nothing else."""
    rules = load_catalogue().rules
    named = [tag for tag in scenario.tags if tag in rules]
    assert len(named) == 1
    assert scenario.tags == {named[0], rules[named[0]].requirement}
    assert by_rule(named[0]).rule == named[0]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_examples_speak_the_wards_language(scenario: ScenarioTemplate) -> None:
    """People and care, not verbs and status codes."""
    assert [found for step in scenario.steps if (found := HTTP.search(step.name))] == []


def test_steps_are_synchronous() -> None:
    """An asynchronous step would pass whatever it says."""
    steps = list((FEATURES / "steps").glob("*.py"))
    assert steps
    assert [path.name for path in steps if "async def" in path.read_text("utf-8")] == []


def test_a_part_can_be_run() -> None:
    """One capability, or one requirement, can be run alone."""
    part = {"JOURNALBENK_CAPABILITY": "SAM", "JOURNALBENK_REQUIREMENT": "SAM-03"}
    command = [sys.executable, "-m", "pytest", str(FEATURES), "-q", "--collect-only", "--import-mode=importlib"]
    told = subprocess.run(command, env={**os.environ, **part}, capture_output=True, text=True, check=True).stdout
    assert f"4/{len(SCENARIOS)} tests collected" in told
    assert "sends_a_message_again" in told
