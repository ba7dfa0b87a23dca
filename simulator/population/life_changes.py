"""What changes without anybody moving: marriages and divorces, the fastlege, a person number."""

from typing import Final

import numpy as np
import polars as pl

from simulator.domain.person_number import WEIGHTS_1, WEIGHTS_2, Integers
from simulator.population.life_frame import Flags, Floats, Lives, codes, place_of
from simulator.streams import stream

_SITES: Final = 10**4
_FIRST_SERIES: Final = "8"
_SHIFT: Final = 15
"""From a month of the +80 series to the same month of the +65 series."""


def couple_rows(lives: Lives) -> pl.DataFrame:
    """Marriages of couples who are not married and divorces of those who are: a row for each of the two."""
    partner = place_of(lives.frame["partner"], lives.frame)
    one = np.flatnonzero((partner >= 0) & (np.arange(len(partner)) < partner))
    two = partner[one]
    older = np.where(lives.age[one] >= lives.age[two], one, two)
    # Married before the year or not belongs to the couple, not to the year.
    married = _share(lives, one) < lives.rate("life.married_share")[older]
    rows = []
    for kind, rate, free in (("marriage", "life.marriage_rate", ~married), ("divorce", "life.divorce_rate", married)):
        happens = free & (lives.draws(kind)[one] < lives.rate(rate)[older])
        at = lives.when(kind)[one][happens]
        for who, other in ((one[happens], two[happens]), (two[happens], one[happens])):
            rows.append(lives.rows(kind, lives.resident[who], at, {"other": lives.resident[other]}))
    return pl.concat(rows)


def gp_rows(lives: Lives, left: Integers) -> pl.DataFrame:
    """Changes of fastlege to another list of the municipality; ``left`` is the instant each moves away from it."""
    doctor: Integers = lives.frame["fastlege"].cast(pl.Int64).to_numpy()
    _, place = np.unique(lives.site, return_inverse=True)
    lists = np.zeros(place.max() + 1, dtype=np.int64)
    np.maximum.at(lists, place, doctor + 1)
    available = lists[place] - (doctor >= 0)
    at = lives.when("gp-change")
    changes = (lives.draws("gp-change") < lives.figures.value("life.gp_change_rate")) & (available > 0) & (at < left)
    who = np.flatnonzero(changes)
    step = 1 + (lives.draws("gp-list")[who] * available[who]).astype(np.int64)
    new = np.where(doctor[who] >= 0, (doctor[who] + step) % lists[place][who], step - 1)
    columns: dict[str, object] = {
        "from": _organisation(lives.site[who], doctor[who]),
        "to": _organisation(lives.site[who], new),
    }
    return lives.rows("gp-change", lives.resident[who], at[who], columns)


def number_rows(lives: Lives) -> pl.DataFrame:
    """Changes of person number to the same date and individual number of the other synthetic series (+65).

    So no two can get the same. Who has no number of the first series, or whose new one has no check digits, keeps it.
    """
    chosen = lives.draws("number-change") < lives.figures.value("life.number_change_rate")
    old = lives.frame["person_number"]
    fits = (old.str.len_chars() == 11) & old.str.slice(2, 1).is_in([_FIRST_SERIES, "9"]) & (old.str.slice(0, 1) < "4")
    who = np.flatnonzero(chosen & fits.fill_null(value=False).to_numpy())
    number = old.gather(who)
    month = (number.str.slice(2, 2).cast(pl.Int64) - _SHIFT).cast(pl.String).str.zfill(2)
    nine = number.str.slice(0, 2) + month + number.str.slice(4, 5)
    new, valid = _with_check_digits(nine)
    columns: dict[str, object] = {"from": number, "to": new}
    told = lives.rows("number-change", lives.resident[who], lives.when("number-change")[who], columns)
    return told.filter(pl.Series(valid))


def _with_check_digits(nine: pl.Series) -> tuple[pl.Series, Flags]:
    digits = [nine.str.slice(n, 1).cast(pl.Int64).to_numpy() for n in range(9)]
    zero = np.zeros(len(nine), dtype=np.int64)
    first = -sum((w * d for w, d in zip(WEIGHTS_1, digits, strict=True)), zero) % 11
    second = -sum((w * d for w, d in zip(WEIGHTS_2, [*digits, first], strict=True)), zero) % 11
    whole = nine + pl.Series(first).cast(pl.String) + pl.Series(second).cast(pl.String)
    return whole, (first < 10) & (second < 10)


def _organisation(site: Integers, doctor: Integers) -> pl.Series:
    """The office of a fastlege as the events name it; null without one."""
    replica = pl.Series(site // _SITES)
    dotted = pl.select(pl.when(replica > 0).then("." + replica.cast(pl.String)).otherwise(pl.lit(""))).to_series()
    name = codes(site) + dotted + "/gp/" + pl.Series(doctor).cast(pl.String)
    return pl.select(pl.when(pl.Series(doctor) >= 0).then(name)).to_series()


def _share(lives: Lives, who: Integers) -> Floats:
    """A number from 0 to 1 of each couple's own, the same in every year."""
    return stream(lives.seed, "population", "life", "married").uniforms(lives.resident[who].astype(np.uint64))
