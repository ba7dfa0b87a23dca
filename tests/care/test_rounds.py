"""The rounds of home care as planned: never more than the people on duty can go to, so that lateness is no artefact."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from simulator.care import simulate
from simulator.care.amounts import scalar
from simulator.care.demand import SchedulePlan
from simulator.care.plan import StaffPlan, make_plan
from simulator.care.rosters import SATURDAY, shift_blocks
from simulator.domain.scenario import Study
from simulator.figures import Figures
from simulator.population import make_population
from simulator.scenario import load_study

STAFF = ("home-care-nurse", "home-care-worker")
HALVES = 48
"""Half hours of a day."""
WEDNESDAY, SUNDAY = 2, 6
Halves = NDArray[np.float64]


@pytest.fixture(scope="module")
def rounds(figures: Figures) -> Study:
    """A week of Tromsø with nothing but the rounds."""
    study = load_study("quickstart", figures)
    only = tuple(pathway for pathway in study.pathways if pathway.name == "home-care-round")
    return replace(study, pathways=only, load=None)


def on_duty(staff: StaffPlan, residents: int, day: int) -> Halves:
    """People out on the rounds in each half hour of a day, less those who are away in a mean month."""
    assert staff.away is not None
    here = (1 - np.mean(staff.away.sick)) * (1 - np.mean(staff.away.holiday))
    people = np.zeros(HALVES)
    for shift, (weekdays, weekend) in zip(staff.staff.shifts, shift_blocks(staff, residents), strict=True):
        begin, count = shift.hours.begin // 1800, shift.hours.seconds // 1800
        people[np.arange(begin, begin + count) % HALVES] += (weekend if day >= SATURDAY else weekdays)[1] * here
    return people


def planned_and_present(study: Study, figures: Figures, day: int) -> tuple[Halves, Halves]:
    """Hours of planned visits with the way to them, and people to do them, in each half hour in the whole country."""
    plan = make_plan(study, figures)
    demand = plan.pathways[0].demand
    assert isinstance(demand, SchedulePlan)
    recipients = round(scalar(study.staffing.staff[STAFF[0]].of, figures))  # type: ignore[arg-type]
    pathway = study.pathways[0]
    minutes = sum(float(p.value.split()[0]) for p in pathway.parameters if p.name.split(".")[-1] in ("visit", "road"))
    profile = demand.profiles
    visits = recipients * demand.per_day * profile.weekday[day] / profile.weekday.mean()
    hours = np.repeat(visits * profile.hour / profile.hour.sum() / 2, 2) * minutes / 60
    staff = [one for one in plan.staff if one.staff.name in STAFF]
    return hours, sum((on_duty(one, recipients, day) for one in staff), np.zeros(HALVES))


def longest_wait(hours: Halves, people: Halves) -> float:
    """Hours, if all visits took as long and were gone to in turn, day after day."""
    left, waits = 0.0, []
    done = np.concatenate(([0.0], np.cumsum(np.tile(people / 2, 3))))
    for half, planned in enumerate(np.tile(hours, 2), 1):
        left = max(0.0, left + planned - (done[half] - done[half - 1]))
        waits.append(np.interp(done[half] + left, done, np.arange(len(done)) / 2) - half / 2)
    return float(max(waits[HALVES:]))


@pytest.mark.parametrize("day", [WEDNESDAY, SUNDAY])
@pytest.mark.parametrize(("begin", "end"), [(15, 30), (30, 44)], ids=["day", "evening"])
def test_no_shift_is_planned_fuller_than_its_people(
    rounds: Study, figures: Figures, day: int, begin: int, end: int
) -> None:
    """Weekends too: planned visits of a shift take no longer than those on duty are out."""
    hours, people = planned_and_present(rounds, figures, day)
    assert hours[begin:end].sum() < people[begin:end].sum() / 2


@pytest.mark.parametrize("day", [WEDNESDAY, SUNDAY])
def test_the_plan_alone_makes_nobody_wait_for_long(rounds: Study, figures: Figures, day: int) -> None:
    """At the morning's fullest visits would come half an hour late, which leaves half of their hour to chance."""
    assert longest_wait(*planned_and_present(rounds, figures, day)) < 0.5


def test_few_visits_of_a_week_begin_over_an_hour_late(rounds: Study, figures: Figures) -> None:
    """What is left comes of absence and long visits; hardly more are done after their deadline."""
    people = make_population(figures, rounds.municipalities, rounds.seed)
    events = simulate(rounds, people, figures)
    late = (pl.col("began") - pl.col("wanted")).dt.total_minutes() > 60
    begun, done = events.select(late.mean(), (pl.col("at") > pl.col("due")).mean().alias("done")).row(0)
    assert 0 < begun < 0.03
    assert done < begun + 0.01
