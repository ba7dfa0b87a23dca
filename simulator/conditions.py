"""Conditions on residents as people write them: SQL over the columns of the population, checked in advance."""

import re
from typing import Final

import polars as pl

from simulator.domain.tables import POPULATION
from simulator.errors import nearest

_NOBODY: Final = pl.DataFrame(schema=POPULATION)

_TEXTS: Final = re.compile(r"'(?:[^']|'')*'")
_CALLED: Final = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_SMALL: Final = tuple(name for name, kind in POPULATION.items() if kind in {pl.UInt8, pl.UInt16})
_COLUMN: Final = re.compile(rf"'(?:[^']|'')*'|\"({'|'.join(_SMALL)})\"|\b({'|'.join(_SMALL)})\b")
_WHOLE: Final = re.compile(
    r"\b(over|select|current_date|current_time|current_timestamp|localtime|localtimestamp)\b", re.IGNORECASE
)
_WORDS: Final = frozenset(("and", "or", "not", "in", "between", "when", "then", "else", "case", "like", "ilike", "as"))
_OF_ONE: Final = frozenset(
    (
        *("abs", "ceil", "ceiling", "floor", "round", "sign", "sqrt"),
        *("exp", "ln", "log", "log10", "mod", "pow", "power"),
        *("greatest", "least", "coalesce", "if", "ifnull", "nullif", "cast", "try_cast"),
        *("upper", "lower", "length", "left", "right", "substr", "trim", "concat", "replace", "strpos"),
        *("starts_with", "ends_with", "regexp_like", "extract", "date_part", "strftime"),
    )
)
"""SQL functions that look at one resident only."""


def expression(text: str) -> pl.Expr:
    """What ``text`` says, to be evaluated over the population's columns.

    Ages and other small numbers are widened first: they are stored in eight bits, in which 20 - 67 is 209.
    """
    return pl.sql_expr(_COLUMN.sub(_widened, text))


def _widened(found: re.Match[str]) -> str:
    name = found[1] or found[2]
    return f"CAST({name} AS BIGINT)" if name else found[0]


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
    _check_of_one(text)
    try:
        meant = expression(text)
        names = meant.meta.root_names()
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"'{text}' cannot be understood: {str(error).splitlines()[0]}") from None
    for name in names:
        if name not in POPULATION:
            raise ValueError(f"unknown column '{name}' in '{text}'; {nearest(name, POPULATION)}")
    try:
        return _NOBODY.select(meant.alias("it")).schema["it"]
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"'{text}' does not fit the columns: {str(error).splitlines()[0]}") from None


def _check_of_one(text: str) -> None:
    """Raise ValueError for what depends on other residents or on today: people are looked at some at a time."""
    bare = _TEXTS.sub("''", text)
    whole = _WHOLE.search(bare)
    if whole:
        raise ValueError(f"'{text}' uses '{whole[1]}'; a resident is judged alone, and on any day alike")
    for word in _CALLED.findall(bare):
        if word.lower() not in _OF_ONE | _WORDS:
            hint = nearest(word.lower(), _OF_ONE)
            raise ValueError(f"'{word}' in '{text}' is not a function of one resident; {hint}")
