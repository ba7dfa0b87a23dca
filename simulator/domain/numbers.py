"""Numbers as scenario files write them: with figures named, units resolved, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Text = Mapping[str, str]
Status = Literal["official", "derived", "assumed"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number about the world written in a scenario file, with where it comes from."""

    name: str
    value: str
    source: str
    status: Status
    year: str
    where: str
    """``file`` it stands in."""


@dataclass(frozen=True, slots=True)
class Number:
    """``constant`` times and over named figures; seconds when ``duration``."""

    constant: float
    times: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    duration: bool = False

    @property
    def figures(self) -> tuple[str, ...]:
        """Every figure it needs."""
        return self.times + self.over


@dataclass(frozen=True, slots=True)
class Distribution:
    """How long something takes. ``uniform`` runs from ``mean`` to ``high``; ``cv`` is the lognormal's spread."""

    kind: Literal["constant", "exponential", "lognormal", "uniform"]
    mean: Number
    cv: float = 0.0
    high: Number | None = None

    @property
    def least(self) -> float:
        """Seconds it takes at the very least, as far as can be said without looking up figures."""
        return self.mean.constant if self.kind in ("constant", "uniform") and not self.mean.figures else 0.0


@dataclass(frozen=True, slots=True)
class Hours:
    """From ``begin`` to ``end``, seconds after midnight; ``end`` <= ``begin`` runs past midnight."""

    begin: int
    end: int

    @property
    def seconds(self) -> int:
        """Its length."""
        return (self.end - self.begin) % 86400 or 86400

    def overlaps(self, other: "Hours") -> bool:
        """Whether the two share a moment of the day."""
        return (other.begin - self.begin) % 86400 < self.seconds or (self.begin - other.begin) % 86400 < other.seconds


ZERO: Final = Number(0.0)
ONE: Final = Number(1.0)
