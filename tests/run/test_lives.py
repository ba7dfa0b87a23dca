"""Events in life are drawn for the pathways that start from them, and only for those."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import polars as pl

from simulator.care import Settings, simulate
from simulator.care.crew import hired
from simulator.domain.person_number import birth_date, sex
from simulator.domain.tables import LIFE_EVENTS
from simulator.fhir import render
from simulator.figures import Figures
from simulator.population import make_population
from simulator.run.lives import births_of, lives_of
from simulator.scenario import load_pathway, load_study


def test_deaths_of_the_period_start_their_pathway() -> None:
    """Each death in the municipality is met with by the pathway of deaths, at its instant; other studies draw none."""
    figures = Figures.load()
    study = replace(load_study("quickstart", figures), municipalities=("5534",))
    spine = replace(study, pathways=study.pathways[:1])
    people = make_population(figures, study.municipalities, study.seed)
    assert lives_of(spine, people, figures) is None
    deaths = replace(study, pathways=(load_pathway("death", study.staffing),), days=300)
    lives = lives_of(deaths, people.lazy(), figures)
    assert lives is not None
    dead = lives.filter(pl.col("kind").cast(pl.String) == "death")
    events = simulate(deaths, people, figures, settings=Settings(lives=lives))
    assert dead.height > 5
    assert set(events["resident"].to_list()) <= set(dead["resident"].to_list())
    assert events["resident"].n_unique() > 0.7 * dead.height


def test_births_are_those_that_start_their_pathway() -> None:
    """The same ones when they are told by themselves; none in a study that no birth starts anything in."""
    figures = Figures.load()
    study = replace(load_study("quickstart", figures), municipalities=("5534",))
    people = make_population(figures, study.municipalities, study.seed)
    assert births_of(study, people, figures) is None
    pathways = tuple(load_pathway(name, study.staffing) for name in ("death", "newborn-visit"))
    both = replace(study, pathways=pathways, days=300)
    lives, births = lives_of(both, people, figures), births_of(both, people, figures)
    assert lives is not None
    assert births is not None
    assert births.height > 5
    assert births.equals(lives.filter(pl.col("kind").cast(pl.String) == "birth"))


def test_a_newborn_of_the_record_is_the_one_that_life_tells_of() -> None:
    """Sex, date of birth and mother are the life event's, whoever first writes of the child."""
    figures = Figures.load()
    study = replace(load_study("quickstart", figures), municipalities=("5534",), days=300)
    study = replace(study, pathways=(load_pathway("newborn-visit", study.staffing),))
    people = make_population(figures, study.municipalities, study.seed)
    lives = births_of(study, people, figures)
    assert lives is not None
    events = simulate(study, people, figures, settings=Settings(lives=lives))
    late = events.filter(pl.col("step") == "visit")
    numbers = dict(people.select("resident", "person_number").iter_rows())
    for told in (events, late):
        born = lives.filter(pl.col("other").is_in(told["resident"].implode())).select("to", "other").iter_rows()
        found = _children(render(told, people, figures, seed=study.seed, start=study.start, lives=lives))
        assert len(found) > 5
        assert found == sorted((sex(child), str(birth_date(child)), numbers[mother]) for child, mother in born)


def test_everybody_who_dies_is_declared_dead_and_told_of() -> None:
    """Once for each, at any hour and without a fastlege; home care and fastlege tell each other, nobody oneself."""
    figures = Figures.load()
    study = replace(load_study("quickstart", figures), municipalities=("5534",), days=24)
    study = replace(study, pathways=(load_pathway("death", study.staffing),))
    people = make_population(figures, study.municipalities, study.seed)
    alone, cared = pl.col("fastlege") < 0, pl.col("home_care_hours") > 0
    groups = (pl.col("nursing_home") & ~alone, cared & ~alone, ~cared & ~pl.col("nursing_home") & alone)
    some = pl.concat([people.filter(group).head(8) for group in groups])
    at = [datetime(2026, 1, 12, 5, tzinfo=UTC) + timedelta(hours=17 * n) for n in range(some.height)]
    told = pl.DataFrame({"resident": some["resident"], "kind": ["death"] * some.height, "at": at})
    told = told.cast({name: LIFE_EVENTS[name] for name in ("kind", "at")})
    lives = pl.concat([pl.DataFrame(schema=LIFE_EVENTS), told], how="diagonal")
    events = simulate(study, people, figures, settings=Settings(lives=lives))
    declared = events.filter(pl.col("records").list.contains("death"))
    assert declared["resident"].sort().to_list() == some["resident"].sort().to_list()
    message = events.filter(pl.col("message") == "LOG_DOD").join(some, on="resident")
    ways = message.select("nursing_home", "role", pl.col("receiver").str.extract(r"/([a-z-]+)")).unique().rows()
    assert sorted(ways) == [(False, "gp.doctor", "home-care"), (True, "nursing-home.nurse", "gp")]
    assert events.filter(pl.col("step") == "reported")["resident"].n_unique() == some.height


def test_a_birth_is_told_of_when_mother_and_child_go_home() -> None:
    """The summary is written at discharge, and the visits follow it, the public-health nurse's in the second week."""
    figures = Figures.load()
    study = replace(load_study("quickstart", figures), municipalities=("5534",), days=300)
    study = replace(study, pathways=(load_pathway("newborn-visit", study.staffing),))
    people = make_population(figures, study.municipalities, study.seed)
    events = simulate(study, people, figures, settings=Settings(lives=births_of(study, people, figures)))
    at = {step: events.filter(pl.col("step") == step).select("episode", "at") for step in ("born", "home", "visit")}
    days = (pl.col("at_right") - pl.col("at")).dt.total_hours() / 24
    home = at["born"].join(at["home"], on="episode").select(days).to_series()
    visit = at["born"].join(at["visit"], on="episode").select(days).to_series()
    assert events.filter(pl.col("message") == "FODSELS_EPIKRISE")["step"].unique().to_list() == ["home"]
    assert home.len() > 5
    assert 0.3 < home.mean() < 4  # type: ignore[operator]
    assert (home.min(), visit.min()) > (0, 0)
    assert 7 <= visit.min() <= visit.max() <= 14  # type: ignore[operator]


def _children(written: pl.DataFrame) -> list[tuple[str, str, str]]:
    """Sex, date of birth and the mother's number of every newborn that was written."""
    made = written.filter(pl.col("verb") == "create").select("interaction", "body").iter_rows()
    bodies = {f"urn:uuid:{key}": orjson.loads(body) for key, body in made}
    patients = {key: body for key, body in bodies.items() if body["resourceType"] == "Patient"}
    child = {key: body for key, body in patients.items() if body["name"][0].get("text") == "Nyfødt"}
    mothers = (body for body in bodies.values() if body["resourceType"] == "RelatedPerson")
    whose = {body["patient"]["reference"]: body["identifier"][0]["value"] for body in mothers}
    return sorted((body["gender"], body["birthDate"], whose[key]) for key, body in child.items())


def test_whoever_tells_lives_tells_the_same() -> None:
    """Other processes, each with some of the municipalities, tell what threads of this one tell."""
    figures = Figures.load()
    study = replace(load_study("quickstart", figures), municipalities=("5532", "5534", "5536"))
    study = replace(study, pathways=(load_pathway("death", study.staffing),), days=300)
    people = make_population(figures, study.municipalities, study.seed)
    with hired(2) as hands:
        told = lives_of(study, people.lazy(), figures, hands=hands)
    here = lives_of(study, people, figures)
    assert told is not None
    assert here is not None
    assert told.height > 10
    assert told.equals(here)
