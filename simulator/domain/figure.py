"""A figure about the world, and where it comes from."""

from dataclasses import dataclass
from typing import Final, Literal

FigureStatus = Literal["official", "derived", "assumed"]

STATUSES: Final[tuple[FigureStatus, ...]] = ("official", "derived", "assumed")
"""Best first: as published by the source; computed from official figures; a value of the bench's own."""


SEXES: Final = ("female", "male")
"""In the order of every table by sex."""
OLDEST: Final = 120
"""The last single year of age; tables by age have one more column than this."""


@dataclass(frozen=True, slots=True)
class FigureUse:
    """A figure somebody asked for; a figure of several rows has the weakest status among them."""

    name: str
    unit: str
    year: int
    source: str
    status: FigureStatus


def weakest(statuses: list[FigureStatus]) -> FigureStatus:
    """The status a figure can claim when it rests on all of ``statuses``."""
    return max(statuses, key=STATUSES.index)
