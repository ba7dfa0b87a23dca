"""Messages out of order: those that a later one from the same sender to the same receiver has overtaken."""

from collections.abc import Callable

import polars as pl
import pytest

from simulator.care import simulate
from simulator.domain.scenario import Study
from simulator.figures import Figures
from tests.care.conftest import SILENT

People = Callable[..., pl.DataFrame]
World = Callable[..., Study]
STUCK = SILENT.replace("held_back: 5 h", "held_back: 5 h, overtaken_within: 2 d")
"""A message waits two days at most for a later one of its episode to overtake it."""
TWO = """demand: {rate: 40}
steps:
  - {id: ill, by: surgeon, channel: ward, takes: 1 h, records: [diagnosis]}
  - {id: first, by: surgeon, after: ill, sends: EPIKRISE, to: gpMORE}
  - {id: second, by: surgeon, after: {step: first, delay: 3 h}, sends: LOG_UTSKREVET, to: gp}"""
READ = """
  - {id: read, by: doctor, channel: electronic, after: {step: second, when: known, delay: 1 h}, reads: [summary]}"""
OUT = "participation: {default: own}\nmessages: {out-of-order: 0.3}\n"
LATER = 3 * 3600 + 600
"""Seconds from the first message to when the second is known."""


def two(more: str = "", then: str = "") -> dict[str, str]:
    return {"a": TWO.replace("MORE", f", {more}" if more else "") + then}


def first_of(events: pl.DataFrame) -> pl.DataFrame:
    """The first message of each episode of those who have one, and when the second was known, in seconds from it."""
    own = events.filter(pl.col("episode").n_unique().over("resident") == 1)
    wide = own.filter(pl.col("step") == "second").select("episode", there="known")
    since = [(pl.col(name) - pl.col("at")).dt.total_seconds().alias(name) for name in ("known", "there")]
    told = own.filter(pl.col("step") == "first").join(wide, on="episode").with_columns(*since)
    return told.with_columns(pl.col("fate").cast(pl.String))


def test_a_later_message_overtakes_an_earlier_one(world: World, people: People, figures: Figures) -> None:
    """The receiver sees the second first: the earlier one comes five hours behind it, and is out of order."""
    told = first_of(simulate(world(two(), study=OUT, silent=STUCK, days=6), people(900), figures))
    orderly = told.filter(pl.col("there") == LATER)
    behind = orderly.filter(pl.col("fate") == "out-of-order")
    assert behind.height / orderly.height == pytest.approx(0.3, abs=0.06)
    assert behind["known"].unique().to_list() == [LATER + 5 * 3600]
    others = orderly.filter(pl.col("fate") != "out-of-order")
    assert set(others["fate"].to_list()) == {"delivered"}
    assert others["known"].unique().to_list() == [600]


def test_fates_are_what_the_table_shows(world: World, people: People, figures: Figures) -> None:
    """Out of order is exactly what was held back and known after something sent later by the same to the same."""
    study = world(two(), study=OUT, silent=STUCK, days=8)
    events = simulate(study, people(300), figures).filter(pl.col("message").is_not_null())
    pairs = events.join(events.select("resident", "at", "known"), on="resident", suffix="_of")
    passed = pairs.filter((pl.col("at_of") > pl.col("at")) & (pl.col("known_of") < pl.col("known")))
    held = events.filter(pl.col("fate").is_in(["late", "out-of-order"]))
    assert held.height > 30
    overtaken = set(held.filter(pl.col("fate") == "out-of-order")["event"].to_list())
    assert overtaken == set(held["event"].to_list()) & set(passed["event"].to_list())
    assert 0 < len(overtaken) < held.height


def test_a_message_that_none_overtakes_in_time_is_late(world: World, people: People, figures: Figures) -> None:
    """When the later message is lost, or too late itself, the earlier one comes after two days and what it is held."""
    mishaps = "participation: {default: own}\nmessages: {out-of-order: 0.3, lost: 0.5}\n"
    told = first_of(simulate(world(two(), study=mishaps, silent=STUCK, days=8), people(900), figures))
    waited = told.filter(pl.col("there").is_null() & pl.col("fate").is_in(["late", "out-of-order"]))
    assert waited.height > 20
    assert waited.select("fate", "known").unique().rows() == [("late", 2 * 86400 + 5 * 3600 + 600)]


