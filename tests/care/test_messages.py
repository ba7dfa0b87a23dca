"""What becomes of messages: by which road, when they are known, what goes wrong and what reminders mend."""

from collections.abc import Callable

import polars as pl
import pytest

from simulator.care import simulate, simulate_fully
from simulator.domain.scenario import Study
from simulator.figures import Figures
from tests.care.conftest import SILENT

People = Callable[..., pl.DataFrame]
World = Callable[..., Study]
SENT = (
    "demand: {rate: 365.25}\nsteps:\n"
    "  - {id: told, by: surgeon, sends: EPIKRISE, to: gp, records: [discharge-summary]MORE}"
)
OWN = "participation: {default: own}\n"
STUCK = SILENT.replace("held_back: 5 h", "held_back: 5 h, overtaken_within: 2 d")
"""A message waits two days at most for a later one of its episode to overtake it."""


def sent(more: str = "") -> dict[str, str]:
    return {"a": SENT.replace("MORE", f", {more}" if more else "")}


def under_way() -> pl.Expr:
    return (pl.col("known") - pl.col("at")).dt.total_seconds()


def alone(events: pl.DataFrame) -> pl.DataFrame:
    """Events of residents with one episode, of whom no other messages are under way."""
    return events.filter(pl.col("episode").n_unique().over("resident") == 1)


def test_inside_one_system_everything_is_known_at_once(world: World, people: People, figures: Figures) -> None:
    """A message between two that share a system is known when it is recorded, whatever happens to others."""
    events = simulate(world(sent(), study="messages: {lost: 0.5}"), people(200), figures)
    assert events.select(pl.col("known") == pl.col("at")).to_series().all()
    assert set(events["road"].to_list()) == {"shared"}
    assert set(events["fate"].to_list()) == {"delivered"}


def test_between_systems_messages_take_the_road_between_them(world: World, people: People, figures: Figures) -> None:
    """Ten minutes by message, two days to whoever has paper."""
    events = simulate(world(sent(), study=OWN), people(200), figures)
    assert events.select(under_way().unique()).to_series().to_list() == [600]
    posted = simulate(world(sent(), study="participation: {default: own, gp: paper}"), people(200), figures)
    assert set(posted["road"].to_list()) == {"letter"}
    assert posted.select(under_way().unique()).to_series().to_list() == [2 * 86400]


def test_nothing_is_sent_to_a_fastlege_whom_somebody_does_not_have(
    world: World, people: People, figures: Figures
) -> None:
    """What is recorded stands; nobody is told, or reminded, in place of the doctor whom the resident has none of."""
    frame = people(60).with_columns(fastlege=pl.when(pl.col("resident") % 2 == 0).then(-1).otherwise("fastlege"))
    lost = OWN + "messages: {lost: 0.5}"
    study = world(sent("acknowledged: {within: 1 h, remind: 2}"), study=lost)
    events = simulate(study, frame.cast({"fastlege": pl.Int32}), figures)
    theirs = events.filter(pl.col("resident") % 2 == 0)
    assert theirs.height > 20
    assert theirs.select("message", "receiver", "known").null_count().row(0) == (theirs.height,) * 3
    assert theirs.select("road", "fate", "reminders", "reminder").unique().rows() == [("none", "none", 0, 0)]
    assert theirs["records"].list.len().min() == 1
    others = events.filter(pl.col("resident") % 2 == 1)
    assert others.select("message", "receiver").null_count().row(0) == (0, 0)
    assert others["reminder"].max() == 2


def test_a_lost_message_without_reminders_is_never_known(world: World, people: People, figures: Figures) -> None:
    """As many as the study says are lost; nobody ever knows of them."""
    events = simulate(world(sent(), study=OWN + "messages: {lost: 0.3}"), people(1000), figures)
    lost = pl.col("fate") == "lost"
    assert events.select(lost.mean()).item() == pytest.approx(0.3, abs=0.03)
    assert events.select((pl.col("known").is_null() == lost).all()).item()


