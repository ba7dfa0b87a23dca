"""Hours on duty, against counting on the fingers."""

from dataclasses import replace

import polars as pl
import pytest

from simulator.care.capacity import hours_on_duty
from simulator.domain.scenario import Away, LifeEvent, Number, Study
from simulator.figures import Figures
from tests.care.conftest import People, Trial

VISIT = {"visit": "  - {id: visit, by: nurse, needs: nurses, channel: in-person, takes: 10 min}"}


def test_persons_on_shifts_are_hours(trial: Trial, people: People, figures: Figures) -> None:
    """So many people round the clock for the days of the period, in each municipality."""
    study = trial(VISIT, persons=3, days=2)
    one, two = people(20).lazy(), pl.concat([people(20), people(20, "5503")]).lazy()
    assert hours_on_duty(study, one, figures) == {"nurse": pytest.approx(3 * 24 * 2)}
    assert hours_on_duty(study, two, figures) == {"nurse": pytest.approx(2 * 3 * 24 * 2)}


def test_those_away_are_not_on_duty(trial: Trial, people: People, figures: Figures) -> None:
    """A tenth away sick leaves nine tenths of the hours."""
    study = with_absence(trial(VISIT, persons=10, days=1), 0.1)
    assert hours_on_duty(study, people(20).lazy(), figures) == {"nurse": pytest.approx(10 * 24 * 0.9)}


def test_only_those_whom_a_step_needs_are_counted(trial: Trial, people: People, figures: Figures) -> None:
    """A step that takes no time is done by whoever is there, of whatever role: nobody's hours are held against it."""
    study = trial({"visit": "  - {id: visit, by: nurse, channel: in-person}"})
    assert hours_on_duty(study, people(20).lazy(), figures) == {}


def with_absence(study: Study, share: float) -> Study:
    nurses = replace(study.staffing.staff["nurses"], absence=Away(Number(share)))
    return replace(study, staffing=replace(study.staffing, staff={"nurses": nurses}))


def test_births_and_deaths_need_not_be_known(trial: Trial, people: People, figures: Figures) -> None:
    """Hours on duty do not depend on who is born, so a study that starts from births can be planned before."""
    study = trial(VISIT, persons=1, days=1)
    born = tuple(replace(pathway, demand=LifeEvent("birth")) for pathway in study.pathways)
    assert hours_on_duty(replace(study, pathways=born), people(20).lazy(), figures) == {"nurse": pytest.approx(24)}
