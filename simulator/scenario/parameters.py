"""Reads the ``parameters:`` of a file: numbers about the world that stand in YAML, each with source and status."""

from collections.abc import Mapping
from functools import partial

from simulator.domain.scenario import Number, Parameter
from simulator.scenario.expressions import number
from simulator.scenario.faults import Faults
from simulator.scenario.models import ParameterModel


def read_parameters(
    models: Mapping[str, ParameterModel], faults: Faults
) -> tuple[dict[str, Number], tuple[Parameter, ...]]:
    """The numbers by name, and their origins; a parameter may use those written above it."""
    numbers: dict[str, Number] = {}
    origins = []
    for name, model in models.items():
        numbers[name] = faults.parse(("parameters", name, "value"), partial(_either, model, numbers), Number(1.0))
        origins.append(
            Parameter(name, str(model.value), model.source, model.status, str(model.year), faults.document.path.name)
        )
    return numbers, tuple(origins)


def _either(model: ParameterModel, known: Mapping[str, Number]) -> Number:
    """A duration if it reads as one, a plain number otherwise."""
    try:
        return number(model.value, known, duration=True)
    except ValueError:
        return number(model.value, known)
