"""Notices of who in hospital is ready to leave and who has left: also before the period, and of the dead."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import polars as pl

from simulator.care import Settings, simulate_fully
from simulator.domain.scenario import Study
from simulator.domain.tables import LIFE_EVENTS, NOTICES
from simulator.figures import Figures
from simulator.measures import payment_days

People = Callable[..., pl.DataFrame]
World = Callable[..., Study]
START = datetime(2026, 1, 11, 23, tzinfo=UTC)  # midnight in Oslo
READY, DISCHARGED = "LOG_UTSKRIVNINGSKLAR", "LOG_UTSKREVET"
STAY = """demand: {rate: 36}
before: 10 d
steps:
  - {id: ready, by: surgeon, channel: ward, sends: LOG_UTSKRIVNINGSKLAR, to: home-care}
  - {id: left, by: surgeon, channel: ward, after: {step: ready, delay: 5 d}, sends: LOG_UTSKREVET, to: home-care}"""
OTHER = """demand: {rate: 36}
before: 10 d
steps:
  - {id: left, by: surgeon, channel: ward, sends: LOG_UTSKREVET, to: home-care}"""
DEATH = """life_event: death
before: 10 d
steps:
  - {id: told, by: nurse, channel: electronic}"""


def test_who_was_ready_before_the_period_is_told_of(world: World, people: People, figures: Figures) -> None:
    """Each stay of five days has its notice though the events lack it, and every night of the period is paid for."""
    study = world({"a": STAY})
    found = simulate_fully(study, people(200), figures)
    left = found.events.filter(pl.col("step") == "left")["episode"].to_list()
    ready = found.notices.filter(pl.col("message") == READY)
    assert not set(left) & set(found.events.filter(pl.col("step") == "ready")["episode"])
    assert len(left) > 10
    assert set(left) <= set(ready["episode"])
    assert ready.filter(pl.col("at") < START).height > 10
    assert dict(found.notices.schema) == {name: pl.Schema({name: kind})[name] for name, kind in NOTICES.items()}
    # A day is paid for each midnight, of the period's first day on, that is waited over.
    over = [START + timedelta(days=day + 1) for day in range(study.days)]
    both = ready.join(found.notices.filter(pl.col("message") == DISCHARGED), on="episode", how="left")
    waited = sum(
        both.filter((pl.col("at") < night) & (pl.col("at_right").is_null() | (pl.col("at_right") >= night))).height
        for night in over
    )
    assert payment_days(found.notices, study.start, study.days)["days"].sum() == waited > 100


def test_stays_of_which_no_municipality_is_told_are_left_out(world: World, people: People, figures: Figures) -> None:
    """Where a pathway has no notice of being ready, who has left is nobody's matter."""
    assert simulate_fully(world({"a": OTHER}), people(200), figures).notices.is_empty()


def test_the_dead_leave_at_their_death(world: World, people: People, figures: Figures) -> None:
    """Who was ready and dies before leaving has a notice at the death, though nobody sends one; nobody else has."""
    study, frame = world({"a": STAY, "death": DEATH}), people(200)
    at = datetime(2026, 1, 12, 12, tzinfo=UTC)
    dead = frame["resident"][:50]
    lives = pl.DataFrame({"at": at, "resident": dead, "kind": "death"}).with_columns(
        pl.col("at").cast(LIFE_EVENTS["at"]), pl.col("kind").cast(LIFE_EVENTS["kind"])
    )
    told = pl.concat([pl.DataFrame(schema=LIFE_EVENTS), lives], how="diagonal")
    found = simulate_fully(study, frame, figures, settings=Settings(lives=told)).notices
    died = found.filter(pl.col("message") == "LOG_DOD")
    assert died.height > 5
    assert set(died["resident"]) <= set(dead)
    assert died["at"].unique().to_list() == [at]
    gone = found.filter(pl.col("message") == DISCHARGED)
    assert not set(died["episode"]) & set(gone["episode"])
    ready = found.filter((pl.col("message") == READY) & pl.col("resident").is_in(dead.to_list()))
    assert set(ready["episode"]) == set(died["episode"]) | set(gone["episode"]) & set(ready["episode"])
