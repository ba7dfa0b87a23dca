"""When what people have began: days before the count, never before they could have it, keyed by its name."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.figures import Figures
from simulator.population.odds import Floats
from simulator.streams import stream


def uniforms(frame: pl.DataFrame, seed: int, *name: str) -> Floats:
    """A number in (0, 1) for every resident of a frame."""
    return stream(seed, "population", *name).uniforms(frame["resident"].to_numpy().astype(np.uint64))


def began(frame: pl.DataFrame, figures: Figures, seed: int, name: str, *, youngest: int = 0) -> pl.Series:
    """A day for every resident, half of them within an eighth of the longest time there is.

    None is before the birthday at which one is ``youngest``, which everybody in the frame has had.
    """
    days = 1 + np.floor(uniforms(frame, seed, "began", name) ** 3 * figures.value("relation.years_since") * 365)
    count = np.datetime64(f"{figures.year}-01-01", "D")
    old_enough = frame["birth_date"].dt.offset_by(f"{youngest}y").to_numpy()
    found: NDArray[np.datetime64] = np.maximum(count - days.astype("timedelta64[D]"), old_enough)
    return pl.Series(found).cast(pl.Date)


def cells(frame: pl.DataFrame) -> Integers:
    """Index of sex and age in a flattened (2, 121) table for every resident."""
    male: Integers = (frame["sex"] == "male").to_numpy().astype(np.int64)
    found: Integers = male * 121 + frame["age"].to_numpy()
    return found


def table(parts: list[pl.DataFrame], schema: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """Rows of one table put together in its columns, ordered by the first three."""
    typed = (part.select(pl.col(name).cast(kind) for name, kind in schema.items()) for part in parts)
    return pl.concat([pl.DataFrame(schema=schema), *typed]).sort(list(schema)[:3])
