"""What an example tells beyond the study: the study's own people and organisations, in the words of pathways."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.study import Resident, Study, anybody
from features.telling import step, tell
from simulator.domain.tables import CONDITIONS, EVENTS, POPULATION
from simulator.fhir import render

SEED = 7
LAST = datetime(2026, 1, 13, 9, tzinfo=UTC)


def _person() -> dict[str, Any]:
    known = {"resident": 55_010_000_000, "replica": 0, "kommunenummer": "5501", "sex": "female", "age": 85}
    known |= {"birth_date": date(1940, 3, 4), "person_number": "04834000093", "given_name": "Kari"}
    known |= {"family_name": "Ness", "fastlege": 3, "home_care_hours": 3.5, "nursing_home": False}
    known |= {"safety_alarm": False, "protection": "none"}
    return dict.fromkeys(POPULATION) | known | {f"has_{name}": False for name in CONDITIONS}


def _visit() -> dict[str, Any]:
    known = {"event": 0, "at": LAST, "began": LAST, "wanted": LAST, "pathway": "home-care-round", "episode": "visit/0"}
    known |= {"step": "visit", "resident": 55_010_000_000, "kommunenummer": "5501", "role": "home-care.nurse"}
    known |= {"organisation": "5501/home-care", "staff": 3, "channel": "home", "records": ["visit"], "reads": []}
    return dict.fromkeys(EVENTS) | known


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A run in which one resident is visited once."""
    people = pl.DataFrame([_person()], schema=POPULATION)
    events = pl.DataFrame([_visit()], schema=EVENTS)
    people.write_parquet(tmp_path / "population.parquet")
    events.write_parquet(tmp_path / "events.parquet")
    rendered = render(events, people, seed=SEED, start=LAST.date())
    rendered.write_parquet(tmp_path / "interactions.parquet")
    (tmp_path / "manifest.json").write_text(f'{{"seed": {SEED}}}')
    return Study(tmp_path)


@pytest.fixture
def resident(study: Study) -> Resident:
    """The one there is."""
    return study.resident("example", anybody)


def test_what_is_told_is_about_the_studys_own_person(study: Study, resident: Resident) -> None:
    """Patient, organisation and staff are those the study has, by the same names."""
    ((visit,),) = tell(study, resident, "told", [step("home-care.nurse", "visit", channel="home")])
    own = resident.written("Encounter", phase="care")[0].resource
    assert visit.resource["subject"] == own["subject"]
    assert visit.resource["serviceProvider"] == own["serviceProvider"]
    assert visit.id != resident.written("Encounter", phase="care")[0].id


def test_steps_come_after_one_another(study: Study, resident: Resident) -> None:
    """Without a time of its own each step comes some minutes after the one before, and after what the study tells."""
    (first,), (second,) = tell(study, resident, "told", [step("home-care.nurse", "visit")] * 2)
    ends = [datetime.fromisoformat(w.resource["period"]["end"]) for w in (first, second)]
    assert LAST < ends[0] < ends[1]


def test_a_step_can_lie_in_the_past(study: Study, resident: Resident) -> None:
    """A step may be dated before everything the study tells."""
    ((visit,),) = tell(study, resident, "told", [step("home-care.nurse", "visit", later=timedelta(days=-40))])
    assert datetime.fromisoformat(visit.resource["period"]["end"]) == LAST - timedelta(days=40)


def test_what_is_told_can_be_needed(study: Study, resident: Resident) -> None:
    """What an order and its result rest on is found: the person from the study, the laboratory as told."""
    order, result = tell(
        study, resident, "told", [step("gp.doctor", "lab-order"), step("laboratory.scientist", "lab-result")]
    )
    value = next(w for w in result if w.type == "Observation")
    needed = study.needed([value.row])
    assert order[0].id in [row["interaction"] for row in needed]
    assert resident.patient.id in [row["interaction"] for row in needed]
    assert len(study.organisations(resident)) == len({w.id for w in study.organisations(resident)})


def test_receivers_and_surgeries_are_the_residents_own(study: Study, resident: Resident) -> None:
    """A surgery is that of the resident's list, any other organisation the municipality's."""
    ((message,),) = tell(
        study, resident, "told", [step("gp.doctor", message="HENVISNING", receiver="home-care", reason="R81")]
    )
    own = resident.written("Encounter", phase="care")[0].resource["serviceProvider"]
    assert message.resource["recipient"] == [own]
    assert message.resource["sender"] == resident.patient.resource["generalPractitioner"][1]
