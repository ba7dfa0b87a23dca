"""The last look before anything is sent: no person number outside the synthetic series leaves this machine."""

from urllib.parse import unquote_plus

import polars as pl

from simulator.domain.person_number import find_real_numbers
from simulator.errors import PersonNumberError


def refuse_real_numbers(frame: pl.DataFrame) -> None:
    """Raise PersonNumberError when a body, a query, criteria or a target hold what could be a real person's number."""
    for column in ("body", "query", "if_none_exist", "target"):
        for position, value in enumerate(frame[column]):
            if value and _holds_real_number(value):
                raise PersonNumberError(
                    f"the {column} of interaction {frame['interaction'][position]} holds a person number",
                    expected="numbers of the synthetic series only (month + 80 or + 65)",
                    where="interactions.parquet",
                    remedy="Nothing was sent. Make the interactions from a synthetic population.",
                )


def _holds_real_number(value: str | bytes) -> bool:
    """Whether a person number stands in ``value``, as it is or percent-decoded; digits inside a UUID are none."""
    return bool(find_real_numbers(unquote_plus(value) if isinstance(value, str) else value))
