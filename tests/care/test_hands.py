"""Who is there to do the work: holidays, people away, overtime, what is put off, and what slow systems add."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from simulator.care import simulate, simulate_fully
from simulator.care.clock import Clock
from simulator.care.plan import AwayPlan, StaffPlan
from simulator.care.rosters import roster
from simulator.domain.scenario import Hours, Shift, Staff, Study
from simulator.domain.systems import Response
from simulator.figures import Figures
from simulator.streams import stream

People = Callable[..., pl.DataFrame]
World = Callable[..., Study]
SURGEONS = """staff:
  surgeons: {role: surgeon, persons: 3, weekend: 0, shifts: {day: {hours: "08:00-16:00"}}}
"""
WORK = {"a": "demand: {rate: 200}\nsteps:\n  - {id: cut, by: surgeon, channel: ward, takes: 45 minMORE}"}


def work(more: str = "") -> dict[str, str]:
    return {"a": WORK["a"].replace("MORE", f", {more}" if more else "")}


def day(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone("Europe/Oslo").dt.date()


def test_public_holidays_are_sundays() -> None:
    """Easter, the first and the seventeenth of May and Christmas are Sundays to whoever asks for the weekday."""
    clock = Clock(date(2026, 4, 1), 0, 60)
    free = [date(2026, 4, 1).toordinal() + d for d in clock.days() if clock.weekday(d) == 6]
    assert {date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14)} <= {
        date.fromordinal(on) for on in free
    }
    assert clock.weekday(0) == 2


def test_nobody_works_on_a_holiday_who_has_sundays_off(world: World, people: People, figures: Figures) -> None:
    """Those without weekend shifts are not there from Maundy Thursday to Easter Monday, but on Wednesday."""
    study = replace(world(work(), staffing=SURGEONS, days=8), start=date(2026, 3, 31))
    events = simulate(study, people(100), figures)
    assert set(events.select(day("began").unique()).to_series()) == {
        date(2026, 3, 31),
        date(2026, 4, 1),
        date(2026, 4, 7),
    }


def staffed(away: AwayPlan) -> list[int]:
    """How many of a hundred are on duty on each of 300 days."""
    staff = Staff("s", "nurse", "clinic", (Shift("day", Hours(8 * 3600, 16 * 3600), tuple(range(7))),), persons=100)
    plan = StaffPlan(staff, 0.0, 1.0, (), 1.0, away)
    clock = Clock(date(2026, 1, 1), 0, 300)
    return [len(duty.people) for duty in roster(plan, 0, clock, stream(1, "away")) if duty.count]


def test_so_many_are_away_sick_as_the_month_says() -> None:
    """A tenth in each month but July, when nobody is sick and half are on holiday, the same people from Monday on."""
    sick = tuple(0.0 if month == 6 else 0.1 for month in range(12))
    holiday = tuple(0.5 if month == 6 else 0.0 for month in range(12))
    there = staffed(AwayPlan(sick, holiday))
    june, july = there[151:181], there[181:212]
    assert sum(june) / len(june) == pytest.approx(90, abs=3)
    assert sum(july) / len(july) == pytest.approx(50, abs=6)
    assert len(set(july)) > 2
    changed = [n for n in range(1, 31) if july[n] != july[n - 1]]
    assert {date(2026, 7, 1 + n).weekday() for n in changed} == {0}


def test_more_absence_keeps_those_away_who_were(world: World, people: People, figures: Figures) -> None:
    """Whoever is away at 10 % is away at 20 % too."""
    few, many = (
        roster(
            StaffPlan(
                Staff("s", "nurse", "c", (Shift("d", Hours(0, 3600), tuple(range(7))),), persons=50),
                0.0,
                1.0,
                (),
                1.0,
                AwayPlan((share,) * 12, (0.0,) * 12),
            ),
            0,
            Clock(date(2026, 1, 1), 0, 50),
            stream(1, "away"),
        )
        for share in (0.1, 0.2)
    )
    assert all(set(other.people) <= set(one.people) for one, other in zip(few, many, strict=True))


def test_absence_is_read_from_the_staffing(world: World, people: People, figures: Figures) -> None:
    """With half of the surgeons away each day the same work takes more of those who are there, and waits."""
    full, half = (
        simulate(world(work(), staffing=SURGEONS.replace("weekend: 0", more), days=5), people(60), figures)
        for more in ("weekend: 1", "weekend: 1, absence: 0.5")
    )
    waited = [(events["began"] - events["wanted"]).dt.total_seconds().mean() for events in (full, half)]
    assert isinstance(waited[0], float)
    assert isinstance(waited[1], float)
    assert waited[1] > waited[0]
    assert set(half["staff"].to_list()) == {0, 1, 2}


def test_work_after_the_shift_is_overtime(world: World, people: People, figures: Figures) -> None:
    """The seconds from the end of the shift to the end of the work, for those who were at it then."""
    events = simulate(
        world(work(), staffing=SURGEONS.replace("weekend: 0", "weekend: 1"), days=6), people(100), figures
    )
    local = pl.col("at").dt.convert_time_zone("Europe/Oslo")
    after = (
        (local.dt.hour().cast(pl.Int64) - 16) * 3600 + local.dt.minute().cast(pl.Int64) * 60 + local.dt.second()
    ).clip(lower_bound=0)
    assert events.filter(pl.col("overtime_s") > 0).height > 5
    assert events.select((pl.col("overtime_s") == after).all()).item()


def test_what_is_put_off_is_done_another_day(world: World, people: People, figures: Figures) -> None:
    """What nobody came to within its patience is tried again a day later, and counted; nothing is given up."""
    short = SURGEONS.replace("persons: 3", "persons: 1").replace("weekend: 0", "weekend: 1")
    more = 'patience: 2 h, postpone: 1 d, opening: {hours: "08:00-16:00"}'
    found = simulate_fully(world(work(more), staffing=short, days=10), people(30), figures)
    off = found.events.filter(pl.col("postponed") > 0)
    assert off.height > 10
    waited = (pl.col("began") - pl.col("wanted")).dt.total_seconds()
    assert off.select((waited >= 86400 * pl.col("postponed").cast(pl.Int64) - 7200).all()).item()
    assert found.accounts["missed"].sum() == 0
    assert found.accounts.select(
        (pl.col("done") + pl.col("waiting") + pl.col("under_way") == pl.col("wanted")).all()
    ).item()


def test_slow_answers_make_the_work_longer(world: World, people: People, figures: Figures) -> None:
    """Each interaction of a step adds its seconds, for those who wait for it; by role when a run measured them."""
    steps = work("reads: [summary, plan], records: [diagnosis]")
    slow = world(steps, study="response: {seconds: 10}")
    took = (pl.col("at") - pl.col("began")).dt.total_seconds()
    assert simulate(slow, people(50), figures).select(took.unique()).to_series().to_list() == [2730]
    measured = replace(slow, response=Response(1.0, "run", {"surgeon": 20.0}))
    assert simulate(measured, people(50), figures).select(took.unique()).to_series().to_list() == [2760]
