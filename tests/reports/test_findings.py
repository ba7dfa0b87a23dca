"""What checks found is told in the reader's language, whole."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from reports.findings import EXAMPLES, FINDINGS, ONE, load_findings
from reports.language import load_texts
from simulator import documents
from simulator.measures import judge_run
from simulator.places import FEATURES, ROOT
from simulator.run.national import EXAMPLE as LOAD_PART

CHECKS = [
    *sorted((ROOT / "simulator" / "checks").glob("*.py")),
    *(ROOT / "simulator" / "measures" / name for name in ("operation.py", "validity.py")),
]
MEASURES = [ROOT / "simulator" / "measures" / "correctness.py"]
FOUND_BY = {"EndlessListError", "Finding", "NobodyError"}


def templates_in(node: ast.AST) -> Iterator[str]:
    """Every text of some words below a node, with {0}, {1} … where something is filled in; errors of use left out."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InputError":
        return
    if isinstance(node, ast.JoinedStr):
        yield _numbered(node)
        children: list[ast.AST] = [part for part in node.values if not isinstance(part, ast.Constant)]
    elif isinstance(node, ast.Constant):
        yield from [node.value] if isinstance(node.value, str) else []
        children = []
    else:
        children = [child for child in ast.iter_child_nodes(node) if not _is_docstring(child)]
    for child in children:
        yield from templates_in(child)


def _numbered(joined: ast.JoinedStr) -> str:
    text, places = "", 0
    for part in joined.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            text, places = f"{text}{{{places}}}", places + 1
    return text


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _in_calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FOUND_BY:
            yield from templates_in(node)


def said() -> set[str]:
    """Every sentence, or part of one, that a check may say of a candidate."""
    found = [t for path in CHECKS for t in templates_in(ast.parse(path.read_text("utf-8")))]
    found += [t for path in (*MEASURES, *sorted(FEATURES.rglob("*.py"))) for t in _in_calls(path)]
    return {text for text in found if " " in text.strip() and any(c.isalpha() for c in _outside(text))}


def _outside(template: str) -> str:
    return "".join(literal for literal, _, _, _ in Formatter().parse(template))


def places(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name)


def test_every_sentence_of_a_check_is_there_in_bokmaal() -> None:
    """What a check may find can be read in bokmål, and no sentence stands there that no check says."""
    assert set(documents.read(FINDINGS).data) == said()


def test_every_example_has_a_title_in_bokmaal() -> None:
    """What an example is called can be read in bokmål."""
    told = documents.read(EXAMPLES).data
    features = "\n".join(path.read_text("utf-8") for path in sorted(FEATURES.glob("*.feature")))
    assert {*re.findall(r"^\s*Scenario: (.+?)\s*$", features, re.MULTILINE), LOAD_PART} - set(told) == set()
    assert load_texts("nb").example(LOAD_PART) == (told[LOAD_PART], "nb")


def test_bokmaal_fills_in_what_english_does() -> None:
    """No figure and no name is lost from one language to the other."""
    told = documents.read(FINDINGS).data
    assert {k: places(k) for k in told} == {k: places(v) for k, v in told.items()}


def test_a_sentence_is_told_with_its_parts() -> None:
    """A sentence with another one inside it, and with more of the kind, is told in bokmål as a whole."""
    english = (
        "POST /fhir/Task was answered 200 (changed: no), expected it to be refused with 412: it builds on a version "
        "that is no longer current. And 2 more of the kind."
    )
    assert load_findings("nb").tell(english) == (
        "POST /fhir/Task ble besvart med 200 (changed: no); det skulle vært avvist med 412: den bygger på en versjon "
        "som ikke lenger gjelder. Og 2 til av samme slag."
    )


def test_a_sentence_is_told_with_its_stop() -> None:
    """A sentence that another one follows ends with a stop in both languages, and what no check said stays as it is."""
    assert load_findings("nb").tell("Task/1 does not say when. And 2 more of the kind.") == (
        "Task/1 sier ikke når. Og 2 til av samme slag."
    )
    assert load_findings("nb").tell("Something of another version.") == "Something of another version."


