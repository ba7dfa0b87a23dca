"""Who stands for whom: parents with custody, next of kin, guardians and proxies; consents, reservations and blocks."""

from typing import Final

import numpy as np
import polars as pl

from simulator.domain.person_number import Integers
from simulator.domain.tables import CONSENTS, RELATIONS
from simulator.figures import Figures
from simulator.population.began import began, table, uniforms
from simulator.population.odds import Floats

OF_AGE: Final = 18
_OWN_SAY: Final = 12
_GENERATION: Final = 30
_ELDERLY: Final = 50
_AGES: Final = 256


def relations(frame: pl.DataFrame, figures: Figures, seed: int) -> pl.DataFrame:
    """The relations of everybody, ``tables.RELATIONS``; ``frame`` holds its municipalities whole, to find kin in."""
    kin = _kin(frame, seed)
    near = _near(frame, kin)
    on_record = uniforms(frame, seed, "next-of-kin") < figures.value("relation.next_of_kin_share")
    guarded = uniforms(frame, seed, "guardian") < guardian_chance(frame, figures)
    adult = (frame["age"] >= OF_AGE).to_numpy()
    proxy_share = figures.by_age_sex("relation.proxy_share")[0]
    proxied = uniforms(frame, seed, "proxy") < proxy_share[frame["age"].to_numpy()]
    parts = [
        *(_parents(frame, column) for column in ("mother", "father")),
        *(
            _related(frame.select("resident", "birth_date", other=other).filter(pl.Series(those)), kind, figures, seed)
            for kind, other, those in (
                ("next-of-kin", near, on_record),
                ("guardian", kin, guarded & adult),
                ("proxy", near, proxied & adult),
            )
        ),
    ]
    return table([part.filter(pl.col("other") != pl.col("resident")) for part in parts], RELATIONS)


def consents(frame: pl.DataFrame, figures: Figures, seed: int) -> pl.DataFrame:
    """What everybody has consented to, reserved against or had blocked, ``tables.CONSENTS``; adults only."""
    adults = frame.select("resident", "birth_date", "age").filter(pl.col("age") >= OF_AGE)
    parts = []
    for name, share in figures.by_key("relation.consent_share").items():
        kind, scope = name.split("/")
        those = adults.filter(pl.Series(uniforms(adults, seed, "consent", name) < share))
        told = those.select(
            "resident",
            pl.lit(kind).alias("kind"),
            pl.lit(scope).alias("scope"),
            began(those, figures, seed, f"consent/{name}", youngest=OF_AGE).alias("from"),
        )
        parts.append(told)
    return table(parts, CONSENTS)


def guardian_chance(frame: pl.DataFrame, figures: Figures) -> Floats:
    """How likely every adult has a guardian."""
    shares = figures.by_key("relation.guardian_share")
    return np.where(frame["has_dementia"].to_numpy(), shares["dementia"], shares["other"])


def _parents(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Parents of minors, who see and decide everything until the child is 12, and act for it until 18."""
    children = frame.filter((pl.col("age") < OF_AGE) & pl.col(column).is_not_null())
    return children.select(
        "resident",
        pl.col(column).alias("other"),
        pl.col("birth_date").alias("from"),
        kind=pl.lit("parent"),
        to=pl.col("birth_date").dt.offset_by("18y").dt.offset_by("-1d"),
        full=pl.col("age") < _OWN_SAY,
    )


def _related(those: pl.DataFrame, kind: str, figures: Figures, seed: int) -> pl.DataFrame:
    youngest = 0 if kind == "next-of-kin" else OF_AGE
    told = those.select("resident", "other", began(those, figures, seed, kind, youngest=youngest).alias("from"))
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
