"""Reads a pathway file into ``domain.scenario.Pathway``."""

from pathlib import Path

from simulator.conditions import condition
from simulator.documents import Document, read
from simulator.domain.scenario import OLDEST, Pathway, Staffing, Who
from simulator.places import PATHWAYS
from simulator.scenario.demand import read_demand
from simulator.scenario.expressions import ages, whole_days
from simulator.scenario.faults import Faults
from simulator.scenario.models import PathwayModel, WhoModel
from simulator.scenario.naming import check_requirements
from simulator.scenario.order import check_order
from simulator.scenario.parameters import read_parameters
from simulator.scenario.staffing import load_staffing
from simulator.scenario.steps import StepReader, step_names


def load_pathway(path: str | Path, staffing: Staffing | None = None) -> Pathway:
    """The pathway of that file, or of that name in ``scenarios/pathways/``.

    Its words are checked against ``staffing`` (the standard one by default).
    Raises InputError naming every fault with file, line and the nearest valid word.
    """
    file = Path(path)
    return parse_pathway(read(file if file.suffix else PATHWAYS / f"{path}.yaml"), staffing or load_staffing())


def parse_pathway(document: Document, staffing: Staffing) -> Pathway:
    """The pathway a document describes; raises InputError."""
    model = document.as_model(PathwayModel)
    faults = Faults(document)
    parameters, origins = read_parameters(model.parameters, faults)
    who = _who(model.who, faults)
    demand = read_demand(model, parameters, faults)
    before, beyond = (_days(key, text, faults) for key, text in (("before", model.before), ("beyond", model.beyond)))
    senders = frozenset(step.id for step in model.steps if step.sends)
    reader = StepReader(faults, staffing, parameters, step_names(model), senders)
    steps = tuple(reader.read(number_of_step, step) for number_of_step, step in enumerate(model.steps))
    check_order(steps, staffing, faults)
    check_requirements(("requirements",), model.requirements, faults)
    faults.stop()
    return Pathway(
        model.pathway,
        model.title.model_dump(),
        tuple(model.requirements),
        who,
        demand,
        steps,
        reason=model.reason,
        before=before,
        beyond=beyond,
        parameters=origins,
        path=document.path,
    )


def _who(model: WhoModel, faults: Faults) -> Who:
    where = faults.parse(("who", "where"), lambda: condition(model.where), "") if model.where else ""
    youngest, oldest = faults.parse(("who", "ages"), lambda: ages(model.ages, OLDEST), (0, OLDEST))
    return Who(where, youngest, oldest)


def _days(key: str, text: str, faults: Faults) -> int:
    return faults.parse((key,), lambda: whole_days(text), 0)
