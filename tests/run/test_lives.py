"""Events in life are drawn for the pathways that start from them, and only for those."""

from dataclasses import replace

import polars as pl

from simulator.care import Settings, simulate
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
