"""Reads a staffing file: which organisations, roles and staff there are, the words that pathways are written in."""

from collections.abc import Mapping
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Final

from simulator.conditions import condition
from simulator.documents import read
from simulator.domain.profession import UNSPECIFIED_PROFESSION, Profession
from simulator.domain.scenario import Away, Hours, Number, Organisation, Place, Role, Shift, Staff, Staffing
from simulator.domain.tables import POPULATION
from simulator.places import SCENARIOS
from simulator.scenario.expressions import hours, number, seconds, weekdays
from simulator.scenario.faults import Faults
from simulator.scenario.models import (
    AwayModel,
    PlaceModel,
    Quantity,
    RoleModel,
    ShiftModel,
    StaffingModel,
    StaffModel,
)
from simulator.scenario.parameters import read_parameters

STAFFINGS: Final = SCENARIOS / "staffing"
WHOLE_WEEK: Final = tuple(range(7))
LISTS: Final = tuple(name for name, kind in POPULATION.items() if kind == POPULATION["fastlege"])
"""Columns that number the organisations of one kind."""


def load_staffing(name_or_path: str | Path = "standard") -> Staffing:
    """The staffing of that name in ``scenarios/staffing/``, or in that file; raises InputError with file and line."""
    path = Path(name_or_path)
    document = read(path if path.suffix else STAFFINGS / f"{name_or_path}.yaml")
    model = document.as_model(StaffingModel)
    faults = Faults(document)
    for kind, organisation in model.organisations.items():
        if organisation.one_per:
            faults.word(("organisations", kind, "one_per"), organisation.one_per, LISTS, "column of lists")
            if organisation.shared_by:
                faults.add(
                    ("organisations", kind, "shared_by"), "an organisation is 'one_per' list or 'shared_by', not both"
                )
    for name, role in model.roles.items():
        faults.word(("roles", name, "at"), role.at, model.organisations, "organisation")
    parameters, origins = read_parameters(model.parameters, faults)
    organisations = {kind: _organisation(kind, model, parameters, faults) for kind in model.organisations}
    staff = {name: _staff(name, entry, model, parameters, faults) for name, entry in model.staff.items()}
    places = {name: _place(name, entry, model, parameters, faults) for name, entry in model.places.items()}
    faults.stop()
    return Staffing(
        model.staffing,
        organisations,
        {n: Role(n, r.title.model_dump(), r.at, r.numbered, _profession(r)) for n, r in model.roles.items()},
        staff,
        origins,
        places,
    )


def _organisation(kind: str, whole: StaffingModel, parameters: Mapping[str, Number], faults: Faults) -> Organisation:
    model, place = whole.organisations[kind], ("organisations", kind)
    counted = [entry.at or whole.roles[entry.role].at for entry in whole.staff.values() if entry.role in whole.roles]
    counted += [entry.at for entry in whole.places.values()]
    if not model.hand_over:
        if model.shared_by and kind in counted:
            message = f"people or places of '{kind}' are counted, so it needs 'hand_over': how long a request takes"
            faults.add((*place, "shared_by"), message)
        return Organisation(kind, model.one_per, model.shared_by)
    if not model.shared_by:
        faults.add((*place, "hand_over"), "only what is 'shared_by' several municipalities has a hand-over")
    found = faults.parse((*place, "hand_over"), lambda: seconds(model.hand_over, parameters), 1)
    if found < 1:
        faults.add((*place, "hand_over"), "a hand-over of no time at all; it takes a second at least")
    return Organisation(kind, model.one_per, model.shared_by, found)


def _profession(model: RoleModel) -> Profession:
    category, function = model.category, model.function
    return Profession(
        (category.code, category.name) if category else UNSPECIFIED_PROFESSION.category,
        (function.code, function.name) if function else None,
    )


