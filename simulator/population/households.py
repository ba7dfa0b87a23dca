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
from simulator.population.families import Families, Pool, share_couples_out, share_lone_parents_out
from simulator.population.layout import AGES, Block
from simulator.streams import stream

# Couples form within four years of age, women counted two years older: the usual gap between spouses.
_YEARS: Final = 4
_GAP: Final = 2
_GROUPS: Final = (AGES - 1 + _GAP) // _YEARS + 1
# With cells four years wide these keep mothers between 17 and 49 years older than their child.
_YOUNGEST, _OLDEST = 22, 48
_GENERATION: Final = (17, 50)
_ADULT: Final = 18
_FLATMATES: Final = 3
_MOST_CHILDREN: Final = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Adults:
    """Those who do not live with their parents, by cell (one area and age group) and sex."""

    cell: Integers
    women: Pool
    men: Pool
    lone_women: Integers
    """By cell: how many women head a household alone with children; then men, couples of both and of one sex."""
    lone_men: Integers
    couples: Integers
    same_women: Integers
    same_men: Integers


def make_households(block: Block, figures: Figures, seed: int, away: NDArray[np.bool_]) -> Families:
    """Who lives with whom; ``away`` marks those with a place in an institution: adults are households of their own."""
    child = _uniforms(block, seed, "child") < figures.by_age_sex("household.with_parents_share").ravel()[block.cell]
    away = away & (block.age >= _ADULT)
    child &= ~away
    multi = _uniforms(block, seed, "multi") < figures.by_age_sex("household.multi_share").ravel()[block.cell]
    multi &= ~away & ~child
    children = np.flatnonzero(child)
    wanted = _parent_cells(block, children, figures, seed)
    lone = _uniforms(block, seed, "lone")[children] < figures.value("household.lone_parent_children_share")
    adults = _adults(block, figures, seed, (~child & ~away & ~multi, wanted[lone]))
    families = Families.alone(len(child))
    _marry(families, adults)
    # Too few adults of an age for the children who would have one of them alone: those go to couples.
    most = _MOST_CHILDREN * (adults.lone_women + adults.lone_men)
    lone &= (most >= np.bincount(wanted[lone], minlength=len(most)))[wanted]
    by_age = (block.age + _uniforms(block, seed, "order")) / AGES
    with_lone = Pool.of(children[lone], _column(len(child), children, wanted), len(adults.couples), by_age)
    parents = share_lone_parents_out(with_lone, adults.women, adults.men, (adults.lone_women, adults.lone_men))
    families.give_lone(with_lone.people, *parents)
    # Couples who never have children take no part, and no cell gets more children than its couples can have.
    parents_to_be = np.ceil(adults.couples * (1 - figures.value("household.childless_share"))).astype(np.int64)
    children_of = np.bincount(wanted[~lone], minlength=len(parents_to_be))
    nearest = _nearest_couples(parents_to_be, parents_to_be * _MOST_CHILDREN >= children_of)[wanted[~lone]]
    draws = _uniforms(block, seed, "parents")[children[~lone]]
    key = nearest * AGES + block.age[children[~lone]]
    pick = share_couples_out(key, parents_to_be[nearest], draws)
    # A child finds parents of about the wanted age; an adult who does not find them near lives alone.
    found = (parents_to_be[nearest] > 0) & ((nearest == wanted[~lone]) | (block.age[children[~lone]] < _ADULT))
    mothers = adults.women.first[nearest] + adults.lone_women[nearest] + pick
    _give_couples(families, block, children[~lone][found], adults.women.people[mothers[found]])
    _share_flats(families, block, np.flatnonzero(multi), _uniforms(block, seed, "flat"))
    families.institution[away] = True
    return families


