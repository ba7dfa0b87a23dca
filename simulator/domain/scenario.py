"""What people write in ``scenarios/``, parsed: pathways, staffing and studies as frozen data.

Durations are seconds. A figure is named, never copied: its value is looked up when the care is simulated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Literal

Text = Mapping[str, str]
Status = Literal["official", "derived", "assumed"]
Channel = Literal["in-person", "electronic", "home", "ward", "message", "system"]

APPOINTMENT: Final = "appointment"
"""The word in ``after:`` for the instant the demand asks for, when the episode starts ahead of it (``lead:``)."""

OLDEST: Final = 120

MESSAGES: Final = frozenset(
    {
        "APPREC",
        "DIALOG_AVVIK",
        "DIALOG_FORESPORSEL",
        "DIALOG_HELSEFAGLIG",
        "DIALOG_INNBYGGER_EKONSULTASJON",
        "DIALOG_INNBYGGER_EKONTAKT",
        "DIALOG_INNBYGGER_MELDINGSFORMIDLING",
        "DIALOG_INNBYGGER_RESEPTFORNYELSE",
        "DIALOG_INNBYGGER_TIMER",
        "DIALOG_NOTAT",
        "DIALOG_STATUS_HENVISNING",
        "DIALOG_SVAR",
        "EPIKRISE",
        "ERM1",
        "ERM10",
        "ERM5",
        "ERM8",
        "FODSELS_EPIKRISE",
        "HELSEOPPLYSNINGER_LEGE",
        "HELSEOPPL_SOKNAD",
        "HENVISNING",
        "HENVISNING_BUP",
        "HENVISNING_REHAB",
        "INNLEGGELSESRAPPORT",
        "KPR_HST",
        "KPR_IPL",
        "LEGEERKL",
        "LOG_AVMELDING",
        "LOG_DOD",
        "LOG_INNLAGT",
        "LOG_UTSKREVET",
        "LOG_UTSKRIVNINGSKLAR",
        "LOM",
        "MEDISINSKE_OPPLYSNINGER",
        "ORIENTERING_TJENESTETILBUD",
        "PASIENTREISE",
        "REQ_LAB",
        "REQ_RTG",
        "STATUS_REKVISISJON",
        "SVAR_LAB",
        "SVAR_MBIO",
        "SVAR_RTG",
        "SYKMELD",
        "TILBAKEMELD",
        "TVERRFAGLIG_EPIKRISE",
        "UTSKRIVNINGSRAPPORT",
    }
)
"""Message types a step may send (Volven 8279)."""


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


@dataclass(frozen=True, slots=True)
class Opening:
    """When a step may begin: hours of the day, and a weekday profile by which a day is taken or passed over."""

    hours: Hours
    weekday: str = ""
    """Figure of seven shares; the day with the largest is always taken, others in proportion."""
    spread: int = 0
    """Seconds over which those who waited for the opening are spread."""


@dataclass(frozen=True, slots=True)
class Edge:
    """This step follows that one, after a delay."""

    step: str
    delay: Distribution | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The step is due ``seconds`` after ``of`` was done (or after the episode's start, when empty)."""

    seconds: int
    of: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody does in a pathway."""

    id: str
    by: str
    at: str
    channel: Channel
    after: tuple[Edge, ...] = ()
    takes: Distribution | None = None
    travel: Distribution | None = None
    """Time the person spends on the way before it begins."""
    needs: str = ""
    """Staff it waits for; empty when nobody can be short."""
    priority: str = "0"
    """SQL expression over the population's columns; the smallest goes first."""
    patience: int | None = None
    """Seconds after which it is given up when nobody came."""
    opening: Opening | None = None
    within: Deadline | None = None
    sends: str = ""
    to: str = ""
    records: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    chance: Number = Number(1.0)
    only_if: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    where: str = ""
    """SQL expression over the population's columns: for whom the step is at all."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Open demand: episodes per person and year, spread by weekday, hour and month."""

    rate: Number
    total: Number | None = None
    """National episodes per year the rates are scaled to."""
    weekday: str = ""
    hour: str = ""
    month: str = ""
    grid: int = 1
    """Seconds between possible appointment times."""
    more: tuple[str, Number] | None = None
    """SQL condition, and how many times as likely those who meet it are; the whole stays the same."""
    lead: Distribution | None = None
    lead_hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Planned demand: the country's ``total`` per year over ``of`` people, shared by weight among a site's own."""

    total: Number
    of: Number
    weight: str = "1.0"
    """SQL expression over the population's columns: a person's part against the others'."""
    weekday: str = ""
    hour: str = ""


