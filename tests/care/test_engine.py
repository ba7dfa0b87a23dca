"""What the interpreter does with the words of a pathway: hands, hours, patience, alternatives, deadlines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from simulator.care import simulate_fully
from simulator.domain.scenario import Hours, Shift, Study
from simulator.domain.tables import EVENTS
from simulator.figures import Figures

People = Callable[..., pl.DataFrame]
Trial = Callable[..., Study]
BALANCED = (pl.col("done") + pl.col("missed") + pl.col("waiting") + pl.col("under_way")) == pl.col("wanted")
SERVED = "  - {id: served, by: nurse, channel: ward, takes: 'lognormal(mean=30 min, cv=0.5)'}"


def seconds(column: str, before: str) -> pl.Expr:
    """Seconds from one instant column to another."""
    return (pl.col(column) - pl.col(before)).dt.total_seconds()


def hour(column: str) -> pl.Expr:
    """The local hour of an instant column."""
    return pl.col(column).dt.convert_time_zone("Europe/Oslo").dt.hour()


def test_events_have_the_schema_and_their_order(trial: Trial, people: People, figures: Figures) -> None:
    """Events come in the columns of the table, ordered by instant and resident, numbered from 0."""
    events = simulate_fully(trial({"a": SERVED}), people(50), figures).events
    assert dict(events.schema) == {name: pl.Schema({name: kind})[name] for name, kind in EVENTS.items()}
    assert events["event"].to_list() == list(range(events.height))
    assert events.equals(events.sort("at", "resident", "episode", "step"))
    assert events.select((pl.col("wanted") <= pl.col("began")) & (pl.col("began") <= pl.col("at"))).to_series().all()


def test_nobody_at_work_leaves_everything_waiting_and_accounted(trial: Trial, people: People, figures: Figures) -> None:
    """With no nurses nothing is done, and every step wanted is found in the queue."""
    study = trial({"a": SERVED}, persons=1)
    nobody = replace(study, staff_factors={"nurses": 0.0})
    found = simulate_fully(nobody, people(50), figures)
    row = found.accounts.row(0, named=True)
    assert found.events.height == 0
    assert row["wanted"] == row["waiting"] > 50


def test_what_was_due_and_is_not_done_is_counted(trial: Trial, people: People, figures: Figures) -> None:
    """What nobody does is overdue once its day has passed: not before, and not where the day is not over yet."""
    steps = """  - {id: asked, by: citizen, channel: electronic}
  - {id: seen, by: nurse, channel: ward, after: asked, needs: nurses, takes: 5 min,
     within: {time: 24 h, of: asked}}"""
    nobody = replace(trial({"a": steps}, days=10), staff_factors={"nurses": 0.0})
    found = simulate_fully(nobody, people(100), figures)
    due = found.events.filter(pl.col("at") < datetime(2026, 1, 20, 23, tzinfo=UTC))
    told = dict(found.accounts.select("step", "overdue").iter_rows())
    assert set(found.events["step"]) == {"asked"}
    assert 50 < due.height < found.events.height
    assert told == {"asked": 0, "seen": due.height}


def test_hands_without_end_leave_nobody_waiting(trial: Trial, people: People, figures: Figures) -> None:
    """With a thousand nurses every step begins when it is wanted."""
    events = simulate_fully(trial({"a": SERVED}, persons=1000), people(200), figures).events
    assert events.select(pl.col("began") == pl.col("wanted")).to_series().all()


def test_every_step_wanted_is_accounted_for(trial: Trial, people: People, figures: Figures) -> None:
    """Wanted is done, missed, waiting and under way together, the queue being counted by itself."""
    steps = SERVED.replace("takes", "patience: 2 h, takes")
    accounts = simulate_fully(trial({"a": steps}, persons=2), people(300), figures).accounts
    assert accounts.select(BALANCED).to_series().all()
    assert accounts["missed"][0] > 0
    assert accounts["waiting"][0] > 0


def test_nobody_waits_longer_than_their_patience(trial: Trial, people: People, figures: Figures) -> None:
    """A step that waited longer than its patience is given up, and what follows it does not happen."""
    steps = (
        SERVED.replace("takes", "patience: 2 h, takes")
        + "\n  - {id: told, by: citizen, channel: electronic, after: served}"
    )
    found = simulate_fully(trial({"a": steps}, persons=2), people(300), figures)
    served = found.events.filter(pl.col("step") == "served")
    assert served.select(seconds("began", "wanted").max()).item() <= 7200
    done = dict(found.accounts.select("step", "done").iter_rows())
    assert done["told"] == done["served"]


def test_no_person_is_in_two_places_at_once(trial: Trial, people: People, figures: Figures) -> None:
    """The pieces of work of one person never overlap, travel included."""
    steps = SERVED.replace("takes", "travel: 10 min, takes")
    events = simulate_fully(trial({"a": steps}, persons=4), people(300), figures).events
    work = events.sort("organisation", "role", "staff", "began").with_columns(
        left=pl.col("began") - pl.duration(minutes=10),
        before=pl.col("at").shift(1).over("organisation", "role", "staff"),
    )
    assert work["staff"].n_unique() == 4
    assert work.filter(pl.col("left") < pl.col("before")).height == 0


def test_the_more_urgent_go_first(trial: Trial, people: People, figures: Figures) -> None:
    """Where there is a queue, those with the smaller priority wait less."""
    steps = SERVED.replace("takes", "priority: \"CASE WHEN sex = 'male' THEN 0 ELSE 1 END\", takes")
    frame = people(140)
    events = simulate_fully(trial({"a": steps}), frame, figures).events.join(
        frame.select("resident", "sex"), on="resident"
    )
    wait = dict(events.group_by(pl.col("sex").cast(pl.String)).agg(seconds("began", "wanted").mean()).iter_rows())
    assert wait["male"] * 3 < wait["female"]


def test_alternatives_exclude_each_other(trial: Trial, people: People, figures: Figures) -> None:
    """Of a step by chance and one unless it, each episode has exactly one, in the ratio of the chance."""
    steps = (
        "  - {id: asked, by: citizen, channel: electronic}\n"
        "  - {id: call, by: porter, channel: electronic, after: asked, chance: 0.25}\n"
        "  - {id: visit, by: porter, channel: ward, after: asked, unless: call}\n"
        "  - {id: noted, by: porter, channel: system, after: [call, visit]}"
    )
    events = simulate_fully(trial({"a": steps}), people(1000), figures).events
    count = dict(events.group_by("step").len().iter_rows())
    assert count["call"] + count["visit"] == count["asked"] == count["noted"]
    assert count["call"] / count["asked"] == pytest.approx(0.25, abs=0.03)


def test_a_step_after_several_waits_for_the_last(trial: Trial, people: People, figures: Figures) -> None:
    """A step after two others begins when the later one is done and its delay has passed."""
    steps = (
        "  - {id: one, by: porter, channel: ward, takes: 30 min}\n"
        "  - {id: two, by: porter, channel: ward, takes: 50 min}\n"
        "  - {id: three, by: porter, channel: ward, after: [one, {step: two, delay: 10 min}], takes: 5 min}"
    )
    events = simulate_fully(trial({"a": steps}), people(50), figures).events
    wide = events.pivot("step", index="episode", values="at").drop_nulls()
    assert wide.height > 50
    assert wide.select(seconds("three", "two").unique()).to_series().to_list() == [900]
    assert wide.select(seconds("two", "one").unique()).to_series().to_list() == [1200]


def test_deadlines_count_from_the_step_they_name(trial: Trial, people: People, figures: Figures) -> None:
    """``due`` is the named step's end and the time allowed; a step done later is late."""
    steps = (
        "  - {id: ready, by: porter, channel: ward}\n"
        "  - {id: quick, by: porter, channel: ward, after: {step: ready, delay: 1 h}, within: 2 h}\n"
        "  - {id: slow, by: porter, channel: ward, after: {step: quick, delay: 'uniform(low=0 h, high=4 h)'},"
        " within: {time: 3 h, of: ready}}"
    )
    events = simulate_fully(trial({"a": steps}), people(100), figures).events
    ready = events.filter(pl.col("step") == "ready").select("episode", ready="at")
    timed = events.join(ready, on="episode")
    allowed = timed.group_by("step").agg(seconds("due", "ready").unique().alias("s")).sort("step")
    assert allowed["s"].to_list() == [[7200], [None], [10800]]
    late = dict(timed.group_by("step").agg((pl.col("at") > pl.col("due")).mean()).iter_rows())
    assert late["quick"] == 0
    assert late["slow"] == pytest.approx(0.5, abs=0.15)


