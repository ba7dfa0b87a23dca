"""JUnit XML: valid, counted right, and never kinder than the verdicts."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

from reports import write
from simulator.domain.requirement import Catalogue
from simulator.domain.verdict import Verdict

Bare = Callable[..., Path]


def junit(folder: Path, catalogue: Catalogue) -> ET.Element:
    write(folder, catalogue=catalogue)
    return ET.fromstring((folder / "junit.xml").read_bytes())  # noqa: S314  written here a moment ago


def test_counts_follow_the_verdicts(bare: Bare, catalogue: Catalogue) -> None:
    """Eight verdicts: two failures, an error and an inconclusive as errors, one skipped."""
    top = junit(bare(), catalogue)
    assert {k: top.get(k) for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "8",
        "failures": "2",
        "errors": "2",
        "skipped": "1",
    }


def test_a_suite_per_capability(bare: Bare, catalogue: Catalogue) -> None:
    """Suites are the capabilities, and their counts add up to the whole."""
    top = junit(bare(), catalogue)
    assert [suite.get("name") for suite in top] == ["JRN Record (en)", "SAM Interaction (en)", "TIL Access (en)"]
    assert sum(int(suite.get("tests", "0")) for suite in top) == 8


def test_a_failure_points_to_its_evidence(bare: Bare, catalogue: Catalogue) -> None:
    """The failure carries the masked message, the rule and the exchanges' numbers."""
    failure = junit(bare(), catalogue).find(".//testcase[@classname='JRN-03']/failure")
    assert failure is not None
    assert failure.get("message") == "Saw 3 allergies of 158140*****, expected 4"
    assert failure.text == "SHALL R-JRN-03; history.jsonl: JRN-03: a resident of Tromsø: 1, 2"


def test_a_partial_run_is_an_error(bare: Bare, judged: Callable[..., Verdict], catalogue: Catalogue) -> None:
    """A build server sees a broken-off run as red, even when all it saw passed."""
    top = junit(bare([judged("JRN-01", "pass")], state="partial"), catalogue)
    assert (top.get("errors"), top.get("tests")) == ("1", "2")


def test_hostile_text_leaves_the_file_valid(bare: Bare, judged: Callable[..., Verdict], catalogue: Catalogue) -> None:
    """Control characters and markup in a message do not break the XML."""
    message = "\x00\x1b[31m]]></failure>\ufffe\ud83d\ude00"
    message = message.encode("utf-16", "surrogatepass").decode("utf-16")
    top = junit(bare([judged("JRN-01", "fail", message=message)]), catalogue)
    failure = top.find(".//failure")
    assert failure is not None
    assert str(failure.get("message")).startswith("\\x00\\x1b[31m]]></failure>\\ufffe")
