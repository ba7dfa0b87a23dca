"""The record of a whole population as bulk data: one file of newline-delimited JSON a resource type (FHIR Bulk Data).

The builders are those of a run's interactions; here each resource is built once with slots and filled in for many
residents at a time. Ids of residents are readable (``5501-123``: municipality and running number); organisations and
practitioners have the ids that rendering gives them under the same seed.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO, Final

import polars as pl

from simulator.fhir import bulk_registry
from simulator.fhir.bulk_people import identified, patients, prepared, related_persons
from simulator.fhir.bulk_record import AsOf, allergies, conditions, medicines, services
from simulator.fhir.render import MunicipalityNames, practitioner_names
from simulator.storage import whole

_SLICE: Final = 20_000
_ABOUT_PEOPLE: Final = (
    "Patient", "RelatedPerson", "Condition", "AllergyIntolerance", "MedicationStatement", "EpisodeOfCare",
)  # fmt: skip
TYPES: Final = (*bulk_registry.TYPES, *_ABOUT_PEOPLE)

Progress = Callable[[int, int], object]


class Bulk:
    """The bulk data of some people, a slice of them at a time; the same people and seed give the same lines."""

    def __init__(self, people: pl.DataFrame, names: MunicipalityNames, *, day: date, seed: int) -> None:
        """``people`` (``tables.POPULATION``) by resident; ``day``: when their ages were counted."""
        self._people = people
        self._at = AsOf(day, seed)
        homes = identified(people.select("kommunenummer", "replica", "resident", "fastlege"))
        self.listed = bulk_registry.listed(homes, names, practitioner_names(people), seed)

    def slices(self, people: pl.DataFrame | None = None) -> Iterator[pl.DataFrame]:
        """Those of the people to write (all by default), ready to be filled in."""
        chosen = self._people if people is None else people
        for offset in range(0, chosen.height, _SLICE):
            yield prepared(identified(chosen.slice(offset, _SLICE)), self.listed)

    def lines(self, kind: str, rows: pl.DataFrame) -> Iterator[pl.Series]:
        """Lines of one type about the residents of a slice."""
        match kind:
            case "Patient":
                return patients(rows)
            case "RelatedPerson":
                return related_persons(rows, self._people)
            case "Condition":
                return conditions(rows, self._at)
            case "AllergyIntolerance":
                return allergies(rows, self._at)
            case "MedicationStatement":
                return medicines(rows, self._at)
            case _:
                return services(rows, self._at)


def write_bulk(bulk: Bulk, folder: Path, people: pl.DataFrame, progress: Progress | None = None) -> dict[str, int]:
    """Write ``<type>.ndjson`` for every type of :data:`TYPES` into ``folder``; gives the number of lines of each.

    ``people`` are those of the bulk's to write, all or a cohort; a relative outside it is named all the same.
    Raises OutputError when the folder cannot be written to, DiskFullError when the disk is full.
    """
    counts = dict.fromkeys(TYPES, 0)
    with ExitStack() as stack:
        files: dict[str, IO[bytes]] = {}
        for kind in TYPES:
            part = stack.enter_context(whole(folder / f"{kind}.ndjson"))
            files[kind] = stack.enter_context(part.open("wb"))
        for kind, written in bulk.listed.lines.items():
            counts[kind] += append(files[kind], pl.Series(written, dtype=pl.String))
        done = 0
        for rows in bulk.slices(people):
            for kind in _ABOUT_PEOPLE:
                counts[kind] += sum(append(files[kind], lines) for lines in bulk.lines(kind, rows))
            done += rows.height
            if progress:
                progress(done, people.height)
    return counts


def append(file: IO[bytes], lines: pl.Series) -> int:
    """Write lines of JSON to an open file; gives their number."""
    if len(lines):
        lines.to_frame().write_csv(file, include_header=False, quote_style="never")
    return len(lines)
