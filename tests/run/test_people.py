"""The population command's work: the right people in the right form, with their fit beside them."""

from pathlib import Path

import orjson
import polars as pl
import pytest

from simulator.domain.record import RECORD
from simulator.domain.tables import POPULATION
from simulator.errors import InputError
from simulator.run.choices import Format
from simulator.run.people import Wanted, make_people
from simulator.run.progress import Silent

PLACES = ("Nesseby", "Røst")


def wanted(out: Path, **changes: object) -> Wanted:
    return Wanted(**{"municipalities": PLACES, "national": False, "out": out, "seed": 7, **changes})  # type: ignore[arg-type]


def test_people_come_with_their_fit(tmp_path: Path) -> None:
    """The table, the fit as data and the fit as a page stand beside each other."""
    make_people(wanted(tmp_path / "people.parquet", lang="nb"), Silent())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["people.fit.html", "people.fit.json", "people.parquet"]
    assert dict(pl.read_parquet_schema(tmp_path / "people.parquet")) == POPULATION
    fit = orjson.loads((tmp_path / "people.fit.json").read_bytes())
    assert all(row["ok"] for row in fit)
    page = (tmp_path / "people.fit.html").read_text("utf-8")
    assert '<html lang="nb">' in page
    assert "Nesseby, Røst" in page


def test_the_formats_hold_the_same_people(tmp_path: Path) -> None:
    """CSV and bulk NDJSON, chosen by the name of the file or by option, hold those of the Parquet file."""
    make_people(wanted(tmp_path / "people.parquet"), Silent())
    make_people(wanted(tmp_path / "people.csv"), Silent())
    make_people(wanted(tmp_path / "bulk", format=Format.ndjson), Silent())
    people = pl.read_parquet(tmp_path / "people.parquet")
    assert (
        pl.read_csv(tmp_path / "people.csv", infer_schema=False)["resident"].cast(pl.Int64).equals(people["resident"])
    )
    patients = (tmp_path / "bulk" / "Patient.ndjson").read_bytes().splitlines()
    assert len(patients) == people.height


@pytest.mark.parametrize("form", [Format.parquet, Format.csv])
def test_tables_of_their_own_stand_beside_the_people(tmp_path: Path, form: Format) -> None:
    """On request a file for each table of the record, in the format of the people and about nobody else."""
    make_people(wanted(tmp_path / f"people.{form}", tables=True, where="age > 66"), Silent())
    assert {p.name for p in tmp_path.iterdir()} == {f"people.{form}", *(f"people.{name}.{form}" for name in RECORD)}
    read = pl.read_parquet if form is Format.parquet else pl.read_csv
    residents = set(read(tmp_path / f"people.{form}")["resident"])
    for name in ("services", "medicines", "allergies", "relations", "consents"):
        table = read(tmp_path / f"people.{name}.{form}")
        assert table.columns == list(RECORD[name])
        assert table.height
        assert set(table["resident"]) <= residents


def test_a_cohort_is_written_without_a_fit(tmp_path: Path) -> None:
    """Chosen people are no whole population, so nothing is said about how well they fit."""
    make_people(wanted(tmp_path / "few.parquet", where="age > 80", count=5), Silent())
    assert [p.name for p in tmp_path.iterdir()] == ["few.parquet"]
    found = pl.read_parquet(tmp_path / "few.parquet")
    assert found.height == 5
    assert (found["age"] > 80).all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"where": "agee > 80"}, "did you mean 'age'"),
        ({"where": "age > 80", "count": 10**6}, "holds for"),
        ({"out": Path("people.parqet")}, "Did you mean '.parquet'"),
        ({"out": Path("people"), "tables": True}, "Leave --tables out"),
        ({"municipalities": ()}, "--national"),
        ({"national": True}, "--national"),
    ],
)
def test_what_cannot_be_made_leaves_nothing_behind(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    """A wrong condition, count, format or place is one clear error, and no file is written."""
    out = tmp_path / str(changes.get("out", "people.parquet"))
    with pytest.raises(InputError, match=said):
        make_people(wanted(**{**changes, "out": out}), Silent())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
