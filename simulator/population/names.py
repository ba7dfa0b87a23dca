"""What people are called: a given name of their sex and background, a family name some share, maybe a middle name."""

from typing import Final

import numpy as np
import polars as pl

from simulator.domain.person_number import Integers
from simulator.figures import Figures
from simulator.population.families import Families
from simulator.population.layout import Block
from simulator.population.words import Names
from simulator.streams import stream

_FAMILY: Final = 2
"""The kind of family names in :class:`Names`; given names have the number of the sex."""
_SAMI: Final = 1


def make_names(
    block: Block, families: Families, background: Integers, known: tuple[Figures, Names], seed: int
) -> dict[str, pl.Series]:
    """Columns ``given_name``, ``middle_name`` (null for most) and ``family_name``."""
    figures, names = known
    keyed = stream(seed, "population", "name")
    person = block.resident
    norwegian = np.where(
        background == _SAMI,
        figures.value("background.sami_norwegian_given_share"),
        figures.value("background.norwegian_given_share"),
    )
    given_from = np.where(keyed.uniforms(person) < norwegian, 0, background)
    given = names.pick(given_from, block.male.astype(np.int64), keyed.uniforms(person, 1))
    # Children who bear the name of a parent living elsewhere share it: the head of their home draws it.
    owner = np.where(families.child, person[families.head], person)
    kind = np.full(len(person), _FAMILY)
    family = names.pick(background, kind, keyed.uniforms(owner, np.where(families.child, 4, 2).astype(np.uint64)))
    source = _named_after(block, families, figures, seed)
    # A middle name is a family name: the mother's, the one borne before marriage, or another of the family's.
    other = names.pick(background, kind, keyed.uniforms(person, 5))
    middle = np.where(source == np.arange(len(person)), other, family)
    middle = np.where(families.child & (families.mother >= 0), family[families.mother], middle)
    has_none = (keyed.uniforms(person, 3) >= figures.value("name.middle_share")) | (family[source] == middle)
    return {
        "given_name": names.words.gather(pl.Series(given.astype(np.uint32))),
        "middle_name": names.words.gather(pl.Series(middle.astype(np.uint32)).set(pl.Series(has_none), None)),
        "family_name": names.words.gather(pl.Series(family[source].astype(np.uint32))),
    }


def _named_after(block: Block, families: Families, figures: Figures, seed: int) -> Integers:
    """The row whose family name everybody bears: one's own, the partner's, or a parent's."""
    keyed = stream(seed, "population", "family-name")
    rows = np.arange(len(block.resident))
    couple = families.head == rows
    couple &= families.partner >= 0
    shared = couple & (keyed.uniforms(block.resident) < figures.value("name.shared_by_couple_share"))
    source = np.where(shared, families.partner, rows)
    draws = keyed.uniforms(block.resident[families.head], 1)
    both = (families.mother >= 0) & (families.father >= 0)
    from_father = draws < figures.value("name.after_father_share")
    parent = np.where(
        both, np.where(from_father, families.father, families.mother), families.mother + families.father + 1
    )
    from_lone = draws < figures.value("name.after_lone_parent_share")
    known = both | ((parent >= 0) & from_lone)
    named: Integers = np.where(families.child & known, source[np.maximum(parent, 0)], source)
    return named
