"""A target of a population's fit: what was aimed at, what was made, and how far apart they may be.

Totals may differ by 3 %; a cell by 5 % or by four standard errors of drawing its people and two people more, as the
numbers of a rare thing are skewed, whichever is more.
"""

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.figure import OLDEST, SEXES, FigureUse

TOTAL: Final = 0.03
CELL: Final = 0.05
ERRORS: Final = 4.0
_FEW: Final = 2.0
"""People beyond the standard errors: with them a Poisson number of any mean leaves its tolerance once in 15 000."""

Row = dict[str, Any]
Floats = NDArray[np.float64]


def make_row(target: str, official: float, made: float, tolerance: float, origin: FigureUse) -> Row:
    """One target; ``origin`` is that of the figure aimed at."""
    difference = made - official
    error = difference / official if official else float(made > 0)
    return {
        "target": target,
        "official": float(official),
        "made": float(made),
        "error": error,
        "tolerance": tolerance,
        "status": origin.status,
        "source": origin.source,
        "ok": bool(abs(error) <= tolerance),
    }


def count_cells(frame: pl.DataFrame) -> Floats:
    """Residents by sex and single year, shape (2, 121)."""
    cell = (frame["sex"] == SEXES[1]).to_numpy().astype(np.int64) * (OLDEST + 1) + frame["age"].to_numpy()
    return np.bincount(cell, minlength=2 * (OLDEST + 1)).astype(np.float64).reshape(2, -1)


def drawn_row(target: str, expected: Floats, cells: Floats, made: float, origin: FigureUse) -> Row:
    """A count that was drawn person by person with the chance ``expected`` of each cell."""
    count = float((expected * cells).sum())
    return make_row(target, count, made, drawn_off(count, float((expected * (1 - expected) * cells).sum())), origin)


def drawn_off(count: float, variance: float, known: float = CELL) -> float:
    """How far, relative to it, a drawn number of that mean and variance may be off, at least what is ``known``."""
    return max(known, (ERRORS * float(np.sqrt(variance)) + _FEW) / count) if count else 0.0
