"""Checks that a study's period is one of which events in life are told: from the count of the people, for a year."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from simulator.domain.person_number import LAST_YEAR
from simulator.domain.scenario import LONGEST_LIVES, LifeEvent, Pathway
from simulator.figures import Figures
from simulator.scenario.faults import Faults
from simulator.scenario.study_models import StudyModel

_ONE: Final = timedelta(days=1)


def check_lives(model: StudyModel, warm_up: int, pathways: Sequence[Pathway], figures: Figures, faults: Faults) -> None:
    """Add a fault for a period that begins, with what goes before it, earlier than lives are told, or is too long."""
    asking = [pathway for pathway in pathways if isinstance(pathway.demand, LifeEvent)]
    if not asking:
        return
    before = max(warm_up, *(pathway.before for pathway in asking))
    days = before + model.days + max(pathway.beyond for pathway in asking)
    first, last = date(figures.year, 1, 1), date(LAST_YEAR, 12, 31)
    named = ", ".join(pathway.name for pathway in asking)
    what = f"births, deaths and moves ({named}) are told"
    if model.start - timedelta(days=before) < first:
        earliest = first + timedelta(days=before)
        message = (
            f"{what} from {first} on, and {before} days before the start are simulated; start on {earliest} or later"
        )
        faults.add(("start",), message)
    if model.start - timedelta(days=before) + timedelta(days=days) - _ONE > last:
        faults.add(("start",), f"{what} until {last}, the last year of birth that a person number can say")
    if days > LONGEST_LIVES:
        longest = max(0, LONGEST_LIVES - days + model.days)
        faults.add(("days",), f"{what} for {LONGEST_LIVES} days at most, those before included; {longest} at most here")
