"""Chooses among residents: those a condition holds for, and as many of them as are wanted, by keyed draw."""

import numpy as np
import polars as pl

from simulator.conditions import condition, expression
from simulator.errors import InputError
from simulator.streams import stream


def check_cohort(where: str, count: int | None) -> None:
    """Raises InputError for a condition that cannot be understood or a count below one, before anybody is made."""
    if where:
        try:
            condition(where)
        except ValueError as error:
            raise InputError(str(error), where="--where") from None
    if count is not None and count < 1:
        raise InputError(f"{count} residents asked for", expected="at least one", where="--count")


def matching(frame: pl.DataFrame, where: str) -> pl.DataFrame:
    """The residents of ``frame`` for whom ``where``, SQL over ``tables.POPULATION``, holds; all when it is empty.

    Raises InputError for a condition that does not fit the columns.
    """
    if not where:
        return frame
    try:
        return frame.filter(expression(where))
    except pl.exceptions.PolarsError as error:
        raise InputError(f"'{where}' does not fit the residents: {error}", where="--where") from None


def choose_cohort(
    frame: pl.DataFrame, where: str, count: int | None, seed: int, *, among: int | None = None
) -> pl.DataFrame:
    """The residents of ``frame`` for whom ``where`` holds (all when empty), ``count`` of them (all when None).

    Who is chosen depends on the seed and on who matches only, so a larger count holds the smaller one, and the order
    of ``frame`` is kept. ``among`` is how many there were, when ``frame`` is what :func:`matching` left of them.

    Raises:
        InputError: A condition that cannot be understood, or more residents than match.
    """
    check_cohort(where, count)
    found, among = matching(frame, where), frame.height if among is None else among
    if not found.height:
        raise InputError(f"'{where}' holds for none of {among} residents", where="--where")
    if count is None:
        return found
    if count > found.height:
        held = f"'{where}' holds for {found.height} of {among}" if where else f"there are {found.height}"
        raise InputError(
            f"{count} residents asked for, but {held}",
            expected=f"at most {found.height}",
            where="--count",
            remedy="Ask for fewer, loosen --where or add a --municipality.",
        )
    draws = stream(seed, "population", "cohort").uniforms(found["resident"].to_numpy().astype(np.uint64))
    return found[np.sort(np.argsort(draws, kind="stable")[:count])]
