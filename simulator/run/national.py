"""The requirements that only a load run can speak for: what they ask, and the verdicts on them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import orjson
import polars as pl

from simulator.domain.requirement import Catalogue
from simulator.domain.scenario import Selection
from simulator.domain.tables import LOAD
from simulator.domain.verdict import Finding, Verdict
from simulator.figures import Figures
from simulator.histories import Recorder
from simulator.measures.operation import TIMED, Asked, judge_load
from simulator.run.folder import RunFolder
from simulator.scenario.catalogue import load_catalogue
from simulator.stored import stored_table

EXAMPLE: Final = "The load part of the run"
"""What the verdicts of a load run name as their example."""
SESSIONS: Final = {"R-NFR-06A": "write_sessions_pilot", "R-NFR-06B": "write_sessions_full"}
CHECKED: Final = {
    "R-NFR-04A": "charts_open_in_time",
    "R-NFR-04B": "look_ups_are_answered_in_time",
    "R-NFR-04C": "writes_are_acknowledged_in_time",
    "R-NFR-04D": "everything_is_answered_in_time",
    "R-NFR-06A": "the_pilot_can_write_at_once",
    "R-NFR-06B": "the_country_can_write_at_once",
}
"""What is claimed of a candidate by each rule, as the name of a check."""
_WRITE: Final = "R-NFR-04C"


def load_verdicts(folder: Path, figures: Figures) -> list[Verdict]:
    """The verdicts on every rule that load judges, from what the run in ``folder`` recorded."""
    catalogue = load_catalogue()
    load = stored_table(folder / "load/load.parquet", LOAD)
    trace = pl.read_parquet(folder / "load/interactions.parquet", columns=["interaction", "event"])
    generator = orjson.loads((folder / "load/generator.json").read_bytes())
    found = judge_load(load, trace, generator, _asked(catalogue, figures))
    return [_verdict(catalogue, rule, finding) for rule, finding in found.items()]


def write_verdicts(folder: RunFolder, verdicts: Iterable[Verdict]) -> None:
    """Write them down after those of the features."""
    recorder = Recorder(folder.path)
    for verdict in verdicts:
        recorder.verdict(verdict)
    recorder.close()


def chosen(verdicts: Iterable[Verdict], only: Selection) -> list[Verdict]:
    """Those of the capabilities and requirements in ``only``; all when it names none."""
    return [
        verdict
        for verdict in verdicts
        if (not only.capabilities or verdict.capability in only.capabilities)
        and (not only.requirements or verdict.requirement in only.requirements)
    ]


def _asked(catalogue: Catalogue, figures: Figures) -> Asked:
    limits = {rule: float(catalogue.rules[rule].limit_s or 0) for rule in TIMED}
    return Asked(
        limits_s=limits,
        peak=_figure(figures, "national_peak"),
        factor=_figure(figures, "peak_factor"),
        sessions={rule: _figure(figures, name) for rule, name in SESSIONS.items()},
        write_s=limits[_WRITE],
    )


def _figure(figures: Figures, name: str) -> float:
    return figures.value(f"operation.{name}")


def _verdict(catalogue: Catalogue, name: str, finding: Finding) -> Verdict:
    rule = catalogue.rules[name]
    return Verdict(
        requirement=rule.requirement,
        capability=catalogue.requirements[rule.requirement].capability,
        level=rule.level,
        rule=name,
        check=CHECKED[name],
        example=EXAMPLE,
        outcome=finding.outcome,
        attribution=finding.attribution,
        message=finding.message,
        evidence=finding.evidence,
    )
