"""Long-term conditions by age and sex, bound together by odds ratios so that every prevalence still holds."""

from collections.abc import Sequence

from simulator.domain.tables import CONDITIONS
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population.layout import Block
from simulator.population.odds import Flags, Joint, Model, solve
from simulator.streams import stream


def condition_models(figures: Figures) -> list[Model]:
    """A model per condition, in an order where what raises a condition comes before it."""
    ratios: dict[str, dict[str, float]] = {name: {} for name in CONDITIONS}
    for figure in figures.names("comorbidity."):
        _, condition, given = figure.split(".")
        ratios[condition][given] = figures.value(figure)
    models: list[Model] = []
    for name in _in_order(ratios, figures):
        prevalence = figures.by_age_sex(f"condition.{name}").ravel()
        models.append(solve(name, prevalence, ratios[name], Joint.of(ratios[name], models)))
    return models


def make_conditions(block: Block, models: Sequence[Model], seed: int) -> dict[str, Flags]:
    """Who has which condition (one array per name, in the order of ``CONDITIONS``), by :func:`condition_models`."""
    cell = block.cell
    has: dict[str, Flags] = {}
    for model in models:
        draws = stream(seed, "population", "condition", model.name).uniforms(block.resident)
        has[model.name] = draws < model.of(has, cell)
    return {name: has[name] for name in CONDITIONS}


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
