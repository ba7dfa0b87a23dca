"""A candidate is sent what belongs in the common journal, when it can be; of others it hears by message."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import polars as pl
import pytest

from simulator.care import simulate
from simulator.domain.numbers import Number
from simulator.domain.scenario import Study
from simulator.domain.systems import Choice, Outage, Participation
from simulator.fhir import render
from simulator.figures import Figures
from simulator.population import make_population
from simulator.run.reaching import Worth, reaching
from simulator.scenario import load_pathway, load_study

HOUR = 3600
MORE = {"discharge-ready": 20.0}
DOWN = (datetime(2026, 1, 13, 8, tzinfo=UTC), datetime(2026, 1, 13, 12, tzinfo=UTC))
HOSPITAL = pl.col("organisation").str.ends_with("/hospital")
GP = pl.col("organisation").str.contains("/gp/")


@pytest.fixture(scope="module")
def figures() -> Figures:
    """The official figures."""
    return Figures.load()


@pytest.fixture(scope="module")
def study(figures: Figures) -> Study:
    """Two days of the default study's care in two small municipalities."""
    return replace(
        load_study("quickstart", figures),
        municipalities=("5532", "5534"),
        start=DOWN[0].date(),
        days=2,
        demand_factors=MORE,
    )


@pytest.fixture(scope="module")
def people(figures: Figures, study: Study) -> pl.DataFrame:
    """Their people."""
    return make_population(figures, study.municipalities, study.seed)


def test_all_comes_as_it_was_done_when_everybody_is_inside(
    study: Study, people: pl.DataFrame, figures: Figures
) -> None:
    """With everybody in the common journal and nothing down, nothing is left out, moved or added."""
    events = simulate(study, people, figures)
    assert events.height > 500
    assert reaching(events, people, study, figures) is events


@pytest.mark.parametrize("system", ["own", "paper"])
def test_of_those_outside_only_messages_come(study: Study, people: pl.DataFrame, figures: Figures, system: str) -> None:
    """A hospital with another system writes nothing in the journal; what it sends comes when known, if at all."""
    mixed = replace(study, participation=Participation(Choice("common"), {"hospital": Choice(system)}))  # type: ignore[arg-type]
    events = simulate(mixed, people, figures)
    told = reaching(events, people, mixed, figures)
    inside = events.filter(~HOSPITAL)
    assert told.filter(~HOSPITAL).drop("reached").sort("event").equals(inside)
    assert (told.filter(~HOSPITAL)["reached"] == told.filter(~HOSPITAL)["at"]).all()
    theirs = told.filter(HOSPITAL)
    assert theirs.filter((pl.col("reads").list.len() > 0) | (pl.col("records").list.len() > 0)).is_empty()
    sent = events.filter(HOSPITAL & pl.col("message").is_not_null() & ~pl.col("receiver").str.ends_with("/hospital"))
    assert sent.height > 3
    expected = sent.filter(pl.col("known").is_not_null()) if system == "own" else sent.clear()
    assert theirs.sort("event")["event"].to_list() == expected["event"].to_list()
    assert (theirs["reached"] == theirs["known"]).all()
    written = render(told, people, figures, seed=study.seed, start=study.start).filter(pl.col("phase") == "care")
    of_them = written.filter(pl.col("event").is_in(sent["event"].implode()))
    assert set(of_them["type"]) == ({"Communication"} if system == "own" else set())
    assert (
        written.join(theirs.select("event", "reached"), on="event")
        .select((pl.col("at") == pl.col("reached")).all())
        .item()
    )


def test_of_a_lost_message_only_the_reminder_comes(study: Study, people: pl.DataFrame, figures: Figures) -> None:
    """The message itself never does, whatever its receiver knows at last; the reminder tells the same by itself."""
    said = Participation(Choice("common"), {"hospital": Choice("own")})
    stays = (load_pathway("hospital-stay", study.staffing),)
    often = {"hospital-stay": 5.0}
    lossy = replace(study, pathways=stays, participation=said, mishaps={"lost": 0.5}, days=6, demand_factors=often)
    events = simulate(lossy, people, figures)
    told = reaching(events, people, lossy, figures).filter(HOSPITAL)
    mended = events.filter(HOSPITAL & (pl.col("fate") == "lost") & pl.col("known").is_not_null())
    assert mended.height > 3
    assert told.filter(pl.col("event").is_in(mended["event"].implode())).is_empty()
    reminders = told.filter(pl.col("reminder") > 0).join(mended, on="episode", how="semi")
    assert reminders.height > 3
    written = render(reminders, people, figures, seed=study.seed, start=study.start).filter(pl.col("phase") == "care")
    bodies = [orjson.loads(body) for body in written["body"]]
    assert not [body for body in bodies if "partOf" in body]
    assert all(body["payload"][0]["contentString"].startswith("Purring: ") for body in bodies)


