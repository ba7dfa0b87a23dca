"""How many residents a CPU-second makes, against asking Faker for a name and an address person by person."""

from statistics import median
from time import process_time
from typing import Any, Final

from faker import Faker

from simulator.figures import Figures
from simulator.population import make_population

_REPEATS: Final = 7
_MUNICIPALITY: Final = "5501"
_FAKER_PERSONS: Final = 1000


def run() -> list[dict[str, Any]]:
    """One row: the figure ``residents``, with the ratio's lowest and highest over the repeats of this process."""
    figures = Figures.load()
    faker = Faker("no_NO")
    # Tables made once in a process are no part of what a resident costs.
    _residents_per_second(figures, _REPEATS)
    made = [(_residents_per_second(figures, seed), _faker_per_second(faker, seed)) for seed in range(_REPEATS)]
    ratios = sorted(ours / theirs for ours, theirs in made)
    return [
        {
            "name": "residents",
            "value": median(ours for ours, _ in made),
            "unit": "residents per CPU-second",
            "baseline": "Faker no_NO, name and address, a person at a time",
            "baseline_value": median(theirs for _, theirs in made),
            "ratio": median(ratios),
            "target": 20,
            "n": _REPEATS,
            "low": ratios[0],
            "high": ratios[-1],
        }
    ]


def _residents_per_second(figures: Figures, seed: int) -> float:
    began = process_time()
    frame = make_population(figures, [_MUNICIPALITY], seed)
    return frame.height / (process_time() - began)


def _faker_per_second(faker: Faker, seed: int) -> float:
    faker.seed_instance(seed)
    began = process_time()
    people = [(faker.name(), faker.address()) for _ in range(_FAKER_PERSONS)]
    return len(people) / (process_time() - began)