def _adults(block: Block, figures: Figures, seed: int, known: tuple[NDArray[np.bool_], Integers]) -> Adults:
    """Lone parents enough for the children who have one, then couples, leaving the wanted number alone."""
    free, lone_children = known
    cells = len(block.areas) * _GROUPS
    cell = block.area * _GROUPS + (block.age + np.where(block.male, 0, _GAP)) // _YEARS
    order = _uniforms(block, seed, "order")
    women = Pool.of(np.flatnonzero(free & ~block.male), cell, cells, order)
    men = Pool.of(np.flatnonzero(free & block.male), cell, cells, order)
    alone_share = figures.by_age_sex("household.living_alone_share").ravel()[block.cell]
    alone = np.bincount(cell, weights=alone_share, minlength=cells).astype(np.float64)
    count = np.bincount(lone_children, minlength=cells)
    lone = np.ceil(count / figures.value("household.lone_parent_children")).astype(np.int64)
    lone = np.minimum(lone, women.size + men.size)
    share = figures.value("household.lone_parent_women_share")
    lone_women = np.minimum(women.size, np.floor(lone * share + 0.5).astype(np.int64))
    lone_men = np.minimum(men.size, lone - lone_women)
    left_women, left_men = women.size - lone_women, men.size - lone_men
    pairs = np.maximum(0.0, (left_women + left_men - alone) / 2)
    same = pairs * figures.value("household.same_sex_share") / 2
    entity = np.array([area.number for area in block.areas], dtype=np.uint64)[:, None]
    keyed = stream(seed, "population", "household", "same-sex")
    draws = keyed.uniforms((entity + np.arange(_GROUPS, dtype=np.uint64)).astype(np.uint64).ravel())
    same_women = np.minimum(left_women // 2, np.floor(same + draws).astype(np.int64))
    same_men = np.minimum(left_men // 2, np.floor(same + 1 - draws).astype(np.int64))
    couples = np.floor(pairs - same_women - same_men + 0.5).astype(np.int64)
    most = np.minimum(left_women - 2 * same_women, left_men - 2 * same_men)
    return Adults(cell, women, men, lone_women, lone_men, np.clip(couples, 0, most), same_women, same_men)


def _marry(families: Families, adults: Adults) -> None:
    """Pair men with the women of their cell, and as many of one sex with each other as the cell has."""
    women, men = adults.women, adults.men
    place = men.rank - adults.lone_men[men.cell]
    husband = (place >= 0) & (place < adults.couples[men.cell])
    wives = (women.first + adults.lone_women)[men.cell] + place
    families.marry(women.people[wives[husband]], men.people[husband])
    for pool, lone, pairs in (
        (women, adults.lone_women, adults.same_women),
        (men, adults.lone_men, adults.same_men),
    ):
        place = pool.rank - (lone + adults.couples)[pool.cell]
        first = np.flatnonzero((place >= 0) & (place < 2 * pairs[pool.cell]) & (place % 2 == 0))
        families.marry(pool.people[first], pool.people[first + 1])


def _give_couples(families: Families, block: Block, children: Integers, mothers: Integers) -> None:
    """Children of couples, who are their parents where they are of the age to be."""
    gap = block.age[mothers] - block.age[children]
    own = (gap >= _GENERATION[0]) & (gap <= _GENERATION[1])
    families.give_couple(children[own], mothers[own])
    # Where nobody fits, a child still grows up with somebody: a foster child. An adult lives alone.
    foster = ~own & (block.age[children] < _ADULT)
    families.foster(children[foster], mothers[foster])


def _share_flats(families: Families, block: Block, people: Integers, order: Floats) -> None:
    """Adults who share a home with others than family, with neighbours in age."""
    mates = Pool.of(people, block.area, len(block.areas), (block.age // _YEARS + order) / AGES)
    first = mates.first[mates.cell] + mates.rank // _FLATMATES * _FLATMATES
    families.share(mates.people, mates.people[first])


def _parent_cells(block: Block, children: Integers, figures: Figures, seed: int) -> Integers:
    """The cell in which each child's parents are looked for."""
    gap = figures.value("household.parent_age_gap")
    spread = figures.value("household.parent_age_spread")
    # The sum of three uniform draws is near enough to a normal one, with ends that stay human.
    draws = sum((_uniforms(block, seed, "gap", n)[children] for n in range(3)), np.zeros(len(children)))
    years = np.clip(gap + 2 * spread * (draws - 1.5), _YOUNGEST, _OLDEST).astype(np.int64)
    group = np.minimum((block.age[children] + years) // _YEARS, _GROUPS - 1)
    cells: Integers = block.area[children] * _GROUPS + group
    return cells


def _nearest_couples(couples: Integers, enough: NDArray[np.bool_]) -> Integers:
    """For every cell the nearest of the same site that has enough couples, or any; itself where there are none."""
    table = couples.reshape(-1, _GROUPS)
    own = np.arange(couples.size).reshape(-1, _GROUPS)
    good = (table > 0) & enough.reshape(-1, _GROUPS)
    open_to = np.where(good.any(axis=1, keepdims=True), good, table > 0)
    nearest = np.where(open_to, own, -1)
    for step in range(1, _GROUPS):
        for source, target in ((slice(step, None), slice(None, -step)), (slice(None, -step), slice(step, None))):
            missing, there = nearest[:, target] < 0, open_to[:, source]
            nearest[:, target] = np.where(missing & there, own[:, source], nearest[:, target])
    found: Integers = np.where(nearest < 0, own, nearest).ravel()
    return found


def _column(length: int, rows: Integers, values: Integers) -> Integers:
    column = np.zeros(length, dtype=np.int64)
    column[rows] = values
    return column


def _uniforms(block: Block, seed: int, name: str, n: int = 0) -> Floats:
    return stream(seed, "population", "household", name).uniforms(block.resident, n)
