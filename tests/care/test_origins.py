"""What brings people into a pathway besides rates: their age, events in their lives, and other pathways."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from simulator.care import Settings, simulate, simulate_fully
from simulator.domain.scenario import Study
from simulator.domain.tables import LIFE_EVENTS
from simulator.errors import InputError
from simulator.figures import Figures

People = Callable[..., pl.DataFrame]
World = Callable[..., Study]
OSLO = ZoneInfo("Europe/Oslo")
CHECKS = {
    "checks": "milestones: {at: [2 w, 3 mo], weekday: gp.weekday, hour: gp.hour}\n"
    "steps:\n  - {id: checked, by: nurse, channel: in-person, takes: 20 min}"
}


def born(people: People, count: int) -> pl.DataFrame:
    """Newborns, one a day, the last on the period's first day."""
    days = [date(2026, 1, 12) - timedelta(days=n) for n in range(count)]
    return people(count).with_columns(birth_date=pl.Series(days), age=pl.lit(0, dtype=pl.UInt8))


def test_everybody_is_met_once_at_each_age(world: World, people: People, figures: Figures) -> None:
    """Those who reach two weeks or three months in the period are seen, on the day or within the week after."""
    frame = born(people, 120)
    events = simulate(world(CHECKS, days=21), frame, figures).join(
        frame.select("resident", "birth_date"), on="resident"
    )
    age = (pl.col("began").dt.convert_time_zone("Europe/Oslo").dt.date() - pl.col("birth_date")).dt.total_days()
    ages = events.select(age.alias("age"))["age"]
    assert ages.filter(ages < 50).is_between(14, 20).all()
    assert ages.filter(ages > 50).is_between(91, 97).all()
    assert events.select(pl.struct("resident", "episode").is_duplicated().any()).item() is False
    # One is born a day, so in three weeks 21 reach each age, give or take those of the edges.
    assert events.height == pytest.approx(42, abs=6)
    weekdays = events.select(pl.col("began").dt.convert_time_zone("Europe/Oslo").dt.weekday())["began"]
    assert weekdays.is_between(1, 5).sum() > 0.9 * len(weekdays)


def test_fewer_checks_are_some_of_them(world: World, people: People, figures: Figures) -> None:
    """A study with half of the demand has some of the same episodes."""
    frame = born(people, 120)
    whole = simulate(world(CHECKS, days=21), frame, figures)
    half = simulate(world(CHECKS, days=21, study="demand: {checks: 0.5}"), frame, figures)
    assert 0 < half.height < whole.height
    assert set(half["episode"].to_list()) < set(whole["episode"].to_list())


CALL = """demand: {rate: 200}
reason: gp.reasons
steps:
  - {id: called, by: citizen, channel: electronic}
  - {id: sent-on, by: doctor, channel: in-person, after: {step: called, delay: 30 min}, takes: 10 min, chance: 0.5}"""
STAY = """from: {pathway: call, step: sent-on, chance: 0.5, where: "sex = 'female'"}
steps:
  - {id: came, by: surgeon, channel: ward, within: 1 h}
  - {id: left, by: surgeon, channel: ward, after: {step: came, delay: 2 h}}"""


def test_a_pathway_starts_when_a_step_of_another_is_done(world: World, people: People, figures: Figures) -> None:
    """For the same resident, at that instant, with its chance and for those it is for."""
    frame = people(300)
    for order in (("call", "stay"), ("stay", "call")):
        texts = {"call": CALL, "stay": STAY}
        found = simulate_fully(world({name: texts[name] for name in order}, days=3), frame, figures)
        sent = found.events.filter(pl.col("step") == "sent-on").join(frame.select("resident", "sex"), on="resident")
        came = found.events.filter(pl.col("step") == "came")
        women = sent.filter(pl.col("sex") == "female")
        pairs = set(sent.select("resident", "at").iter_rows())
        assert set(came.select("resident", "at").iter_rows()) <= pairs
        assert came.height / women.height == pytest.approx(0.5, abs=0.08)
        assert came.select(((pl.col("due") - pl.col("at")).dt.total_seconds() == 3600).all()).item()
        assert came["episode"].is_unique().all()
        account = pl.col("done") + pl.col("missed") + pl.col("waiting") + pl.col("under_way")
        assert found.accounts.select((account == pl.col("wanted")).all()).item()


LIVES = "steps:\n  - {id: told, by: doctor, sends: LOG_DOD, to: home-care}"


def lives(frame: pl.DataFrame) -> pl.DataFrame:
    """A death, and a birth that the register names by a number no resident has."""
    resident = frame["resident"].to_list()
    at = [datetime(2026, 1, 12, hour, tzinfo=OSLO) for hour in (7, 9)]
    told = {"at": at, "resident": [resident[3], 99], "kind": ["death", "birth"], "other": [None, resident[5]]}
    empty = pl.DataFrame(schema=LIFE_EVENTS)
    return pl.concat(
        [empty, pl.DataFrame(told, schema_overrides={"kind": LIFE_EVENTS["kind"]}).cast({"at": LIFE_EVENTS["at"]})],
        how="diagonal",
    )