def _place(
    name: str, model: PlaceModel, whole: StaffingModel, parameters: Mapping[str, Number], faults: Faults
) -> Place:
    place = ("places", name)
    faults.word((*place, "at"), model.at, whole.organisations, "organisation")
    if name in whole.staff:
        faults.add(place, f"'{name}' is a staff already; a study could not say which of the two it means")
    count = faults.parse((*place, "count"), lambda: number(model.count, parameters), Number(1.0))
    if not count.figures and count.constant <= 0:
        faults.add((*place, "count"), f"there are no places '{name}', so whoever waits for one waits for ever")
    of = None if model.of is None else faults.parse((*place, "of"), partial(number, model.of, parameters), None)
    faults.above_zero((*place, "of"), of)
    if model.where and model.of is None:
        faults.add((*place, "where"), "'where' needs 'of': how many such residents the country has")
    where = faults.parse((*place, "where"), lambda: condition(model.where), "") if model.where else ""
    return Place(name, model.at, count, of, where)


def _away(
    place: tuple[str, ...], model: AwayModel | Quantity | None, parameters: Mapping[str, Number], faults: Faults
) -> Away | None:
    if model is None:
        return None
    share, month = (model.share, model.month) if isinstance(model, AwayModel) else (model, "")
    found = faults.parse(place, lambda: number(share, parameters), Number(0.0))
    if not found.figures and found.constant > 1:
        faults.add(place, f"a share of {found.constant:g} is above 1")
    return Away(found, month)


def _staff(
    name: str, model: StaffModel, whole: StaffingModel, parameters: Mapping[str, Number], faults: Faults
) -> Staff:
    place = ("staff", name)
    known = faults.word((*place, "role"), model.role, whole.roles, "role")
    at = model.at or (whole.roles[model.role].at if known else "")
    if model.at:
        faults.word((*place, "at"), at, whole.organisations, "organisation")
    if bool(model.persons) == (model.arsverk is not None) and model.arsverk is not None:
        faults.add((*place, "persons"), "give either 'persons' per organisation or national 'arsverk', not both")
    if model.arsverk is not None and model.of is None:
        faults.add((*place, "arsverk"), "'arsverk' needs 'of': how many residents of 'where' the country has")

    shifts = tuple(_shift((*place, "shifts", key), key, shift, faults) for key, shift in model.shifts.items())
    for shift in shifts:
        if not shift.share and any(other.share for other in shifts):
            faults.add((*place, "shifts", shift.name), f"shift '{shift.name}' has no 'share', which others have")
    for one, other in combinations(shifts, 2):
        if set(one.days) & set(other.days) and one.hours.overlaps(other.hours):
            faults.add((*place, "shifts", other.name), f"shifts '{one.name}' and '{other.name}' overlap")

    def quantity(key: str, text: str | float) -> Number:
        return faults.parse((*place, key), lambda: number(text, parameters), Number(1.0))

    of, direct = None if model.of is None else quantity("of", model.of), quantity("direct", model.direct)
    faults.above_zero((*place, "of"), of)
    if not direct.figures and direct.constant > 1:
        faults.add((*place, "direct"), f"a share of {direct.constant:g} is above 1")
    return Staff(
        name,
        model.role,
        at,
        shifts,
        persons=model.persons,
        arsverk=None if model.arsverk is None else quantity("arsverk", model.arsverk),
        where=faults.parse((*place, "where"), lambda: condition(model.where), "") if model.where else "",
        of=of,
        hours_per_arsverk=quantity("hours_per_arsverk", model.hours_per_arsverk),
        direct=direct,
        weekend=quantity("weekend", model.weekend),
        absence=_away((*place, "absence"), model.absence, parameters, faults),
        vacation=_away((*place, "vacation"), model.vacation, parameters, faults),
    )


def _shift(place: tuple[str, ...], name: str, model: ShiftModel, faults: Faults) -> Shift:
    return Shift(
        name,
        faults.parse((*place, "hours"), lambda: hours(model.hours), Hours(0, 86400)),
        faults.parse((*place, "days"), lambda: weekdays(model.days), WHOLE_WEEK),
        model.share,
    )