def test_a_lost_message_that_is_missed_is_known_later(world: World, people: People, figures: Figures) -> None:
    """Without receipt within a day it is sent again, and again, each time as likely to arrive as the first."""
    study = world(sent("acknowledged: {within: 24 h, remind: 2}"), study=OWN + "messages: {lost: 0.3}")
    events = simulate(study, people(1000), figures).filter(pl.col("reminder") == 0)
    times = events.group_by("reminders").agg(under_way().drop_nulls().unique().sort()).sort("reminders")
    assert times["known"].to_list() == [[600], [86400 + 600], [2 * 86400 + 600]]
    never = events.filter(pl.col("known").is_null())
    assert set(never["reminders"].to_list()) == {2}
    assert never.height / events.height == pytest.approx(0.3**3, abs=0.012)
    assert set(events.filter(pl.col("reminders") > 0)["fate"].to_list()) == {"lost"}


def test_a_refused_message_is_corrected_when_the_receipt_says_so(
    world: World, people: People, figures: Figures
) -> None:
    """A negative receipt comes by return; without anybody to read it the message is never known."""
    refused = OWN + "messages: {rejected: 0.4}"
    events = simulate(world(sent("acknowledged: {within: 24 h, remind: 1}"), study=refused), people(500), figures)
    events = events.filter(pl.col("reminder") == 0)
    again = events.filter((pl.col("fate") == "rejected") & pl.col("known").is_not_null())
    assert again.height > 50
    assert again.select(under_way().unique()).to_series().to_list() == [1200]
    ignored = simulate(world(sent(), study=refused), people(500), figures)
    assert ignored.filter(pl.col("fate") == "rejected")["known"].is_null().all()


def test_late_messages_are_held_back(world: World, people: People, figures: Figures) -> None:
    """They take hours more; one that comes twice counts from the first time."""
    study = world(sent(), study=OWN + "messages: {late: 0.2, duplicated: 0.2}")
    events = alone(simulate(study, people(500), figures))
    times = dict(events.group_by(pl.col("fate").cast(pl.String)).agg(under_way().unique()).iter_rows())
    assert times == {"late": [18600], "duplicated": [600], "delivered": [600]}


def test_nothing_overtakes_a_message_that_none_follows(world: World, people: People, figures: Figures) -> None:
    """It is held back and comes late, and is not called out of order."""
    study = world(sent(), study=OWN + "messages: {out-of-order: 0.3}", silent=STUCK)
    events = alone(simulate(study, people(500), figures))
    times = dict(events.group_by(pl.col("fate").cast(pl.String)).agg(under_way().unique()).iter_rows())
    assert times == {"late": [18600], "delivered": [600]}


def test_more_loss_loses_the_same_messages_and_others(world: World, people: People, figures: Figures) -> None:
    """What is lost at 10 % is lost at 30 % too, and nothing else moves."""
    few, many = (
        simulate(world(sent(), study=f"{OWN}messages: {{lost: {share}}}"), people(500), figures) for share in (0.1, 0.3)
    )
    one, other = (set(e.filter(pl.col("fate") == "lost")["episode"].to_list()) for e in (few, many))
    assert one < other
    assert few.drop("known", "fate").equals(many.drop("known", "fate"))


def test_whoever_waits_for_a_message_begins_when_it_is_known(world: World, people: People, figures: Figures) -> None:
    """``when: known`` makes a step wait for the road; without a message that arrives it does not happen."""
    steps = (
        sent()["a"]
        + "\n  - {id: read, by: doctor, channel: electronic, after: {step: told, when: known, delay: 5 min}}"
    )
    study = world({"a": steps}, study=OWN + "messages: {lost: 0.3}")
    found = simulate_fully(study, people(500), figures)
    wide = found.events.pivot("step", index="episode", values="at").join(
        found.events.filter(pl.col("step") == "told").select("episode", "known"), on="episode"
    )
    both = wide.drop_nulls("read")
    assert both.select((pl.col("read") - pl.col("known")).dt.total_seconds().unique()).to_series().to_list() == [300]
    assert wide.filter(pl.col("known").is_null())["read"].is_null().all()