@pytest.mark.parametrize(("kind", "hour", "whose"), [("death", 7, 3), ("birth", 9, 5)])
def test_a_pathway_starts_from_an_event_in_life(
    *, world: World, people: People, figures: Figures, kind: str, hour: int, whose: int
) -> None:
    """At the instant of the event, for the resident; for a birth, for the mother."""
    frame = people(20)
    study = world({"a": f"life_event: {kind}\n{LIVES}"})
    events = simulate(study, frame, figures, settings=Settings(lives=lives(frame)))
    assert events["resident"].to_list() == [frame["resident"][whose]]
    assert events["at"].dt.convert_time_zone("Europe/Oslo").dt.hour().to_list() == [hour]


def test_events_in_life_must_be_handed_in(world: World, people: People, figures: Figures) -> None:
    """Without them a study that starts from them is refused, not silently empty."""
    with pytest.raises(InputError, match="start from death"):
        simulate(world({"a": f"life_event: death\n{LIVES}"}), people(20), figures)


def test_warm_up_begins_before_the_period(world: World, people: People, figures: Figures) -> None:
    """With days of warm-up what began before the period is under way in it."""
    slow = CALL.replace("delay: 30 min", "delay: 2 d")
    cold, warm = (
        simulate(world({"call": slow}, days=2, study=study), people(200), figures) for study in ("", "warm_up: 3 d")
    )
    assert cold.filter(pl.col("step") == "sent-on").height == 0
    assert warm.filter(pl.col("step") == "sent-on").height > 50


DAILY = """schedule: {total: 365.25, of: 1}
before: 1 d
steps:
  - {id: visited, by: nurse, channel: home, takes: 20 min}"""
DYING = """demand: {rate: 3652.5}
steps:
  - {id: in, by: surgeon, channel: ward, occupies: {place: bed, until: out}}
  - {id: out, by: surgeon, channel: ward, after: {step: in, delay: 5 d}}"""


def test_nothing_more_is_done_for_the_dead(world: World, people: People, figures: Figures) -> None:
    """After a death its own pathway goes on and no other; everybody else is cared for as before."""
    frame = people(20)
    both = world({"daily": DAILY, "death": f"life_event: death\n{LIVES}"}, days=3)
    events = simulate(both, frame, figures, settings=Settings(lives=lives(frame)))
    alone = simulate(world({"daily": DAILY}, days=3), frame, figures)
    dead = pl.col("resident") == frame["resident"][3]
    visits = events.filter(pl.col("pathway") == "daily")
    assert alone.filter(dead).height >= 2
    assert visits.filter(dead & (pl.col("began") > datetime(2026, 1, 12, 6, tzinfo=UTC))).height == 0
    assert visits.filter(~dead).drop("event").equals(alone.filter(~dead).drop("event"))
    assert events.filter(pl.col("pathway") == "death").height == 1


TUESDAY = """staff:
  surgeons: {role: surgeon, at: hospital, persons: 3, shifts: {all: {hours: "00:00-23:00", days: tue}}}
"""


@pytest.mark.parametrize(
    ("waits", "dies"),
    [
        ("", datetime(2026, 1, 12, 22, 59, tzinfo=UTC)),
        (", patience: 1 h, postpone: 1 d", datetime(2026, 1, 12, 23, 1, tzinfo=UTC)),
    ],
)
def test_what_the_dead_were_waiting_for_is_not_done(
    *, world: World, people: People, figures: Figures, waits: str, dies: datetime
) -> None:
    """Whoever dies in the queue, or until the next try, is neither seen nor given up; the others are seen."""
    frame = people(4)
    step = f"  - {{id: seen, by: surgeon, channel: ward, needs: surgeons, takes: 5 min{waits}}}"
    daily = {"a": f"schedule: {{total: 365.25, of: 1}}\nsteps:\n{step}"}
    told = lives(people(20)).head(1).with_columns(at=pl.lit(dies).cast(LIFE_EVENTS["at"]))
    both = world({**daily, "death": f"life_event: death\n{LIVES}"}, staffing=TUESDAY)
    found = simulate_fully(both, frame, figures, settings=Settings(lives=told))
    alone = simulate(world(daily, staffing=TUESDAY), frame, figures)
    dead = pl.col("resident") == frame["resident"][3]
    seen = found.events.filter(pl.col("pathway") == "a")
    assert alone.filter(dead).height >= 1
    assert seen.filter(dead).height == 0
    assert seen.filter(~dead)["resident"].n_unique() == 3
    (account,) = found.accounts.filter(pl.col("step") == "seen").iter_rows(named=True)
    assert account["missed"] == 0
    assert account["wanted"] == sum(account[name] for name in ("done", "waiting", "under_way"))


def test_the_place_of_the_dead_is_free(world: World, people: People, figures: Figures) -> None:
    """Whoever dies in the one bed leaves it to the next at once, not when the stay would have ended."""
    frame = people(1)
    named = frame["resident"][0]
    told = (
        lives(people(20)).with_columns(resident=pl.lit(named), kind=pl.lit("death").cast(LIFE_EVENTS["kind"])).head(1)
    )
    other = people(2).tail(1)
    study = world(
        {"stay": DYING, "death": f"life_event: death\n{LIVES}"},
        staffing="places: {bed: {at: ward, count: 1}}\n",
        days=2,
        seed=3,
    )
    events = simulate(study, pl.concat([frame, other]), figures, settings=Settings(lives=told))
    beds = events.filter(pl.col("place") == "bed")
    first, second = beds.head(2).iter_rows(named=True)
    assert (first["resident"], second["resident"]) == (named, other["resident"][0])
    assert second["began"] == datetime(2026, 1, 12, 6, tzinfo=UTC)
