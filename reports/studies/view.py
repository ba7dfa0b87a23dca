"""A study as it is shown: its chief figures by alternative, what changed and what did not, and all figures in full."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reports.run_files import Row
from reports.studies.files import StudyFiles
from reports.studies.wording import Wording

HEADLINES: Final = (
    "information.missing_share",
    "information.late_share",
    "knowledge.hours.mean",
    "knowledge.never_share",
    "deadlines.broken_share",
    "duplicate.minutes",
    "messages.inquiries",
    "messages.reminders",
    "queue.minutes.mean",
    "queue.minutes.p90",
    "work.minutes",
    "work.overtime_minutes",
    "work.postponed",
    "care.given_up",
    "discharge.waiting_days",
    "discharge.waiting_cost",
    "care.episodes",
)
"""The figures a municipal leader reads first, in that order."""
_BY_CHANCE: Final = 0.05
_MANY: Final = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """One alternative's value of a figure, and its difference from the baseline."""

    alternative: str
    title: str
    value: str
    interval: str
    change: str = ""
    change_interval: str = ""
    verdict: str = ""
    """``higher``, ``lower``, ``same``, ``unclear``, ``too-few``; empty for the baseline."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure over one thing, in every alternative."""

    name: str
    label: str
    over: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Change:
    """What one alternative changes against the baseline, among the chief figures."""

    title: str
    verdicts: dict[str, list[str]]
    """Labels of figures by verdict."""


@dataclass(frozen=True, slots=True)
class StudyView:
    """The study's part of the page."""

    headlines: list[FigureRow]
    never: list[str]
    """Chief figures that are zero in every alternative."""
    changes: list[Change]
    groups: list[tuple[str, list[FigureRow]]]
    """All other figures: by profession, pathway, kind of information and message type."""
    compared: int
    """Differences that are not exactly zero, so that the reader knows how many may have come about by chance."""

    @property
    def by_chance(self) -> float:
        """How many of them would look like differences though there were none; a whole number where it is many."""
        expected = self.compared * _BY_CHANCE
        return round(expected) if expected >= _MANY else expected


def study_view(files: StudyFiles, say: Wording) -> StudyView:
    """All figures of the study, put in order."""
    rows = list(_rows(files, say))
    first = {name: number for number, name in enumerate(HEADLINES)}
    chief = [row for row in rows if row.over == "all" and row.name in first]
    never = {row["name"] for row in files.figures if row["over"] == "all"} - _happened(files)
    others = [row for row in rows if row not in chief]
    groups: dict[str, list[FigureRow]] = {}
    for row in others:
        groups.setdefault(_group(row.over), []).append(row)
    chief.sort(key=lambda row: first[row.name])
    shown = [row for row in chief if row.name not in never]
    return StudyView(
        shown,
        [row.label for row in chief if row.name in never],
        list(_changes(files, shown, say)),
        [(key, groups[key]) for key in _GROUPS if key in groups],
        sum(row["verdict"] in ("higher", "lower", "unclear") for row in files.differences),
    )


def _happened(files: StudyFiles) -> set[str]:
    return {row["name"] for row in files.figures if row["over"] == "all" and row["value"]}


_GROUPS: Final = ("all", "role", "pathway", "information", "message", "road", "place", "staff")


def _group(over: str) -> str:
    if over == "all":
        return over
    group, slash, _ = over.partition("/")
    return group if slash else "role"


def _rows(files: StudyFiles, say: Wording) -> Iterator[FigureRow]:
    differences = {(row["alternative"], row["name"], row["over"]): row for row in files.differences}
    order = [str(row.get("name", "")) for row in files.alternatives]
    grouped: dict[tuple[str, str], dict[str, Row]] = {}
    for row in files.figures:
        grouped.setdefault((row["name"], row["over"]), {})[row["alternative"]] = row
    for (name, over), found in grouped.items():
        cells = [_cell(found[a], differences.get((a, name, over)), say) for a in order if a in found]
        yield FigureRow(name, say.measure(name), over, cells)


def _cell(row: Row, difference: Row | None, say: Wording) -> Cell:
    row, difference = say.readable(row), say.readable(difference) if difference else None
    unit, name = row["unit"], row["alternative"]
    cell = (name, say.alternative(name), say.value(row["value"], unit), say.interval(row, unit))
    if difference is None:
        return Cell(*cell)
    shown = say.interval(difference, unit, signed=True)
    return Cell(*cell, say.change(difference["difference"], unit), shown, difference["verdict"])


def _moved(row: FigureRow, cell: Cell, baseline: str) -> str:
    """A figure's name, with its value in the baseline and here where the two may differ."""
    before = next((other.value for other in row.cells if other.alternative == baseline), "")
    return row.label if cell.verdict == "same" or not before else f"{row.label} ({before} → {cell.value})"


def _changes(files: StudyFiles, chief: Sequence[FigureRow], say: Wording) -> Iterator[Change]:
    for alternative in files.alternatives:
        name = str(alternative.get("name", ""))
        verdicts: dict[str, list[str]] = {}
        for row in chief:
            for cell in row.cells:
                if cell.alternative == name and cell.verdict:
                    verdicts.setdefault(cell.verdict, []).append(_moved(row, cell, files.baseline))
        if verdicts:
            yield Change(say.alternative(name), verdicts)