def test_while_the_journal_is_down_all_waits(study: Study, people: pl.DataFrame, figures: Figures) -> None:
    """Nothing is looked up or written during an outage; what was recorded in it is written at its end."""
    down = replace(study, outages=(Outage("common", 9 * HOUR, 4 * HOUR),))
    events = simulate(down, people, figures)
    told = reaching(events, people, down, figures)
    written = render(told, people, figures, seed=study.seed, start=study.start).filter(pl.col("phase") == "care")
    assert written.filter((pl.col("at") >= DOWN[0]) & (pl.col("at") < DOWN[1])).is_empty()
    meanwhile = events.filter((pl.col("at") >= DOWN[0]) & (pl.col("at") < DOWN[1]))
    waited = written.filter((pl.col("at") == DOWN[1]) & (pl.col("verb") == "create"))
    assert meanwhile.filter(pl.col("records").list.len() > 0).height > 20
    assert waited["event"].n_unique() >= meanwhile.filter(pl.col("records").list.contains("visit")).height > 0
    assert written.filter(pl.col("at") < DOWN[0]).height > 100


def test_an_outage_of_one_kind_of_organisation_stops_no_other(
    study: Study, people: pl.DataFrame, figures: Figures
) -> None:
    """When the system of the GPs is down, home care writes on."""
    down = replace(study, outages=(Outage("gp", 9 * HOUR, 4 * HOUR),))
    told = reaching(simulate(down, people, figures), people, down, figures)
    meanwhile = (pl.col("at") >= DOWN[0]) & (pl.col("at") < DOWN[1])
    assert (told.filter(meanwhile & GP)["reached"] == DOWN[1]).all()
    others = told.filter(meanwhile & ~GP)
    assert others.height > 20
    assert (others["reached"] == others["at"]).all()


def test_nothing_rests_on_what_comes_later(study: Study, people: pl.DataFrame, figures: Figures) -> None:
    """Whatever is late, each interaction needs only what came before it."""
    said = Participation(Choice("common"), {"gp": Choice("own"), "hospital": Choice("own")})
    mixed = replace(study, participation=said, outages=(Outage("common", 9 * HOUR, 4 * HOUR),))
    told = reaching(simulate(mixed, people, figures), people, mixed, figures)
    written = render(told, people, figures, seed=study.seed, start=study.start)
    seen: set[str] = set()
    for identity, needs in written.select("interaction", "needs").iter_rows():
        assert set(needs) <= seen
        seen.add(identity)
    assert len(seen) > 1000


@pytest.mark.parametrize(
    "participation",
    [Participation(kinds={"hospital": Choice("own"), "gp": Choice("common", Number(0.5), "own")}), Participation()],
)
def test_what_is_counted_with_the_common_journal_is_what_would_be_sent(
    study: Study, people: pl.DataFrame, figures: Figures, participation: Participation
) -> None:
    """Care of others is worth something too, but not there; in slices as in one piece."""
    partly = replace(study, participation=participation)
    events = simulate(partly, people, figures)
    worth = Worth(partly, people.lazy(), figures)
    worth.add(events[:400])
    worth.add(events[400:])
    reached = reaching(events, people, partly, figures)
    sent = render(reached, people, figures, seed=partly.seed, start=partly.start).filter(phase="care").height
    assert worth.common == sent > 100
    assert (worth.common < worth.interactions) == bool(participation.kinds)


def test_where_nobody_is_inside_nothing_is_with_the_common_journal(
    study: Study, people: pl.DataFrame, figures: Figures
) -> None:
    """The same care, written down elsewhere."""
    nowhere = replace(study, participation=Participation(Choice("own")))
    worth = Worth(nowhere, people.lazy(), figures)
    worth.add(simulate(nowhere, people, figures))
    assert worth.interactions > 100
    assert worth.common == 0
