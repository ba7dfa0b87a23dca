"""Reminders (purringer): events of their own, sent again by whoever sent the message."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import polars as pl
import pytest

from simulator.care import simulate
from simulator.domain.scenario import Study
from simulator.errors import InputError
from simulator.fhir import Count
from simulator.figures import Figures
from simulator.measures.workload import staff_time

People = Callable[..., pl.DataFrame]
World = Callable[..., Study]
LOSSY = "participation: {default: own}\nmessages: {lost: 0.4}\n"


def sent(takes: str = "") -> dict[str, str]:
    return {
        "a": "demand: {rate: 100}\nsteps:\n  - {id: told, by: surgeon, sends: EPIKRISE, to: gp, "
        f"records: [discharge-summary], acknowledged: {{within: 6 h, remind: 2{takes}}}}}"
    }


def test_each_reminder_is_an_event(world: World, people: People, figures: Figures) -> None:
    """At its time, from the same sender to the same receiver, with what became of it; the last one brought it."""
    events = simulate(world(sent(), study=LOSSY, days=3), people(800), figures)
    first = events.filter((pl.col("reminder") == 0) & (pl.col("at") < pl.col("at").max() - pl.duration(hours=13)))
    again = events.filter(pl.col("reminder") > 0).join(first, on="episode", suffix="_of")
    assert again.height > 100
    waited = (pl.col("at") - pl.col("at_of")).dt.total_seconds()
    assert again.select((waited == pl.col("reminder").cast(pl.Int64) * 6 * 3600).all()).item()
    assert again.height == first["reminders"].sum()
    assert set(again["step"].to_list()) == {"told-reminder"}
    for name in ("organisation", "receiver", "role", "message", "system", "road"):
        assert again.select((pl.col(name) == pl.col(f"{name}_of")).all()).item(), name
    assert again.select((pl.col("known").is_null() == (pl.col("fate") == "lost")).all()).item()
    brought = again.filter(pl.col("reminder") == pl.col("reminders_of")).drop_nulls("known")
    assert brought.select((pl.col("known") == pl.col("known_of")).all()).item()
    assert again["records"].list.len().sum() == 0


def test_messages_from_before_the_period_are_reminded_of_in_it(world: World, people: People, figures: Figures) -> None:
    """As many in its first hours as in later ones, of messages that are not in it themselves and did not come."""
    early = {"a": sent()["a"].replace("demand:", "before: 3 d\ndemand:")}
    study = world(early, study=LOSSY, days=3)
    events = simulate(study, people(2000), figures)
    since = pl.col("at") - events["at"].min()
    assert events.select((pl.col("at").dt.convert_time_zone("Europe/Oslo").dt.date() >= study.start).all()).item()
    alone = events.filter((pl.col("reminder") == 0).sum().over("episode") == 0)
    first, second = (alone.filter(pl.col("reminder") == n) for n in (1, 2))
    assert first.select(since.max()).item() < timedelta(hours=6) < second.select(since.max()).item()
    assert second.select(since.max()).item() < timedelta(hours=12)
    hours = since.dt.total_hours()
    sent_in = [events.filter(pl.col("reminder") == 1, hours // 6 == n).height for n in (0, 4, 8)]
    assert min(sent_in) > 0.7 * max(sent_in) > 35


def test_without_loss_nobody_is_reminded(world: World, people: People, figures: Figures) -> None:
    """All messages arrive before their receipt is missed."""
    events = simulate(world(sent(), study="participation: {default: own}", days=3), people(100), figures)
    assert events.height > 50
    assert events["reminder"].sum() == 0


def test_a_reminder_takes_the_time_the_pathway_says(world: World, people: People, figures: Figures) -> None:
    """Ten minutes of the sender's each; without the word the system sends it and nobody works."""
    events = simulate(world(sent(", takes: 10 min"), study=LOSSY, days=3), people(200), figures)
    reminders = events.filter(pl.col("reminder") > 0)
    minutes = {f.name: f.value for f in staff_time(events) if f.over == "surgeon"}
    assert minutes["work.minutes"] == pytest.approx(10 * reminders.height)
    assert reminders.height > 20
    unattended = simulate(world(sent(), study=LOSSY, days=3), people(200), figures).filter(pl.col("reminder") > 0)
    assert unattended["at"].to_list() == reminders["at"].to_list()
    assert unattended["staff"].unique().to_list() == [-1]


def test_a_reminder_is_worth_an_interaction(world: World, people: People, figures: Figures) -> None:
    """Each is a message written; what the first one recorded is not recorded again."""
    events = simulate(world(sent(), study=LOSSY, days=3), people(200), figures)
    whole, first = Count(), Count()
    whole.add(events)
    first.add(events.filter(pl.col("reminder") == 0))
    assert whole.interactions - first.interactions == (events["reminder"] > 0).sum() > 0


def test_the_timeline_is_in_order_with_reminders(world: World, people: People, figures: Figures) -> None:
    """Reminders stand where they belong, numbered like the rest."""
    events = simulate(world(sent(), study=LOSSY, days=3), people(200), figures)
    assert events["event"].to_list() == list(range(events.height))
    assert all(a <= b for a, b in pairwise(events["at"].to_list()))


def test_a_step_may_not_have_a_reminders_name(world: World) -> None:
    """``told-reminder`` is what the reminder of ``told`` is called."""
    steps = {"a": sent()["a"] + "\n  - {id: told-reminder, by: doctor, channel: electronic, after: told}"}
    with pytest.raises(InputError, match="is what the reminder is called"):
        world(steps)
