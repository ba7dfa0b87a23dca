"""What is known at the moment of need: nobody's record holds a fact before it could have come there."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.care import simulate, simulate_fully
from simulator.care.engine import Engine
from simulator.care.knowledge import Knowledge
from simulator.care.lines import Line
from simulator.care.plan import make_plan
from simulator.domain.information import GIVES, READS, RECORDS
from simulator.domain.scenario import Study
from simulator.domain.systems import SYSTEMS
from simulator.figures import Figures
from tests.care.conftest import SILENT

People = Callable[..., pl.DataFrame]
World = Callable[..., Study]
Row = dict[str, Any]
OPERATION = """demand: {rate: 100}
steps:
  - {id: seen, by: doctor, channel: in-person, takes: 20 min, records: [diagnosis]}
  - {id: referred, by: doctor, after: seen, chance: 0.6, sends: HENVISNING, to: hospital}
  - {id: operated, by: surgeon, channel: ward, after: {step: seen, delay: 'exponential(mean=2 h)'}, takes: 1 h,
     travel: 10 min, reads: [summary], records: [diagnosis]}
  - {id: told, by: surgeon, after: {step: operated, delay: 'exponential(mean=2 h)'}, sends: EPIKRISE, to: gp}
  - {id: checked, by: doctor, channel: in-person, after: {step: operated, delay: 'exponential(mean=4 h)'},
     takes: 20 min, reads: [summary]}"""
VISIT = """demand: {rate: 150}
steps:
  - {id: visited, by: nurse, channel: home, takes: 20 min, reads: [identity, summary]}"""
BOTH = {"operation": OPERATION, "visit": VISIT}
OWN_FETCHES = """  own:
    common: message
    regional: message
    own: {road: message, fetches: [summary]}
    paper: letter
