"""What happens in people's lives over a period, as one stream of events that other rooms consume."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from simulator.domain.person_number import LAST_YEAR, Integers
from simulator.domain.scenario import LONGEST_LIVES
from simulator.domain.tables import LIFE_EVENTS, LIFE_KINDS
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population.layout import MUNICIPALITY, REPLICA
from simulator.population.life_births import Numbers, births, deaths
from simulator.population.life_changes import couple_rows, gp_rows, number_rows
from simulator.population.life_codes import code_change_events
from simulator.population.life_frame import NEVER, Lives, Year, codes, place_of
from simulator.population.life_moves import Moves, move_rows, moves

_OSLO: Final = ZoneInfo("Europe/Oslo")
_BLOCK: Final = 200_000
_SITES: Final = 10**4
_COUPLES: Final = frozenset({"marriage", "divorce"})
_MOVES: Final = frozenset({"move-in", "move-out", "move-within"})
_ORDER: Final = ("at", "resident", "kind")
READ: Final = (
    "resident", "kommunenummer", "sex", "birth_date", "person_number", "household", "household_role", "partner",
    "mother", "fastlege", "protection",
)  # fmt: skip


def life_events(frame: pl.DataFrame, figures: Figures, seed: int, start: date, days: int) -> pl.DataFrame:
    """Rows of ``tables.LIFE_EVENTS`` from ``start`` (midnight in Oslo) for ``days`` days, ordered as it says.

    Everything is keyed by resident or household and calendar year, and rests on nothing outside the municipality, so
    the order of the frame's rows, other municipalities in it and the ends of the period change no event. ``frame``
    (tables.POPULATION) holds whole municipalities, of one or more replicas. Rates are those of ``life_events.csv``,
    scaled so that the nation has the official births, deaths and moves of a year. Nothing happens to the dead;
    nobody moves to another municipality twice in a period, or bears children twice.

    Raises:
        InputError: A period that begins before the figures' population is counted, is longer than 366 days, or ends
            after the last year of birth that person numbers have.
    """
    return life_events_of(LIFE_KINDS, frame, figures, seed, (start, days))


def life_events_of(
    kinds: Collection[str], frame: pl.DataFrame, figures: Figures, seed: int, period: tuple[date, int]
) -> pl.DataFrame:
    """The rows of :func:`life_events` that are of some kinds: what only other kinds need is not worked out.

    ``period`` is its first day and how many days it has.
    """
    start, days = period
    known = date(figures.year, 1, 1) <= start and start + timedelta(days=days - 1) <= date(LAST_YEAR, 12, 31)
    if not (known and 1 <= days <= LONGEST_LIVES):
        raise InputError(
            f"a period of {days} days from {start}",
            expected=f"1 to {LONGEST_LIVES} days from {figures.year}-01-01 or later, until {LAST_YEAR}-12-31",
            remedy="Code changes of earlier years are replayed by code_change_events.",
        )
    ordered = frame.select(READ)
    if not ordered["resident"].is_sorted():
        ordered = ordered.sort("resident")
    ends = _instant(start), _instant(start + timedelta(days=days))
    years = [Year(number) for number in range(start.year, (start + timedelta(days=days - 1)).year + 1)]
    sites = _site(ordered["resident"]).unique().to_list()
    numbers = [Numbers(figures, seed, year, sites) for year in years]
    parts = [pl.DataFrame(schema=LIFE_EVENTS)]
    for block in _blocks(ordered):
        lives = [Lives.of(block, figures, seed, year) for year in years]
        parts.append(_told(lives, numbers, ends, kinds))
    if "code-change" in kinds:
        parts.append(code_change_events(ordered, figures, seed, start, days))
    told = pl.concat(parts).filter(pl.col("kind").cast(pl.String).is_in(list(kinds)))
    return _free(told, frame).sort(*_ORDER, maintain_order=True)


def _free(told: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Without new numbers that a resident has already, as only very many replicas make possible."""
    changes = told["kind"] == "number-change"
    # Looking among all residents' numbers costs more than all else, and is for nothing where no number changes.
    if not changes.any():
        return told
    return told.filter(~(changes & told["to"].is_in(frame["person_number"].implode())))


