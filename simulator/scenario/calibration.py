"""Reads the totals that a normal year is calibrated against."""

from functools import partial
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from simulator.conditions import condition
from simulator.documents import Document, read
from simulator.domain.calibration import Counted, Target
from simulator.domain.scenario import Number
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.places import PATHWAYS, SCENARIOS
from simulator.scenario.expressions import number
from simulator.scenario.faults import Faults
from simulator.scenario.models import Quantity, Strict, TextModel
from simulator.scenario.pathways import load_pathway
from simulator.scenario.uses import Use, figure_faults

CALIBRATION: Final = SCENARIOS / "calibration.yaml"


class TargetModel(Strict):
    """One total."""

    title: TextModel
    official: Quantity
    tolerance: Quantity
    pathway: str
    steps: Annotated[list[str], Field(min_length=1)]
    counted: Counted = "steps"
    beside: Quantity | None = None
    residents: str = ""


class CalibrationModel(Strict):
    """A calibration file."""

    calibration: str
    targets: Annotated[dict[str, TargetModel], Field(min_length=1)]


def load_targets(figures: Figures, path: Path = CALIBRATION) -> tuple[Target, ...]:
    """The totals of a file (the shipped one by default); raises InputError naming every fault with file and line."""
    return parse_targets(read(path), figures)


def parse_targets(document: Document, figures: Figures) -> tuple[Target, ...]:
    """The totals a document describes; raises InputError."""
    model = document.as_model(CalibrationModel)
    faults = Faults(document)
    targets = tuple(_target(name, entry, faults) for name, entry in model.targets.items())
    faults.stop()
    parts = (part for target in targets for part in (target.official, target.beside) if part)
    wrong = figure_faults({Use(name, "number") for part in parts for name in part.figures}, document.path, figures)
    if wrong:
        raise InputError("\n  ".join(wrong))
    return targets


def _target(name: str, model: TargetModel, faults: Faults) -> Target:
    place = ("targets", name)
    _check_steps(place, model, faults)
    tolerance = faults.parse((*place, "tolerance"), lambda: number(model.tolerance), Number(1.0))
    if tolerance.figures or not 0 < tolerance.constant < 1:
        faults.add((*place, "tolerance"), f"'{model.tolerance}' is not a share such as '3 %'")
    beside = model.beside
    return Target(
        name,
        model.title.model_dump(),
        faults.parse((*place, "official"), lambda: number(model.official), Number(1.0)),
        tolerance.constant,
        model.pathway,
        tuple(model.steps),
        model.counted,
        None if beside is None else faults.parse((*place, "beside"), partial(number, beside), None),
        faults.parse((*place, "residents"), lambda: condition(model.residents), "") if model.residents else "",
    )


def _check_steps(place: tuple[str, str], model: TargetModel, faults: Faults) -> None:
    """The pathway is there and has the steps."""
    if not faults.word((*place, "pathway"), model.pathway, sorted(p.stem for p in PATHWAYS.glob("*.yaml")), "pathway"):
        return
    steps = [step.id for step in load_pathway(model.pathway).steps]
    for n, step in enumerate(model.steps):
        faults.word((*place, "steps", n), step, steps, "step")
