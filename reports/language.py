"""The texts of a report in one language, and how that language writes numbers, shares, dates and plurals."""

import math
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from reports.findings import load_examples, load_findings
from simulator import documents
from simulator.errors import InputError, nearest
from simulator.places import REPORTS

TEXTS: Final = REPORTS / "texts"
LANGUAGES: Final = ("en", "nb")
NARROW_SPACE: Final = "\u202f"  # thin and unbreakable: groups digits in Norwegian, stands before a percent sign
_MOST_DIGITS: Final = 9
_PLURAL: Final = {"one", "other"}
_BESIDE: Final = ("reminder", "inquiry", "answer")
"""What a message is called that the simulation sends besides a pathway's steps: as the step, and one of these."""

Entry = str | dict[str, str]


class Texts:
    """Every text of one language by key: ``texts("verdict.failed", n=3)``."""

    def __init__(self, lang: str, entries: dict[str, Entry]) -> None:
        self.lang = lang
        self.entries = entries
        self._findings = load_findings(lang)
        self._examples = load_examples(lang)

    def __call__(self, key: str, **values: Any) -> str:
        """The text of ``key`` with ``values`` filled in; numbers are written as the language writes them."""
        entry = self.entries[key]
        if isinstance(entry, dict):
            entry = entry["one" if values.get("n") == 1 else "other"]
        if not values:
            return entry
        return entry.format(**{name: self._shown(value) for name, value in values.items()})

    def name(self, group: str, word: str) -> str:
        """What ``word`` of a group (``role``, ``pathway``) is called; the word itself when it has no name here."""
        entry = self.entries.get(f"{group}.{word}")
        return entry if isinstance(entry, str) else word

    def step(self, pathway: str, word: str) -> str:
        """What a step is called: by its own pathway, as steps of that name are, or after the step it belongs to."""
        own = self.entries.get(f"step.{pathway}.{word}")
        named = own if isinstance(own, str) else self.name("step", word)
        begun, _, message = word.rpartition("-")
        if named == word and begun and message in _BESIDE:
            return self(f"beside.{message}", step=self.step(pathway, begun))
        return named

    def naming(self, titles: Any) -> "Texts":
        """These texts with a study's own names of its roles, pathways and steps: ``group: {word: {lang: name}}``."""
        told: dict[str, Entry] = {
            f"{group}.{word}": said
            for group, words in (titles.items() if isinstance(titles, dict) else ())
            for word, title in (words.items() if isinstance(words, dict) else ())
            if (said := self.pick(title))
        }
        return Texts(self.lang, {**self.entries, **told})

    def pick(self, text: Any) -> str:
        """This language's side of a text by language, or the other side when this one is missing."""
        if not isinstance(text, dict):
            return str(text or "")
        return str(text.get(self.lang) or next((side for side in text.values() if side), ""))

    def finding(self, message: str) -> str:
        """What a check found, in this language."""
        return self._findings.tell(message)

    def example(self, title: str) -> tuple[str, str]:
        """What an example is called, and the language that is in: English where it has no other name."""
        return (self._examples[title], self.lang) if title in self._examples else (title, "en")

    def number(self, value: float | None, digits: int | None = None) -> str:
        """``value`` with this language's separators; about three figures unless ``digits`` decimals are asked for.

        What is not nought is not written as nought, unless so few decimals are asked for, and nought has no sign.
        """
        if value is None or not math.isfinite(value):
            return "–"
        if digits is None:
            digits = _digits(value)
        written = f"{value:z,.{digits}f}".replace("-", "−")
        if self.lang == "nb":
            written = written.replace(",", NARROW_SPACE).replace(".", ",")
        return written

    def amount(self, value: float | None) -> str:
        """``value`` as :meth:`number` writes it, a whole one without decimals: so many people, not 3.00."""
        return self.number(value, 0 if value is not None and float(value).is_integer() else None)

    def share(self, value: float | None, digits: int = 1) -> str:
        """A share of one as per cent; never rounded to none or all when it is neither."""
        if value is None or not math.isfinite(value):
            return "–"
        percent = value * 100
        if round(percent, digits) == 100 and value < 1:
            percent = 100 - 10.0**-digits
        least = 10.0**-digits
        below = "" if percent == 0 or abs(percent) >= least / 2 else "<" if percent > 0 else ">"
        percent = math.copysign(least, percent) if below else percent
        digits = 0 if percent in (0, 100) else digits
        return f"{below}{self.number(percent, digits)}{NARROW_SPACE if self.lang == 'nb' else ''}%"

    def day(self, value: date | str | None) -> str:
        """A day in words; what cannot be read as one is given back as it is."""
        parsed = _parsed(value)
        if parsed is None:
            return str(value or "–")
        stop = "." if self.lang == "nb" else ""
        return f"{parsed.day}{stop} {self(f'month.{parsed.month}')} {parsed.year}"

    def instant(self, value: str | None) -> str:
        """An instant in words, with its offset from UTC as it was written."""
        parsed = _parsed(value)
        if parsed is None:
            return str(value or "–")
        zone = parsed.strftime("%z")
        shown = " UTC" if zone in ("+0000", "") else f" UTC{zone[:3]}:{zone[3:5]}"
        return f"{self.day(parsed)} {parsed:%H:%M}{shown}"

    def _shown(self, value: Any) -> Any:
        return self.number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def load_texts(lang: str, folder: Path = TEXTS) -> Texts:
    """The texts of ``lang``; raises InputError for a language the report is not written in."""
    if lang not in LANGUAGES:
        raise InputError(
            f"no report in the language '{lang}'",
            expected=" or ".join(LANGUAGES),
            remedy=f"{nearest(lang, LANGUAGES).capitalize()}",
        )
    entries: dict[str, Entry] = {}
    for path in sorted(folder.glob(f"*{lang}.yaml")):
        _flatten(documents.read(path).data, "", entries)
    return Texts(lang, entries)


def _flatten(node: dict[Any, Any], prefix: str, entries: dict[str, Entry]) -> None:
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and set(value) != _PLURAL:
            _flatten(value, f"{name}.", entries)
        else:
            entries[name] = value


def _parsed(value: date | str | None) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value.isoformat() if isinstance(value, date) else str(value))
    except ValueError:
        return None


def _digits(value: float) -> int:
    """Decimals for about three figures, two for what is small, and as many as show anything of what is smaller."""
    if isinstance(value, int) or value == 0 or abs(value) >= 100:
        return 0
    if abs(value) >= 0.01:
        return 1 if abs(value) >= 10 else 2
    return min(_MOST_DIGITS, -math.floor(math.log10(abs(value))))
