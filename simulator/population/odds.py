"""Chances that depend on what else is true of a person, solved so that each share by sex and age still holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.streams import stream

_HALVINGS: Final = 60

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Model:
    """The chance of one thing, given sex, age and the conditions that change it."""

    name: str
    given: tuple[str, ...]
    chance: Floats
    """Shape (2 ** given, 2 * 121): rows by which of ``given`` a person has (first is the lowest bit)."""

    def of(self, has: Mapping[str, Flags], cell: Integers) -> Floats:
        """The chance of everybody: what each has, by name, and the index of sex and age."""
        combination: Integers = np.zeros(len(cell), dtype=np.int64)
        for bit, given in enumerate(self.given):
            combination += has[given].astype(np.int64) << bit
        chances: Floats = self.chance[combination, cell]
        return chances


@dataclass(frozen=True, slots=True)
class Joint:
    """How often each combination of some conditions occurs, by sex and age."""

    names: tuple[str, ...]
    weight: Floats
    """Shape (2 ** names, 2 * 121): rows by combination (first name is the lowest bit); columns sum to 1."""

    @classmethod
    def of(cls, wanted: Iterable[str], models: Sequence[Model]) -> "Joint":
        """The conditions wanted with all that change them; ``models`` are in order, and hold them all."""
        needed = set(wanted)
        for model in reversed(models):
            if model.name in needed:
                needed |= set(model.given)
        joint = cls((), np.ones((1, 2 * 121)))
        for model in models:
            if model.name in needed:
                chance = joint.chances(model)
                weight = np.concatenate([joint.weight * (1 - chance), joint.weight * chance])
                joint = cls((*joint.names, model.name), weight)
        return joint

    def chances(self, model: Model) -> Floats:
        """A model's chance for each combination; shape of ``weight``."""
        rows = np.arange(len(self.weight))
        has = {name: (rows >> self.names.index(name) & 1).astype(np.bool_) for name in model.given}
        combination = np.zeros(len(rows), dtype=np.int64)
        for bit, given in enumerate(model.given):
            combination += has[given].astype(np.int64) << bit
        chances: Floats = model.chance[combination]
        return chances

    def without(self, model: Model) -> "Joint":
        """The same combinations among those whom the model's thing is not true of; columns sum to their share."""
        return Joint(self.names, self.weight * (1 - self.chances(model)))


def solve(name: str, share: Floats, ratios: Mapping[str, float], joint: Joint) -> Model:
    """The model of a thing that ``share`` (by cell) of everybody has, with an odds ratio for each condition.

    Where fewer than the share are left in ``joint`` all of them have it.
    """
    rows = np.arange(len(joint.weight))
    factor = np.ones((len(rows), 1))
    for given, ratio in ratios.items():
        factor[(rows >> joint.names.index(given) & 1) == 1] *= ratio
    low, high = np.full(len(share), -40.0), np.full(len(share), 40.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = (joint.weight * _chance(middle, factor)).sum(axis=0) < share
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    combinations = np.arange(2 ** len(ratios))
    own = np.ones((len(combinations), 1))
    for bit, ratio in enumerate(ratios.values()):
        own[(combinations >> bit & 1) == 1] *= ratio
    solved = _chance((low + high) / 2, own)
    return Model(name, tuple(ratios), np.where(share == 0, 0.0, np.where(share == 1, 1.0, solved)))


def _chance(log_odds: Floats, factor: Floats) -> Floats:
    odds = np.exp(log_odds) * factor
    chance: Floats = odds / (1 + odds)
    return chance


def normals(entities: NDArray[np.uint64], seed: int, name: str) -> Floats:
    """Standard normal numbers, one per entity, by Box and Muller's rule."""
    keyed = stream(seed, "population", name)
    radius = np.sqrt(-2 * np.log(keyed.uniforms(entities)))
    drawn: Floats = radius * np.cos(2 * np.pi * keyed.uniforms(entities, 1))
    return drawn
