"""Systems, roads and outages with every figure looked up: plain numbers that any worker process can use."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.care.amounts import Draw, scalar
from simulator.domain.information import READS
from simulator.domain.numbers import Number
from simulator.domain.scenario import Study
from simulator.domain.systems import (
    FATES,
    MISHAPS,
    ROADS,
    SYSTEMS,
    Adoption,
    Choice,
    Outage,
    Participation,
    Systems,
)
from simulator.figures import Figures

BIT: Final = {word: 1 << place for place, word in enumerate(READS)}
"""A bit for each kind of information."""
SHARED: Final = ROADS.index("shared")
API: Final = ROADS.index("api")
NOT_SENT: Final = FATES.index("none")
DELIVERED: Final = FATES.index("delivered")
CODE: Final[dict[str, int]] = {system: place for place, system in enumerate(SYSTEMS)}


def mask(words: tuple[str, ...] | list[str]) -> int:
    """The bits of some kinds of information."""
    return sum(BIT[word] for word in dict.fromkeys(words))


@dataclass(frozen=True, slots=True)
class TrafficPlan:
    """What happens on a road."""

    delay: Draw
    fates: tuple[int, ...]
    """Fates other than delivered, places in ``systems.FATES``, in the order they lie on one draw."""
    bounds: NDArray[np.float64]
    """Where each of those ends on the draw."""
    held_back: Draw | None
    overtaken_within: Draw | None


@dataclass(frozen=True, slots=True)
class AdoptionPlan:
    """Which share of the municipalities has taken a system into use, and which had before the dip began to pass."""

    then: int
    kinds: frozenset[str]
    share: float
    settled: float
    slower: float


@dataclass(frozen=True, slots=True)
class BaselinePlan:
    """What there was before the period, of one kind of information."""

    kind: str
    by: str
    where: str
    told: float


@dataclass(frozen=True, slots=True)
class SystemsPlan:
    """Who uses which system, and how they reach each other."""

    road: NDArray[np.int8]
    """From system (row) to system (column), places in ``systems.ROADS``."""
    fetches: NDArray[np.int64]
    """Bits of what the user of the column's system fetches on demand from the row's."""
    traffic: Mapping[int, TrafficPlan]
    carries: Mapping[str, int]
    baseline: tuple[BaselinePlan, ...]
    participation: Participation
    adoption: AdoptionPlan | None
    outages: tuple[Outage, ...]


def make_systems(study: Study, figures: Figures) -> SystemsPlan | None:
    """The study's systems with their figures looked up; None when it has none."""
    systems = study.systems
    if systems is None:
        return None
    return SystemsPlan(
        np.array([[ROADS.index(systems.ways[a][b].road) for b in SYSTEMS] for a in SYSTEMS], dtype=np.int8),
        np.array([[mask(systems.ways[a][b].fetches) for b in SYSTEMS] for a in SYSTEMS], dtype=np.int64),
        {ROADS.index(road): _traffic(systems, road, study.mishaps, figures) for road in systems.traffic},
        {message: mask(kinds) for message, kinds in systems.carries.items()},
        tuple(
            BaselinePlan(kind, base.by, base.where, scalar(base.told, figures))
            for kind, base in systems.baseline.items()
        ),
        _participation(study.participation, figures),
        None if study.adoption is None else _adoption(study.adoption, figures),
        study.outages,
    )


def _traffic(systems: Systems, road: str, mishaps: Mapping[str, float], figures: Figures) -> TrafficPlan:
    traffic = next(found for name, found in systems.traffic.items() if name == road)
    shares = {word: scalar(traffic.shares[word], figures) if word in traffic.shares else 0.0 for word in MISHAPS}
    if road == "message":
        shares |= mishaps
    words = [word for word in MISHAPS if shares[word] > 0]
    return TrafficPlan(
        Draw.of(traffic.delay, figures),
        tuple(FATES.index(word) for word in words),
        np.cumsum([shares[word] for word in words]),
        None if traffic.held_back is None else Draw.of(traffic.held_back, figures),
        None if traffic.overtaken_within is None else Draw.of(traffic.overtaken_within, figures),
    )


def _participation(participation: Participation, figures: Figures) -> Participation:
    def settled(choice: Choice) -> Choice:
        return replace(choice, share=Number(scalar(choice.share, figures)))

    return Participation(
        settled(participation.default),
        {kind: settled(choice) for kind, choice in participation.kinds.items()},
        {place: {k: settled(c) for k, c in kinds.items()} for place, kinds in participation.places.items()},
    )


def _adoption(adoption: Adoption, figures: Figures) -> AdoptionPlan:
    curve = sorted((float(year), share) for year, share in figures.by_key(adoption.curve).items())
    years, shares = zip(*curve, strict=True)
    now, then = (float(np.interp(at, years, shares)) for at in (adoption.at, adoption.at - adoption.dip_years))
    return AdoptionPlan(CODE[adoption.then], frozenset(adoption.kinds), now, then, scalar(adoption.dip, figures))
