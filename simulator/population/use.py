"""How much somebody uses the GP beside others of that age: gamma factors, so that contacts are negative binomial."""

from dataclasses import dataclass
from math import lgamma
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.figures import Figures
from simulator.population.layout import Block
from simulator.population.odds import Floats
from simulator.streams import stream

_POINTS: Final = 4096
_DEEPEST: Final = 40.0
"""Of the exponential scale the quantiles are tabled on; no draw lies deeper."""
_STEPS: Final = 100_000
_LARGEST: Final = 60.0
_FINENESS: Final = 8


@dataclass(frozen=True, slots=True)
class Uses:
    """Quantiles of the factor for every dispersion that occurs."""

    row: Integers
    """Shape (2 * 121): which row of ``table`` a cell of sex and age has."""
    table: Floats
    """Shape (dispersions, points): the factor where the chance of a larger one is exp(-depth), by equal depths."""

    @classmethod
    def read(cls, figures: Figures) -> "Uses":
        """Table the quantiles of ``gp.use_dispersion`` (k of the negative binomial) for its ages."""
        dispersions, row = np.unique(figures.by_age_sex("gp.use_dispersion").ravel(), return_inverse=True)
        return cls(row, np.stack([_quantiles(float(k)) for k in dispersions]))


def make_gp_use(block: Block, uses: Uses, seed: int) -> NDArray[np.float32]:
    """Column ``gp_use``: factors with mean 1 and variance 1 / k within sex and age."""
    depth = -np.log(stream(seed, "population", "gp-use").uniforms(block.resident)) * ((_POINTS - 1) / _DEEPEST)
    place = np.minimum(depth.astype(np.int64), _POINTS - 2)
    row = uses.row[block.cell]
    low = uses.table[row, place]
    factors = low + (depth - place) * (uses.table[row, place + 1] - low)
    # Steps of an eighth of a doubling are fine enough, and take a quarter of the space in a file.
    stepped: NDArray[np.float32] = np.exp2(np.round(np.log2(factors) * _FINENESS) / _FINENESS).astype(np.float32)
    return stepped


def _quantiles(k: float) -> Floats:
    """Quantiles of the gamma distribution of shape k and mean 1 at equal depths, by adding up its density."""
    # In t = x ** k the density has no pole at 0, however small k is.
    t = np.linspace(0.0, _LARGEST**k, _STEPS)
    density = np.exp(-(t ** (1 / k)) - lgamma(k + 1))
    above = np.cumsum(((density[1:] + density[:-1]) / 2 * np.diff(t))[::-1])[::-1]
    depths = np.linspace(0.0, _DEEPEST, _POINTS)
    found = np.interp(depths, -np.log(above / above[0]), t[:-1])
    values: Floats = found ** (1 / k)
    weight = np.exp(-depths)
    mean = float(((values * weight)[1:] + (values * weight)[:-1]).sum() / (weight[1:] + weight[:-1]).sum())
    return values / mean
