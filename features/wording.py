"""Finds what is wrong with feature files before anything is sent: words no step has, tags, names that stand twice."""

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from pytest_bdd.exceptions import GherkinParseError
from pytest_bdd.parser import FeatureParser, Scenario, ScenarioTemplate, Step
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from features.steps import TOPICS
from simulator.domain.requirement import Catalogue
from simulator.errors import at, nearest
from simulator.places import FEATURES
from simulator.scenario.catalogue import load_catalogue

SUFFIX: Final = ".feature"


class _Parser(FeatureParser):
    """Keeps every example, where a feature keeps only the last of those that have one name."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path.parent), path.name)
        self.found: list[ScenarioTemplate] = []

    def parse_scenario(self, *args: Any, **kwargs: Any) -> ScenarioTemplate:
        self.found.append(super().parse_scenario(*args, **kwargs))
        return self.found[-1]


def shipped() -> list[Path]:
    """The bench's own feature files."""
    return sorted(FEATURES.rglob(f"*{SUFFIX}"))


def faults_in(paths: Iterable[Path]) -> list[str]:
    """What would leave an example without a verdict, or give it another's: one text per fault with file and line."""
    faults: list[str] = []
    scenarios: list[Scenario] = []
    for path in paths:
        try:
            scenarios += _scenarios(path)
        except GherkinParseError as error:
            faults.append(f"{at(path, error.line)}: {error.message}")
        except KeyError:
            faults.append(f"{at(path, 1)}: no 'Feature:' in the file")
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{path}: cannot be read: {error}")
    steps, catalogue = _definitions(), load_catalogue()
    for scenario in scenarios:
        faults += [*_tags(scenario, catalogue), *_steps(scenario, steps)]
    return list(dict.fromkeys([*faults, *_names(scenarios)]))


def _scenarios(path: Path) -> Iterator[Scenario]:
    parser = _Parser(path)
    parser.parse()
    for template in parser.found:
        rows = [row for table in template.examples for row in table.as_contexts()]
        yield from map(template.render, rows or [{}])


def _definitions() -> list[StepFunctionContext]:
    for topic in TOPICS:
        import_module(f"features.steps.{topic}")
    return list(step_function_context_registry.values())


def _place(scenario: Scenario, step: Step | None = None) -> str:
    return at(scenario.feature.filename, (step or scenario).line_number)


def _tags(scenario: Scenario, catalogue: Catalogue) -> Iterator[str]:
    """Without a rule nothing is judged, and without its requirement the example would be passed over when asked for."""
    tags = scenario.tags | scenario.feature.tags | (scenario.rule.tags if scenario.rule else set())
    for tag in sorted(tags - catalogue.rules.keys() - catalogue.requirements.keys()):
        hint = nearest(tag, (*catalogue.requirements, *catalogue.rules))
        yield f"{_place(scenario)}: the tag '@{tag}' is neither a requirement nor a rule; {hint}"
    rules = sorted(tags & catalogue.rules.keys())
    if not rules:
        yield f"{_place(scenario)}: the example '{scenario.name}' names no rule, so nothing would be judged"
    for rule in rules:
        if catalogue.rules[rule].requirement not in tags:
            yield f"{_place(scenario)}: the example of '@{rule}' lacks the tag '@{catalogue.rules[rule].requirement}'"


def _steps(scenario: Scenario, definitions: list[StepFunctionContext]) -> Iterator[str]:
    for step in scenario.steps:
        fitting = [d for d in definitions if d.type in (None, step.type)]
        found = sum(d.parser.is_matching(step.name) for d in fitting)
        if found > 1:
            yield f"{_place(scenario, step)}: {found} steps say '{step.type} {step.name}', expected one"
        elif not found:
            near = get_close_matches(step.name, {d.parser.name for d in fitting}, n=1, cutoff=0.0)
            yield f"{_place(scenario, step)}: no step says '{step.type} {step.name}'; the nearest is '{near[0]}'"
    if "then" not in {step.type for step in scenario.steps}:
        yield f"{_place(scenario)}: the example '{scenario.name}' has no 'Then', so nothing would be judged"


def _names(scenarios: list[Scenario]) -> Iterator[str]:
    """History and verdicts are kept by the example's name."""
    counts = Counter(scenario.name for scenario in scenarios)
    for scenario in scenarios:
        if counts[scenario.name] > 1:
            many = f"{counts[scenario.name]} examples are called '{scenario.name}'"
            yield f"{_place(scenario)}: {many}, expected a name for each"
