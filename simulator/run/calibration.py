"""Holds the demand of a study's pathways in a normal year against the official totals."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulator.care.amounts import scalar
from simulator.care.expectation import expected
from simulator.care.plan import make_pathway
from simulator.domain.calibration import Target
from simulator.domain.figure import weakest
from simulator.domain.scenario import Pathway, Study
from simulator.figures import Figures
from simulator.places import PATHWAYS
from simulator.scenario.calibration import load_targets


def calibration_rows(study: Study, figures: Figures) -> list[dict[str, Any]]:
    """Rows of ``calibration.json``: each total of a shipped pathway in the study, and what its demand comes to.

    What a study changes of the demand is left out: it is the normal year that is held against the totals. Totals that
    only a simulated year can be held against are not here; tests do that.
    """
    every = [study, *study.alternatives.values()]
    shipped = {p.name: p for one in every for p in one.pathways if p.path.parent == PATHWAYS}
    targets = [t for t in load_targets(figures) if t.pathway in shipped and t.counted == "steps"]
    return [row for target in targets for row in _row(target, shipped[target.pathway], figures)]


def _row(target: Target, pathway: Pathway, figures: Figures) -> Iterator[dict[str, Any]]:
    figures.from_file("age_structure.csv")
    yearly = expected(make_pathway(pathway, 1.0, figures), figures.people.structure.astype(np.float64))
    if not set(target.steps) <= set(yearly):
        return
    made = sum(yearly[step] for step in target.steps)
    made += 0.0 if target.beside is None else scalar(target.beside, figures)
    official = scalar(target.official, figures)
    origins = [figures.origin(name) for name in target.official.figures]
    error = round(made / official - 1, 9) + 0.0  # what is left of adding decimals is no difference
    yield {
        "target": target.name,
        "title": dict(target.title),
        "official": official,
        "made": made,
        "error": error,
        "tolerance": target.tolerance,
        "status": weakest([origin.status for origin in origins]),
        "source": "; ".join(dict.fromkeys(origin.source for origin in origins)),
        "ok": abs(error) <= target.tolerance,
    }
