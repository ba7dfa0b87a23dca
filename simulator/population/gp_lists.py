"""The fastlege's lists: who is on which, how long the lists are, and which of them no doctor has."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.domain.tables import GP_LISTS
from simulator.figures import Figures
from simulator.population.layout import MUNICIPALITY, REPLICA, Block
from simulator.population.odds import normals
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
    """Every list of a population, columns and order as in ``tables.GP_LISTS``; as many are vacant as in the nation."""
    keys = ["replica", "kommunenummer", "fastlege"]
    lists = frame.filter(pl.col("fastlege") >= 0).group_by(keys).agg(members=pl.len()).sort(keys)
    site = lists["kommunenummer"].cast(pl.Int64).to_numpy() * MUNICIPALITY
    number = lists["replica"].cast(pl.Int64).to_numpy() * REPLICA + site + _LISTS - lists["fastlege"].to_numpy()
    share = figures.value("gp.lists_vacant") / figures.value("gp.lists")
    vacant = stream(seed, "population", "list-vacant").uniforms(number.astype(np.uint64)) < share
    return lists.with_columns(vacant=pl.Series(vacant)).select(
        pl.col(name).cast(kind) for name, kind in GP_LISTS.items()
    )
