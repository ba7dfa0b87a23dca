"""What the journal warns of: a small table with sources, in ``data/decision_support.json``."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import orjson

Indicator = Literal["info", "warning", "critical"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words in bokmål and English."""

    nb: str
    en: str

    def said(self, lang: str) -> str:
        """The words in one language; bokmål for any other than English."""
        return self.en if lang == "en" else self.nb


@dataclass(frozen=True, slots=True)
class Interaction:
    """Two medicines, by ATC code or the beginning of one, that do not go together."""

    a: str
    b: str
    indicator: Indicator
    text: Text


@dataclass(frozen=True, slots=True)
class KidneyRule:
    """A medicine and the kidney function (eGFR, mL/min/1.73 m²) below which it is unsafe."""

    atc: str
    below: float
    indicator: Indicator
    text: Text


@dataclass(frozen=True, slots=True)
class Overdue:
    """A measurement (LOINC codes) that those with a condition (ICPC-2 codes) need within so many months."""

    conditions: frozenset[str]
    loinc: frozenset[str]
    months: int
    source: str
    text: Text


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The whole table."""

    interactions: tuple[Interaction, ...]
    cross_reactivity: tuple[tuple[tuple[str, ...], Text], ...]
    kidney: tuple[KidneyRule, ...]
    """Strictest first, so that the first that applies says most."""
    egfr: frozenset[str]
    overdue: tuple[Overdue, ...]
    reasons: tuple[tuple[str, Text], ...]
    sources: dict[str, dict[str, Any]]

    def source(self, name: str) -> dict[str, str]:
        """A card's source: label and URL."""
        found = self.sources[name]
        return {"label": found["label"], "url": found["url"]}


@cache
def knowledge() -> Knowledge:
    """The table as it stands in the journal's data."""
    data = orjson.loads(files("simulator.journal").joinpath("data/decision_support.json").read_bytes())
    return Knowledge(
        tuple(Interaction(row["a"], row["b"], row["indicator"], _text(row)) for row in data["interactions"]),
        tuple((tuple(row["group"]), _text(row)) for row in data["cross_reactivity"]),
        tuple(
            KidneyRule(row["atc"], row["below"], row["indicator"], _text(row))
            for row in sorted(data["kidney"], key=lambda row: float(row["below"]))
        ),
        frozenset(data["egfr"]),
        tuple(
            Overdue(frozenset(row["condition"]), frozenset(row["loinc"]), row["months"], row["source"], _text(row))
            for row in data["overdue"]
        ),
        tuple((row["code"], _text(row)) for row in data["override_reasons"]),
        data["sources"],
    )


def _text(row: dict[str, Any]) -> Text:
    return Text(row["nb"], row["en"])