@pytest.mark.parametrize("template", sorted(said()))
def test_each_sentence_is_recognised_when_filled_in(template: str) -> None:
    """Whatever short words are filled in, the message is told as its own template says, not as another one's."""
    words = ["Patient/1", "7", "Task/x2", "9", "11"]
    english, told = template, documents.read(FINDINGS).data[template]
    assert load_findings("nb").tell(english.format(*words)) == told.format(*words)


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_what_is_said_of_one_is_said_of_more_in_some_sentence(lang: str) -> None:
    """Words of a sentence that no check says any more stand in the way of nobody."""
    data = documents.read(FINDINGS).data
    spoken = " ".join(re.sub(r"\{\d\}", "1", text) for text in (data if lang == "en" else data.values()))
    assert [words for words in documents.read(ONE).data[lang] if words not in spoken] == []


@pytest.mark.parametrize(
    ("said_by_check", "en", "nb"),
    [
        (
            "The overview holds the 1 decisions in force and none of 1 ended.",
            "The overview holds the one decision in force and not the one that has ended.",
            "Oversikten har det ene vedtaket som gjelder, og ikke det ene som er avsluttet.",
        ),
        (
            "8 measurements read as z-scores, 1 vaccines given, 21 overdue.",
            "8 measurements read as z-scores, 1 vaccine given, 21 overdue.",
            "8 målinger lest som z-skår, 1 vaksine gitt, 21 gjenstår.",
        ),
        ("21 claims add up to 0.1 NOK.", "21 claims add up to 0.1 NOK.", "21 krav summerer til 0,1 kroner."),
    ],
)
def test_one_of_a_thing_is_not_said_in_the_plural(said_by_check: str, en: str, nb: str) -> None:
    """Only a count of one changes the words, never one that ends in it."""
    assert load_texts("en").finding(said_by_check) == en
    assert load_texts("nb").finding(said_by_check) == nb


def test_why_a_run_says_nothing_is_told_in_bokmaal() -> None:
    """The run's verdict on itself is read by those who read the report."""
    late = {"released_within_5ms_share": 0.9735, "released_within_50ms_share": 1.0, "run_queue_wait_share": 0.0}
    rest = {"interrupted": False, "released": 9, "slot_wait_share": 0, "slots": 0, "service_time_ms": {"p50": None}}
    (reason,) = judge_run({**late, **rest, "in_flight_mean": 0}).reasons
    assert load_texts("nb").finding(reason) == (
        "97,35\u202f% sluppet innen 5 ms fra øyeblikket de skulle (krever 99,0\u202f%)"
    )


def test_a_sentence_that_has_its_stop_outside_is_told_by_its_own_template() -> None:
    """Not by a shorter one that happens to end with a stop's worth of anything; percentages as bokmål writes them."""
    english = (
        "The chart came back in 2.1 s (measured once); in simulated years with the faults assumed it is away "
        "1.7 hours a year (0.020%, 95% of years 0.7 to 5.1); 8.8 hours are allowed."
    )
    assert load_findings("nb").tell(english) == (
        "Journalvisningen kom tilbake på 2,1 s (målt én gang); i simulerte år med de antatte feilene er den borte "
        "1,7 timer i året (0,020\u202f%, 95 % av årene 0,7 til 5,1); 8,8 timer er tillatt."
    )


def test_english_stays_as_it_was_written() -> None:
    """The English report repeats the verdict's own words."""
    assert load_texts("en").finding("The message changed: x was 1 and is 2") == "The message changed: x was 1 and is 2"


def test_what_a_candidate_made_long_is_left_as_it_is() -> None:
    """A sentence of thousands of letters is not looked through for templates; one that is somewhat long is told."""
    told = load_findings("nb")
    assert told.tell(f"It could not be tried: {'x' * 1000}.").startswith("Det lot seg ikke prøve: ")
    long = f"It could not be tried: {'was answered ' * 400}."
    assert told.tell(long) == long
