"""Reads what a simulated study left behind: what it asked, its figures with intervals, and its differences."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reports.run_files import Row, RunFiles, mapping, read_object, read_rows, rows

STUDY: Final = "study.json"
COMPARISON: Final = "comparison.json"
HOURS: Final = "hours.json"
CALIBRATION: Final = "calibration.json"


@dataclass(frozen=True, slots=True)
class StudyFiles:
    """A study's run; empty values where a file is missing or damaged."""

    run: RunFiles
    study: Row
    figures: list[Row]
    """Rows of measurements.json: alternative, name, over, unit, value, low, high, n."""
    differences: list[Row]
    """Rows of comparison.json."""
    hours: list[Row]
    """Steps a day by alternative, profession and hour."""
    calibration: list[Row] = field(default_factory=list)

    @property
    def alternatives(self) -> list[Row]:
        """Name and title of each alternative, in the study's order; one without a name when it has none."""
        return rows(self.study.get("alternatives")) or [{"name": "", "title": self.study.get("title")}]

    @property
    def baseline(self) -> str:
        """The alternative the others are held against."""
        return str(self.study.get("baseline") or "")

    @property
    def replications(self) -> Row:
        """How often it was repeated and why no oftener."""
        return mapping(self.study.get("replications"))

    def value(self, alternative: str, name: str, over: str = "all") -> Row | None:
        """One figure, None when it was not measured."""
        wanted = (alternative, name, over)
        return next((row for row in self.figures if (row["alternative"], row["name"], row["over"]) == wanted), None)


def is_study(folder: Path) -> bool:
    """Whether the folder holds a simulated study."""
    return (folder / STUDY).is_file()


def read_study(run: RunFiles) -> StudyFiles:
    """What is in the run's folder of a study."""
    folder = run.folder
    return StudyFiles(
        run,
        read_object(run, STUDY),
        read_rows(run, "measurements.json", "alternative"),
        read_rows(run, COMPARISON, "verdict") if (folder / COMPARISON).is_file() else [],
        read_rows(run, HOURS, "hour") if (folder / HOURS).is_file() else [],
        read_rows(run, CALIBRATION, "target") if (folder / CALIBRATION).is_file() else [],
    )
