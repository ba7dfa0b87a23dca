"""The shape of study files: which keys there are and of what type. What the words mean is checked afterwards."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from simulator.domain.scenario import MAX_DAYS, MAX_SEED, Status
from simulator.domain.systems import System
from simulator.scenario.models import Quantity, Strict, TextModel, Words


def _as_text(value: object) -> object:
    """A day, and a time with seconds, is an instant to YAML; a time without them is text."""
    return value.isoformat() if isinstance(value, date) else value


Share = Annotated[float, Field(ge=0, le=1)]


class LimitModel(Strict):
    """What one profession can live with."""

    p95_ms: float = Field(gt=0)
    error_share: float = Field(ge=0, le=1)
    status: Status
    source: str


class LoadModel(Strict):
    """Which part of the period is replayed."""

    window_start: str
    window: str
    people: int = Field(ge=1, le=10_000)
    limits: dict[str, LimitModel] = Field(default={})


class ConformanceModel(Strict):
    """Which part of the catalogue is tested."""

    capabilities: list[str] = Field(default=[])
    requirements: list[str] = Field(default=[])


class StaffChoiceModel(Strict):
    """Which staffing, and how much of it."""

    use: str = "standard"
    factor: dict[str, Annotated[float, Field(ge=0, le=1000)]] = Field(default={})


class AdoptionModel(Strict):
    """How far a system has spread among the municipalities."""

    curve: str
    at: float = Field(ge=1990, le=2200)
    then: System = "common"
    kinds: Words = Field(default=[])
    dip: Quantity = 0.0
    dip_lasts: str = "0 d"


class MessagesModel(Strict):
    """Shares of messages to which something happens."""

    lost: Share | None = None
    late: Share | None = None
    duplicated: Share | None = None
    out_of_order: Share | None = Field(default=None, alias="out-of-order")
    rejected: Share | None = None


class OutageModel(Strict):
    """A system that is down for a while."""

    system: str
    at: Annotated[str, BeforeValidator(_as_text)]
    lasts: str


class ResponseModel(Strict):
    """What each interaction adds to the work."""

    seconds: float = Field(default=0.0, ge=0, le=3600)
    run: str = Field(default="", alias="from")


class UntilModel(Strict):
    """The measure whose interval is to be so narrow."""

    measure: str
    half_width: float = Field(gt=0)


class ReplicationsModel(Strict):
    """How often the study is repeated."""

    least: int = Field(ge=2, le=10_000)
    most: int = Field(ge=2, le=10_000)
    until: UntilModel


class StudyModel(Strict):
    """A study file."""

    study: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: TextModel
    municipalities: Annotated[list[str | int], Field(min_length=1)] | Literal["all"]
    start: date = Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))
    days: int = Field(ge=1, le=MAX_DAYS)
    seed: int = Field(ge=0, le=MAX_SEED)
    pathways: Annotated[list[str], Field(min_length=1)]
    staffing: StaffChoiceModel = StaffChoiceModel()
    demand: dict[str, Annotated[float, Field(ge=0, le=1000)]] = Field(default={})
    conformance: ConformanceModel = ConformanceModel()
    load: LoadModel | None = None
    systems: str = "standard"
    participation: dict[str | int, Any] = Field(default={})
    adoption: AdoptionModel | None = None
    messages: MessagesModel = MessagesModel()
    outages: list[OutageModel] = Field(default=[])
    response: ResponseModel = ResponseModel()
    warm_up: str = "0 d"
    interactions: Literal["rendered", "counted"] = "rendered"
    replications: ReplicationsModel | None = None
    alternatives: dict[str, dict[str, Any]] = Field(default={})
    baseline: str = ""
