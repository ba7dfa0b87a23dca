"""Who stands for whom: parents with custody, next of kin, guardians and proxies; consents, reservations and blocks."""

from typing import Final

import numpy as np
import polars as pl

from simulator.domain.person_number import Integers
from simulator.domain.tables import CONSENTS, RELATIONS
from simulator.figures import Figures
from simulator.population.began import began, table, uniforms

_OF_AGE: Final = 18
_OWN_SAY: Final = 12
_GENERATION: Final = 30
_ELDERLY: Final = 50
_AGES: Final = 256


def relations(frame: pl.DataFrame, figures: Figures, seed: int) -> pl.DataFrame:
    """The relations of everybody, ``tables.RELATIONS``; ``frame`` holds its municipalities whole, to find kin in."""
    kin = _kin(frame, seed)
    near = _near(frame, kin)
    on_record = uniforms(frame, seed, "next-of-kin") < figures.value("relation.next_of_kin_share")
    shares = figures.by_key("relation.guardian_share")
    guarded = uniforms(frame, seed, "guardian") < np.where(
        frame["has_dementia"].to_numpy(), shares["dementia"], shares["other"]
    )
    adult = (frame["age"] >= _OF_AGE).to_numpy()
    proxy_share = figures.by_age_sex("relation.proxy_share")[0]
    proxied = uniforms(frame, seed, "proxy") < proxy_share[frame["age"].to_numpy()]
    parts = [
        *(_parents(frame, column) for column in ("mother", "father")),
        _related(frame, near, "next-of-kin", began(frame, figures, seed, "next-of-kin")).filter(pl.Series(on_record)),
        _related(frame, kin, "guardian", began(frame, figures, seed, "guardian")).filter(pl.Series(guarded & adult)),
        _related(frame, near, "proxy", began(frame, figures, seed, "proxy")).filter(pl.Series(proxied & adult)),
    ]
    return table([part.filter(pl.col("other") != pl.col("resident")) for part in parts], RELATIONS)


def consents(frame: pl.DataFrame, figures: Figures, seed: int) -> pl.DataFrame:
    """What everybody has consented to, reserved against or had blocked, ``tables.CONSENTS``; adults only."""
    adults = frame.filter(pl.col("age") >= _OF_AGE)
    parts = []
    for name, share in figures.by_key("relation.consent_share").items():
        kind, scope = name.split("/")
        told = adults.select(
            "resident",
            pl.lit(kind).alias("kind"),
            pl.lit(scope).alias("scope"),
            began(adults, figures, seed, f"consent/{name}").alias("from"),
        )
        parts.append(told.filter(pl.Series(uniforms(adults, seed, "consent", name) < share)))
    return table(parts, CONSENTS)


def _parents(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Parents of minors, who see and decide everything until the child is 12, and act for it until 18."""
    children = frame.filter((pl.col("age") < _OF_AGE) & pl.col(column).is_not_null())
    return children.select(
        "resident",
        pl.col(column).alias("other"),
        pl.col("birth_date").alias("from"),
        kind=pl.lit("parent"),
        to=pl.col("birth_date").dt.offset_by("18y").dt.offset_by("-1d"),
        full=pl.col("age") < _OWN_SAY,
    )


def _related(frame: pl.DataFrame, other: pl.Series, kind: str, since: pl.Series) -> pl.DataFrame:
    told = frame.select("resident", other.alias("other"), since.alias("from"))
    return told.with_columns(
        kind=pl.lit(kind), to=pl.lit(None, dtype=pl.Date), full=pl.lit(value=kind != "next-of-kin")
    )


def _near(frame: pl.DataFrame, kin: pl.Series) -> pl.Series:
    """The partner, else a parent one lives with, else kin in another home."""
    return frame.select(pl.coalesce("partner", "mother", "father", kin.alias("kin")).alias("other"))["other"]


def _kin(frame: pl.DataFrame, seed: int) -> pl.Series:
    """An adult of the same municipality a generation older, or for those from 50 a generation younger."""
    site = (frame["replica"].cast(pl.Int64) * 10**4 + frame["kommunenummer"].cast(pl.Int64)).to_numpy()
    age = frame["age"].to_numpy().astype(np.int64)
    order: Integers = np.lexsort((age, site))
    keys = (site * _AGES + age)[order]
    wanted = site * _AGES + np.where(age < _ELDERLY, np.minimum(age + _GENERATION, 70), age - _GENERATION)
    low, high = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted + 1)
    chosen = low + np.floor(uniforms(frame, seed, "kin") * (high - low)).astype(np.int64)
    # Where nobody is of that age, the next older of the municipality, or its oldest.
    chosen = np.minimum(chosen, np.searchsorted(keys, (site + 1) * _AGES) - 1)
    return frame["resident"].gather(pl.Series(order[chosen].astype(np.uint32)))
