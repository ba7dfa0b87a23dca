"""Bulk data: every type there, valid R4, references whole, one line a resource, the same for the same people."""

import errno
import importlib
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Self

import orjson
import polars as pl
import pytest

from simulator.domain.person_number import find_real_numbers
from simulator.domain.record import Record
from simulator.errors import DiskFullError
from simulator.fhir.bulk import TYPES, Bulk, bulk_files
from simulator.figures import Figures
from simulator.population import make_population, make_record

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
def record(people: pl.DataFrame, figures: Figures) -> Record:
    """The tables about them."""
    return make_record(people, figures, SEED)


def written(out: Path, *about: Any) -> dict[str, int]:
    """Write what is told of people, with their record and perhaps only of some; gives the number of lines by type."""
    with bulk_files(Bulk(Figures.load(), day=DAY, seed=SEED), out) as files:
        files.write(*about)
    return files.counts


@pytest.fixture(scope="module")
def folder(people: pl.DataFrame, record: Record, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything about them, written."""
    out = tmp_path_factory.mktemp("bulk")
    written(out, people, record)
    return out


@pytest.fixture(scope="module")
def records(folder: Path) -> Records:
    """The resources by type, read again."""
    return {
        kind: [orjson.loads(line) for line in (folder / f"{kind}.ndjson").read_bytes().splitlines()] for kind in TYPES
    }


class Full:
    """A file whose last bytes find no room when it is closed."""

    def __init__(self, *_: Any) -> None:
        self.open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Says so, once."""
        if self.open:
            self.open = False
            raise OSError(errno.ENOSPC, "No space left on device")

    def write(self, data: bytes) -> int:
        """Takes anything."""
        return len(data)


def test_of_a_disk_that_is_full_at_the_end_no_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last bytes of one type find no room, the other types are not there either."""
    usual = Path.open
    monkeypatch.setattr(Path, "open", lambda p, *a, **k: Full() if "Organization" in p.name else usual(p, *a, **k))
    with pytest.raises(DiskFullError), bulk_files(Bulk(Figures.load(), day=DAY, seed=SEED), tmp_path) as files:
        files.close = lambda: None  # type: ignore[method-assign]  # nobody has been written
    assert list(tmp_path.iterdir()) == []


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


def test_patients_are_the_residents(records: Records, people: pl.DataFrame, record: Record) -> None:
    """One Patient a resident, with number (but for the newest), name, birth date, GP, language and citizenship."""
    found = {resource["id"]: resource for resource in records["Patient"]}
    assert len(found) == people.height
    waiting = set(record.identities.filter((pl.col("kind") == "none") & (pl.col("to") > DAY))["resident"])
    for row in people.to_dicts():
        resource = found[identity(row)]
        if row["resident"] not in waiting:
            assert resource["identifier"][0]["value"] == row["person_number"]
        assert resource["birthDate"] == row["birth_date"].isoformat()
        assert resource["name"][0]["family"] == row["family_name"]
        assert ("generalPractitioner" in resource) == (row["fastlege"] >= 0)
        assert resource["communication"][0]["language"]["coding"][0]["code"] == row["language"]
        told = {extension["url"].rpartition("/")[2]: extension for extension in resource["extension"]}
        citizenship = told["patient-citizenship"]["extension"][0]["valueCodeableConcept"]
        assert citizenship["coding"][0]["code"] == row["citizenship"]
        assert ("patient-interpreterRequired" in told) == row["interpreter"]


def test_patients_have_the_numbers_beside_their_own(people: pl.DataFrame, record: Record, tmp_path: Path) -> None:
    """D-numbers, changed and common emergency numbers stand with their kind and time; a newborn may have none."""
    some = people.head(5)
    kinds = ("dnr", "former", "fhn", "none")
    table = pl.DataFrame(
        {
            "resident": some["resident"][:4],
            "kind": kinds,
            "number": ["41898412345", "01898412345", "81234567890", None],
            "from": [date(2020, 1, 1)] * 4,
            "to": [date(2022, 1, 1)] * 3 + [date(2026, 1, 5)],
        },
        schema=record.identities.schema,
    )
    written(tmp_path, some, replace(record, identities=table))
    lines = (tmp_path / "Patient.ndjson").read_bytes().splitlines()
    found = {r["id"]: r.get("identifier", []) for r in map(orjson.loads, lines)}
    told = [found[identity(row)] for row in some.to_dicts()]
    assert [[i["system"][-3:], i.get("use")] for i in (parts[-1] for parts in told[:3])] == [
        ["4.2", "old"],
        ["4.1", "old"],
        ["4.3", "secondary"],
    ]
    assert all(parts[-1]["period"] == {"start": "2020-01-01", "end": "2022-01-01"} for parts in told[:3])
    assert [len(parts) for parts in told] == [2, 2, 2, 0, 1]


def test_the_record_is_that_of_the_tables(records: Records, people: pl.DataFrame, record: Record) -> None:
    """Conditions are those of the columns, all else those of the tables; nothing before birth or after the day."""
    coded = Counter(r["code"]["coding"][0]["code"] for r in records["Condition"])
    assert coded["P70"] == people["has_dementia"].sum()
    assert coded["K77"] == people["has_heart_failure"].sum()
    assert len(records["AllergyIntolerance"]) == record.allergies.height
    taken = Counter(r["medicationCodeableConcept"]["coding"][0]["code"] for r in records["MedicationStatement"])
    assert taken == Counter(record.medicines["atc"])
    given = Counter(r["type"][0]["coding"][0]["code"] for r in records["EpisodeOfCare"])
    assert given == Counter(record.services["service"])
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


def test_representatives_are_those_of_the_table(records: Records, record: Record) -> None:
    """A RelatedPerson for every next of kin, guardian and proxy, since the day of the table."""
    relations = Counter(r["relationship"][0]["coding"][0]["code"] for r in records["RelatedPerson"])
    kinds = Counter(record.relations["kind"])
    assert [relations[code] for code in ("NOK", "GUARD", "POWATT")] == [
        kinds[kind] for kind in ("next-of-kin", "guardian", "proxy")
    ]
    assert all("start" in r["period"] for r in records["RelatedPerson"] if r["id"].endswith("-guardian"))


def test_a_cohort_names_relatives_outside_it(people: pl.DataFrame, record: Record, tmp_path: Path) -> None:
    """A child chosen without its parents still has them as related persons."""
    children = people.filter(pl.col("mother").is_not_null() & (pl.col("age") < 12))
    counts = written(tmp_path, people, record, children)
    assert counts["Patient"] == children.height
    assert counts["RelatedPerson"] >= children.height


def test_the_same_people_give_the_same_bytes(
    people: pl.DataFrame, record: Record, folder: Path, tmp_path: Path
) -> None:
    """Written again, every file is the same."""
    written(tmp_path, people, record)
    again, first = ([(out / f"{kind}.ndjson").read_bytes() for kind in TYPES] for out in (tmp_path, folder))
    assert again == first


def test_no_number_could_be_real(folder: Path) -> None:
    """No file holds anything that could be a real person's number."""
    assert [path.name for path in folder.iterdir() if find_real_numbers(path.read_bytes())] == []


def test_awkward_names_stay_names(people: pl.DataFrame, record: Record, tmp_path: Path) -> None:
    """Quotes, backslashes, line breaks and letters beyond ASCII in names survive the way through JSON."""
    name = 'Åse "Kåla" \\ Ćirić\n{0}'
    some = people.head(50).with_columns(family_name=pl.lit(name), street=pl.lit('Gata "1"'))
    written(tmp_path, some, record)
    lines = (tmp_path / "Patient.ndjson").read_bytes().splitlines()
    assert {orjson.loads(line)["name"][0]["family"] for line in lines} == {name}


@pytest.mark.parametrize(
    ("level", "label_and_left_out"),
    [("fortrolig", ("R", {"address"})), ("strengt-fortrolig", ("V", {"address", "telecom"}))],
)
def test_a_protected_address_is_told_nowhere(
    people: pl.DataFrame, record: Record, tmp_path: Path, level: str, label_and_left_out: tuple[str, set[str]]
) -> None:
    """A Patient with kode 7 has no address, one with kode 6 nor a telephone, not even as somebody's relative."""
    label, left_out = label_and_left_out
    protected = people.with_columns(protection=pl.lit(level).cast(people.schema["protection"]))
    written(tmp_path, protected, record)
    for line in (tmp_path / "Patient.ndjson").read_bytes().splitlines():
        resource = orjson.loads(line)
        assert {"address", "telecom"} - set(resource) == left_out
        assert resource["meta"]["security"][0]["code"] == label
    assert (b"telecom" in (tmp_path / "RelatedPerson.ndjson").read_bytes()) == ("telecom" not in left_out)


def test_blocks_do_not_show(people: pl.DataFrame, record: Record, folder: Path, tmp_path: Path) -> None:
    """How many municipalities come at a time changes nothing about anybody, nor the registry."""
    with bulk_files(Bulk(Figures.load(), day=DAY, seed=SEED), tmp_path) as files:
        for _, part in people.group_by("replica", "kommunenummer", maintain_order=True):
            files.write(part, record)
    for kind in TYPES:
        apart, whole = (sorted((out / f"{kind}.ndjson").read_bytes().splitlines()) for out in (tmp_path, folder))
        assert apart == whole, kind