def _told(lives: list[Lives], numbers: list[Numbers], ends: tuple[int, int], kinds: Collection[str]) -> pl.DataFrame:
    """The events of some municipalities, one calendar year after the other: of the kinds, and births and deaths."""
    people = len(lives[0].resident)
    gone = np.full(people, NEVER)
    barred = np.zeros(people, dtype=np.bool_)
    made: Moves | None = None
    parts = []
    for year, free in zip(lives, numbers, strict=True):
        window = max(ends[0], _instant(date(year.year.number, 1, 1))), ends[1]
        made = moves(year, window, made)
        died = deaths(year)
        died[(died < window[0]) | (died >= window[1])] = NEVER
        # Who is dead already does not die again.
        died[gone != NEVER] = NEVER
        gone = np.minimum(gone, died)
        born, mothers = births(year, free, barred)
        inside = (born["at"].cast(pl.Int64).is_between(*window, closed="left")).to_numpy()
        barred[mothers[inside]] = True
        dead = np.flatnonzero(died != NEVER)
        rows = [
            _placed(born.filter(pl.Series(inside)), mothers[inside], year, made),
            _about(year.rows("death", year.resident[dead], died[dead], {}), year, made),
        ]
        if _COUPLES & set(kinds):
            rows.append(_about(couple_rows(year), year, made))
        if "gp-change" in kinds:
            rows.append(_about(gp_rows(year, made.between), year, made))
        if "number-change" in kinds:
            rows.append(_about(number_rows(year), year, made))
        if _MOVES & set(kinds):
            rows.append(move_rows(year, made))
        whole = pl.concat(rows)
        parts.append(whole.filter(whole["at"].cast(pl.Int64).is_between(*window, closed="left")))
    return _among_the_living(pl.concat(parts), lives[0], gone)


def _about(rows: pl.DataFrame, lives: Lives, made: Moves) -> pl.DataFrame:
    return _placed(rows, place_of(rows["resident"], lives.frame), lives, made)


def _placed(rows: pl.DataFrame, who: Integers, lives: Lives, made: Moves) -> pl.DataFrame:
    """Rows with the municipality in which ``who`` (rows of the frame) live when they happen."""
    site = made.site_at(lives, who, rows["at"].cast(pl.Int64).to_numpy())
    return rows.with_columns(kommunenummer=codes(site))


def _among_the_living(rows: pl.DataFrame, lives: Lives, gone: Integers) -> pl.DataFrame:
    """Without what would happen after a death, of the person or of the mother or spouse."""
    at = rows["at"].cast(pl.Int64).to_numpy()
    moves_along = rows["kind"].cast(pl.String).str.starts_with("move").to_numpy()
    kept = np.ones(rows.height, dtype=np.bool_)
    for column in ("resident", "other"):
        place = place_of(rows[column], lives.frame)
        end = np.where(place >= 0, gone[place], NEVER)
        alive = (at < end) | ((at == end) & (rows["kind"] == "death").to_numpy())
        kept &= alive | (moves_along if column == "other" else False)
    return rows.filter(pl.Series(kept))


def _blocks(ordered: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Parts of a frame ordered by resident: whole municipalities, together not much more than a block."""
    runs = _site(ordered["resident"]).rle()
    lengths = runs.struct.field("len").to_list()
    offset = size = 0
    for length in lengths:
        if size and size + length > _BLOCK:
            yield ordered.slice(offset, size)
            offset, size = offset + size, 0
        size += length
    if size:
        yield ordered.slice(offset, size)


def _site(resident: pl.Series) -> pl.Series:
    return resident // REPLICA * _SITES + resident % REPLICA // MUNICIPALITY


def _instant(day: date) -> int:
    """Midnight in Oslo, milliseconds since 1970."""
    return int(datetime.combine(day, datetime.min.time(), _OSLO).timestamp()) * 1000
