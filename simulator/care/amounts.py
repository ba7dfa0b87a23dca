"""Looks up the figures that a pathway's numbers name, once, before the care is simulated."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulator.domain.scenario import OLDEST, Distribution, Number
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.streams import Stream

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def resolve(number: Number, figures: Figures) -> Floats:
    """The number by sex and age, shape (2, 121), or shape () when it is the same for everybody."""
    result: Floats = np.asarray(number.constant, dtype=np.float64)
    for name in number.times:
        result = result * look_up(name, figures)
    for name in number.over:
        result = result / look_up(name, figures)
    return result


def look_up(name: str, figures: Figures) -> Floats:
    """A figure that is one number, shape (), or one by sex and age, shape (2, 121)."""
    try:
        return np.asarray(figures.value(name), dtype=np.float64)
    except InputError:
        return figures.by_age_sex(name)


def scalar(number: Number, figures: Figures) -> float:
    """A number that is the same for everybody; raises InputError when it goes by age."""
    found = resolve(number, figures)
    if found.ndim:
        named = ", ".join(number.figures)
        raise InputError(f"'{named}' goes by age and sex", expected="one number for everybody")
    return float(found)


def for_people(values: Floats, sex: NDArray[np.int64], age: NDArray[np.int64]) -> Floats:
    """One value for each person, from values by sex and age or from one for everybody."""
    if not values.ndim:
        return np.full(len(age), float(values))
    # One index into the flat table costs a fifth of one by two columns.
    found: Floats = values.ravel().take(sex * values.shape[1] + np.minimum(age, OLDEST))
    return found


@dataclass(frozen=True, slots=True)
class Draw:
    """A distribution with its figures looked up."""

    kind: Literal["constant", "exponential", "lognormal", "uniform"]
    mean: Floats
    cv: float
    high: Floats

    @classmethod
    def of(cls, distribution: Distribution, figures: Figures) -> "Draw":
        """Look up what the distribution names."""
        mean = resolve(distribution.mean, figures)
        high = mean if distribution.high is None else resolve(distribution.high, figures)
        return cls(distribution.kind, mean, distribution.cv, high)

    def seconds(self, stream: Stream, people: "Keys") -> NDArray[np.int64]:
        """Whole seconds for each key; draw ``2n`` and ``2n + 1`` of the resident's for number ``n``."""
        if self.kind == "constant" and not self.mean.ndim:
            return np.full(len(people.age), np.rint(self.mean), dtype=np.int64)
        mean = for_people(self.mean, people.sex, people.age)
        if self.kind == "constant":
            certain: NDArray[np.int64] = np.rint(mean).astype(np.int64)
            return certain
        first = stream.uniforms(people.resident, people.number * np.uint64(2))
        if self.kind == "exponential":
            drawn = -mean * np.log(first)
        elif self.kind == "uniform":
            drawn = mean + first * (for_people(self.high, people.sex, people.age) - mean)
        else:
            second = stream.uniforms(people.resident, people.number * np.uint64(2) + np.uint64(1))
            spread = np.sqrt(np.log1p(self.cv**2))
            normal = np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second)
            drawn = np.exp(np.log(np.maximum(mean, 1e-9)) - spread**2 / 2 + spread * normal)
        whole: NDArray[np.int64] = np.rint(drawn).astype(np.int64)
        return whole


@dataclass(frozen=True, slots=True)
class Keys:
    """What draws are keyed by and what they depend on: one entry per episode."""

    resident: NDArray[np.uint64]
    number: NDArray[np.uint64]
    sex: NDArray[np.int64]
    age: NDArray[np.int64]
