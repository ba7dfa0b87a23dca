"""The shape of systems files: which keys there are and of what type. What the words mean is checked afterwards."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from simulator.domain.systems import System
from simulator.scenario.models import ParameterModel, Quantity, Strict, TextModel, Words


def _as_way(value: object) -> object:
    return {"road": value} if isinstance(value, str) else value


class SystemModel(Strict):
    """A kind of system."""

    title: TextModel


class TrafficModel(Strict):
    """What happens on a road."""

    delay: Quantity = "0 s"
    lost: Quantity = 0.0
    late: Quantity = 0.0
    duplicated: Quantity = 0.0
    out_of_order: Quantity = Field(default=0.0, alias="out-of-order")
    rejected: Quantity = 0.0
    held_back: Quantity | None = None
    overtaken_within: Quantity | None = None


class WayModel(Strict):
    """How one system reaches another."""

    road: Literal["shared", "api", "message", "letter"]
    fetches: Words = Field(default=[])


class BaselineModel(Strict):
    """Who holds what was recorded before the period."""

    by: str
    where: str = ""
    told: Quantity = 0.0


class SystemsModel(Strict):
    """A systems file."""

    systems: str
    kinds: dict[System, SystemModel]
    roads: dict[Literal["shared", "api", "message", "letter"], TrafficModel]
    between: dict[System, dict[System, Annotated[WayModel, BeforeValidator(_as_way)]]]
    carries: dict[str, Words] = Field(default={})
    baseline: dict[str, BaselineModel] = Field(default={})
    parameters: dict[str, ParameterModel] = Field(default={})
