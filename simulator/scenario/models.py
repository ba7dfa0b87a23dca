"""The shape of pathway and staffing files: which keys there are, of what type. What the words mean is checked later."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from simulator.domain.scenario import Channel, Status


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


Quantity = str | float
"""A number, duration or distribution in the language of ``expressions``."""
Words = Annotated[list[str], BeforeValidator(_as_list)]


class Strict(BaseModel):
    """A mapping that refuses keys it does not know, and the truth of something where a number is needed."""

    model_config = ConfigDict(extra="forbid", strict=False, populate_by_name=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth(cls, value: object, info: ValidationInfo) -> object:
        """``yes``, ``no``, ``on`` and ``off`` are true or false to YAML, and would be taken for 1 and 0."""
        if cls.model_fields[str(info.field_name)].annotation is bool:
            return value
        parts = {"": value} | (value if isinstance(value, dict) else {})
        for key, part in parts.items():
            if part is True or part is False:
                named = f"'{key}' " if key else ""
                raise ValueError(f"{named}is {str(part).lower()}, as YAML reads yes, no, on and off; write what it is")
        return value


class TextModel(Strict):
    """A text in bokmål and English."""

    nb: str
    en: str


class ParameterModel(Strict):
    """A number about the world, with its origin."""

    value: Quantity
    source: str
    status: Status
    year: str | Annotated[int, Field(ge=1000, le=2200)] = ""


class WhoModel(Strict):
    """Who qualifies."""

    ages: str | int = "0-120"
    where: str = ""


class MoreModel(Strict):
    """Who is more likely than others, and how much."""

    where: str
    times: Quantity


class RateModel(Strict):
    """Open demand."""

    rate: Quantity
    total: Quantity | None = None
    weekday: str = ""
    hour: str = ""
    month: str = ""
    grid: str = "1 s"
    weight: Quantity = 1.0
    more: MoreModel | None = None
    lead: Quantity | None = None
    lead_hours: str | None = None


class ScheduleModel(Strict):
    """Planned demand."""

    total: Quantity
    of: Quantity
    weight: Quantity = 1.0
    weekday: str = ""
    hour: str = ""


class MilestonesModel(Strict):
    """At certain ages."""

    at: Annotated[list[str], Field(min_length=1)]
    of: str = "birth_date"
    weekday: str = ""
    hour: str = ""
    spread: Quantity = "0 s"


class FromModel(Strict):
    """When a step of another pathway is done."""

    pathway: str
    step: str
    chance: Quantity = 1.0
    where: str = ""


class EdgeModel(Strict):
    """Follows a step, after a delay."""

    step: str
    delay: Quantity | None = None
    when: Literal["done", "known"] = "done"


class OccupiesModel(Strict):
    """A place that is waited for, and until when it is taken."""

    place: str
    until: str


class AcknowledgedModel(Strict):
    """When a message without receipt is sent again, and how often."""

    within: str
    remind: int = Field(ge=1, le=20)
    takes: Quantity | None = None


class LackingModel(Strict):
    """What it costs that information is not there."""

    takes: Quantity | None = None
    sends: str = ""
    to: str = ""
    by: str = ""
    answered: Quantity | None = None


class DeadlineModel(Strict):
    """Due so long after a step."""

    time: str
    of: str


class OpeningModel(Strict):
    """When a step may begin."""

    hours: str = "00:00-24:00"
    weekday: str = ""
    spread: Quantity = "0 s"


class StepModel(Strict):
    """One step."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: TextModel | None = None
    by: str
    at: str = ""
    channel: Channel | Literal[""] = ""
    after: Annotated[list[str | EdgeModel], BeforeValidator(_as_list)] = []
    takes: Quantity | None = None
    travel: Quantity | None = None
    needs: str = ""
    priority: str | Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
    patience: str | None = None
    opening: OpeningModel | None = None
    within: str | DeadlineModel | None = None
    sends: str = ""
    to: str = ""
    records: Words = []
    reads: Words = []
    chance: Quantity = 1.0
    only_if: Words = Field(default=[], alias="if")
    unless: Words = []
    where: str = ""
    occupies: OccupiesModel | None = None
    postpone: str | None = None
    acknowledged: AcknowledgedModel | None = None
    lacking: LackingModel | None = None


class PathwayModel(Strict):
    """A pathway file."""

    pathway: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: TextModel
    requirements: list[str] = []
    who: WhoModel = WhoModel()
    demand: RateModel | None = None
    schedule: ScheduleModel | None = None
    milestones: MilestonesModel | None = None
    source: Annotated[list[FromModel], BeforeValidator(_as_list)] = Field(default=[], alias="from")
    life_event: str = ""
    reason: str = ""
    before: str = "0 d"
    beyond: str = "0 d"
    parameters: dict[str, ParameterModel] = {}
    steps: Annotated[list[StepModel], Field(min_length=1)]


class OrganisationModel(Strict):
    """A kind of organisation."""

    one_per: str = ""
    shared_by: Literal["", "county", "health-region", "country"] = ""
    hand_over: str = ""


class CodeModel(Strict):
    """A code and its name."""

    code: str
    name: str


class RoleModel(Strict):
    """A profession or actor."""

    title: TextModel
    at: str
    numbered: bool = True
    category: CodeModel | None = None
    function: CodeModel | None = None


class AwayModel(Strict):
    """The share who are away, by month."""

    share: Quantity
    month: str = ""


class PlaceModel(Strict):
    """Places that run out."""

    at: str
    count: Quantity
    of: Quantity | None = None
    where: str = ""


class ShiftModel(Strict):
    """A working shift."""

    hours: str
    days: str = "mon-sun"
    share: str = ""


class StaffModel(Strict):
    """People who can be short."""

    role: str
    at: str = ""
    persons: int = Field(default=0, ge=0, le=100_000)
    arsverk: Quantity | None = None
    where: str = ""
    of: Quantity | None = None
    hours_per_arsverk: Quantity = 1.0
    direct: Quantity = 1.0
    weekend: Quantity = 1.0
    absence: AwayModel | Quantity | None = None
    vacation: AwayModel | Quantity | None = None
    shifts: Annotated[dict[str, ShiftModel], Field(min_length=1)]


class StaffingModel(Strict):
    """A staffing file."""

    staffing: str
    organisations: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")], OrganisationModel]
    roles: dict[str, RoleModel]
    staff: dict[str, StaffModel] = {}
    places: dict[str, PlaceModel] = {}
    parameters: dict[str, ParameterModel] = {}