@dataclass(frozen=True, slots=True)
class Who:
    """Who qualifies for a pathway."""

    where: str = ""
    youngest: int = 0
    oldest: int = OLDEST


@dataclass(frozen=True, slots=True)
class Pathway:
    """What happens to one person, who qualifies, and how often."""

    name: str
    title: Text
    requirements: tuple[str, ...]
    who: Who
    demand: Rate | Schedule
    steps: tuple[Step, ...]
    reason: str = ""
    """Figure of ICPC-2 shares the episode's reason for contact is drawn from."""
    before: int = 0
    """Days before the period from which demand is drawn, so that the period does not begin empty."""
    beyond: int = 0
    """Days after the period from which demand is drawn, because it begins ahead of its appointment."""
    parameters: tuple[Parameter, ...] = ()
    path: Path = field(default=Path(), compare=False)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A kind of organisation: one per site, or one per value of a population column."""

    kind: str
    one_per: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A profession or actor."""

    name: str
    title: Text
    at: str
    """Kind of organisation it usually acts from."""
    numbered: bool = True
    """False for citizens and systems, who are nobody's staff."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A working shift: which hours on which weekdays (0 is Monday), and its share of the working hours."""

    name: str
    hours: Hours
    days: tuple[int, ...]
    share: str = ""
    """Figure of shares by shift name."""


@dataclass(frozen=True, slots=True)
class Staff:
    """People of one role who can be short: so many per organisation, or national full-time equivalents shared out."""

    name: str
    role: str
    at: str
    shifts: tuple[Shift, ...]
    persons: int = 0
    arsverk: Number | None = None
    """National full-time equivalents (årsverk)."""
    where: str = ""
    """SQL expression: the residents by whose number the årsverk are shared out."""
    of: Number | None = None
    """How many such residents the whole country has."""
    hours_per_arsverk: Number = Number(1.0)
    direct: Number = Number(1.0)
    """Share of the working time that is with patients or on the way to them."""
    weekend: Number = Number(1.0)
    """Staffing on Saturday and Sunday against weekdays."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """Organisations, roles and staff: the words pathways are written in."""

    name: str
    organisations: Mapping[str, Organisation]
    roles: Mapping[str, Role]
    staff: Mapping[str, Staff]
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """What one profession can live with."""

    p95_ms: float
    error_share: float
    status: Status
    source: str


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Which part of the period is replayed against the candidate, and how many times the people."""

    window_start: int
    """Seconds after the period's start."""
    window_seconds: int
    people: int
    """Replicas of the municipalities."""
    limits: Mapping[str, Limit]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the catalogue a study tests; empty means all."""

    capabilities: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Study:
    """A question put to the bench: where, when, which pathways, with how many hands."""

    name: str
    title: Text
    path: Path
    digest: str
    """SHA-256 of the study, its pathways and its staffing as canonical JSON."""
    municipalities: tuple[str, ...]
    start: date
    days: int
    seed: int
    pathways: tuple[Pathway, ...]
    staffing: Staffing
    staff_factors: Mapping[str, float]
    """Staff by name against the usual number."""
    demand_factors: Mapping[str, float]
    """Demand by pathway against the usual."""
    conformance: Selection
    load: LoadPlan | None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every number about the world that stands in the study's own files."""
        return self.staffing.parameters + tuple(p for pathway in self.pathways for p in pathway.parameters)
