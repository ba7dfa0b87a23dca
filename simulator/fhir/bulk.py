"""The record of a whole population as bulk data: one file of newline-delimited JSON a resource type (FHIR Bulk Data).

The builders are those of a run's interactions; here each resource is built once with slots and filled in for many
residents at a time. Ids of residents are readable (``5501-123``: municipality and running number); organisations and
practitioners have the ids that rendering gives them under the same seed.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Final

import polars as pl

from simulator.domain.record import Record
from simulator.fhir import bulk_registry
from simulator.fhir.bulk_people import identified, patients, prepared, with_identities
from simulator.fhir.bulk_record import AsOf, allergies, conditions, medicines, services
from simulator.fhir.bulk_relatives import related_persons
from simulator.fhir.render import NAMES_FROM, MunicipalityNames, practitioner_names
from simulator.storage import whole

_SLICE: Final = 50_000
_ABOUT_PEOPLE: Final = (
    "Patient", "RelatedPerson", "Condition", "AllergyIntolerance", "MedicationStatement", "EpisodeOfCare",
)  # fmt: skip
TYPES: Final = (*bulk_registry.TYPES, *_ABOUT_PEOPLE)


class Bulk:
    """The bulk data of people who come some whole municipalities at a time; the same people give the same lines."""

    def __init__(self, names: MunicipalityNames, *, day: date, seed: int) -> None:
        """``day``: when the ages of the people were counted, at which their record stands."""
        self._names = names
        self._at = AsOf(day, seed)
        self._first: list[pl.DataFrame] = []
        """The first people, whose names practitioners are called by."""
        self._homes: list[pl.DataFrame] = []

    def about(self, people: pl.DataFrame, record: Record, chosen: pl.DataFrame | None = None) -> "About":
        """What is told of ``chosen`` (all by default) of ``people`` (``tables.POPULATION``), by resident."""
        if sum(part.height for part in self._first) < NAMES_FROM:
            self._first.append(people.select("given_name", "family_name").head(NAMES_FROM))
        homes = bulk_registry.homes(identified(people.select("kommunenummer", "replica", "resident", "fastlege")))
        self._homes.append(homes)
        looked_up = bulk_registry.looked_up(homes, self._names, self._at.seed)
        return About(people, people if chosen is None else chosen, record, looked_up, self._at)

    def registry(self) -> dict[str, list[str]]:
        """Lines by type about the organisations, practitioners and premises of all people told of so far."""
        called = practitioner_names(pl.concat(self._first))
        return bulk_registry.lines(pl.concat(self._homes), self._names, called, self._at.seed)


class About:
    """The lines about some people, a slice of them at a time."""

    def __init__(
        self, people: pl.DataFrame, chosen: pl.DataFrame, record: Record, seen: bulk_registry.LookedUp, at: AsOf
    ) -> None:
        self._people, self._chosen, self._record, self._seen, self._at = people, chosen, record, seen, at

    def slices(self, kind: str) -> Iterator[pl.DataFrame]:
        """Rows of those told of, ready to be filled into resources of one type."""
        for offset in range(0, self._chosen.height, _SLICE):
            rows = prepared(identified(self._chosen.slice(offset, _SLICE)), self._seen)
            yield with_identities(rows, self._record.identities, self._at.day) if kind == "Patient" else rows

    def lines(self, kind: str) -> Iterator[pl.Series]:
        """Lines of one type."""
        for rows in self.slices(kind):
            yield from self._of(kind, rows)

    def _of(self, kind: str, rows: pl.DataFrame) -> Iterator[pl.Series]:
        match kind:
            case "Patient":
                return patients(rows)
            case "RelatedPerson":
                return related_persons(rows, self._people, self._record.relations)
            case "Condition":
                return conditions(rows, self._at)
            case "AllergyIntolerance":
                return allergies(rows, self._record.allergies)
            case "MedicationStatement":
                return medicines(rows, self._record.medicines)
            case _:
                return services(rows, self._record.services)


class BulkFiles:
    """Open files, one a resource type."""

    def __init__(self, bulk: Bulk, files: dict[str, IO[bytes]]) -> None:
        self._bulk, self._files = bulk, files
        self.counts = dict.fromkeys(TYPES, 0)
        """Lines written so far, by type."""

    def write(self, people: pl.DataFrame, record: Record, chosen: pl.DataFrame | None = None) -> None:
        """Write what is told of ``chosen`` of these whole municipalities; relatives outside it are named too."""
        about = self._bulk.about(people, record, chosen)
        for kind in _ABOUT_PEOPLE:
            self.counts[kind] += sum(append(self._files[kind], lines) for lines in about.lines(kind))

    def close(self) -> None:
        """Write the organisations, practitioners and premises of all people written."""
        for kind, lines in self._bulk.registry().items():
            self.counts[kind] += append(self._files[kind], pl.Series(lines, dtype=pl.String))


@contextmanager
def bulk_files(bulk: Bulk, folder: Path) -> Iterator[BulkFiles]:
    """``<type>.ndjson`` for every type of :data:`TYPES` in ``folder``, there when the block ends well.

    Raises OutputError when the folder cannot be written to, DiskFullError when the disk is full.
    """
    with ExitStack() as stack:
        files: dict[str, IO[bytes]] = {}
        for kind in TYPES:
            part = stack.enter_context(whole(folder / f"{kind}.ndjson"))
            files[kind] = stack.enter_context(part.open("wb"))
        written = BulkFiles(bulk, files)
        yield written
        written.close()
        # A disk may be full only now, and then none of the files is to take its place.
        for file in files.values():
            file.close()


def append(file: IO[bytes], lines: pl.Series) -> int:
    """Write lines of JSON to an open file; gives their number."""
    if len(lines):
        lines.to_frame().write_csv(file, include_header=False, quote_style="never")
    return len(lines)
