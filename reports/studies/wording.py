"""How a study's figures are written: values with their units, differences, intervals, and what each figure is over."""

from dataclasses import dataclass
from typing import Final

from reports.cleaning import line
from reports.language import NARROW_SPACE, Texts
from reports.run_files import Row, mapping
from reports.studies.files import StudyFiles
from simulator.domain.codes import MESSAGE_NAMES

_SHARE: Final = "share"
_WORKING_TIME: Final = ("work.", "duplicate.")
_NUMBERS: Final = ("value", "low", "high", "baseline", "difference")


@dataclass(frozen=True, slots=True)
class Wording:
    """Says one study's figures in one language."""

    files: StudyFiles
    texts: Texts

    def alternative(self, name: str) -> str:
        """What an alternative is called."""
        for row in self.files.alternatives:
            if row.get("name") == name:
                return line(self.texts.pick(row.get("title")) or name, 80)
        return line(name, 80)

    def over(self, word: str) -> str:
        """What a figure is over: everything, a profession, a pathway, a kind of information, a message type."""
        group, slash, name = word.partition("/")
        if not slash:
            return self._title("roles", group) or self.texts.name("role", group)
        said = {
            "pathway": self._title("pathways", name) or self.texts.name("pathway", name),
            "information": self.texts.name("information", name),
            "message": f"{MESSAGE_NAMES[name]} ({name})" if name in MESSAGE_NAMES else name,
            "road": self.texts.name("road", name),
            "place": self.texts.name("place", name),
        }
        return said.get(group, name)

    def _title(self, key: str, word: str) -> str:
        """A title that the study's own files give."""
        return self.texts.pick(mapping(self.files.study.get(key)).get(word))

    def measure(self, name: str) -> str:
        """What a figure is called."""
        return self.texts.name("measure", name)

    def readable(self, row: Row) -> Row:
        """A row in the unit people would use: working time in hours."""
        if row["unit"] != "min" or not str(row["name"]).startswith(_WORKING_TIME):
            return row
        numbers = {key: row[key] / 60 for key in _NUMBERS if row.get(key) is not None}
        return {**row, **numbers, "unit": "h"}

    def value(self, value: float | None, unit: str) -> str:
        """A value with its unit."""
        if value is None:
            return "–"
        if unit == _SHARE:
            return self.texts.share(value)
        return f"{self.texts.amount(_rounded(value))}{NARROW_SPACE}{self.texts.name('unit', unit)}"

    def change(self, value: float | None, unit: str) -> str:
        """A difference with its sign and its unit; of shares in percentage points."""
        if value is None:
            return "–"
        if value == 0:
            return self.texts.number(0)
        shown = self._signed(value, unit)
        word = self.texts("study.points") if unit == _SHARE else self.texts.name("unit", unit)
        return f"{shown}{NARROW_SPACE}{word}"

    def interval(self, row: Row, unit: str, *, signed: bool = False) -> str:
        """The 95 % interval of a row, without units; empty when it has none."""
        low, high = row.get("low"), row.get("high")
        if low is None or high is None:
            return ""
        if signed:
            return self.texts("study.interval", low=self._signed(low, unit), high=self._signed(high, unit))
        if unit == _SHARE:
            return self.texts("study.interval", low=self.texts.share(low), high=self.texts.share(high))
        low, high = _rounded(low), _rounded(high)
        return self.texts("study.interval", low=self.texts.number(low), high=self.texts.number(high))

    def _signed(self, value: float, unit: str) -> str:
        scaled = value * 100 if unit == _SHARE else _rounded(value)
        return f"{'+' if value > 0 else ''}{self.texts.number(scaled)}"


def _rounded(value: float) -> float:
    """Whole numbers where decimals say nothing."""
    return float(round(value)) if abs(value) >= 1000 else value
