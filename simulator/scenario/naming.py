"""Checks that the requirements and capabilities a scenario names exist, and points at the line."""

from collections.abc import Sequence
from functools import cache

from simulator.scenario.catalogue import load_catalogue
from simulator.scenario.faults import Faults


@cache
def _catalogue_words() -> tuple[frozenset[str], frozenset[str]]:
    catalogue = load_catalogue()
    return frozenset(catalogue.requirements), frozenset(catalogue.capabilities)


def check_requirements(place: tuple[str, ...], names: Sequence[str], faults: Faults) -> None:
    """Add a fault for every name that is no requirement of the catalogue."""
    for number, name in enumerate(names):
        faults.word((*place, number), name, _catalogue_words()[0], "requirement")


def check_capabilities(place: tuple[str, ...], names: Sequence[str], faults: Faults) -> None:
    """Add a fault for every name that is no capability of the catalogue."""
    for number, name in enumerate(names):
        faults.word((*place, number), name, _catalogue_words()[1], "capability")
