"""Identities beside the person number: D-numbers, common emergency numbers, numbers changed or not yet given.

The population itself holds the number that a resident has; this table is made from it on demand.
"""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.person_number import Integers, finish_numbers
from simulator.domain.tables import IDENTITIES
from simulator.figures import Figures
from simulator.streams import stream

# D-numbers of people born before have other individual numbers than fødselsnummer have.
_FIRST_YEAR: Final = 1940
_D_DAY: Final = 40 * 10**9
_OTHER_SERIES: Final = 15 * 10**7
_EMERGENCY: Final = 8 * 10**10
_SERIES_80: Final = 80
_WITH_CHECK_DIGITS: Final = (10 / 11) ** 2
"""The share of nine digits that a number can begin with."""
_MONTHS_UNTIL_CHANGED: Final = 240
_D_NUMBER_DAYS: Final = 730


def make_identities(people: pl.DataFrame, figures: Figures, seed: int, *, rule_2032: bool = False) -> pl.DataFrame:
    """Identities beside or before the number in ``people``, columns and order as in ``tables.IDENTITIES``.

    No number occurs twice, nor in ``people``; all are synthetic. With ``rule_2032`` every resident also has a number
    that holds only under the rule from 1 January 2032, for journals to be tried with: it is of nobody's past.
    A common emergency number (felles hjelpenummer) has no synthetic series, so those made here hold only under that
    rule too: none can have been given to anybody.
    """
    count = pl.date(figures.year, 1, 1)
    known = people.select("resident", "person_number", "birth_date", count.alias("count"))
    draw = _Draws(known["resident"].to_numpy().astype(np.uint64), seed)
    whole = known["person_number"].cast(pl.Int64).to_numpy()
    foreign = may_have_had_dnr(people)
    parts = [
        _d_numbers(known, whole, foreign & draw.below("dnr", figures.value("identity.dnr_share"))),
        _former(known, whole, draw.below("changed", figures.value("identity.changed_share")), draw),
        _emergency(known, draw.below("fhn", figures.value("identity.fhn_share")), draw),
        _newborns(known, int(figures.value("identity.newborn_days"))),
    ]
    if rule_2032:
        numbers, valid = finish_numbers(whole // 100, draw.remainders("2032"))
        parts.append(_rows(known, valid, "fnr-2032", numbers).with_columns(pl.lit(None, pl.Date).alias("to")))
    table = pl.concat([part.select(*IDENTITIES) for part in parts])
    taken = table["number"].is_in(people["person_number"].implode()).fill_null(value=False)
    given = table.filter(~taken).sort("resident", "kind")
    return given.filter(given["number"].is_null() | given["number"].is_first_distinct())


def may_have_had_dnr(people: pl.DataFrame) -> NDArray[np.bool_]:
    """Foreign citizens, but for the oldest, whose D-numbers would have another form."""
    foreign = people.select((pl.col("citizenship") != "NOR") & (pl.col("birth_date").dt.year() >= _FIRST_YEAR))
    found: NDArray[np.bool_] = foreign.to_series().to_numpy()
    return found


class _Draws:
    """Keyed draws for each resident."""

    def __init__(self, residents: NDArray[np.uint64], seed: int) -> None:
        self._residents = residents
        self._seed = seed

    def uniforms(self, name: str) -> NDArray[np.float64]:
        return stream(self._seed, "population", "identity", name).uniforms(self._residents)

    def below(self, name: str, share: float) -> NDArray[np.bool_]:
        """So many more than the share that it is the share of those for whom check digits exist."""
        chosen: NDArray[np.bool_] = self.uniforms(name) < share / _WITH_CHECK_DIGITS
        return chosen

    def remainders(self, name: str) -> Integers:
        """Remainders of the first check that only the rule from 2032 allows: 1, 2 or 3."""
        remainder: Integers = 1 + (self.uniforms(name) * 3).astype(np.int64)
        return remainder


def _rows(known: pl.DataFrame, chosen: NDArray[np.bool_], kind: str, numbers: Integers) -> pl.DataFrame:
    """Identities of those chosen, from birth until the count."""
    text = pl.Series("number", numbers).cast(pl.String).str.zfill(11)
    return (
        known.with_columns(text, pl.lit(kind).cast(IDENTITIES["kind"]).alias("kind"))
        .filter(pl.Series(chosen))
        .rename({"birth_date": "from", "count": "to"})
    )


def _d_numbers(known: pl.DataFrame, whole: Integers, chosen: NDArray[np.bool_]) -> pl.DataFrame:
    """The D-number before the fødselsnummer: the same individual number under the day + 40, where that holds."""
    numbers, valid = finish_numbers(whole // 100 + _D_DAY // 100, np.zeros_like(whole))
    rows = _rows(known, chosen & valid, "dnr", numbers)
    begun = pl.max_horizontal("from", pl.col("to") - pl.duration(days=_D_NUMBER_DAYS))
    return rows.with_columns(begun.alias("from"))


def _former(known: pl.DataFrame, whole: Integers, chosen: NDArray[np.bool_], draw: _Draws) -> pl.DataFrame:
    """A number that was changed: one of the other synthetic series, held until some month before the count."""
    other = whole - np.where(whole // 10**7 % 100 > _SERIES_80, _OTHER_SERIES, -_OTHER_SERIES)
    numbers, valid = finish_numbers(other // 100, np.zeros_like(whole))
    back = pl.Series((draw.uniforms("when") * _MONTHS_UNTIL_CHANGED * 30).astype(np.int64))
    until = pl.max_horizontal("birth_date", pl.col("count") - pl.duration(days=pl.col("back")))
    held = known.with_columns(back.alias("back")).with_columns(until.alias("count"))
    return _rows(held, chosen & valid, "former", numbers)


def _emergency(known: pl.DataFrame, chosen: NDArray[np.bool_], draw: _Draws) -> pl.DataFrame:
    """A common emergency number: begins with 8 or 9 and says nothing about its holder."""
    start = (_EMERGENCY + draw.uniforms("emergency") * 2 * 10**10).astype(np.int64) // 100
    numbers, valid = finish_numbers(start, draw.remainders("emergency-rest"))
    return _rows(known, chosen & valid, "fhn", numbers)


def _newborns(known: pl.DataFrame, days: int) -> pl.DataFrame:
    """Those born in the last days before the count, who then had no number."""
    new = (known["count"] - known["birth_date"]).dt.total_days() <= days
    rows = _rows(known, new.to_numpy(), "none", np.zeros(known.height, dtype=np.int64))
    given = pl.col("from") + pl.duration(days=days)
    return rows.with_columns(pl.lit(None, pl.String).alias("number"), given.alias("to"))
