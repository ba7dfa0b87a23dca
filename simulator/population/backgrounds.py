"""Where families come from: Norwegian, Sami or another background; languages, citizenships and interpreters."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.domain.tables import POPULATION
from simulator.figures import Figures
from simulator.figures.tables import read_rate, read_rows
from simulator.population.families import Families
from simulator.population.layout import Block
from simulator.population.words import SAMI, Names, read_names
from simulator.streams import stream

_COLUMNS: Final = (
    "background", "share", "citizenship", "language", "interpreter", "unit", "year", "source", "status",
)  # fmt: skip
_SAMI: Final = 1
_FIRST: Final = 2
"""Backgrounds are numbered: Norwegian 0, Sami 1, the others of ``backgrounds.csv`` from 2."""
_SPEAKS: Final = 6
_ADULT: Final = 18

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Backgrounds:
    """The backgrounds of the figures in their order, and the names that go with them."""

    shares: Floats
    """Of those with another background, summed up to 1."""
    citizenship: pl.Series
    language: pl.Series
    """By number, from Norwegian; Sami speak Northern Sami, and the last language is Nynorsk."""
    interpreter: Floats
    names: Names

    @classmethod
    def read(cls, figures: Figures) -> "Backgrounds":
        """Read ``backgrounds.csv`` and ``names.csv``; raises InputError with file and line."""
        rows = read_rows(figures.directory / "backgrounds.csv", _COLUMNS)
        rates = [read_rate(row, figure="backgrounds", value="share") for row in rows]
        shares = np.cumsum([rate.value for rate in rates], dtype=np.float64)
        citizenship = [row.word("citizenship", POPULATION["citizenship"].categories) for row in rows]  # type: ignore[union-attr]  # an Enum
        language = [row.word("language", POPULATION["language"].categories) for row in rows]  # type: ignore[union-attr]  # an Enum
        interpreter = [row.decimal("interpreter", high=1.0) for row in rows]
        sami = figures.value("language.sami_interpreter_share")
        return cls(
            shares / shares[-1],
            pl.Series(["NOR", "NOR", *citizenship], dtype=POPULATION["citizenship"]),
            pl.Series(["nb", "se", *language, "nn"], dtype=POPULATION["language"]),
            np.array([0.0, sami, *interpreter, 0.0]),
            read_names(figures, [SAMI, *(row.text("background") for row in rows)]),
        )


def make_backgrounds(block: Block, families: Families, known: Backgrounds, figures: Figures, seed: int) -> Integers:
    """Everybody's background by number: that of the home, but some partners and all flatmates have one of their own."""
    head = families.head
    own = _uniforms(block, seed, "own") < figures.value("background.own_of_adult_share")
    own &= ~families.child & (head != np.arange(len(head)))
    source = np.where(own | families.multi, np.arange(len(head)), head)
    counties = [figures.municipality(site.kommunenummer).county_code for site in block.sites]
    sami, other = (figures.by_key(f"background.{name}_share") for name in ("sami", "other"))
    factor = figures.by_age_sex("background.age_factor").ravel()[block.cell]
    foreign = np.minimum(0.95, np.array([other[code] for code in counties])[block.site] * factor)
    native = np.array([sami[code] for code in counties])[block.site]
    draws = _uniforms(block, seed, "which")
    country = _FIRST + np.searchsorted(known.shares, _uniforms(block, seed, "country"), side="right")
    rest = (draws - foreign) / (1 - foreign)
    drawn = np.where(draws < foreign, country, np.where(rest < native, _SAMI, 0))
    background: Integers = drawn[source]
    return background


def make_languages(
    block: Block, background: Integers, known: Backgrounds, figures: Figures, seed: int
) -> dict[str, pl.Series | NDArray[np.bool_]]:
    """Columns ``citizenship``, ``language`` and ``interpreter``."""
    foreign = background >= _FIRST
    citizen = foreign & (_uniforms(block, seed, "citizen") < figures.value("background.foreign_citizen_share"))
    share = np.where(foreign, figures.value("language.own_share"), figures.value("language.sami_share"))
    own = (background > 0) & (block.age >= _SPEAKS) & (_uniforms(block, seed, "language") < share)
    nynorsk = figures.by_key("language.nynorsk_share")
    by_site = np.array([nynorsk[figures.municipality(site.kommunenummer).county_code] for site in block.sites])
    written = np.where(_uniforms(block, seed, "nynorsk") < by_site[block.site], len(known.language) - 1, 0)
    language = np.where(own, background, written)
    interpreter = own & (block.age >= _ADULT) & (_uniforms(block, seed, "interpreter") < known.interpreter[language])
    return {
        "citizenship": known.citizenship.gather(pl.Series(np.where(citizen, background, 0).astype(np.uint32))),
        "language": known.language.gather(pl.Series(language.astype(np.uint32))),
        "interpreter": interpreter,
    }


def _uniforms(block: Block, seed: int, name: str) -> Floats:
    return stream(seed, "population", "background", name).uniforms(block.resident)
