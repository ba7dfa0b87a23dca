"""The figures that rendering needs and the simulation does not give, read from ``assumptions.yaml`` beside it."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, RootModel

from simulator.documents import read
from simulator.domain.figure import FigureUse
from simulator.fhir.references import reference_uses
from simulator.figures.regimens import regimens

PATH: Final = Path(__file__).with_name("assumptions.yaml")


class _Figure(BaseModel):
    model_config = ConfigDict(extra="forbid")
    value: float
    unit: str
    year: int
    source: str
    status: Literal["official", "derived", "assumed"]


class _Assumptions(RootModel[dict[str, _Figure]]):
    pass


@cache
def _figures() -> dict[str, _Figure]:
    return read(PATH).as_model(_Assumptions).root


def assumption(name: str) -> float:
    """The value of one figure, in the unit its file states."""
    return _figures()[name].value


def assumptions() -> tuple[FigureUse, ...]:
    """Every figure rendering rests on, for the report."""
    own = (
        FigureUse(name, figure.unit, figure.year, figure.source, figure.status) for name, figure in _figures().items()
    )
    return tuple(replace(use, name=f"record.{use.name}") for use in (*own, *regimens().uses)) + reference_uses()
