"""What people write in ``scenarios/``, parsed: pathways, staffing and studies as frozen data.

Durations are seconds. A figure is named, never copied: its value is looked up when the care is simulated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Literal

from simulator.domain.numbers import ONE, Distribution, Hours, Number, Parameter, Status, Text
from simulator.domain.profession import UNSPECIFIED_PROFESSION, Profession
from simulator.domain.systems import ALL_INSIDE, AT_ONCE, Adoption, Outage, Participation, Response, Systems

# What numbers are is said in a module of its own; those who read scenarios need both.
__all__ = ["Distribution", "Hours", "Number", "Parameter", "Status", "Text"]

Channel = Literal["in-person", "electronic", "home", "ward", "message", "system"]

APPOINTMENT: Final = "appointment"
"""The word in ``after:`` for the instant the demand asks for, when the episode starts ahead of it (``lead:``)."""

OLDEST: Final = 120

MAX_DAYS: Final = 3660
"""The longest period, and the longest time before or after it from which demand is drawn."""

LONGEST_LIVES: Final = 366
"""The longest period, in days and with those before it, of which events in life are told."""

MAX_SEED: Final = (1 << 63) - 1
"""The greatest seed that the files of a run can hold."""

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
        "VEDTAKSKJEMA_TVANG",
    }
)
"""Message types a step may send (Volven 8279)."""


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
    known: bool = False
    """Only when the message that step sends has arrived, and the delay after it; not as soon as it is sent."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The step is due ``seconds`` after ``of`` was done (or after the episode's start, when empty)."""

    seconds: int
    of: str = ""


@dataclass(frozen=True, slots=True)
class Occupation:
    """The step waits for a place of that name, which is free again when the step ``until`` is done or skipped."""

    place: str
    until: str


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A message without a receipt ``seconds`` after it was sent is sent again, ``remind`` times at most."""

    seconds: int
    remind: int
    takes: Distribution | None = None
    """How long the sender works on each reminder, counted as staff time but kept from no other work; None for none."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """What it costs that something to be read is not there when the work begins."""

    takes: Distribution | None = None
    """How much longer the work takes."""
    sends: str = ""
    """Message type of the inquiry that goes out when the work is done; empty for none."""
    to: str = ""
    by: str = ""
    """Role that answers the inquiry; empty when nobody does."""
    answered: Distribution | None = None
    """From the inquiry's arrival to the answer (DIALOG_SVAR), which carries what was lacking."""


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
    chance: Number = ONE
    only_if: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    where: str = ""
    """SQL expression over the population's columns: for whom the step is at all."""
    occupies: Occupation | None = None
    postpone: int | None = None
    """Seconds after the first try at which one that nobody came to is tried again, instead of being given up."""
    acknowledged: Acknowledgement | None = None
    lacking: Lacking | None = None
    title: Text = field(default_factory=dict)
    """What it is called on pages for people; empty to go by its id."""


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
    weight: str = "1.0"
    """SQL expression over the population's columns: a person's part against others'; the whole stays the same."""
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
class Milestones:
    """An episode for each resident at each of the given ages."""

    at: tuple[int, ...]
    """Seconds after birth."""
    of: str = "birth_date"
    """The population's column of dates that ages count from."""
    weekday: str = ""
    hour: str = ""
    spread: int = 0
    """Seconds over which episodes are spread after the age is reached."""


@dataclass(frozen=True, slots=True)
class From:
    """An episode starts when a step of another pathway is done, for the same resident."""

    pathway: str
    step: str
    chance: Number = ONE
    where: str = ""


@dataclass(frozen=True, slots=True)
class Following:
    """Demand that comes out of other pathways."""

    sources: tuple[From, ...]


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """An episode for each event of that kind in residents' lives (tables.LIFE_EVENTS); a birth's is the mother's."""

    kind: str


Demand = Rate | Schedule | Milestones | Following | LifeEvent


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
    demand: Demand
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
    """A kind of organisation: one per municipality, per value of a population column, or for several municipalities."""

    kind: str
    one_per: str = ""
    shared_by: Literal["", "county", "health-region", "country"] = ""
    """The area whose municipalities have one together."""
    hand_over: int = 0
    """Seconds that a request for people or places of one that is shared is under way, and its reply."""


@dataclass(frozen=True, slots=True)
class Role:
    """A profession or actor."""

    name: str
    title: Text
    at: str
    """Kind of organisation it usually acts from."""
    numbered: bool = True
    """False for citizens and systems, who are nobody's staff."""
    profession: Profession = UNSPECIFIED_PROFESSION


@dataclass(frozen=True, slots=True)
class Shift:
    """A working shift: which hours on which weekdays (0 is Monday), and its share of the working hours."""

    name: str
    hours: Hours
    days: tuple[int, ...]
    share: str = ""
    """Figure of shares by shift name."""


@dataclass(frozen=True, slots=True)
class Away:
    """The share of a staff who are away, on average over the year and by a profile of months."""

    share: Number
    month: str = ""
    """Figure of twelve factors with mean 1."""


@dataclass(frozen=True, slots=True)
class Place:
    """Places that run out: so many in each organisation, or a national number shared out by residents."""

    name: str
    at: str
    count: Number
    of: Number | None = None
    """How many residents of ``where`` the whole country has; None when ``count`` is each organisation's own."""
    where: str = ""


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
    hours_per_arsverk: Number = ONE
    direct: Number = ONE
    """Share of the working time that is with patients or on the way to them."""
    weekend: Number = ONE
    """Staffing on Saturday and Sunday against weekdays; a public holiday is staffed as a Sunday."""
    absence: Away | None = None
    """Away sick, drawn for each person and day."""
    vacation: Away | None = None
    """Away on holiday, drawn for each person and week."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """Organisations, roles, staff and places: the words pathways are written in."""

    name: str
    organisations: Mapping[str, Organisation]
    roles: Mapping[str, Role]
    staff: Mapping[str, Staff]
    parameters: tuple[Parameter, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def professions(self) -> dict[str, Profession]:
        """What each role is by its code tables."""
        return {role.name: role.profession for role in self.roles.values()}


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
    """Seconds after the period's first midnight as clocks in Oslo show them, moved forward and back or not."""
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
class Replications:
    """How often a study is repeated with other seeds: until a measure's interval is narrow enough."""

    least: int
    most: int
    measure: str
    half_width: float
    """Half the 95 % interval, as a part of the mean."""


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
    """Staff and places by name against the usual number."""
    demand_factors: Mapping[str, float]
    """Demand by pathway against the usual."""
    conformance: Selection
    load: LoadPlan | None
    systems: Systems | None = None
    """Roads and what they carry; None only in studies made by hand in which nothing is sent across systems."""
    participation: Participation = ALL_INSIDE
    adoption: Adoption | None = None
    mishaps: Mapping[str, float] = field(default_factory=dict)
    """Shares of messages by word of ``systems.MISHAPS`` that replace those of the message road."""
    outages: tuple[Outage, ...] = ()
    response: Response = AT_ONCE
    warm_up: int = 0
    """Days simulated before the period at the least."""
    interactions: Literal["rendered", "counted"] = "rendered"
    replications: Replications | None = None
    alternatives: Mapping[str, "Study"] = field(default_factory=dict)
    """The same study with some keys changed, by name; simulated with the same seeds."""
    baseline: str = ""
    """The alternative that the others are held against."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every number about the world that stands in the study's own files."""
        systems = self.systems.parameters if self.systems else ()
        pathways = tuple(p for pathway in self.pathways for p in pathway.parameters)
        return self.staffing.parameters + systems + pathways
