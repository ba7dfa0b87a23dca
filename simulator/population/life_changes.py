"""What changes without anybody moving: marriages and divorces, the fastlege, a person number."""

from typing import Final

import numpy as np
import polars as pl

from simulator.domain.person_number import Integers, finish_numbers
from simulator.population.life_frame import Floats, Lives, codes, place_of
from simulator.streams import stream

_SITES: Final = 10**4
_MONTH: Final = 10**7
_SERIES_80: Final = 80
_SHIFT: Final = 15 * _MONTH
"""Between a month of the +80 series and the same month of the +65 series."""


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
        happens = free & (lives.draws(kind, lives.resident[one]) < lives.rate(rate)[older])
        at = lives.when(kind, lives.resident[one[happens]])
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
    changes = (lives.draws("gp-change") < lives.figures.value("life.gp_change_rate")) & (available > 0)
    who = np.flatnonzero(changes)
    at = lives.when("gp-change", lives.resident[who])
    who, at = who[at < left[who]], at[at < left[who]]
    step = 1 + (lives.draws("gp-list", lives.resident[who]) * available[who]).astype(np.int64)
    new = np.where(doctor[who] >= 0, (doctor[who] + step) % lists[place][who], step - 1)
    columns: dict[str, object] = {
        "from": _organisation(lives.site[who], doctor[who]),
        "to": _organisation(lives.site[who], new),
    }
    return lives.rows("gp-change", lives.resident[who], at, columns)


def number_rows(lives: Lives) -> pl.DataFrame:
    """Changes of person number to the same date and individual number of the other synthetic series.

    So no two can get the same. Who had a number changed before (``make_identities``), or whose new one would have no
    check digits, keeps it.
    """
    before = stream(lives.seed, "population", "identity", "changed").uniforms(lives.resident.astype(np.uint64))
    chosen = lives.draws("number-change") < lives.figures.value("life.number_change_rate")
    who = np.flatnonzero(chosen & (before >= lives.figures.value("identity.changed_share")))
    old = lives.frame["person_number"].gather(who)
    whole: Integers = old.cast(pl.Int64).to_numpy()
    month = whole // _MONTH % 100
    new, valid = finish_numbers((whole - np.where(month > _SERIES_80, _SHIFT, -_SHIFT)) // 100, np.zeros_like(whole))
    columns: dict[str, object] = {"from": old, "to": pl.Series(new).cast(pl.String).str.zfill(11)}
    told = lives.rows("number-change", lives.resident[who], lives.when("number-change", lives.resident[who]), columns)
    return told.filter(pl.Series(valid))


def _organisation(site: Integers, doctor: Integers) -> pl.Series:
    """The office of a fastlege as the events name it; null without one."""
    replica = pl.Series(site // _SITES)
    dotted = pl.select(pl.when(replica > 0).then("." + replica.cast(pl.String)).otherwise(pl.lit(""))).to_series()
    name = codes(site) + dotted + "/gp/" + pl.Series(doctor).cast(pl.String)
    return pl.select(pl.when(pl.Series(doctor) >= 0).then(name)).to_series()


def _share(lives: Lives, who: Integers) -> Floats:
    """A number from 0 to 1 of each couple's own, the same in every year."""
    return stream(lives.seed, "population", "life", "married").uniforms(lives.resident[who].astype(np.uint64))
