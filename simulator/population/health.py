"""Long-term conditions by age and sex, bound together by odds ratios so that every prevalence still holds."""

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.domain.tables import CONDITIONS
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population.layout import Block
from simulator.streams import stream

_HALVINGS: Final = 60

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Model:
    """The chance of one condition, given sex, age and the conditions that raise it."""

    condition: str
    given: tuple[str, ...]
    chance: Floats
    """Shape (2 ** given, 2 * 121): rows by which of ``given`` a person has (first is the lowest bit)."""


def make_models(figures: Figures) -> list[Model]:
    """A model per condition, in an order where what raises a condition comes before it.

    The base odds are solved per sex and age so that the whole keeps its prevalence, with the raising conditions
    taken as independent of each other.
    """
    prevalence = {name: figures.by_age_sex(f"condition.{name}").ravel() for name in CONDITIONS}
    ratios: dict[str, dict[str, float]] = {name: {} for name in CONDITIONS}
    for figure in figures.names("comorbidity."):
        _, condition, given = figure.split(".")
        ratios[condition][given] = figures.value(figure)
    return [
        Model(name, tuple(ratios[name]), _chances(prevalence[name], ratios[name], prevalence))
        for name in _in_order(ratios, figures)
    ]


def make_conditions(block: Block, models: list[Model], seed: int) -> dict[str, NDArray[np.bool_]]:
    """Columns ``has_<condition>`` for every resident, by the models of :func:`make_models`."""
    cell = block.cell
    has: dict[str, NDArray[np.bool_]] = {}
    for model in models:
        combination: Integers = np.zeros(len(cell), dtype=np.int64)
        for bit, given in enumerate(model.given):
            combination += has[given].astype(np.int64) << bit
        draws = stream(seed, "population", "condition", model.condition).uniforms(block.resident)
        has[model.condition] = draws < model.chance[combination, cell]
    return {f"has_{name}": has[name] for name in CONDITIONS}


def _in_order(ratios: dict[str, dict[str, float]], figures: Figures) -> list[str]:
    ordered: list[str] = []
    waiting = list(ratios)
    while waiting:
        ready = [name for name in waiting if set(ratios[name]) <= set(ordered)]
        if not ready:
            where = str(figures.directory / "comorbidity.csv")
            circle = ", ".join(name for name in waiting if ratios[name])
            raise InputError(f"conditions raise each other in a circle: {circle}", expected="an order", where=where)
        ordered += ready
        waiting = [name for name in waiting if name not in ready]
    return ordered


def _chances(prevalence: Floats, ratios: dict[str, float], all_prevalences: dict[str, Floats]) -> Floats:
    combinations = list(product((False, True), repeat=len(ratios)))
    # itertools varies the last place fastest; rows are numbered with the first condition as the lowest bit.
    combinations = [combination[::-1] for combination in combinations]
    weight = np.ones((len(combinations), len(prevalence)))
    factor = np.ones((len(combinations), 1))
    for place, (given, ratio) in enumerate(ratios.items()):
        present = np.array([combination[place] for combination in combinations])
        weight *= np.where(present[:, None], all_prevalences[given], 1 - all_prevalences[given])
        factor[present] *= ratio
    low, high = np.full(len(prevalence), -40.0), np.full(len(prevalence), 40.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = (weight * _chance(middle, factor)).sum(axis=0) < prevalence
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    solved = _chance((low + high) / 2, factor)
    return np.where(prevalence == 0, 0.0, np.where(prevalence == 1, 1.0, solved))


def _chance(log_odds: Floats, factor: Floats) -> Floats:
    odds = np.exp(log_odds) * factor
    chance: Floats = odds / (1 + odds)
    return chance