def test_a_reminder_comes_before_what_would_overtake(world: World, people: People, figures: Figures) -> None:
    """Sent again after an hour without receipt, it is known before the second: once, and then it was only late."""
    study = world(two("acknowledged: {within: 1 h, remind: 2}"), study=OUT, silent=STUCK, days=6)
    told = first_of(simulate(study, people(900), figures))
    again = told.filter((pl.col("fate") == "late") & (pl.col("known") == 3600 + 600))
    assert again.height > 20
    assert again["reminders"].unique().to_list() == [1]


def test_reminders_end_when_the_message_has_come(world: World, people: People, figures: Figures) -> None:
    """What overtakes lets the earlier one through, so the reminder that was due after it is not sent."""
    study = world(two("acknowledged: {within: 20 h, remind: 2}"), study=OUT, silent=STUCK, days=6)
    told = first_of(simulate(study, people(900), figures))
    behind = told.filter((pl.col("fate") == "out-of-order") & (pl.col("there") == LATER))
    assert behind.height > 20
    assert behind.select("known", "reminders").unique().rows() == [(LATER + 5 * 3600, 0)]


def test_what_the_later_one_builds_on_is_missing(world: World, people: People, figures: Figures) -> None:
    """Whoever acts on the second message lacks what the first was to tell, out of order, until that comes."""
    events = simulate(world(two(then=READ), study=OUT, silent=STUCK, days=6), people(900), figures)
    told = first_of(events).select("episode", "fate", "there")
    read = events.filter(pl.col("step") == "read").join(told, on="episode", suffix="_of")
    ended = pl.col("at") > pl.col("at").max() - pl.duration(hours=6)
    orderly = read.filter((pl.col("there") == LATER) & ~ended)
    behind = orderly.filter(pl.col("fate_of") == "out-of-order")
    assert behind.height > 30
    assert behind.select("lacks", "out_of_order", "late_info").unique().rows() == [(["summary"],) * 3]
    assert orderly.filter(pl.col("fate_of") == "delivered")["lacks"].list.len().sum() == 0


def test_whoever_waits_for_the_message_waits_until_it_comes(world: World, people: People, figures: Figures) -> None:
    """A step ``when: known`` begins when the overtaken message is there, once."""
    seen = "\n  - {id: seen, by: doctor, channel: electronic, after: {step: first, when: known, delay: 5 min}}"
    events = simulate(world(two(then=seen), study=OUT, silent=STUCK, days=6), people(900), figures)
    told = events.filter(pl.col("step") == "first").select("episode", "known", "fate")
    both = events.filter(pl.col("step") == "seen").join(told, on="episode", suffix="_of")
    assert both.filter(pl.col("fate_of") == "out-of-order").height > 30
    assert both.select((pl.col("at") - pl.col("known_of")).dt.total_seconds().unique()).to_series().to_list() == [300]
    assert both["episode"].is_unique().all()


def test_what_arrives_after_the_need_is_late_and_not_missing(world: World, people: People, figures: Figures) -> None:
    """A message that is under way at the moment of need, sent before it, brings what was lacking later."""
    soon = """demand: {rate: 40}
steps:
  - {id: ill, by: surgeon, channel: ward, takes: 1 h, records: [diagnosis]}
  - {id: told, by: surgeon, after: ill, sends: EPIKRISE, to: gp}
  - {id: read, by: doctor, channel: electronic, after: {step: told, delay: 5 min}, reads: [summary]}"""
    events = simulate(world({"a": soon}, study="participation: {default: own}", days=4), people(300), figures)
    read = events.filter((pl.col("step") == "read") & (pl.col("at") < pl.col("at").max() - pl.duration(hours=1)))
    own = read.filter(pl.col("episode").n_unique().over("resident") == 1)
    assert own.height > 50
    assert own.select("lacks", "late_info", "out_of_order").unique().rows() == [(["summary"], ["summary"], [])]
