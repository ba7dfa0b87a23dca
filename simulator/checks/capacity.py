"""Check of the overview of beds and places (ADM-03)."""

from simulator.checks.content import patient_of
from simulator.checks.evidence import fact, finding, listed, name_in, stored_name, written
from simulator.checks.lists import all_accepted
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding


@check("overview_of_places_is_true", rule="R-ADM-03")
def overview_of_places_is_true(history: History) -> Finding:
    """The overview of places shows in each place exactly the person who has it, after every move and discharge."""
    all_accepted(history, "move")
    truth = {
        stored_name(written(history, place)): stored_name(written(history, person))
        for place, person in fact(history, "occupied")
    }
    shown: dict[str, list[str]] = {}
    for entry in listed(history, "overview"):
        for place in entry.resource.get("location") or []:
            if place.get("status") == "active":
                name = name_in(str((place.get("location") or {}).get("reference", ""))) or "a place without a name"
                shown.setdefault(name, []).append(name_in(patient_of(entry.resource)) or "nobody")
    problems = [
        f"{place} is shown with {' and '.join(shown.get(place, ['nobody']))}, expected {truth.get(place, 'nobody')}"
        for place in sorted(truth.keys() | shown.keys())
        if shown.get(place) != ([truth[place]] if place in truth else None)
    ]
    passed = f"{len(truth)} places are shown, each with the person who has it."
    return finding(problems, passed, history.labelled("overview"))
