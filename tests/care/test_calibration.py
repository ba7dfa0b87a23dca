"""A normal year comes to the official totals: by expectation for the country, and simulated for a set of places."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from simulator.care import simulate, simulate_fully
from simulator.care.amounts import scalar
from simulator.care.expectation import expected, off_target
from simulator.care.plan import make_pathway
from simulator.domain.calibration import Target
from simulator.domain.scenario import Study
from simulator.figures import Figures
from simulator.measures.payment import payment_days
from simulator.population import make_population
from simulator.scenario import load_pathway, load_study
from simulator.scenario.calibration import load_targets

YEAR = 364
"""Days simulated: whole weeks."""
FEW = ("5512", "5532", "5534", "5536", "3430")
"""Small places, 16 000 residents: enough for what is frequent."""


@pytest.fixture(scope="module")
def targets(figures: Figures) -> dict[str, Target]:
    """The totals by name."""
    return {target.name: target for target in load_targets(figures)}


@pytest.fixture(scope="module")
def many(figures: Figures) -> tuple[str, ...]:
    """Every ninth municipality: for what is rare."""
    return tuple(m.kommunenummer for m in figures.municipalities())[3::9]


def year_of(pathways: Iterator[str] | tuple[str, ...], places: tuple[str, ...], figures: Figures) -> Study:
    study = load_study("quickstart", figures)
    chosen = tuple(load_pathway(name, study.staffing) for name in pathways)
    return replace(study, municipalities=places, days=YEAR, pathways=chosen)


def share(target: Target, people: pl.DataFrame, figures: Figures) -> float:
    """What part of the country's demand these people have, by their sex and age."""
    plan = make_pathway(load_pathway(target.pathway), 1.0, figures)
    own = np.zeros((2, 121))
    np.add.at(own, ((people["sex"] == "male").to_numpy().astype(int), np.minimum(people["age"].to_numpy(), 120)), 1)
    step = target.steps[0]
    return expected(plan, own)[step] / expected(plan, figures.people.structure.astype(np.float64))[step]


def test_the_demand_of_the_country_comes_to_every_total(targets: dict[str, Target], figures: Figures) -> None:
    """Expected over a year, each total is within its tolerance, of at most 3 %."""
    assert len(targets) == 6
    assert all(target.tolerance <= 0.03 for target in targets.values())
    wrong = {name: off_target(t, load_pathway(t.pathway), figures) for name, t in targets.items()}
    assert {name: fault for name, fault in wrong.items() if fault} == {}


def test_demand_beside_its_total_is_told(targets: dict[str, Target], figures: Figures) -> None:
    """A step with half the chance leaves its total, and what is said names both numbers."""
    target = targets["ohd-admissions"]
    pathway = load_pathway(target.pathway)
    fault = off_target(replace(target, steps=("worse",)), pathway, figures)
    assert "not within 3% of 32,957" in fault


def test_a_year_of_small_places_has_its_part_of_consultations(targets: dict[str, Target], figures: Figures) -> None:
    """Simulated consultations of GPs and out-of-hours clinics, scaled to the country, meet the totals within 3 %."""
    study = year_of(("gp-consultation", "legevakt"), FEW, figures)
    people = make_population(figures, study.municipalities, study.seed)
    events = simulate(study, people, figures)
    for name in ("gp-consultations", "legevakt-contacts"):
        target = targets[name]
        done = events.filter((pl.col("pathway") == target.pathway) & pl.col("step").is_in(target.steps)).height
        national = done / share(target, people, figures) * 365.25 / YEAR
        assert national == pytest.approx(scalar(target.official, figures), rel=target.tolerance), name


def test_a_year_of_many_places_has_its_part_of_stays_and_waiting(
    targets: dict[str, Target], many: tuple[str, ...], figures: Figures
) -> None:
    """Simulated discharge-ready stays, days waited and municipal admissions meet the totals within 3 %."""
    study = year_of(("discharge-ready", "ohd-stay"), many, figures)
    people = make_population(figures, study.municipalities, study.seed)
    found = simulate_fully(study, people, figures)
    paid = int(payment_days(found.notices, study.start, study.days)["days"].sum())
    for name in ("discharge-ready-stays", "waiting-days", "ohd-admissions"):
        target = targets[name]
        mine = found.events.filter((pl.col("pathway") == target.pathway) & pl.col("step").is_in(target.steps))
        done = paid if target.counted == "payment-days" else mine.height
        national = done / share(target, people, figures) * 365.25 / YEAR
        assert national == pytest.approx(scalar(target.official, figures), rel=target.tolerance), name


def test_as_many_residents_have_services_as_the_country_has(
    targets: dict[str, Target], many: tuple[str, ...], figures: Figures
) -> None:
    """The bench's residents with services, as a part of the country, are those counted before the year begins."""
    target = targets["care-recipients"]
    assert target.beside is not None
    people = make_population(figures, many, 1)
    own = people.select(pl.sql_expr(target.residents).fill_null(value=False).sum()).item()
    part = share(target, people, figures)
    total = own / part + scalar(target.official, figures) - scalar(target.beside, figures)
    assert total == pytest.approx(scalar(target.official, figures), rel=target.tolerance)
