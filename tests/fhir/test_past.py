"""The long past: consistent with the resident, whole, the same every time, and as much as heavy users have."""

import importlib
import re
from collections import Counter
from datetime import date
from statistics import mean
from typing import Any

import orjson
import polars as pl
import pytest

from simulator.domain.codes import CONDITION_CODES
from simulator.domain.person_number import find_real_numbers
from simulator.fhir.assumptions import assumption
from simulator.fhir.past import rows_of
from simulator.fhir.past_bundle import transactions
from simulator.fhir.past_long import LongPast, long_pasts, past_of
from simulator.fhir.past_plan import is_heavy

SEED, START = 7, date(2026, 1, 12)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(population: pl.DataFrame) -> list[Row]:
    """Every resident of the sample, as the past wants them."""
    return rows_of(population, population["resident"])


@pytest.fixture(scope="module")
def heavy(rows: list[Row]) -> Row:
    """A resident with home care who is drawn to be a heavy user: the first such number."""
    number = next(n for n in range(10_000) if is_heavy({**rows[0], "resident": 55_010_000_000 + n}, SEED))
    return {**rows[0], "resident": 55_010_000_000 + number}


@pytest.fixture(scope="module")
def told(rows: list[Row], heavy: Row) -> dict[int, list[Row]]:
    """By resident, what :func:`past_of` tells of all in the sample, the heavy user among them."""
    return {row["resident"]: past_of(row, SEED, START) for row in (*rows, heavy)}


def days_of(resource: Row) -> list[str]:
    """Every date and instant a resource holds, as dates."""
    return re.findall(r'"(\d{4}-\d\d-\d\d)[T"]', orjson.dumps(resource).decode())


def test_every_resource_is_valid_r4(told: dict[int, list[Row]]) -> None:
    """An independent validator accepts a sample of every type."""
    seen: Counter[str] = Counter()
    for resource in (resource for past in told.values() for resource in past):
        kind = resource["resourceType"]
        seen[kind] += 1
        if seen[kind] <= 40:
            module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
            getattr(module, kind).model_validate(resource)
    assert {"Encounter", "Observation", "DocumentReference", "Communication", "CarePlan"} <= set(seen)


def test_nothing_is_before_birth_or_after_the_start(told: dict[int, list[Row]]) -> None:
    """Every date in the record lies from the day of birth to the day before the period."""
    for past in told.values():
        born = next(r["birthDate"] for r in past if r["resourceType"] == "Patient")
        record = [r for r in past if r["resourceType"] not in ("Patient", "Organization", "Practitioner")]
        days = [day for resource in record for day in days_of(resource)]
        assert born <= min(days)
        assert max(days) < START.isoformat()


def test_references_are_whole_and_ids_unique(told: dict[int, list[Row]]) -> None:
    """Whatever is referred to stands earlier in the list, and no id is given twice."""
    for past in told.values():
        known: set[str] = set()
        for resource in past:
            referred = set(re.findall(r"urn:uuid:([0-9a-f-]{36})", orjson.dumps(resource).decode()))
            assert referred <= known
            assert resource["id"] not in known
            known.add(resource["id"])


def test_the_past_fits_the_resident(rows: list[Row], told: dict[int, list[Row]]) -> None:
    """Conditions, services and reasons are those of the resident, and none is named before it began."""
    lasting = {codes.icpc2: f"has_{name}" for name, codes in CONDITION_CODES.items()}
    for row in rows:
        past = told[row["resident"]]
        began = {
            r["code"]["coding"][0]["code"]: r["onsetDateTime"]
            for r in past
            if r["resourceType"] == "Condition" and "onsetDateTime" in r
        }
        assert set(began) == {code for code, column in lasting.items() if row[column]}
        for encounter in (r for r in past if r["resourceType"] == "Encounter"):
            code = encounter["reasonCode"][0]["coding"][0]["code"]
            assert code not in lasting or began[code] <= encounter["period"]["end"][:10]
            assert encounter["period"]["start"] <= encounter["period"]["end"]
        visits = [r for r in past if r["resourceType"] == "Encounter" and r["class"]["code"] == "HH"]
        assert bool(visits) == (row["home_care_hours"] > 0)


def test_the_past_is_the_same_for_any_company(population: pl.DataFrame, rows: list[Row]) -> None:
    """Alone or among others, a resident's record is the same, and another seed gives another one."""
    together = list(long_pasts(population, population["resident"], LongPast(SEED, START, {"5501": "Tromsø"})))
    alone = [LongPast(SEED, START, {"5501": "Tromsø"}).of(row) for row in rows]
    assert together == alone
    assert past_of(rows[0], SEED + 1, START) != past_of(rows[0], SEED, START)


def test_heavy_users_have_years_of_entries(heavy: Row, told: dict[int, list[Row]]) -> None:
    """The record of a heavy user goes ten years back and holds about 5 000 entries; that of others far fewer."""
    past = told[heavy["resident"]]
    shared = {"Organization", "Practitioner", "PractitionerRole"}
    entries = [r for r in past if r["resourceType"] not in shared]
    assert len(entries) == pytest.approx(assumption("past_entries_heavy"), rel=0.15)
    oldest = min(r["period"]["start"] for r in entries if r["resourceType"] == "Encounter")
    assert oldest < f"{START.year - 9}-01-01"
    assert all(len(other) < 1000 for who, other in told.items() if who != heavy["resident"])


def test_infants_have_a_short_past(rows: list[Row]) -> None:
    """A child born last week has a record that begins with birth, heavy user or not."""
    for number in range(300):
        infant = {**rows[3], "resident": 55_010_000_000 + number, "birth_date": "2026-01-06", "age": 0}
        dates = [day for r in past_of(infant, SEED, START) for day in days_of(r)]
        assert min(dates) >= "2026-01-06"


def test_transactions_are_whole(population: pl.DataFrame) -> None:
    """Each bundle creates everything it refers to, and whoever has an identifier only if nobody has it."""
    past = LongPast(SEED, START, {"5501": "Tromsø"})
    bundles = list(transactions(long_pasts(population, population["resident"], past), past.registry))
    assert len(bundles) == population.height
    for bundle in bundles:
        module = importlib.import_module("fhir.resources.R4B.bundle")
        assert bundle["type"] == "transaction"
        urls = {entry["fullUrl"] for entry in bundle["entry"]}
        assert len(urls) == len(bundle["entry"])
        assert set(re.findall(r"urn:uuid:[0-9a-f-]{36}", orjson.dumps(bundle).decode())) == urls
        module.Bundle.model_validate({**bundle, "entry": bundle["entry"][:30]})
        conditional = [e["resource"]["resourceType"] for e in bundle["entry"] if "ifNoneExist" in e["request"]]
        assert conditional.count("Patient") == 1
        assert not find_real_numbers(orjson.dumps(bundle))


def test_about_one_in_a_hundred_is_heavy(rows: list[Row]) -> None:
    """Among residents with as much need as the nation's on average, one in a hundred is a heavy user."""
    healthy = rows[3]
    extra = (assumption("past_weight_mean") - 1) / assumption("past_weight_care")
    drawn = [
        is_heavy({**healthy, "resident": n, "home_care_hours": 2.0 if n % 1000 < 1000 * extra else 0.0}, SEED)
        for n in range(30_000)
    ]
    assert mean(drawn) == pytest.approx(assumption("past_heavy_share"), rel=0.25)