def test_a_deadline_from_what_was_not_to_happen_is_none(trial: Trial, people: People, figures: Figures) -> None:
    """A step that follows one of two ways has no deadline in the episodes that took the way it does not count from."""
    steps = (
        "  - {id: asked, by: citizen, channel: electronic}\n"
        "  - {id: call, by: porter, channel: electronic, after: asked, chance: 0.5}\n"
        "  - {id: visit, by: porter, channel: ward, after: asked, unless: call}\n"
        "  - {id: noted, by: porter, channel: system, after: [call, visit], within: {time: 1 h, of: call}}"
    )
    events = simulate_fully(trial({"a": steps}), people(200), figures).events
    called = events.filter(pl.col("step") == "call")["episode"]
    noted = events.filter(pl.col("step") == "noted")
    assert 0 < called.len() < noted.height
    assert noted.filter(pl.col("due").is_not_null())["episode"].sort().equals(called.sort())


def test_steps_begin_only_in_their_opening_hours(trial: Trial, people: People, figures: Figures) -> None:
    """What is ready at night begins in the morning, spread as the opening says."""
    steps = '  - {id: round, by: porter, channel: ward, opening: {hours: "08:00-15:00", spread: 2 h}}'
    events = simulate_fully(trial({"a": steps}), people(200), figures).events
    assert events.select(hour("began").is_between(8, 14)).to_series().all()
    assert events.filter(hour("began") == 9).height > 20


