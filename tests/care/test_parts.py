"""The parts of the care simulation by themselves: clock, staff, rosters, draws, demand."""

from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import product

import numpy as np
import pytest

from simulator.care.amounts import Draw, Keys, for_people, resolve
from simulator.care.clock import OSLO, Clock
from simulator.care.course import Course
from simulator.care.demand import Profiles, RatePlan, Residents, SchedulePlan, Window, open_demand, planned_demand
from simulator.care.plan import StaffPlan
from simulator.care.pool import Duty, Pool
from simulator.care.rosters import roster
from simulator.domain.scenario import Hours, Number, Shift, Staff
from simulator.figures import Figures
from simulator.streams import stream

EVEN = Profiles(np.ones(7), np.full(24, 1 / 24), np.ones(12))
MANY = 20_000
NOBODY = stream(1, "away")


@pytest.fixture
def crowd() -> Residents:
    """Twenty thousand women of 40."""
    numbers = np.arange(MANY, dtype=np.uint64)
    return Residents(numbers, np.zeros(MANY, dtype=np.int64), np.full(MANY, 40), np.zeros(MANY, dtype=np.int64))


def window(days: int) -> Window:
    """So many days from a Monday."""
    return Window(Clock(date(2026, 1, 12), -1, days + 1), 0, days)


def test_days_are_as_long_as_they_are_in_norway() -> None:
    """The night to summer time has 23 hours, and hours of the day stay where they are."""
    clock = Clock(date(2026, 3, 28), -1, 3)
    assert [clock.midnight(d + 1) - clock.midnight(d) for d in (0, 1)] == [86400, 82800]
    assert clock.day(clock.midnight(1) - 1) == 0
    assert clock.day(clock.midnight(1)) == 1
    assert clock.weekday(1) == 6


@pytest.mark.parametrize("kind", ["constant", "exponential", "lognormal", "uniform"])
def test_draws_have_the_mean_they_are_asked_for(kind: str, crowd: Residents) -> None:
    """Each distribution's mean is right, and half of the exponential lies below 0.69 of it."""
    high = np.asarray(3000.0 if kind == "uniform" else 2000.0)
    low = np.asarray(1000.0 if kind == "uniform" else 2000.0)
    draw = Draw(kind, low, 0.6, high)  # type: ignore[arg-type] # the four words of the parameter
    seconds = draw.seconds(stream(1, kind), crowd.take(np.arange(MANY), np.zeros(MANY, dtype=np.uint64)))
    assert seconds.mean() == pytest.approx(2000, rel=0.02)
    spread = {"constant": 0.0, "exponential": 1.0, "lognormal": 0.6, "uniform": 0.2887}[kind]
    assert seconds.std() / seconds.mean() == pytest.approx(spread, abs=0.03)


def test_figures_by_age_give_each_person_theirs(figures: Figures) -> None:
    """A product of figures is resolved by sex and age."""
    found = resolve(Number(2.0, ("hospital.length_of_stay_days",), ("gp.list_mean",)), figures)
    alone = for_people(found, np.array([0, 1]), np.array([5, 90]))
    stays = figures.by_age_sex("hospital.length_of_stay_days")
    assert alone.tolist() == pytest.approx(
        [2 * stays[0, 5] / figures.value("gp.list_mean"), 2 * stays[1, 90] / figures.value("gp.list_mean")]
    )


def test_open_demand_is_poisson_and_kept_when_it_grows(crowd: Residents) -> None:
    """Counts have the mean and the variance of Poisson; with a higher rate the same people come, and more."""

    def counts(rate: float) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        plan = RatePlan(np.full((2, 121), rate), EVEN, 1, None, None, None)
        found = open_demand(plan, crowd, np.ones(MANY), window(10), (1, "care/x"))
        return np.bincount(found.row, minlength=MANY)

    few, more = counts(20.0), counts(30.0)
    assert few.mean() == pytest.approx(200 / 365.25, rel=0.02)
    assert few.var() == pytest.approx(few.mean(), rel=0.04)
    assert (more >= few).all()


def test_a_large_mean_is_poisson_too(crowd: Residents) -> None:
    """Forty people who carry a whole town's demand have about a thousand episodes each, not one."""
    part = (np.arange(MANY) < 40).astype(np.float64)
    plan = RatePlan(np.full((2, 121), 1000 * 40 / MANY * 36.525), EVEN, 1, None, None, None)
    counts = np.bincount(open_demand(plan, crowd, part, window(10), (1, "care/x")).row, minlength=MANY)[:40]
    assert counts.mean() == pytest.approx(1000, rel=0.02)
    assert 15 < counts.std() < 60


def test_those_who_qualify_carry_the_demand_of_their_site(crowd: Residents) -> None:
    """When one in four qualifies, those are four times as many episodes each."""
    part = (np.arange(MANY) % 4 == 0).astype(np.float64)
    plan = RatePlan(np.full((2, 121), 20.0), EVEN, 1, None, None, None)
    found = open_demand(plan, crowd, part, window(10), (1, "care/x"))
    assert len(found.row) == pytest.approx(MANY * 200 / 365.25, rel=0.03)
    assert set(found.row % 4) == {0}


def test_planned_visits_are_even_and_at_the_same_time_of_day(crowd: Residents) -> None:
    """Everybody gets their number of visits within one, once a day at the same second."""
    found = planned_demand(SchedulePlan(1.0, EVEN), crowd, np.ones(MANY), window(7), (1, "care/x"))
    assert (np.bincount(found.row, minlength=MANY) == 7).all()
    one = np.sort(found.start[found.row == 17])
    assert set(np.diff(one)) == {86400}


