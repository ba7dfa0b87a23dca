"""The systems care is written down in, the roads information takes between them, and which organisation uses which."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from simulator.domain.numbers import ONE, ZERO, Distribution, Number, Parameter, Text

System = Literal["common", "regional", "own", "paper"]
Road = Literal["none", "shared", "api", "message", "letter"]
Fate = Literal["none", "delivered", "late", "lost", "duplicated", "out-of-order", "rejected"]

SYSTEMS: Final[tuple[System, ...]] = get_args(System)
COMMON: Final[System] = "common"
ROADS: Final[tuple[Road, ...]] = get_args(Road)
FATES: Final[tuple[Fate, ...]] = get_args(Fate)

MISHAPS: Final = ("lost", "rejected", "out-of-order", "late", "duplicated")
"""What can become of a message instead of being delivered, in the order their shares are laid out on one draw."""


@dataclass(frozen=True, slots=True)
class RoadTraffic:
    """How long what is sent by one road is under way, and how often it goes wrong."""

    delay: Distribution
    shares: Mapping[str, Number] = field(default_factory=dict)
    """Share of the messages by word of ``MISHAPS``; those not named do not happen."""
    held_back: Distribution | None = None
    """How much longer late messages are under way, and how long behind those that overtook them others come."""
    overtaken_within: Distribution | None = None
    """How long one waits at most for a later one of the same episode to overtake it."""


@dataclass(frozen=True, slots=True)
class Way:
    """From one system to another: the road that messages take, and what can be looked up across without one."""

    road: Road
    fetches: tuple[str, ...] = ()
    """Kinds of information (words of ``reads``) that are fetched on demand, whoever recorded them."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Who holds a kind of information recorded before the period, and how often others were told."""

    by: str
    """Kind of organisation."""
    where: str = ""
    """SQL condition over the population's columns: who has any."""
    told: Number = ZERO
    """Share of the residents of whom an organisation outside the holder's system was told before the period."""


@dataclass(frozen=True, slots=True)
class Systems:
    """The systems, the roads between them, and what each message type carries."""

    name: str
    titles: Mapping[str, Text]
    traffic: Mapping[Road, RoadTraffic]
    ways: Mapping[System, Mapping[System, Way]]
    carries: Mapping[str, tuple[str, ...]]
    """Kinds of information by message type."""
    baseline: Mapping[str, Baseline]
    """By kind of information."""
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Which system organisations use: ``share`` of them ``then``, the others ``otherwise``."""

    then: System
    share: Number = ONE
    otherwise: System = "own"


@dataclass(frozen=True, slots=True)
class Participation:
    """Which system each organisation uses, by kind and by place."""

    default: Choice = Choice("common")
    kinds: Mapping[str, Choice] = field(default_factory=dict)
    places: Mapping[str, Mapping[str, Choice]] = field(default_factory=dict)
    """By kommunenummer or two-digit county number, then by kind or ``default``."""

    def choice(self, kommunenummer: str, kind: str) -> Choice:
        """What holds for a kind in a municipality: its own word before its county's, the kind's before the default."""
        for place in (kommunenummer, kommunenummer[:2]):
            words = self.places.get(place, {})
            for key in (kind, "default"):
                if key in words:
                    return words[key]
        return self.kinds.get(kind, self.default)


ALL_INSIDE: Final = Participation()
"""Everybody inside the common journal."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """How many municipalities have taken a system into use at an instant, read off a curve over years."""

    curve: str
    """Figure of shares of the municipalities by year."""
    at: float
    """Year, with decimals."""
    then: System
    kinds: tuple[str, ...]
    """Kinds of organisation that take it into use with their municipality."""
    dip: Number = ZERO
    """How much longer everything takes in the time after."""
    dip_years: float = 0.0


@dataclass(frozen=True, slots=True)
class Outage:
    """A system, or the system of one kind of organisation, is down."""

    system: str
    at: int
    """Seconds after the period's start."""
    lasts: int


@dataclass(frozen=True, slots=True)
class Response:
    """What a candidate's response times add to the work: seconds for each interaction."""

    seconds: float = 0.0
    run: str = ""
    """A run's folder to take the measured times from; empty when ``seconds`` says it."""
    by_role: Mapping[str, float] = field(default_factory=dict)
    """Measured mean seconds by role; roles not named have ``seconds``."""

    def of(self, role: str) -> float:
        """Seconds that one interaction takes somebody of that role."""
        return self.by_role.get(role, self.seconds)


AT_ONCE: Final = Response()
"""Nobody waits for a system."""