"""
FETCHED = (
    SILENT.replace("  own: {common: message, regional: message, own: message, paper: letter}\n", OWN_FETCHES)
    .replace("  message: {delay", "  api: {delay: 30 min}\n  message: {delay")
    .replace("systems: silent", "systems: fetched")
)
KIND = pl.col("organisation").str.split("/").list.get(1)


def seen_from_the_table(event: Row, others: list[Row]) -> bool:
    """Whether the table itself says that the newest summaries of everybody else could be known when work began."""
    newest: dict[str, Row] = {}
    for other in others:
        recorded = "diagnosis" in other["records"] and other["at"] <= event["began"]
        if recorded and (other["kind"] not in newest or newest[other["kind"]]["at"] <= other["at"]):
            newest[other["kind"]] = other
    return all(
        fact["kind"] == event["kind"]
        or (fact["system"] == event["system"] and event["system"] in ("common", "regional"))
        or any(
            message["message"] in ("HENVISNING", "EPIKRISE")
            and message["kind"] == fact["kind"]
            and message["receiver"].split("/")[1] == event["kind"]
            and message["at"] >= fact["at"]
            and message["known"] is not None
            and message["known"] <= event["began"]
            for message in others
        )
        for fact in newest.values()
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    uses=st.tuples(*[st.sampled_from(SYSTEMS)] * 3),
    lost=st.sampled_from([0.0, 0.3]),
    seed=st.integers(1, 10**6),
)
def test_no_record_holds_a_fact_before_it_could(
    *, world: World, people: People, figures: Figures, uses: tuple[str, str, str], lost: float, seed: int
) -> None:
    """What a step lacks is exactly what no shared system and no message that had arrived could have told it."""
    gp, hospital, home = uses
    said = f"participation: {{gp: {gp}, hospital: {hospital}, home-care: {home}}}\nmessages: {{lost: {lost}}}"
    events = simulate(world(BOTH, study=said, days=3, seed=seed), people(60), figures).with_columns(kind=KIND)
    by_resident: dict[int, list[Row]] = {}
    for row in events.with_columns(pl.col("system").cast(pl.String)).to_dicts():
        by_resident.setdefault(row["resident"], []).append(row)
    looked = 0
    for rows in by_resident.values():
        for row in rows:
            # Of two things in one second the table does not say which came first.
            if "summary" in row["reads"] and all(other["at"] != row["began"] for other in rows):
                looked += 1
                assert ("summary" not in row["lacks"]) == seen_from_the_table(row, rows), row
    assert looked > 20


def test_whoever_shares_a_system_lacks_nothing(world: World, people: People, figures: Figures) -> None:
    """With everybody inside the common journal all that was recorded is there."""
    events = simulate(world(BOTH, days=3), people(100), figures)
    assert events.filter(pl.col("reads").list.len() > 0).height > 100
    assert events["lacks"].list.len().sum() == 0


class Everybody:
    """Says of every step that it can make a difference to others."""

    def __init__(self, knowledge: Knowledge, lines: list[Line]) -> None:
        """Take what the real one takes."""

    def looked(self, line: Line) -> bytes:
        return bytes([1]) * len(line.rows)

    def recorded(self, line: Line, bits: int) -> bytes:
        del bits
        return self.looked(line)

    told = recorded


@pytest.mark.parametrize("systems", [SILENT, FETCHED], ids=["told", "fetched"])
@pytest.mark.parametrize("home", ["own", "common"])
def test_whom_nobody_misses_anything_of_makes_no_difference(
    *, world: World, people: People, figures: Figures, monkeypatch: pytest.MonkeyPatch, home: str, systems: str
) -> None:
    """Whatever is recorded, told and looked up of everybody, what is lacking, and when things happen, is the same."""
    said = f"participation: {{gp: {{share: 0.5, then: common, else: own}}, hospital: common, home-care: {home}}}\n"
    study = world({**BOTH, "a": ASKS}, study=f"{said}messages: {{lost: 0.2}}", days=3, silent=systems)
    found = simulate(study, people(200), figures)
    monkeypatch.setattr("simulator.care.effects.Relevance", Everybody)
    thorough = simulate(study, people(200), figures)
    # Which of several free people is sent may differ: it goes by the order of things in one second.
    assert found.drop("staff").equals(thorough.drop("staff"))
    assert found["lacks"].list.len().sum() > 20


def test_a_resident_whom_no_other_looks_up_is_not_remembered(world: World, people: People, figures: Figures) -> None:
    """What nobody else will look for is not kept: only of those who are looked up elsewhere are there facts."""
    study = world({"operation": OPERATION}, study="participation: {default: own}", days=3)
    engine = Engine(make_plan(study, figures), people(100))
    assert engine.knowledge is not None
    engine.run()
    operated = {row for work in engine.works for line in work.lines if line.looks for row in _of(line)}
    assert len(engine.knowledge.facts) > 0
    assert set(engine.knowledge.facts) <= operated
    assert len(operated) < 100


def _of(line: Line) -> list[int]:
    return [row for row, taken in zip(line.rows, line.taken, strict=True) if taken]


ASKS = """demand: {rate: 60}
steps:
  - {id: operated, by: surgeon, channel: ward, takes: 1 h, records: [diagnosis]}
  - {id: seen, by: doctor, channel: in-person, after: {step: operated, delay: 1 h}, takes: 20 min,
     reads: [identity, summary],
     lacking: {takes: 7 min, sends: DIALOG_FORESPORSEL, to: hospital, by: surgeon, answered: 2 h}}
  - {id: left, by: citizen, channel: electronic, after: seen}"""


def test_what_is_lacking_takes_longer_and_is_asked_for(world: World, people: People, figures: Figures) -> None:
    """The work takes the extra time; an inquiry goes out, and the answer brings what was lacking, late."""
    found = simulate_fully(world({"a": ASKS}, study="participation: {default: own}", days=5), people(400), figures)
    # Of a resident with several operations one answer may tell of them all.
    events = found.events.filter(pl.col("episode").n_unique().over("resident") == 1)
    wide = events.pivot("step", index="episode", values=["at", "began", "known"])
    seen = events.filter(pl.col("step") == "seen")
    assert seen["lacks"].to_list() == [["summary"]] * seen.height
    assert seen.select((pl.col("at") - pl.col("began")).dt.total_seconds().unique()).to_series().to_list() == [27 * 60]
    assert seen["extra_s"].unique().to_list() == [7 * 60]
    between = (pl.col("at_seen-answer") - pl.col("known_seen-inquiry")).dt.total_seconds()
    assert wide.select(between.drop_nulls().unique()).to_series().to_list() == [7200]
    answered = wide.filter(pl.col("known_seen-answer") < found.events["at"].max())["episode"]
    late = seen.filter(pl.col("episode").is_in(answered.to_list()))
    assert late.height > 50
    assert late["late_info"].to_list() == [["summary"]] * late.height
    account = pl.col("done") + pl.col("missed") + pl.col("waiting") + pl.col("under_way")
    assert found.accounts.select((account == pl.col("wanted")).all()).item()
    assert set(found.accounts["step"]) == {"operated", "seen", "left", "seen-inquiry", "seen-answer"}


def test_nothing_lacking_costs_nothing(world: World, people: People, figures: Figures) -> None:
    """Inside one system the same work takes no longer and nobody asks."""
    events = simulate(world({"a": ASKS}), people(300), figures)
    assert set(events["step"]) == {"operated", "seen", "left"}
    assert events["extra_s"].sum() == 0


BEFORE = """
baseline:
  summary: {by: gp, where: "home_care_hours > 0", told: 0.4}
