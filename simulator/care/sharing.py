"""Organisations that several municipalities have together: whose they are, and which steps are done there."""

from typing import TYPE_CHECKING

from simulator.domain.municipality import COUNTRY, Municipality, area_code
from simulator.domain.scenario import Step, Study
from simulator.errors import InputError
from simulator.figures import Figures

if TYPE_CHECKING:
    from simulator.care.plan import Plan

Areas = dict[str, dict[str, str]]
"""Kind of organisation to municipality to the area whose municipalities have one together."""


def areas_of(study: Study, figures: Figures) -> Areas:
    """The areas of every shared kind of organisation: county number, regional health authority, or the country."""
    places = [figures.municipality(number) for number in study.municipalities]
    shared = [kind for kind in study.staffing.organisations.values() if kind.shared_by]
    return {o.kind: {place.kommunenummer: _area(place, o.shared_by) for place in places} for o in shared}


def _area(place: Municipality, shared_by: str) -> str:
    if shared_by == "county":
        return place.county_code
    return area_code(place.health_region) if shared_by == "health-region" else COUNTRY


def done_elsewhere(plan: "Plan", step: Step) -> str:
    """The kind of shared organisation whose counted people or places a step needs; empty when it needs none.

    People whom nobody counts cannot be short, so work of theirs crosses nothing.
    """
    staff = next((one.staff.at for one in plan.staff if one.staff.name == step.needs), "")
    place = plan.places[step.occupies.place].place.at if step.occupies else ""
    shared = [kind for kind in (staff, place) if kind in plan.areas]
    if shared and staff and place and staff != place:
        raise InputError(
            f"step '{step.id}' needs people at '{staff}' and a place at '{place}'",
            expected="both at one organisation, when several municipalities have it together",
        )
    return shared[0] if shared else ""


def kinds_elsewhere(plan: "Plan") -> set[str]:
    """The kinds of organisation that several municipalities have together and any step of the plan needs."""
    return {done_elsewhere(plan, step.step) for pathway in plan.pathways for step in pathway.steps} - {""}
