"""What is wrong with a feature file is told with its line, before anything is sent."""

from pathlib import Path

import pytest

from features.wording import faults_in, shipped
from simulator.errors import InputError
from simulator.run import campaign, conformance

SOUND = """Feature: Notes
  @JRN-04 @R-JRN-04A
  Scenario: A note is corrected and the first one kept
    Given a resident with a journal note
    When the note is corrected
    Then the earlier version is there with its author
"""


@pytest.fixture
def feature(tmp_path: Path) -> Path:
    """A feature file of one's own, without faults."""
    path = tmp_path / "mine.feature"
    path.write_text(SOUND, "utf-8")
    return path


def test_shipped_features_are_without_faults() -> None:
    """Nothing that ships would lose its verdict."""
    assert shipped()
    assert faults_in(shipped()) == []


def test_a_sound_file_has_no_faults(feature: Path) -> None:
    """Words, tags and name that are there are let through."""
    assert faults_in([feature]) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("is corrected\n", "is corected\n", 5, "the nearest is 'the note is corrected'"),
        ("When the note", "Given the note", 5, "no step says 'given the note is corrected'"),
        ("@R-JRN-04A", "@R-JRN-44A", 3, "'@R-JRN-44A' is neither a requirement nor a rule; did you mean 'R-JRN-04A'?"),
        (" @R-JRN-04A", "", 3, "names no rule"),
        ("@JRN-04 ", "@JRN-05 ", 3, "lacks the tag '@JRN-04'"),
        ("    Then", "    When", 6, "no step says 'when the earlier version"),
        ("    Then the", "    Then, the", 6, "outside of a Scenario"),
        ("    Given", "    And", 4, "must start with 'Given', 'When' or 'Then'"),
        (SOUND, "# nothing yet\n", 1, "no 'Feature:'"),
        (SOUND[SOUND.index("    Then") :], "", 3, "has no 'Then'"),
        (SOUND, SOUND + SOUND[SOUND.index("  @JRN") :], 8, "2 examples are called"),
    ],
)
def test_a_fault_is_told_with_its_line(feature: Path, old: str, new: str, line: int, said: str) -> None:
    """A word no step has, a wrong tag, a name that stands twice: each would leave a requirement without its verdict."""
    feature.write_text(SOUND.replace(old, new), "utf-8")
    assert [f for f in faults_in([feature]) if f.startswith(f"{feature}:{line}: ") and said in f]


def test_rows_of_an_outline_are_looked_at_each(feature: Path) -> None:
    """A row of a table whose words no step has is found, though the outline's own words stand nowhere."""
    outline = SOUND.replace("Scenario:", "Scenario Outline: <what>").replace("note is", "<what> is")
    feature.write_text(f"{outline}\n    Examples:\n      | what |\n      | note |\n      | nota |\n", "utf-8")
    assert [f for f in faults_in([feature]) if "no step says" in f] == [
        f"{feature}:5: no step says 'when the nota is corrected'; the nearest is 'the note is corrected'"
    ]


def test_a_run_is_refused_before_anything_is_done(
    feature: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run with a fault in a feature file ends as wrong input, with file and line, and leaves no folder."""
    feature.write_text(SOUND.replace("corrected\n", "corected\n"), "utf-8")
    monkeypatch.setattr(conformance, "shipped", lambda: [feature])
    options = campaign.Options("quickstart", "reference-journal", out=tmp_path / "out")
    with pytest.raises(InputError, match=f"{feature}:5: no step says"):
        campaign.run_campaign(options)
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A file that is not there is a fault of its own."""
    (fault,) = faults_in([tmp_path / "none.feature"])
    assert "cannot be read" in fault
