"""Reads a pathway file into ``domain.scenario.Pathway``."""

from collections.abc import Mapping
from pathlib import Path

from simulator.conditions import amount, condition
from simulator.documents import Document, read
from simulator.domain.scenario import OLDEST, Hours, Number, Pathway, Rate, Schedule, Staffing, Who
from simulator.places import PATHWAYS
from simulator.scenario.expressions import ages, distribution, hours, number, seconds
from simulator.scenario.faults import Faults
from simulator.scenario.models import PathwayModel, RateModel, ScheduleModel, WhoModel
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
    demand = _demand(model, parameters, faults)
    before, beyond = (_days(key, text, faults) for key, text in (("before", model.before), ("beyond", model.beyond)))
    reader = StepReader(faults, staffing, parameters, step_names(model))
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
    found = faults.parse((key,), lambda: seconds(text), 0)
    if found % 86400:
        faults.add((key,), f"'{text}' is not whole days")
    return found // 86400


def _demand(model: PathwayModel, parameters: Mapping[str, Number], faults: Faults) -> Rate | Schedule:
    if model.demand is not None and model.schedule is None:
        return _rate(model.demand, parameters, faults)
    if model.schedule is not None and model.demand is None:
        return _schedule(model.schedule, parameters, faults)
    faults.add(("pathway",), "a pathway has either 'demand' (open, by rate) or 'schedule' (planned), and one of them")
    return Rate(Number(0.0))


def _rate(model: RateModel, parameters: Mapping[str, Number], faults: Faults) -> Rate:
    def quantity(key: str, text: str | float) -> Number:
        return faults.parse(("demand", key), lambda: number(text, parameters), Number(1.0))

    lead = None
    if model.lead is not None:
        text = model.lead
        lead = faults.parse(("demand", "lead"), lambda: distribution(text, parameters), None)
    opening: Hours | None = None
    if model.lead_hours is not None:
        span = model.lead_hours
        opening = faults.parse(("demand", "lead_hours"), lambda: hours(span), None)
    return Rate(
        quantity("rate", model.rate),
        None if model.total is None else quantity("total", model.total),
        model.weekday,
        model.hour,
        model.month,
        max(1, faults.parse(("demand", "grid"), lambda: seconds(model.grid), 1)),
        _more(model, parameters, faults),
        lead,
        opening,
    )


def _more(model: RateModel, parameters: Mapping[str, Number], faults: Faults) -> tuple[str, Number] | None:
    more = model.more
    if more is None:
        return None
    where = faults.parse(("demand", "more", "where"), lambda: condition(more.where), "")
    return where, faults.parse(("demand", "more", "times"), lambda: number(more.times, parameters), Number(1.0))


def _schedule(model: ScheduleModel, parameters: Mapping[str, Number], faults: Faults) -> Schedule:
    def quantity(key: str, text: str | float) -> Number:
        return faults.parse(("schedule", key), lambda: number(text, parameters), Number(1.0))

    return Schedule(
        quantity("total", model.total),
        quantity("of", model.of),
        faults.parse(("schedule", "weight"), lambda: amount(model.weight), "1.0"),
        model.weekday,
        model.hour,
    )
