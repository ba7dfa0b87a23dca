"""Word lists as columns to draw from: names by background and sex, street names. Faker is never called for a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import polars as pl
from faker.providers.address.no_NO import Provider as Addresses
from faker.providers.person.no_NO import Provider as Persons
from numpy.typing import NDArray

from simulator.domain.figure import SEXES
from simulator.domain.person_number import Integers
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.figures.tables import read_rows

NORWEGIAN: Final = "norwegian"
SAMI: Final = "sami"
_KINDS: Final = (*SEXES, "family")


@dataclass(frozen=True, slots=True)
class Names:
    """All names one after another; where each background's begin and how many they are, by background and kind."""

    words: pl.Series
    first: Integers
    """Shape (backgrounds, 3): given names of women, of men, family names."""
    count: Integers

    def pick(self, background: Integers, kind: Integers, draws: NDArray[np.float64]) -> Integers:
        """The place in ``words`` of a name of that background and kind for each draw."""
        chosen: Integers = (draws * self.count[background, kind]).astype(np.int64) + self.first[background, kind]
        return chosen


def read_names(figures: Figures, backgrounds: Iterable[str]) -> Names:
    """The names of Norwegians and of each of ``backgrounds``, in this order; raises InputError where one has none."""
    figures.from_file("names.csv")
    path = figures.directory / "names.csv"
    found: dict[tuple[str, str], list[str]] = {}
    for row in read_rows(path, ("background", "kind", "name")):
        found.setdefault((row.text("background"), row.word("kind", _KINDS)), []).append(row.text("name"))
    lists: list[list[str]] = [sorted(set(part)) for part in _norwegian()]
    for background in backgrounds:
        for kind in _KINDS:
            if (background, kind) not in found:
                raise InputError(f"no {kind} names for '{background}'", expected="at least one", where=str(path))
            lists.append(found[background, kind])
    count = np.array([len(part) for part in lists], dtype=np.int64)
    words = pl.Series([name for part in lists for name in part], dtype=pl.String)
    return Names(words, (np.cumsum(count) - count).reshape(-1, len(_KINDS)), count.reshape(-1, len(_KINDS)))


@cache
def street_names() -> pl.Series:
    """Street names: a Norwegian family name and a Norwegian ending."""
    names = (name + ending for name in _norwegian()[2] for ending in Addresses.street_suffixes)
    return pl.Series(sorted(set(names)), dtype=pl.String)


def _norwegian() -> tuple[Iterable[str], Iterable[str], Iterable[str]]:
    return Persons.first_names_female, Persons.first_names_male, Persons.last_names
