"""A few hand-made residents and one event of every kind, so that rendering can be tried without the other rooms."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from simulator.domain.information import READS
from simulator.domain.tables import CONDITIONS, EVENTS, POPULATION
from simulator.fhir import render

START = date(2026, 1, 12)
SEED = 7
Row = dict[str, Any]
Frame = pl.DataFrame


def synthetic_number(born: date, individual: int) -> str:
    """A fødselsnummer with 80 added to the month: the next individual number that has check digits."""
    for number in range(individual, 1000):
        nine = f"{born:%d}{born.month + 80}{born:%y}{number:03d}"
        first = -sum(int(d) * w for d, w in zip(nine, (3, 7, 6, 1, 8, 9, 4, 5, 2), strict=True)) % 11
        ten = f"{nine}{first}"
        second = -sum(int(d) * w for d, w in zip(ten, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=False)) % 11
        if first < 10 and second < 10:
            return f"{ten}{second}"
    raise AssertionError


def resident(number: int, **changes: Any) -> Row:
    """A healthy woman of Tromsø, with the changes given."""
    born = date(1940 + number, 3, 4)
    return {
        "resident": 55_010_000_000 + number,
        "replica": 0,
        "kommunenummer": "5501",
        "sex": "female",
        "age": 85 - number,
        "birth_date": born,
        "person_number": synthetic_number(born, 100 + 10 * number),
        "given_name": ("Kari", "Åse", "Liv", "Ingrid")[number % 4],
        "family_name": ("Nordmann", "Sørli", "Ness")[number % 3],
        "household": number,
        "household_size": 1,
        "street": f"Storgata {number + 1}",
        "postal_code": "9008",
        "city": "Tromsø",
        "phone": "+47 900 00 000",
        "fastlege": number,
        "gp_use": 1.0,
        "home_care_hours": 0.0,
        "nursing_home": False,
        "safety_alarm": False,
        **{f"has_{name}": False for name in CONDITIONS},
        **changes,
    }


def event(number: int, who: int, step: str, **changes: Any) -> Row:
    """An event on the first morning, a quarter of an hour long, by a home-care nurse unless changed."""
    began = datetime(2026, 1, 12, 7, tzinfo=UTC) + timedelta(minutes=number * 20)
    return {
        "event": number,
        "at": began + timedelta(minutes=15),
        "began": began,
        "wanted": began,
        "due": None,
        "appointment": None,
        "pathway": "home-care-round",
        "episode": f"home-care-round/{who}/{number}",
        "step": step,
        "resident": 55_010_000_000 + who,
        "kommunenummer": "5501",
        "role": "home-care.nurse",
        "organisation": "5501/home-care",
        "staff": 3,
        "channel": "home",
        "message": None,
        "receiver": None,
        "reason": None,
        "records": [],
        "reads": [],
        **changes,
    }


CHAIN: Row = {"pathway": "discharge-ready", "episode": "discharge-ready/1/0"}
WARD: Row = {**CHAIN, "organisation": "5501/hospital", "role": "hospital.nurse", "staff": -1, "channel": "ward"}
COERCION = ["coercion-decision", "coercion-letter"]
OFFICE: Row = {
    **CHAIN,
    "organisation": "5501/intake",
    "role": "intake.case-officer",
    "staff": 0,
    "channel": "electronic",
}
SURGERY: Row = {
    "pathway": "gp-consultation",
    "episode": "gp-consultation/2/0",
    "organisation": "5501/gp/2",
    "role": "gp.doctor",
    "staff": 0,
    "reason": "R74",
    "appointment": datetime(2026, 1, 12, 10, 20, tzinfo=UTC),
}


@pytest.fixture(scope="session")
def population() -> Frame:
    """Residents with everything wrong, with home care, with an allergy, and in good health."""
    rows = [
        resident(0, **{f"has_{name}": True for name in CONDITIONS}, home_care_hours=14.0, safety_alarm=True),
        resident(1, home_care_hours=3.5, has_heart_failure=True),
        resident(2, has_allergy_drug_serious=True),
        resident(3, nursing_home=True, fastlege=-1, sex="male", replica=2, resident=255_010_000_003),
        resident(4),
    ]
    return pl.DataFrame(rows, schema=POPULATION)


@pytest.fixture(scope="session")
def events() -> Frame:
    """One event of every kind, all words of the pathway language among them."""
    due = datetime(2026, 1, 13, 9, tzinfo=UTC)
    to_intake = {"receiver": "5501/intake"}
    rows = [
        event(0, 0, "visit", records=["vital-signs", "visit", "note"], reads=list(READS)),
        event(1, 1, "admitted", **WARD, **to_intake, message="LOG_INNLAGT", records=["admission"], reason="K77"),
        event(2, 1, "summary", **CHAIN, message="INNLEGGELSESRAPPORT", receiver="5501/hospital", reads=["summary"]),
        event(
            *(3, 1, "application"),
            **{**WARD, **to_intake, "message": "HELSEOPPL_SOKNAD", "due": due, "records": ["task", "service-request"]},
        ),
        event(4, 1, "ready", **WARD, **to_intake, message="LOG_UTSKRIVNINGSKLAR"),
        event(5, 1, "decided", **OFFICE, records=["service-decision", "task-done"], reads=["services", "tasks"]),
        event(6, 1, "acknowledged", **OFFICE, message="DIALOG_SVAR", receiver="5501/hospital"),
        event(7, 1, "discharged", **WARD, **to_intake, message="LOG_UTSKREVET", records=["discharge"]),
        event(
            *(8, 1, "epikrise"),
            **{**WARD, "receiver": "5501/gp/1", "message": "EPIKRISE", "staff": 2},
            records=["discharge-summary", "medication-change"],
        ),
        event(
            *(9, 2, "booked"),
            **{**SURGERY, "role": "citizen", "organisation": "5501/citizen", "staff": -1, "records": ["appointment"]},
        ),
        event(10, 2, "consultation", **SURGERY, records=["note", "consultation", "diagnosis", "medication-change"]),
        event(11, 3, "discharged", **WARD | {"episode": "x"}, records=["discharge"]) | {"resident": 255_010_000_003},
        event(12, 0, "followed-up", records=["task-done"]),
    ]
    return pl.DataFrame(rows, schema=EVENTS)


@pytest.fixture(scope="session")
def further_events() -> Frame:
    """The words beyond the spine: one event of every kind of record, after those of ``events`` by number."""
    to_intake = {"receiver": "5501/intake"}
    rows = [
        event(
            *(13, 2, "seen"),
            **{**SURGERY, "reason": "T90", "records": ["phone-contact", "prescription", "lab-order", "claim"]},
        ),
        event(14, 2, "answered", **SURGERY | {"reason": "T90"}, records=["lab-result", "dispense", "sick-note"]),
        event(
            15,
            2,
            "sent-on",
            **SURGERY,
            **to_intake,
            message="HENVISNING",
            records=["referral", "statement", "care-summary"],
        ),
        event(16, 1, "moved", **WARD, records=["place", "administration", "document", "report", "birth"]),
        event(
            17,
            2,
            "checked",
            **SURGERY,
            records=["child-check", "growth", "vaccination", "concern", "consent", "antenatal-card"],
        ),
        event(18, 0, "planned", **{**OFFICE, "episode": "plan/0/0"}, records=["plan-change", "decision-letter"]),
        event(19, 1, "shared", **OFFICE, records=["care-plan", "plan-change", "aid-order", *COERCION]),
        event(20, 1, "alarmed", records=["alarm", "measurement"], episode="alarm/1/0"),
        event(21, 1, "answered", records=["task-done", "incident", "medication-review"], episode="alarm/1/0"),
        event(22, 1, "complained", **OFFICE, records=["appeal"]),
        event(23, 1, "died", **WARD, records=["death"]),
        event(24, 1, "visited", **WARD, records=["newborn-visit", "newborn-note"]),
    ]
    return pl.DataFrame(rows, schema=EVENTS)


@pytest.fixture(scope="session")
def further(events: Frame, further_events: Frame, population: Frame) -> Frame:
    """Everything rendered, the words beyond the spine as well."""
    return render(pl.concat([events, further_events]), population, seed=SEED, start=START)


@pytest.fixture(scope="session")
def interactions(events: Frame, population: Frame) -> Frame:
    """Everything rendered once."""
    return render(events, population, seed=SEED, start=START)


@pytest.fixture(scope="session")
def words_used(events: Frame, further_events: Frame) -> tuple[Sequence[str], Sequence[str]]:
    """The words of the events: records and reads."""
    every = pl.concat([events, further_events])
    records, reads = (every[name].explode().drop_nulls().unique().sort().to_list() for name in ("records", "reads"))
    return records, reads


@pytest.fixture(scope="session")
def make_event() -> Callable[..., Row]:
    """Makes an event for a test of its own."""
    return event


@pytest.fixture(scope="session")
def render_with() -> Callable[..., Frame]:
    """Renders with the seed and start of these tests unless told otherwise."""

    def rendered(events: Frame, population: Frame, **changes: Any) -> Frame:
        return render(events, population, **{"seed": SEED, "start": START, **changes})

    return rendered