"""


def test_what_was_there_before_the_period_is_its_holders(world: World, people: People, figures: Figures) -> None:
    """The doctor who held it has it; of the residents who have any, home care was told of its share."""
    both = {"visit": VISIT, "seen": VISIT.replace("by: nurse, channel: home", "by: doctor, channel: in-person")}
    frame = people(1000)
    events = simulate(world(both, systems=BEFORE, study="participation: {default: own}"), frame, figures)
    assert events.filter(pl.col("role") == "doctor")["lacks"].list.len().sum() == 0
    visits = events.filter(pl.col("role") == "nurse").join(frame.select("resident", "home_care_hours"), on="resident")
    some = visits.filter(pl.col("home_care_hours") > 0)
    assert visits.filter(pl.col("home_care_hours") == 0)["lacks"].list.len().sum() == 0
    told = some.group_by("resident").agg(pl.col("lacks").list.len().unique().alias("n"))
    assert told["n"].list.len().to_list() == [1] * told.height
    assert (some["lacks"].list.len() == 0).mean() == pytest.approx(0.4, abs=0.08)


def test_what_is_fetched_on_demand_is_found_after_a_while(world: World, people: People, figures: Figures) -> None:
    """A kind that is shared across systems is there when it has been registered, and not before."""
    steps = ASKS.replace("delay: 1 h", "delay: 'uniform(low=0 min, high=60 min)'")
    study = world({"a": steps}, study="participation: {default: own}", silent=FETCHED)
    seen = simulate(study, people(900), figures).filter(pl.col("episode").n_unique().over("resident") == 1)
    wide = seen.pivot("step", index="episode", values=["at", "began", "lacks"]).drop_nulls("began_seen")
    waited = (pl.col("began_seen") - pl.col("at_operated")).dt.total_seconds()
    told = wide.select(waited.alias("s"), lacks=pl.col("lacks_seen").list.len() > 0)
    assert told.height > 100
    assert told.select((pl.col("lacks") == (pl.col("s") < 1800)).all()).item()


def test_every_word_that_is_given_is_one(figures: Figures) -> None:
    """What records give and steps find are words of the language."""
    assert set(GIVES) <= set(RECORDS)
    assert {word for words in GIVES.values() for word in words} <= set(READS)