def test_nobody_begins_outside_their_shift(trial: Trial, people: People, figures: Figures) -> None:
    """Work begins within the shift; what is under way at its end is finished."""
    study = trial({"a": SERVED}, persons=30)
    staff = study.staffing.staff["nurses"]
    day = replace(staff, shifts=(Shift("day", Hours(8 * 3600, 16 * 3600), tuple(range(7))),))
    study = replace(study, staffing=replace(study.staffing, staff={"nurses": day}))
    events = simulate_fully(study, people(200), figures).events
    assert events.select(hour("began").is_between(8, 15)).to_series().all()
    assert events.filter(hour("at") == 16).height > 0


@pytest.mark.parametrize(("first", "last"), [(7, 22), (9, 11)])
def test_appointments_fall_on_the_grid_after_booking_in_open_hours(
    trial: Trial, people: People, figures: Figures, first: int, last: int
) -> None:
    """With a lead, the booking comes first and by day, however short it is open; the appointment on its grid."""
    hours = f"{first:02}:00-{last + 1:02}:00"
    demand = (
        f'demand: {{rate: 365.25, hour: gp.hour, grid: 10 min, lead: exponential(mean=6 h), lead_hours: "{hours}"}}'
    )
    steps = (
        "  - {id: booked, by: citizen, channel: electronic}\n"
        "  - {id: held, by: porter, channel: in-person, after: [booked, appointment], takes: 15 min}"
    )
    events = simulate_fully(trial({"a": steps}, demand=demand), people(300), figures).events
    held = events.filter(pl.col("step") == "held")
    booked = events.filter(pl.col("step") == "booked")
    assert held.select(pl.col("wanted").dt.epoch("s") % 600 == 0).to_series().all()
    assert booked.select(hour("at").is_between(first, last)).to_series().all()
    both = booked.join(held, on="episode")
    assert both.height > 100
    assert both.select(pl.col("at") <= pl.col("wanted_right")).to_series().all()


def test_a_period_does_not_begin_empty(trial: Trial, people: People, figures: Figures) -> None:
    """Episodes begun before the period are under way in it, and nothing from before it is written."""
    steps = (
        "  - {id: admitted, by: porter, channel: ward}\n"
        "  - {id: left, by: porter, channel: ward, after: {step: admitted, delay: 2 d}}"
    )
    events = simulate_fully(trial({"a": steps}, before=3), people(100), figures).events
    count = dict(events.group_by("step").len().iter_rows())
    assert count["left"] == pytest.approx(count["admitted"], rel=0.25)
    assert (
        events.select(pl.col("at").min().dt.convert_time_zone("Europe/Oslo").dt.date()).item().isoformat()
        == "2026-01-12"
    )


def test_organisations_follow_the_residents_list(trial: Trial, people: People, figures: Figures) -> None:
    """A kind with one organisation per list is named by it; messages name who gets them."""
    steps = "  - {id: told, by: porter, sends: EPIKRISE, to: list, records: [discharge-summary]}"
    frame = people(9, replica=2)
    events = simulate_fully(trial({"a": steps}), frame, figures).events
    joined = events.join(frame.select("resident", "fastlege"), on="resident")
    assert events["organisation"].unique().to_list() == ["5501.2/hospital"]
    assert joined.select((pl.format("5501.2/list/{}", "fastlege") == pl.col("receiver")).all()).item()
    assert events["channel"].unique().to_list() == ["message"]
