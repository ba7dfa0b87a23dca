"""Who lives together: couples, lone parents, children with parents of a fitting age, and people living alone.

Adults of one municipality and about one age are paired at random; as many stay alone as the share living alone says.
Children choose parents of their municipality about one generation older. Everything is done for whole columns.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.figures import Figures
from simulator.population.layout import AGES, Block
from simulator.streams import stream

# Couples form within four years of age, women counted two years older: the usual gap between spouses.
_YEARS: Final = 4
_GAP: Final = 2
_GROUPS: Final = (AGES - 1 + _GAP) // _YEARS + 1
# Nobody becomes a parent younger or older than this, whatever the spread of ages says.
_YOUNGEST, _OLDEST = 18, 48

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Pool:
    """People ordered by cell (one site and age group), at random within it."""

    people: Integers
    cell: Integers
    first: Integers
    """By cell: where it begins in ``people``."""
    size: Integers
    """By cell: how many it has."""

    @classmethod
    def of(cls, people: Integers, cell: Integers, cells: int, order: Floats) -> "_Pool":
        """The pool of ``people`` (indices) who have cells and draws in columns ``cell`` and ``order``."""
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
class _Roles:
    """By cell: how many adults head a household alone with children, and how many couples there are."""

    lone_women: Integers
    lone_men: Integers
    couples: Integers


def make_households(block: Block, figures: Figures, seed: int) -> tuple[Integers, Integers]:
    """Household of every resident (the resident who gives it its number) and how many live in it."""
    cells = len(block.sites) * _GROUPS
    cell = block.site * _GROUPS + (block.age + np.where(block.male, 0, _GAP)) // _YEARS
    child = _uniforms(block, seed, "child") < figures.by_age_sex("household.with_parents_share").ravel()[block.cell]
    order = _uniforms(block, seed, "order")
    women = _Pool.of(np.flatnonzero(~child & ~block.male), cell, cells, order)
    men = _Pool.of(np.flatnonzero(~child & block.male), cell, cells, order)
    children = np.flatnonzero(child)
    wanted = _parent_cells(block, children, figures, seed)
    lone = _uniforms(block, seed, "lone")[children] < figures.value("household.lone_parent_children_share")
    alone_share = figures.by_age_sex("household.living_alone_share").ravel()[block.cell]
    alone = np.bincount(cell, weights=alone_share, minlength=cells).astype(np.float64)
    roles = _share_out(women.size, men.size, alone, np.bincount(wanted[lone], minlength=cells), figures)

    head = np.arange(len(child))
    place = men.rank - roles.lone_men[men.cell]
    husband = (place >= 0) & (place < roles.couples[men.cell])
    wives = (women.first + roles.lone_women)[men.cell] + place
    head[men.people[husband]] = women.people[wives[husband]]
    lone &= (roles.lone_women + roles.lone_men)[wanted] > 0
    with_lone = _Pool.of(children[lone], _column(len(child), children, wanted), cells, order)
    head[with_lone.people] = _lone_parents(with_lone, women, men, roles)
    couples_near = _nearest_couples(roles.couples)[wanted[~lone]]
    pick = (_uniforms(block, seed, "parents")[children[~lone]] * roles.couples[couples_near]).astype(np.int64)
    found = roles.couples[couples_near] > 0
    mothers = (women.first + roles.lone_women)[couples_near] + pick
    head[children[~lone][found]] = women.people[mothers[found]]
    size = np.bincount(head, minlength=len(head))[head]
    return block.resident[head].astype(np.int64), size


def _share_out(women: Integers, men: Integers, alone: Floats, lone_children: Integers, figures: Figures) -> _Roles:
    """By cell: lone parents enough for the children who have one, then couples, leaving the wanted number alone."""
    lone = np.ceil(lone_children / figures.value("household.lone_parent_children")).astype(np.int64)
    lone = np.minimum(lone, women + men)
    share = figures.value("household.lone_parent_women_share")
    lone_women = np.minimum(women, np.floor(lone * share + 0.5).astype(np.int64))
    lone_men = np.minimum(men, lone - lone_women)
    couples = np.floor((women + men - lone_women - lone_men - alone) / 2 + 0.5).astype(np.int64)
    most = np.minimum(women - lone_women, men - lone_men)
    return _Roles(lone_women, lone_men, np.clip(couples, 0, most))


def _parent_cells(block: Block, children: Integers, figures: Figures, seed: int) -> Integers:
    """The cell in which each child's parents are looked for."""
    gap = figures.value("household.parent_age_gap")
    spread = figures.value("household.parent_age_spread")
    # The sum of three uniform draws is near enough to a normal one, with ends that stay human.
    draws = sum((_uniforms(block, seed, "gap", n)[children] for n in range(3)), np.zeros(len(children)))
    years = np.clip(gap + 2 * spread * (draws - 1.5), _YOUNGEST, _OLDEST).astype(np.int64)
    group = np.minimum((block.age[children] + years) // _YEARS, _GROUPS - 1)
    cells: Integers = block.site[children] * _GROUPS + group
    return cells


def _lone_parents(children: _Pool, women: _Pool, men: _Pool, roles: _Roles) -> Integers:
    """The lone parent of each child, who take turns: each has one child before any has two."""
    cell = children.cell
    turn = children.rank % (roles.lone_women + roles.lone_men)[cell]
    mother = turn < roles.lone_women[cell]
    parents = np.empty(len(cell), dtype=np.int64)
    parents[mother] = women.people[(women.first[cell] + turn)[mother]]
    parents[~mother] = men.people[(men.first[cell] + turn - roles.lone_women[cell])[~mother]]
    return parents


def _nearest_couples(couples: Integers) -> Integers:
    """For every cell the nearest cell of the same site that has couples; the cell itself where none has."""
    table = couples.reshape(-1, _GROUPS)
    own = np.arange(couples.size).reshape(-1, _GROUPS)
    nearest = np.where(table > 0, own, -1)
    for step in range(1, _GROUPS):
        for source, target in ((slice(step, None), slice(None, -step)), (slice(None, -step), slice(step, None))):
            open_, there = nearest[:, target] < 0, table[:, source] > 0
            nearest[:, target] = np.where(open_ & there, own[:, source], nearest[:, target])
    found: Integers = np.where(nearest < 0, own, nearest).ravel()
    return found


def _column(length: int, rows: Integers, values: Integers) -> Integers:
    column = np.zeros(length, dtype=np.int64)
    column[rows] = values
    return column


def _uniforms(block: Block, seed: int, name: str, n: int = 0) -> Floats:
    return stream(seed, "population", "household", name).uniforms(block.resident, n)
