"""People on their own: whole municipalities or a cohort, as Parquet, CSV or bulk NDJSON, and how well they fit."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import orjson
import polars as pl

from reports import fit_page
from simulator.domain.digest import table_digest
from simulator.errors import InputError, nearest
from simulator.fhir.bulk import Bulk, write_bulk
from simulator.figures import Figures
from simulator.population import check_cohort, choose_cohort, make_population, population_fit
from simulator.run.progress import Watcher
from simulator.storage import whole


class Format(StrEnum):
    """Files people can be written as."""

    parquet = "parquet"
    csv = "csv"
    ndjson = "ndjson"


_SUFFIXES: Final[Mapping[str, Format]] = {".parquet": Format.parquet, ".csv": Format.csv, "": Format.ndjson}
# What no target counts, and what would double the memory that counting takes.
_NEVER_COUNTED: Final = (
    "person_number", "given_name", "middle_name", "family_name", "street", "postal_code", "city", "phone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people, and how they are to be written."""

    municipalities: tuple[str, ...]
    """By kommunenummer or name; none for the whole nation."""
    national: bool
    out: Path
    """A file, or for bulk NDJSON a folder."""
    seed: int
    format: Format | None = None
    """None: what the suffix of ``out`` says."""
    where: str = ""
    count: int | None = None
    workers: int = 1
    lang: str = "en"


def make_people(wanted: Wanted, watch: Watcher) -> None:
    """Write the people wanted; of whole municipalities also how well they fit, as JSON and as a page, beside them.

    Raises InputError for what cannot be understood or is more than there is, before anything is written.
    """
    check_cohort(wanted.where, wanted.count)
    form = _format(wanted)
    figures = Figures.load()
    numbers = _municipalities(wanted, figures)
    with watch.stage("Making people"):
        people = make_population(figures, numbers, wanted.seed, workers=wanted.workers)
    chosen = people
    if wanted.where or wanted.count is not None:
        chosen = choose_cohort(people, wanted.where, wanted.count, wanted.seed)
    # The digest is hashed beside the other work, which leaves a processor free.
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(table_digest, chosen)
        with watch.stage("Writing") as advance:
            if form is Format.ndjson:
                bulk = Bulk(people, figures, day=date(figures.year, 1, 1), seed=wanted.seed)
                write_bulk(bulk, wanted.out, chosen, advance)
            else:
                _write_table(chosen, form, wanted.out)
        if chosen is people:
            _hold(people, wanted, figures, watch)
        else:
            watch.say(f"chosen among {people.height} residents")
        watch.say(f"{chosen.height} residents, seed {wanted.seed}, digest {digest.result()}")
    watch.say(f"written to {wanted.out}")


def _hold(people: pl.DataFrame, wanted: Wanted, figures: Figures, watch: Watcher) -> None:
    """Hold whole municipalities against the figures; write what was found beside them."""
    with watch.stage("Holding them against the figures"):
        fit = population_fit(people.drop(_NEVER_COUNTED), figures)
        pages = _write_fit(fit, people, wanted, figures)
    missed = [row["target"] for row in fit if not row["ok"]]
    watch.say(
        f"{len(fit) - len(missed)} of {len(fit)} targets within tolerance" + (f"; not: {missed}" if missed else "")
    )
    watch.say(f"the fit is in {' and '.join(map(str, pages))}")


def _format(wanted: Wanted) -> Format:
    """The format asked for, or else what the name of the file says."""
    if wanted.format:
        return wanted.format
    suffix = wanted.out.suffix
    if suffix not in _SUFFIXES:
        raise InputError(
            f"'{wanted.out.name}' says no format",
            expected=".parquet, .csv, or a folder for bulk NDJSON",
            where="--out",
            remedy=nearest(suffix, filter(None, _SUFFIXES)),
        )
    return _SUFFIXES[suffix]


def _municipalities(wanted: Wanted, figures: Figures) -> list[str]:
    if wanted.national == bool(wanted.municipalities):
        found = "both --national and --municipality" if wanted.national else "neither --municipality nor --national"
        raise InputError(found, remedy="Give one of them.")
    if wanted.national:
        return [m.kommunenummer for m in figures.municipalities()]
    return [figures.municipality(name).kommunenummer for name in wanted.municipalities]


def _write_table(people: pl.DataFrame, form: Format, out: Path) -> None:
    with whole(out) as part, part.open("wb") as file:
        if form is Format.csv:
            people.write_csv(file)
        else:
            people.write_parquet(file, compression="zstd", compression_level=1)  # a higher level saves 2 % of the bytes


def _write_fit(fit: list[dict[str, Any]], people: pl.DataFrame, wanted: Wanted, figures: Figures) -> list[Path]:
    data, page = (wanted.out.with_suffix(f".fit.{kind}") for kind in ("json", "html"))
    with whole(data) as part:
        part.write_bytes(orjson.dumps(fit, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
    named = [] if wanted.national else _municipalities(wanted, figures)
    subject = fit_page.Subject(tuple(figures.municipality(number).name for number in named), wanted.seed)
    with whole(page) as part:
        part.write_text(fit_page.fit_page(fit, people, figures, subject, wanted.lang), "utf-8")
    return [data, page]
