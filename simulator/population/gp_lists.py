"""The fastlege's lists: who is on which, how long the lists are, and which of them no doctor has."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.domain.tables import GP_LISTS
from simulator.figures import Figures
from simulator.population.layout import MUNICIPALITY, REPLICA, Block
from simulator.population.odds import Floats, normals
from simulator.streams import stream

_LISTS: Final = MUNICIPALITY - 1
"""Lists are numbered in their streams from the top of a municipality's numbers, where no resident is."""
_SMALLEST: Final = 0.1
"""Of the mean: no list is shorter than that by draw."""


def make_fastlege(block: Block, household: Integers, figures: Figures, seed: int) -> NDArray[np.int32]:
    """Number of everybody's GP list within the municipality, from 0, or -1 without one; a household shares its GP."""
    without = figures.value("gp.without_gp_share")
    mean, spread = figures.value("gp.list_mean"), figures.value("gp.list_size_spread")
    sizes = np.bincount(block.site, minlength=len(block.sites))
    lists = np.maximum(1, np.floor(sizes * (1 - without) / mean + 0.5)).astype(np.int64)
    first = np.cumsum(lists) - lists
    site = np.repeat(np.arange(len(lists)), lists)
    number = np.arange(lists.sum()) - first[site]
    starts = np.array([place.number for place in block.sites], dtype=np.int64)
    drawn_size = 1 + spread * normals((starts[site] + _LISTS - number).astype(np.uint64), seed, "list-size")
    weight = np.maximum(_SMALLEST, drawn_size)
    upto = np.cumsum(weight)
    before = np.concatenate([[0.0], upto])[first]
    total = np.bincount(site, weights=weight)
    draws = stream(seed, "population", "fastlege").uniforms(household.astype(np.uint64))
    drawn = np.searchsorted(upto, before[block.site] + draws * total[block.site])
    chosen = np.clip(drawn - first[block.site], 0, lists[block.site] - 1)
    has_none = stream(seed, "population", "without-gp").uniforms(block.resident) < without
    return np.where(has_none, -1, chosen).astype(np.int32)


def gp_lists(frame: pl.DataFrame, figures: Figures, seed: int) -> pl.DataFrame:
    """Every list of a population, columns and order as in ``tables.GP_LISTS``.

    Those whom no fastlege has are the members of the vacant lists, of which there are as many as in the nation.
    """
    keys = ["replica", "kommunenummer", "fastlege"]
    members = frame.group_by(keys).agg(members=pl.len()).sort(keys)
    filled = members.filter(pl.col("fastlege") >= 0).with_columns(vacant=False)
    nobodys = members.filter(pl.col("fastlege") < 0)
    site = nobodys["replica"].cast(pl.Int64) * REPLICA + nobodys["kommunenummer"].cast(pl.Int64) * MUNICIPALITY
    start = stream(seed, "population", "list-vacant").uniforms(site.to_numpy().astype(np.uint64))
    number = np.floor(vacant_lists(nobodys["members"].to_numpy(), figures) + start).astype(np.int64)
    first = filled.group_by("replica", "kommunenummer").agg(first=pl.col("fastlege").max() + 1)
    vacant = (
        nobodys.join(first, on=["replica", "kommunenummer"], how="left")
        .with_columns(n=pl.int_ranges(pl.Series(number)), lists=pl.Series(number))
        .filter(pl.col("lists") > 0)
        .explode("n")
        .with_columns(
            fastlege=pl.col("first").fill_null(0) + pl.col("n"),
            members=pl.col("members") // pl.col("lists") + (pl.col("n") < pl.col("members") % pl.col("lists")),
            vacant=True,
        )
    )
    names = list(GP_LISTS)
    rows = pl.concat([part.select(pl.col(name).cast(GP_LISTS[name]) for name in names) for part in (filled, vacant)])
    return rows.sort(keys)


def vacant_lists(members: Integers, figures: Figures) -> Floats:
    """How many vacant lists so many without a fastlege are expected to be on."""
    return members.astype(np.float64) * (figures.value("gp.lists_vacant") / figures.value("gp.without_gp"))
