"""The files that people are written to, some whole municipalities at a time: Parquet, CSV or bulk NDJSON."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from simulator.domain.record import RECORD, Record
from simulator.domain.tables import POPULATION
from simulator.errors import InputError, nearest
from simulator.fhir.bulk import Bulk, BulkFiles, bulk_files
from simulator.figures import Figures
from simulator.run.choices import Format
from simulator.run.sinks import Sink, sink

_SUFFIXES: Final[Mapping[str, Format]] = {".parquet": Format.parquet, ".csv": Format.csv, "": Format.ndjson}


def format_of(out: Path, asked: Format | None, *, tables: bool) -> Format:
    """The format asked for, or else what the name of the file says.

    Raises InputError where it says none, or is one that ``tables`` do not stand beside.
    """
    form = asked or _named(out)
    if tables and form is Format.ndjson:
        raise InputError(
            "--tables with bulk NDJSON",
            expected="Parquet or CSV",
            where="--out",
            remedy="Leave --tables out: bulk data holds services, medicines, allergies and relations as resources.",
        )
    return form


def _named(out: Path) -> Format:
    if out.suffix not in _SUFFIXES:
        raise InputError(
            f"'{out.name}' says no format",
            expected=".parquet, .csv, or a folder for bulk NDJSON",
            where="--out",
            remedy=nearest(out.suffix, filter(None, _SUFFIXES)),
        )
    return _SUFFIXES[out.suffix]


class PeopleFiles:
    """Open files that take people and their record."""

    def __init__(self, residents: Sink | None, tables: dict[str, Sink], bulk: BulkFiles | None) -> None:
        self._residents, self._tables, self._bulk = residents, tables, bulk

    @property
    def needs_record(self) -> bool:
        """Whether anything of the record is written."""
        return bool(self._tables) or self._bulk is not None

    def write(self, chosen: pl.DataFrame, people: pl.DataFrame, record: Record | None) -> None:
        """Write those ``chosen`` of some whole municipalities; ``record`` is that of all of these ``people``."""
        if self._residents:
            self._residents.write(chosen)
        if record and self._bulk:
            self._bulk.write(people, record, chosen)
        for name, table in record.tables().items() if record and self._tables else ():
            own = table if chosen is people or "resident" not in table.columns else of_those(table, chosen)
            self._tables[name].write(own)


def of_those(table: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table that are about those chosen."""
    return table.join(chosen.select("resident"), on="resident", how="semi", maintain_order="left")


@contextmanager
def people_files(out: Path, form: Format, figures: Figures, *, seed: int, tables: bool) -> Iterator[PeopleFiles]:
    """Files for people of that seed, there when the block ends well; with their ``tables`` beside them if wanted."""
    with ExitStack() as stack:
        if form is Format.ndjson:
            bulk = Bulk(figures, day=date(figures.year, 1, 1), seed=seed)
            yield PeopleFiles(None, {}, stack.enter_context(bulk_files(bulk, out)))
            return
        csv = form is Format.csv
        residents = stack.enter_context(sink(out, POPULATION, csv=csv))
        beside = {
            name: stack.enter_context(sink(out.with_suffix(f".{name}.{form}"), schema, csv=csv))
            for name, schema in RECORD.items()
            if tables
        }
        yield PeopleFiles(residents, beside, None)
        # A disk may be full only now, and then none of the files is to take its place.
        for table in (residents, *beside.values()):
            table.close()
