"""The ties within households: heads, partners, parents and children, as columns of row numbers."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.domain.tables import POPULATION

_TYPES: Final = pl.Series(
    ("single", "couple", "couple-children", "lone-parent", "multi", "institution"), dtype=POPULATION["household_type"]
)
_ROLES: Final = pl.Series(("single", "partner", "parent", "child", "other"), dtype=POPULATION["household_role"])

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pool:
    """People ordered by cell (one site and age group), within it by a draw."""

    people: Integers
    cell: Integers
    first: Integers
    """By cell: where it begins in ``people``."""
    size: Integers
    """By cell: how many it has."""

    @classmethod
    def of(cls, people: Integers, cell: Integers, cells: int, order: Floats) -> "Pool":
        """The pool of ``people`` (row numbers) who have cells and draws from 0 to 1 in columns ``cell``, ``order``."""
        key = (cell[people].astype(np.uint64) << np.uint64(32)) + (order[people] * 2.0**32).astype(np.uint64)
        ordered = people[np.argsort(key, kind="stable")]
        size = np.bincount(cell[people], minlength=cells)
        return cls(ordered, cell[ordered], np.cumsum(size) - size, size)

    @property
    def rank(self) -> Integers:
        """The place of everybody within their cell, from 0."""
        rank: Integers = np.arange(len(self.people)) - self.first[self.cell]
        return rank


@dataclass(frozen=True, slots=True)
class Families:
    """One entry per resident: rows of others of the same block, -1 for nobody."""

    head: Integers
    """Who gives the household its number."""
    partner: Integers
    mother: Integers
    father: Integers
    child: Flags
    multi: Flags
    institution: Flags

    @classmethod
    def alone(cls, people: int) -> "Families":
        """Everybody a household of their own, to be joined by the methods below."""
        nobody = np.full((3, people), -1, dtype=np.int64)
        no = np.zeros((3, people), dtype=np.bool_)
        return cls(np.arange(people), nobody[0], nobody[1], nobody[2], no[0], no[1], no[2])

    def marry(self, first: Integers, second: Integers) -> None:
        """Make couples of them, at the home of the first."""
        self.head[second] = first
        self.partner[first] = second
        self.partner[second] = first

    def give_lone(self, children: Integers, parents: Integers, mother: Flags) -> None:
        """Let children live with a lone parent, who is the mother or the father."""
        self.foster(children, parents)
        self.mother[children[mother]] = parents[mother]
        self.father[children[~mother]] = parents[~mother]

    def give_couple(self, children: Integers, mothers: Integers) -> None:
        """Let children live with a mother and her husband."""
        self.foster(children, mothers)
        self.mother[children] = mothers
        self.father[children] = self.partner[mothers]

    def foster(self, children: Integers, adults: Integers) -> None:
        """Let children live at the home of adults, without saying who their parents are."""
        self.head[children] = adults
        self.child[children] = True

    def share(self, people: Integers, heads: Integers) -> None:
        """Let people live at the home of others who are not family; whoever has no company lives alone."""
        self.head[people] = heads
        self.multi[people] = np.bincount(heads, minlength=len(self.head))[heads] > 1

    def columns(self, resident: NDArray[np.uint64]) -> dict[str, pl.Series | NDArray[np.generic]]:
        """The columns ``household*``, ``partner``, ``mother`` and ``father`` of ``tables.POPULATION``."""
        numbers = resident.astype(np.int64)
        size = np.bincount(self.head, minlength=len(self.head))[self.head]
        parent = np.zeros(len(self.head), dtype=np.bool_)
        parent[self.head[self.child]] = True
        with_children, couple = parent[self.head], self.partner[self.head] >= 0
        kind = np.select(
            [self.institution, self.multi, couple & with_children, couple, with_children], [5, 4, 2, 1, 3], default=0
        )
        role = np.select([self.institution | self.multi, self.child, with_children, couple], [4, 3, 2, 1], default=0)
        return {
            "household": numbers[self.head],
            "household_size": size.astype(np.uint8),
            "household_type": _TYPES.gather(pl.Series(kind.astype(np.uint32))),
            "household_role": _ROLES.gather(pl.Series(role.astype(np.uint32))),
            "partner": _numbers(numbers, self.partner),
            "mother": _numbers(numbers, self.mother),
            "father": _numbers(numbers, self.father),
        }


def share_lone_parents_out(
    children: Pool, women: Pool, men: Pool, lone: tuple[Integers, Integers]
) -> tuple[Integers, Flags]:
    """The lone parent of each child, and whether it is the mother: each has one child before any has two."""
    lone_women, lone_men = lone
    cell = children.cell
    turn = children.rank % (lone_women + lone_men)[cell]
    mother: Flags = turn < lone_women[cell]
    parents = np.empty(len(cell), dtype=np.int64)
    parents[mother] = women.people[(women.first[cell] + turn)[mother]]
    parents[~mother] = men.people[(men.first[cell] + turn - lone_women[cell])[~mother]]
    return parents, mother


def share_couples_out(key: Integers, couples: Integers, draws: Floats) -> Integers:
    """Which of the ``couples`` of its cell each child has; children with one ``key`` have different ones in turn.

    The turn begins at a place that the first child of the key draws, so that brothers and sisters differ in age by
    any number of years but none.
    """
    order = np.lexsort((draws, key))
    new = np.concatenate([[True], np.diff(key[order]) != 0])[: len(key)]
    start = np.flatnonzero(new)
    first = start[np.cumsum(new) - 1] if len(key) else start
    # The lowest of many draws is near 0, so the place is taken from its later digits.
    place = (draws[order] * 2.0**20 % 1)[first]
    pick = np.empty(len(key), dtype=np.int64)
    many = couples[order]
    pick[order] = ((place * many).astype(np.int64) + np.arange(len(key)) - first) % np.maximum(1, many)
    return pick


def _numbers(numbers: Integers, rows: Integers) -> pl.Series:
    """The resident numbers of rows, null for -1."""
    return pl.Series(numbers[rows]).set(pl.Series(rows < 0), None)