def test_draws_do_not_depend_on_who_else_there_is(crowd: Residents) -> None:
    """Half of the residents have the same episodes alone as among all."""
    half = Residents(*(getattr(crowd, column)[: MANY // 2] for column in ("resident", "sex", "age", "site")))
    plan = RatePlan(np.full((2, 121), 20.0), EVEN, 1, None, None, None)
    whole = open_demand(plan, crowd, np.ones(MANY), window(10), (1, "care/x"))
    alone = open_demand(plan, half, np.ones(MANY // 2), window(10), (1, "care/x"))
    mine = whole.row < MANY // 2
    assert np.array_equal(whole.start[mine], alone.start)


def test_keys_make_the_draw(crowd: Residents) -> None:
    """The same resident and number give the same draw, another number another."""
    draw = Draw("exponential", np.asarray(1e6), 0.0, np.asarray(1e6))
    row = np.array([1, 1, 2])
    keys = Keys(crowd.resident[row], np.array([0, 1, 0], dtype=np.uint64), crowd.sex[row], crowd.age[row])
    first, second, third = draw.seconds(stream(1, "x"), keys)
    again = draw.seconds(stream(1, "x"), crowd.take(np.array([2]), np.zeros(1, dtype=np.uint64)))
    assert first != second
    assert again[0] == third


def test_the_lowest_free_number_is_sent_and_overtime_is_finished() -> None:
    """People are numbered by shift; who is busy when the shift ends is not free until it is theirs again."""
    env = Course(0, 200)
    pool = Pool(env)
    env.process(pool.follow(iter([Duty(0, 0, 2), Duty(100, 2, 1)])))
    env.run(until=1)
    assert [pool.take(), pool.take(), pool.take()] == [0, 1, -1]
    pool.give_back(0)
    assert pool.take() == 0
    env.run(until=101)
    assert pool.take() == 2
    pool.give_back(0)
    assert pool.take() == -1


def _note(served: list[tuple[int, int]], step: int, number: int) -> None:
    served.append((step, number))


def test_the_queue_is_by_priority_and_then_by_time() -> None:
    """Of those waiting the smallest key is served first, and equals in the order they came."""
    env, served = Course(0, 100), list[tuple[int, int]]()
    pool = Pool(env)
    for step, key in enumerate([(1, 5), (0, 9), (1, 4), (0, 9)]):
        pool.wait(*key, step, partial(_note, served, step))
    assert list(pool.waiting()) == [1, 3, 2, 0]
    pool.change_shift(range(2))
    env.run(until=1)
    assert served == [(1, 0), (3, 1)]
    assert list(pool.waiting()) == [2, 0]


@pytest.mark.parametrize("start", [date(2026, 3, 28), date(2026, 10, 24)])
def test_hours_are_those_of_the_clock_on_the_wall(start: date) -> None:
    """On the days of 23 and 25 hours too, what is at eight or at one is when a clock in Oslo shows it."""
    clock = Clock(start, 0, 3)
    for day, hour in product(clock.days(), (0, 1, 3, 8, 12, 23)):
        shown = datetime.combine(start + timedelta(days=day), time(hour), OSLO)
        found = clock.on_the_wall(day, hour * 3600)
        assert clock.origin + found == shown.timestamp()
        assert clock.instants(np.array([day]), np.array([hour * 3600.0])).tolist() == [found]


@pytest.mark.parametrize("start", [date(2026, 3, 28), date(2026, 10, 24)])
def test_somebody_is_always_on_duty_when_the_clocks_change(start: date) -> None:
    """A shift round the clock has no gap on the days of 23 and 25 hours."""
    staff = Staff("n", "nurse", "clinic", (Shift("all", Hours(0, 86400), tuple(range(7))),), persons=2)
    clock = Clock(start, 0, 3)
    duties = list(roster(StaffPlan(staff, 0.0, 1.0, (), 1.0), 0, clock, NOBODY))
    begins = [duty.at for duty in duties if duty.count]
    assert begins == clock.midnights[:-1]
    assert [duty.at for duty in duties if not duty.count] == clock.midnights[1:]


def test_rosters_turn_hours_into_people() -> None:
    """700 hours a week by shares become people per shift, fewer at weekends, and sum to the hours."""
    shifts = tuple(
        Shift(name, Hours(h * 3600, (h + 8) % 24 * 3600), tuple(range(7)), "x")
        for name, h in (("day", 8), ("evening", 16), ("night", 0))
    )
    staff = Staff("n", "nurse", "clinic", shifts, arsverk=Number(1.0))
    plan = StaffPlan(staff, weekly_hours=70.0, weekend=0.5, shares=(0.5, 0.3, 0.2), factor=1.0)
    clock = Clock(date(2026, 1, 12), 0, 7)
    duties = [duty for duty in roster(plan, 100, clock, NOBODY) if duty.count]
    assert sum(duty.count * 8 for duty in duties) == pytest.approx(7000, rel=0.02)
    assert max(duty.count for duty in duties) == round(7000 * 0.5 / 8 / 6)
    blocks = {(duty.first, duty.count) for duty in duties}
    numbers = [n for first, count in blocks for n in range(first, first + count)]
    assert len(numbers) == len(set(numbers))
