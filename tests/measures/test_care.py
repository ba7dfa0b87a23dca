"""Time, work and messages measured on events made by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import polars as pl
import pytest

from simulator.domain.tables import NOTICES
from simulator.measures import Stays, measure_care
from simulator.measures.care import NONE_OVERDUE
from simulator.measures.timeliness import deadlines, knowledge, postponed, queues
from simulator.measures.workload import at_work, by_hour, messages, occupancy, places_taken, staff_time

READY, DISCHARGED = "LOG_UTSKRIVNINGSKLAR", "LOG_UTSKREVET"
Make = Callable[..., pl.DataFrame]
Figure = Callable[..., float | None]


def notices(*rows: tuple[str, str, int]) -> pl.DataFrame:
    """Notices of (episode, message, day of January 2026), at noon."""
    told = [(datetime(2026, 1, day, 11, tzinfo=UTC), episode, 1, "5501", message) for episode, message, day in rows]
    return pl.DataFrame(told, schema=NOTICES, orient="row")


def test_knowledge_comes_when_the_message_arrives(make_events: Make, figure: Figure) -> None:
    """Two messages known after one and three hours take two on average; one that never arrived has no time."""
    sent = {"message": "EPIKRISE", "road": "message", "at": 0}
    found = list(knowledge(make_events({**sent, "known": 60}, {**sent, "known": 180}, sent, {"at": 5})))
    assert figure(found, "knowledge.hours.mean") == 2
    assert figure(found, "knowledge.hours.p50", "message/EPIKRISE") == 2
    assert figure(found, "knowledge.never_share") == pytest.approx(1 / 3)


def test_a_shared_record_is_known_at_once(make_events: Make, figure: Figure) -> None:
    """What is written in the same system takes no time to be known."""
    found = knowledge(make_events({"message": "EPIKRISE", "road": "shared", "at": 3, "known": 3}))
    assert figure(found, "knowledge.hours.mean", "road/shared") == 0


def test_a_deadline_is_broken_after_its_instant(make_events: Make, figure: Figure) -> None:
    """Done at the very instant is in time; a step without a deadline is not counted."""
    found = list(deadlines(make_events({"at": 60, "due": 60}, {"at": 61, "due": 60}, {"at": 900}), NONE_OVERDUE))
    assert figure(found, "deadlines.broken_share", "pathway/round") == 0.5
    assert figure(found, "deadlines.broken") == 1


def test_a_deadline_of_what_was_never_done_is_broken(make_events: Make, figure: Figure) -> None:
    """Two steps that were due and are not done are broken deadlines beside the late one, and told by themselves."""
    overdue = pl.DataFrame({"role": ["gp.doctor", None], "pathway": ["round", "stay"], "n": [2, 0]})
    found = list(deadlines(make_events({"at": 60, "due": 60}, {"at": 61, "due": 60}), overdue))
    assert figure(found, "deadlines.broken") == 3
    assert figure(found, "deadlines.broken_share") == 0.75
    assert figure(found, "deadlines.never_done", "gp.doctor") == 2
    assert figure(found, "deadlines.never_done", "pathway/round") == 2
    assert figure(found, "deadlines.never_done", "pathway/stay") is None


def test_places_are_taken_a_share_of_their_time(figure: Figure) -> None:
    """A bed of two taken for an hour of two is a quarter; places that are not there have no share."""
    schema = {"place": ["bed", "room"], "count": [2, 0], "taken_s": [3600, 0], "there_s": [14400, 0]}
    found = list(places_taken(pl.DataFrame(schema)))
    assert [(m.name, m.over, m.value, m.n) for m in found] == [("places.occupancy", "place/bed", 0.25, 2)]


def test_queues_run_from_wanted_to_begun(make_events: Make, figure: Figure) -> None:
    """Those who wait for a person count; what a citizen does alone waits for nobody."""
    found = list(
        queues(
            make_events(
                {"wanted": 0, "began": 10, "at": 20},
                {"wanted": 0, "began": 30, "at": 50},
                {"role": "citizen", "staff": -1, "wanted": 0, "began": 500, "at": 500},
            )
        )
    )
    assert figure(found, "queue.minutes.mean", "home-care.nurse") == 20
    assert figure(found, "queue.minutes.mean", "citizen") is None


def test_work_is_minutes_by_profession_with_what_was_done_twice(make_events: Make, figure: Figure) -> None:
    """Work runs from begun to done; extra work and overtime are parts of it and stand by themselves."""
    found = list(
        staff_time(
            make_events(
                {"began": 0, "at": 30, "extra_s": 600, "overtime_s": 300},
                {"began": 0, "at": 10, "role": "gp.doctor"},
            )
        )
    )
    assert figure(found, "work.minutes") == 40
    assert figure(found, "work.minutes", "home-care.nurse") == 30
    assert figure(found, "duplicate.minutes", "home-care.nurse") == 10
    assert figure(found, "duplicate.time_share") == 0.25
    assert figure(found, "work.overtime_minutes") == 5
    assert figure(found, "duplicate.steps", "gp.doctor") == 0


def test_waiting_for_a_place_is_told_by_place(make_events: Make, figure: Figure) -> None:
    """Two waited for a bed, ten and thirty minutes; who needed none is not among them."""
    waited = [{"place": "ohd-bed", "wanted": 0, "began": minutes, "at": 60} for minutes in (10, 30)]
    found = list(queues(make_events(*waited, {"wanted": 0, "began": 0, "at": 5})))
    assert figure(found, "queue.minutes.mean", "place/ohd-bed") == 20
    assert figure(found, "queue.minutes.mean") == pytest.approx(40 / 3)


def test_occupancy_is_work_of_those_counted_over_their_hours(make_events: Make) -> None:
    """Half an hour in two on duty is a quarter: without steps that take nobody of them, reminders, and other roles."""
    round_ = {"pathway": "round", "step": "visit", "began": 0, "at": 30}
    events = make_events(
        round_, {**round_, "step": "called"}, {**round_, "step": "visit-reminder"}, {**round_, "role": "gp.doctor"}
    )
    steps = pl.DataFrame({"pathway": ["round"], "step": ["visit"]})
    found = list(occupancy(pl.concat([at_work(events, steps)] * 2), {"home-care.nurse": 4.0, "porter": 2.0}))
    assert [(m.over, m.value, m.n) for m in found] == [("home-care.nurse", 0.25, 2), ("porter", 0.0, 0)]


def test_what_was_put_off_is_counted(make_events: Make, figure: Figure) -> None:
    """A step put off twice counts twice."""
    assert figure(postponed(make_events({"postponed": 2}, {"postponed": 1})), "work.postponed") == 3


def test_messages_are_counted_by_what_became_of_them(make_events: Make, figure: Figure) -> None:
    """Lost and late ones, reminders and inquiries, over all and by type."""
    found = list(
        messages(
            make_events(
                {"message": "EPIKRISE", "fate": "lost", "reminders": 1},
                {"message": "EPIKRISE", "fate": "lost", "reminder": 1},
                {"message": "EPIKRISE", "fate": "delivered"},
                {"message": "DIALOG_FORESPORSEL", "fate": "late"},
                {},
            )
        )
    )
    assert figure(found, "messages.sent") == 3
    assert figure(found, "messages.lost_share", "message/EPIKRISE") == 0.5
    assert figure(found, "messages.late_share") == pytest.approx(1 / 3)
    assert figure(found, "messages.reminders") == 1
    assert figure(found, "messages.lost") == 1
    assert figure(found, "messages.inquiries") == 1


def test_hours_of_the_day_are_norwegian(make_events: Make) -> None:
    """Half past seven UTC in January is half past eight in Norway."""
    assert by_hour(make_events({"at": 30}, {"at": 95}, {"at": 40, "staff": -1})).rows() == [
        ("home-care.nurse", 8, 1),
        ("home-care.nurse", 9, 1),
    ]


def test_waiting_days_cost_what_a_day_costs(make_events: Make, figure: Figure) -> None:
    """Two nights at 5 000 kroner a day cost the municipality 10 000."""
    stays = Stays(notices(("a", READY, 12), ("a", DISCHARGED, 14)), date(2026, 1, 12), 7, 5000)
    found = measure_care(make_events({}), stays)
    assert figure(found, "discharge.waiting_days") == 2
    assert figure(found, "discharge.waiting_cost") == 10000


def test_a_day_has_the_waiting_of_those_who_were_ready_before_it(make_events: Make, figure: Figure) -> None:
    """In one day two wait over midnight, one of them reported that day; one who leaves in the morning does not."""
    told = notices(("a", READY, 9), ("b", READY, 10), ("b", DISCHARGED, 12), ("c", READY, 12))
    found = measure_care(make_events({}), Stays(told, date(2026, 1, 12), 1))
    assert figure(found, "discharge.ready_stays") == 1
    assert figure(found, "discharge.waiting_stays") == 2
    assert figure(found, "discharge.waiting_days") == 2


def test_where_no_municipality_is_told_nothing_is_said_of_waiting(make_events: Make) -> None:
    """A study without such stays has no figure of them, not noughts."""
    found = measure_care(make_events({}), Stays(notices(), date(2026, 1, 12), 7))
    assert not any(one.name.startswith("discharge") for one in found)


def test_nothing_simulated_gives_no_figures(make_events: Make) -> None:
    """An empty timeline is measured as nothing, not as zeros."""
    assert measure_care(make_events({}).clear()) == []
