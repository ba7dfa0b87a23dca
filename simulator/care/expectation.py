"""How often each step of a pathway is to be expected in a year, by its demand and its chances, not simulated."""

from collections.abc import Mapping
from itertools import product

import numpy as np

from simulator.care.amounts import Floats, scalar
from simulator.care.demand import RatePlan
from simulator.care.plan import PathwayPlan, make_pathway
from simulator.domain.calibration import Target
from simulator.domain.scenario import APPOINTMENT, Pathway, Step
from simulator.figures import Figures


def expected(plan: PathwayPlan, structure: Floats) -> dict[str, float]:
    """Times a year that each step of a pathway with open demand is done among people of that structure.

    ``structure`` counts residents by sex and age, shape (2, 121). Everybody meets every ``where`` of the steps, and
    nobody waits in vain.
    """
    if not isinstance(plan.demand, RatePlan):
        return {}
    episodes = plan.demand.rate * structure
    chances = {
        step.step.id: float((np.broadcast_to(step.chance, episodes.shape) * episodes).sum() / episodes.sum())
        for step in plan.steps
    }
    shares = _shares([step.step for step in plan.steps], chances)
    return {step: float(episodes.sum()) * share for step, share in shares.items()}


def _shares(steps: list[Step], chances: Mapping[str, float]) -> dict[str, float]:
    """Share of the episodes in which each step is done: every way the draws can fall, each with its chance."""
    open_ = [step.id for step in steps if chances[step.id] < 1]
    shares = dict.fromkeys(chances, 0.0)
    for draws in product((True, False), repeat=len(open_)):
        drawn = dict(zip(open_, draws, strict=True))
        weight = float(np.prod([chances[name] if hit else 1 - chances[name] for name, hit in drawn.items()]))
        done: dict[str, bool] = {}
        for step in steps:
            before = [done[edge.step] for edge in step.after if edge.step != APPOINTMENT]
            done[step.id] = (
                drawn.get(step.id, True)
                and all(done[other] for other in step.only_if)
                and not any(done[other] for other in step.unless)
                and (any(before) or not before)
            )
        for name, happens in done.items():
            shares[name] += weight * happens
    return shares


def off_target(target: Target, pathway: Pathway, figures: Figures) -> str:
    """What is wrong with a year's expectation against an official total; empty when it is near enough.

    What only a simulation can say is not judged.
    """
    if target.counted != "steps":
        return ""
    figures.from_file("age_structure.csv")
    yearly = expected(make_pathway(pathway, 1.0, figures), figures.people.structure.astype(np.float64))
    if not yearly:
        return f"pathway '{pathway.name}' has no open demand by rate, so its year cannot be told beforehand"
    found = sum(yearly[step] for step in target.steps)
    found += 0.0 if target.beside is None else scalar(target.beside, figures)
    official = scalar(target.official, figures)
    if abs(found / official - 1) <= target.tolerance:
        return ""
    return f"a year comes to {found:,.0f}, not within {target.tolerance:.0%} of {official:,.0f}"
