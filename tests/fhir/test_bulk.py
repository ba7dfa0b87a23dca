"""Bulk data: every type there, valid R4, references whole, one line a resource, the same for the same people."""

import importlib
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from simulator.domain.person_number import find_real_numbers
from simulator.fhir.bulk import TYPES, Bulk, write_bulk
from simulator.figures import Figures
from simulator.population import make_population

SEED, DAY = 7, date(2026, 1, 1)
SAMPLE = 40
Records = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def figures() -> Figures:
    return Figures.load()


@pytest.fixture(scope="module")
def people(figures: Figures) -> pl.DataFrame:
    """Two small municipalities, in two replicas."""
    places = [figures.municipality(name).kommunenummer for name in ("Nesseby", "Røst")]
    return make_population(figures, places, SEED, replicas=2)


@pytest.fixture(scope="module")
def folder(people: pl.DataFrame, figures: Figures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything about them, written."""
    out = tmp_path_factory.mktemp("bulk")
    write_bulk(Bulk(people, figures, day=DAY, seed=SEED), out, people)
    return out


@pytest.fixture(scope="module")
def records(folder: Path) -> Records:
    """The resources by type, read again."""
    return {
        kind: [orjson.loads(line) for line in (folder / f"{kind}.ndjson").read_bytes().splitlines()] for kind in TYPES
    }


def test_every_type_has_a_file_and_nothing_else(folder: Path, records: Records) -> None:
    """Ten files, none empty, each with resources of its type only."""
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{kind}.ndjson" for kind in TYPES)
    assert {kind: {r["resourceType"] for r in found} for kind, found in records.items()} == {k: {k} for k in TYPES}


@pytest.mark.parametrize("kind", TYPES)
def test_resources_are_valid_r4(records: Records, kind: str) -> None:
    """An independent library accepts resources from all over the file."""
    model = getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    for resource in records[kind][:: max(1, len(records[kind]) // SAMPLE)]:
        model.model_validate(resource)


def test_ids_are_unique_and_references_lead_somewhere(records: Records) -> None:
    """No id twice within a type, every reference names a resource that is in the files."""
    known = {f"{kind}/{resource['id']}" for kind, found in records.items() for resource in found}
    assert len(known) == sum(map(len, records.values()))
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", name.partition("/")[2]) for name in known)
    referred = set(re.findall(r'"reference":"([^"]*)"', orjson.dumps(records).decode()))
    assert referred
    assert referred <= known


def identity(row: dict[str, Any]) -> str:
    site = f"{row['kommunenummer']}.{row['replica']}" if row["replica"] else row["kommunenummer"]
    return f"{site}-{row['resident'] % 10**7}"


def test_patients_are_the_residents(records: Records, people: pl.DataFrame) -> None:
    """One Patient a resident, with number, name, birth date and GP."""
    found = {resource["id"]: resource for resource in records["Patient"]}
    assert len(found) == people.height
    for row in people.to_dicts():
        resource = found[identity(row)]
        assert resource["identifier"][0]["value"] == row["person_number"]
        assert resource["birthDate"] == row["birth_date"].isoformat()
        assert resource["name"][0]["family"] == row["family_name"]
        assert ("generalPractitioner" in resource) == (row["fastlege"] >= 0)


def test_the_record_is_that_of_the_columns(records: Records, people: pl.DataFrame) -> None:
    """As many conditions, allergies and services as the columns say; nothing before birth, nothing after the day."""
    coded = Counter(r["code"]["coding"][0]["code"] for r in records["Condition"])
    assert coded["P70"] == people["has_dementia"].sum()
    assert coded["K77"] == people["has_heart_failure"].sum()
    assert len(records["AllergyIntolerance"]) >= people["has_allergy_drug_serious"].sum()
    given = Counter(r["type"][0]["coding"][0]["code"] for r in records["EpisodeOfCare"])
    assert given["15"] == (people["home_care_hours"] > 0).sum()
    assert given["21"] == people["nursing_home"].sum()
    born = {f"Patient/{r['id']}": r["birthDate"] for r in records["Patient"]}
    for resource in records["Condition"]:
        assert born[resource["subject"]["reference"]] <= resource["onsetDateTime"] < DAY.isoformat()


def test_relatives_are_those_linked(records: Records, people: pl.DataFrame) -> None:
    """A RelatedPerson for every partner and parent, with the relative's own name and number."""
    relations = Counter(r["relationship"][0]["coding"][0]["code"] for r in records["RelatedPerson"])
    assert relations["ektefelleEllerPartner"] == people["partner"].drop_nulls().len()
    assert relations["mor"] == people["mother"].drop_nulls().len()
    first = people.filter(pl.col("partner").is_not_null()).row(0, named=True)
    partner = people.row(by_predicate=pl.col("resident") == first["partner"], named=True)
    found = next(r for r in records["RelatedPerson"] if r["id"] == f"{identity(first)}-partner")
    assert found["name"][0]["family"] == partner["family_name"]
    assert found["birthDate"] == partner["birth_date"].isoformat()


def test_a_cohort_names_relatives_outside_it(people: pl.DataFrame, figures: Figures, tmp_path: Path) -> None:
    """A child chosen without its parents still has them as related persons."""
    children = people.filter(pl.col("mother").is_not_null() & (pl.col("age") < 12))
    counts = write_bulk(Bulk(people, figures, day=DAY, seed=SEED), tmp_path, children)
    assert counts["Patient"] == children.height
    assert counts["RelatedPerson"] >= children.height


def test_the_same_people_give_the_same_bytes(
    people: pl.DataFrame, figures: Figures, folder: Path, tmp_path: Path
) -> None:
    """Written again, every file is the same."""
    write_bulk(Bulk(people, figures, day=DAY, seed=SEED), tmp_path, people)
    again, first = ([(out / f"{kind}.ndjson").read_bytes() for kind in TYPES] for out in (tmp_path, folder))
    assert again == first


def test_no_number_could_be_real(folder: Path) -> None:
    """No file holds anything that could be a real person's number."""
    assert [path.name for path in folder.iterdir() if find_real_numbers(path.read_bytes())] == []


def test_awkward_names_stay_names(people: pl.DataFrame, figures: Figures) -> None:
    """Quotes, backslashes, line breaks and letters beyond ASCII in names survive the way through JSON."""
    name = 'Åse "Kåla" \\ Ćirić\n{0}'
    some = people.head(50).with_columns(family_name=pl.lit(name), street=pl.lit('Gata "1"'))
    bulk = Bulk(some, figures, day=DAY, seed=SEED)
    lines = [line for rows in bulk.slices() for part in bulk.lines("Patient", rows) for line in part]
    assert {orjson.loads(line)["name"][0]["family"] for line in lines} == {name}


def test_a_strictly_protected_address_is_told_nowhere(people: pl.DataFrame, figures: Figures, tmp_path: Path) -> None:
    """Neither the person's own Patient nor a relative's RelatedPerson says where somebody lives or answers."""
    hidden = pl.lit("strengt-fortrolig").cast(people.schema["protection"])
    write_bulk(Bulk(people, figures, day=DAY, seed=SEED), tmp_path, people.with_columns(protection=hidden))
    for line in (tmp_path / "Patient.ndjson").read_bytes().splitlines():
        resource = orjson.loads(line)
        assert not {"address", "telecom"} & set(resource)
        assert resource["meta"]["security"][0]["code"] == "V"
    write_bulk(Bulk(people.with_columns(protection=hidden), figures, day=DAY, seed=SEED), tmp_path, people)
    assert b"telecom" not in (tmp_path / "RelatedPerson.ndjson").read_bytes()


def test_slices_do_not_show(people: pl.DataFrame, figures: Figures) -> None:
    """How many residents are filled in at a time changes nothing about each."""
    bulk = Bulk(people, figures, day=DAY, seed=SEED)
    whole = {line for rows in bulk.slices() for part in bulk.lines("MedicationStatement", rows) for line in part}
    halves = (people.head(people.height // 2), people.tail(people.height - people.height // 2))
    apart = {
        line
        for half in halves
        for rows in bulk.slices(half)
        for part in bulk.lines("MedicationStatement", rows)
        for line in part
    }
    assert apart == whole
