"""Checks that somebody is there for every step of a study: with its factors, on the days when the step may begin."""

from collections.abc import Mapping, Sequence
from typing import Final

from simulator.documents import read
from simulator.domain.scenario import Hours, Pathway, Staff, Staffing, Step
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.scenario.faults import Faults

_DAY: Final = 86400


def check_hands(
    pathways: Sequence[Pathway], staffing: Staffing, factors: Mapping[str, float], figures: Figures, faults: Faults
) -> None:
    """Add a fault for every step that nobody can do, or no place can be had for."""
    for pathway in pathways:
        for number, step in enumerate(pathway.steps):
            short = [name for name in (step.needs, step.occupies.place if step.occupies else "") if name]
            for name in short:
                if factors.get(name) == 0:
                    message = f"nobody can do step '{step.id}' of '{pathway.name}': there are no {name}"
                    faults.add(("staffing", "factor", name), message)
            staff = staffing.staff.get(step.needs)
            if staff is not None and step.opening is not None and not _meet(step, staff, figures):
                message = f"nobody can do step '{step.id}': {staff.name} never work on the days it may begin"
                faults.note(read(pathway.path).where("steps", number, "opening"), message)


def _meet(step: Step, staff: Staff, figures: Figures) -> bool:
    """Whether on some day of the week the step may begin while a shift is at work."""
    opening = step.opening
    assert opening is not None
    days: Sequence[int] = range(7)
    if opening.weekday:
        try:
            profile = figures.profile(opening.weekday)
        except InputError:
            return True  # a figure that is none, or no profile, is named where figures are checked
        if len(profile) != len(days):
            return True
        days = [day for day in days if profile[day] > 0]
    return any(
        _overlap((day, opening.hours), (other, shift.hours))
        for day in days
        for shift in staff.shifts
        for other in shift.days
    )


def _overlap(one: tuple[int, Hours], other: tuple[int, Hours]) -> bool:
    """Whether hours that begin on two days of the week share a moment; both may run past midnight, and past Sunday."""
    (first, hours), (second, others) = one, other
    ahead = ((second * _DAY + others.begin) - (first * _DAY + hours.begin)) % (7 * _DAY)
    return ahead < hours.seconds or 7 * _DAY - ahead < others.seconds
