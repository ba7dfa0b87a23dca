"""Conditions on residents as people write them: SQL over the columns of the population, checked in advance."""

from typing import Final

import polars as pl

from simulator.domain.tables import POPULATION
from simulator.errors import nearest

_NOBODY: Final = pl.DataFrame(schema=POPULATION)


def condition(text: str) -> str:
    """A true-or-false SQL expression over the population's columns, as written; raises ValueError."""
    kind = _kind(text)
    if kind != pl.Boolean:
        raise ValueError(f"'{text}' gives {kind}; a condition that is true or false is needed")
    return text


def amount(text: str | float) -> str:
    """An SQL expression that gives a number for each resident, as written; raises ValueError."""
    kind = _kind(str(text))
    if not kind.is_numeric():
        raise ValueError(f"'{text}' gives {kind}; a number is needed")
    return str(text)


def _kind(text: str) -> pl.DataType:
    try:
        expression = pl.sql_expr(text)
        names = expression.meta.root_names()
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"'{text}' cannot be understood: {str(error).splitlines()[0]}") from None
    for name in names:
        if name not in POPULATION:
            raise ValueError(f"unknown column '{name}' in '{text}'; {nearest(name, POPULATION)}")
    try:
        return _NOBODY.select(expression.alias("it")).schema["it"]
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"'{text}' does not fit the columns: {str(error).splitlines()[0]}") from None
