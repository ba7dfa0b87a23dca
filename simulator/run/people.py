"""People on their own: whole municipalities or a cohort, as Parquet, CSV or bulk NDJSON, and how well they fit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from reports import fit_page
from simulator.domain.digest import TableDigest
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population import (
    RecordFit,
    check_cohort,
    choose_cohort,
    counted,
    make_record,
    matching,
    population_blocks,
    population_fit,
)
from simulator.run.choices import Format
from simulator.run.people_files import PeopleFiles, format_of, of_those, people_files
from simulator.run.progress import Advance, Watcher
from simulator.storage import whole


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
    tables: bool = False
    """Also what is a table of its own about them, a file each."""


def make_people(wanted: Wanted, watch: Watcher) -> None:
    """Write the people wanted; of whole municipalities also how well they fit, as JSON and as a page, beside them.

    Raises InputError for what cannot be understood or is more than there is, before anything is written.
    """
    check_cohort(wanted.where, wanted.count)
    form = format_of(wanted.out, wanted.format, tables=wanted.tables)
    figures = Figures.load()
    numbers = _municipalities(wanted, figures)
    blocks = population_blocks(figures, numbers, wanted.seed, workers=wanted.workers)
    chosen = None
    if wanted.where or wanted.count is not None:
        with watch.stage("Choosing people"):
            chosen = _chosen(blocks, wanted, watch)
    with (
        watch.stage("Making and writing people") as advance,
        people_files(wanted.out, form, figures, seed=wanted.seed, tables=wanted.tables) as files,
    ):
        made = _Made(files, figures, wanted.seed)
        made.write(blocks if chosen is None else _around(chosen, files, figures, wanted), chosen, advance)
    if chosen is None:
        _hold(made, wanted, figures, watch)
    watch.say(f"{made.people} residents, seed {wanted.seed}")
    watch.say(f"digest {made.digest.hexdigest()}")
    watch.say(f"written to {wanted.out}")


def _chosen(blocks: Iterator[pl.DataFrame], wanted: Wanted, watch: Watcher) -> pl.DataFrame:
    """The cohort asked for, among all of the blocks."""
    among, found = 0, []
    for block in blocks:
        among += block.height
        found.append(matching(block, wanted.where))
    watch.say(f"chosen among {among} residents")
    return choose_cohort(pl.concat(found), wanted.where, wanted.count, wanted.seed, among=among)


def _around(chosen: pl.DataFrame, files: PeopleFiles, figures: Figures, wanted: Wanted) -> Iterable[pl.DataFrame]:
    """Those chosen; where their record is needed, all of their municipalities, whose people are made again the same."""
    if not files.needs_record:
        return [chosen]
    numbers = chosen["kommunenummer"].unique().sort().to_list()
    return population_blocks(figures, numbers, wanted.seed, workers=wanted.workers)


class _Made:
    """What has been made and written so far."""

    def __init__(self, files: PeopleFiles, figures: Figures, seed: int) -> None:
        self.digest = TableDigest()
        self.people = 0
        self._files, self._figures, self._seed = files, figures, seed
        self._counted: list[pl.DataFrame] = []
        self.record_fit = RecordFit(figures)

    def write(self, blocks: Iterable[pl.DataFrame], chosen: pl.DataFrame | None, advance: Advance) -> None:
        """Write those of the blocks who are chosen; all when None."""
        for block in blocks:
            part = block if chosen is None or chosen is block else of_those(block, chosen)
            record = make_record(block, self._figures, self._seed) if self._files.needs_record else None
            self._files.write(part, block, record)
            self.digest.update(part)
            if chosen is None:
                self._counted.append(counted(block, self._figures))
                if record:
                    self.record_fit.add(block, record)
            self.people += part.height
            advance(self.people)

    def counted(self) -> pl.DataFrame:
        """The columns that a fit counts."""
        return pl.concat(self._counted)


def _hold(made: _Made, wanted: Wanted, figures: Figures, watch: Watcher) -> None:
    """Hold whole municipalities against the figures; write what was found beside them."""
    with watch.stage("Holding them against the figures"):
        people = made.counted()
        fit = [*population_fit(people, figures), *made.record_fit.rows()]
        pages = _write_fit(fit, people, wanted, figures)
    missed = [row["target"] for row in fit if not row["ok"]]
    watch.say(
        f"{len(fit) - len(missed)} of {len(fit)} targets within tolerance" + (f"; not: {missed}" if missed else "")
    )
    watch.say(f"the fit is in {' and '.join(map(str, pages))}")


def _municipalities(wanted: Wanted, figures: Figures) -> list[str]:
    if wanted.national == bool(wanted.municipalities):
        found = "both --national and --municipality" if wanted.national else "neither --municipality nor --national"
        raise InputError(found, remedy="Give one of them.")
    if wanted.national:
        return [m.kommunenummer for m in figures.municipalities()]
    return [figures.municipality(name).kommunenummer for name in wanted.municipalities]


def _write_fit(fit: list[dict[str, Any]], people: pl.DataFrame, wanted: Wanted, figures: Figures) -> list[Path]:
    data, page = (wanted.out.with_suffix(f".fit.{kind}") for kind in ("json", "html"))
    with whole(data) as part:
        part.write_bytes(orjson.dumps(fit, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
    named = [] if wanted.national else _municipalities(wanted, figures)
    subject = fit_page.Subject(tuple(figures.municipality(number).name for number in named), wanted.seed)
    with whole(page) as part:
        part.write_text(fit_page.fit_page(fit, people, figures, subject, wanted.lang), "utf-8")
    return [data, page]
