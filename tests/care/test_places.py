"""Places that run out: waited for in order, never more taken than there are, free again when the stay ends."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import factorial

import numpy as np
import polars as pl
import pytest

from simulator.care import simulate, simulate_fully
from simulator.domain.scenario import Study
from simulator.domain.tables import INSTANT
from simulator.figures import Figures

People = Callable[..., pl.DataFrame]
World = Callable[..., Study]
END = datetime(2026, 1, 31, 23, tzinfo=UTC)
BEDS = "places: {bed: {at: ward, count: 4}}\n"
STAY = """demand: {rate: 36.525}
steps:
  - {id: asked, by: doctor, channel: electronic}
  - {id: admitted, by: surgeon, channel: ward, after: asked, occupies: {place: bed, until: left}}
  - {id: left, by: surgeon, channel: ward, after: {step: admitted, delay: 'exponential(mean=5 h)'}}"""


def stays(events: pl.DataFrame) -> pl.DataFrame:
    """Each stay: ``wanted``, ``admitted``, and ``left``, null while it lasts."""
    start = events.filter(pl.col("place") == "bed").select("episode", "wanted", admitted="began")
    end = events.filter(pl.col("step") == "left").select("episode", left="at")
    return start.join(end, on="episode", how="left")


def occupied(of: pl.DataFrame) -> list[int]:
    """How many places are taken after each coming and going; who goes goes first."""
    moves = [(at, 1) for at in of["admitted"]] + [(at, -1) for at in of["left"].drop_nulls()]
    taken: list[int] = np.cumsum([move for _, move in sorted(moves)]).tolist()
    return taken


def test_never_more_are_taken_than_there_are(world: World, people: People, figures: Figures) -> None:
    """With four beds and a queue four are taken and never five, and everybody wanted is accounted for."""
    found = simulate_fully(world({"a": STAY}, staffing=BEDS, days=20), people(150), figures)
    taken = occupied(stays(found.events))
    assert (min(taken), max(taken)) == (0, 4)
    account = pl.col("done") + pl.col("missed") + pl.col("waiting") + pl.col("under_way")
    assert found.accounts.select((account == pl.col("wanted")).all()).item()
    admitted = found.accounts.row(by_predicate=pl.col("step") == "admitted", named=True)
    assert admitted["done"] - stays(found.events)["left"].drop_nulls().len() == taken[-1]


def test_enough_places_leave_nobody_waiting(world: World, people: People, figures: Figures) -> None:
    """With more beds than people everybody is admitted when they come."""
    events = simulate(world({"a": STAY}, staffing=BEDS.replace("4", "500"), days=5), people(150), figures)
    assert stays(events).select((pl.col("wanted") == pl.col("admitted")).all()).item()


def test_littles_law_holds_for_places(world: World, people: People, figures: Figures) -> None:
    """Those in bed at regular looks are the rate of admissions times the mean stay."""
    of = stays(simulate(world({"a": STAY}, staffing=BEDS, days=60), people(150), figures)).drop_nulls()
    begins, ends = (of[name].dt.epoch("s").to_numpy() for name in ("admitted", "left"))
    looks = np.arange(begins.min() + 86400, ends.max() - 86400, 900)
    present = np.searchsorted(np.sort(begins), looks, "right") - np.searchsorted(np.sort(ends), looks, "right")
    rate = len(of) / (begins.max() - begins.min())
    assert present.mean() == pytest.approx(rate * (ends - begins).mean(), rel=0.04)


def test_a_place_is_free_at_once_where_nobody_stays(world: World, people: People, figures: Figures) -> None:
    """When the step that would end the stay is not to happen, the place serves the next."""
    never = STAY.replace("channel: ward, after: {step", "channel: ward, where: 'age > 100', after: {step")
    events = simulate(world({"a": never}, staffing=BEDS.replace("4", "1"), days=5), people(150), figures)
    admitted = events.filter(pl.col("place") == "bed")
    assert admitted.height > 50
    assert admitted.select((pl.col("began") == pl.col("wanted")).all()).item()


def test_a_place_is_free_when_what_ends_the_stay_is_given_up(world: World, people: People, figures: Figures) -> None:
    """When nobody comes to the step that would free it, the place is free all the same."""
    staff = "staff:\n  surgeons: {role: surgeon, persons: 1, shifts: {day: {hours: '08:00-09:00'}}}\n" + BEDS
    given_up = "id: left, patience: 10 min, takes: 5 min, needs: surgeons, by: surgeon"
    steps = STAY.replace("id: left, by: surgeon", given_up)
    found = simulate_fully(world({"a": steps}, staffing=staff, days=10), people(150), figures)
    accounts = {row["step"]: row for row in found.accounts.iter_rows(named=True)}
    assert accounts["left"]["missed"] > 20
    assert accounts["admitted"]["done"] > 4 + accounts["left"]["done"]


def test_national_places_are_shared_out_by_residents(world: World, people: People, figures: Figures) -> None:
    """With ten places for a hundred such people in the country, thirty of them here have three."""
    shared = "places: {bed: {at: ward, count: 10, of: 100, where: home_care_hours > 0}}\n"
    taken = occupied(stays(simulate(world({"a": STAY}, staffing=shared, days=20), people(150), figures)))
    assert max(taken) == 3


def test_waiting_for_places_is_erlangs(world: World, people: People, figures: Figures) -> None:
    """Random arrivals and exponential stays in four beds give the waiting of Erlang C, within what chance allows."""
    of = stays(simulate(world({"a": STAY}, staffing=BEDS, days=400), people(150), figures))
    hours, rate = 5.0, 150 * 36.525 / 365.25 / 24
    offered = rate * hours
    top = offered**4 / factorial(4) / (1 - offered / 4)
    delayed = top / (sum(offered**n / factorial(n) for n in range(4)) + top)
    waited = (of["admitted"] - of["wanted"]).dt.total_seconds().to_numpy()[200:]
    assert waited.mean() / 3600 == pytest.approx(delayed * hours / (4 - offered), rel=0.12)
    assert (waited > 0).mean() == pytest.approx(delayed, rel=0.08)


def test_the_time_that_places_are_taken_is_told(world: World, people: People, figures: Figures) -> None:
    """Places are taken for the stays laid end to end, and there also in a town where nobody needs one."""
    towns = pl.concat([people(150), people(50, "5503").with_columns(age=pl.lit(20, people(1)["age"].dtype))])
    study = world({"a": "who: {where: age > 60}\n" + STAY}, staffing=BEDS, days=20)
    found = simulate_fully(study, towns, figures)
    of = stays(found.events).with_columns(left=pl.col("left").fill_null(pl.lit(END, INSTANT)))
    taken = int((of["left"] - of["admitted"]).dt.total_seconds().sum())
    assert taken > 1_000_000
    assert found.places.rows() == [("bed", 8, taken, 8 * 20 * 86400)]


def test_who_gives_up_in_a_bed_leaves_it_though_nothing_would_end_the_stay(
    world: World, people: People, figures: Figures
) -> None:
    """One for whom nobody came is out of bed, though the step that frees it was never to happen."""
    staff = (
        "staff:\n  surgeons: {role: surgeon, at: ward, persons: 1, shifts: {day: {hours: '12:00-13:00'}}}\n"
        + BEDS.replace("4", "1")
    )
    admitted = "channel: ward, needs: surgeons, takes: 1 min, patience: 10 min, after: asked"
    never = STAY.replace("channel: ward, after: asked", admitted).replace(
        "{id: left,", "{id: left, where: 'age > 100',"
    )
    events = simulate(world({"a": never}, staffing=staff, days=10), people(150), figures)
    assert events.filter(pl.col("place") == "bed")["began"].dt.day().n_unique() > 3
