"""Recomputes what a finished run says from what it recorded, without the candidate: digests, verdicts, measurements."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from simulator.checks import CHECKS, judge
from simulator.domain.digest import table_digest
from simulator.domain.exchange import History
from simulator.domain.scenario import Limit
from simulator.domain.verdict import Verdict
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.histories import read_histories, read_verdicts, spoilt_line
from simulator.measures.replications import differences, estimates
from simulator.population import counted, population_fit
from simulator.run import national
from simulator.run.load_figures import load_figures

_DIGESTS = {
    "population_digest": "population.parquet",
    "timeline_digest": "events.parquet",
    "notices_digest": "notices.parquet",
    "interactions_digest": "interactions.parquet",
    "load_digest": "load/interactions.parquet",
}
_NOT_CLAIMED = "not_applicable"
_ABOUT = ("name", "target", "profession", "check", "over")
"""What a row of a file is about, whichever of them it has."""

_UNREADABLE = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError),
    # A damaged Parquet file may also make polars panic, which is no Exception to Python.
    *(pl.exceptions.PolarsError, pl.exceptions.PanicException),
)


def verify(folder: Path) -> tuple[list[str], int]:
    """What does not agree with the run's own records, one line each, and how many statements were recomputed.

    Raises InputError when the folder holds no run or a file of it cannot be read.
    """
    if not (folder / "manifest.json").is_file():
        raise InputError("not a run's folder: it has no manifest.json", where=str(folder))
    try:
        if cut := [fault for fault in _readable(folder) if fault]:
            return cut, len(cut)
        results = [*_digests(folder), *_fit(folder), *_verdicts(folder), *_measurements(folder)]
    except _UNREADABLE as error:
        raise InputError(f"a file of the run cannot be read: {error}", where=str(folder)) from None
    return [fault for fault in results if fault], len(results)


def _readable(folder: Path) -> Iterator[str]:
    """What a run says of itself in JSON, where it is JSON no longer: such a run cannot be computed again."""
    for file in sorted(folder.glob("*.json")):
        try:
            orjson.loads(file.read_bytes())
        except ValueError as error:
            yield f"{file.name}: not JSON, cut short or changed ({error})"
    for file in sorted(folder.glob("*.jsonl")):
        if number := spoilt_line(file):
            yield f"{file.name}: line {number} is no JSON object, and what follows it is not read"


def _fit(folder: Path) -> Iterator[str]:
    """How well the people fit, counted again."""
    if (folder / "population-fit.json").exists():
        figures = Figures.load()
        people = counted(pl.read_parquet(folder / _DIGESTS["population_digest"]), figures)
        yield from _rows("population-fit.json", folder, population_fit(people, figures))


def _digests(folder: Path) -> Iterator[str]:
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    for name, file in _DIGESTS.items():
        if name in manifest:
            found = table_digest(pl.read_parquet(folder / file))
            yield "" if found == manifest[name] else f"{file}: digest {found}, but the manifest says {manifest[name]}"


def _verdicts(folder: Path) -> Iterator[str]:
    """Verdicts that a check gave; those the bench gave of itself, or for what is not claimed, rest on no history."""
    histories = read_histories(folder / "history.jsonl")
    read = read_verdicts(folder / "verdicts.jsonl")
    yield from _of_load_rules(folder, [v for v in read if v.example == national.EXAMPLE])
    judged = [
        v for v in read if v.attribution != "bench" and v.outcome != _NOT_CLAIMED and v.example != national.EXAMPLE
    ]
    for verdict in judged:
        if verdict.check not in CHECKS:
            yield f"verdicts.jsonl: no check is called {verdict.check}"
            continue
        finding = judge(verdict.check, histories.get(verdict.example, History(verdict.example)))
        same = (finding.outcome, finding.message) == (verdict.outcome, verdict.message)
        said = f"{verdict.requirement} {verdict.check}: the history says {finding.outcome} ({finding.message})"
        yield "" if same else f"{said}, verdicts.jsonl says {verdict.outcome} ({verdict.message})"


def _of_load_rules(folder: Path, stored: list[Verdict]) -> Iterator[str]:
    """Verdicts that the load part gave, judged again from what it recorded."""
    again = {v.rule: v for v in national.load_verdicts(folder, Figures.load())} if stored else {}
    for verdict in stored:
        now = again[verdict.rule]
        said = f"{verdict.requirement} {verdict.check}: the load says {now.outcome} ({now.message})"
        yield "" if now == verdict else f"{said}, verdicts.jsonl says {verdict.outcome} ({verdict.message})"


def _measurements(folder: Path) -> Iterator[str]:
    if (folder / "replications.parquet").exists():
        yield from _of_replications(folder)
    elif (folder / "measurements.json").exists():
        yield from _of_load(folder)


def _of_replications(folder: Path) -> Iterator[str]:
    """Means, intervals and differences of a study, computed again from its replications."""
    results = pl.read_parquet(folder / "replications.parquet")
    yield from _rows("measurements.json", folder, estimates(results))
    if (folder / "comparison.json").exists():
        baseline = orjson.loads((folder / "study.json").read_bytes())["baseline"]
        yield from _rows("comparison.json", folder, differences(results, baseline))


def _rows(name: str, folder: Path, now: list[dict[str, Any]]) -> Iterator[str]:
    """The rows of a file against those that the run's records give."""
    stored = orjson.loads((folder / name).read_bytes())
    if len(stored) != len(now):
        yield f"{name}: {len(stored)} rows, but the records give {len(now)}"
        return
    for was, row in zip(stored, map(_plain, now), strict=True):
        about = " over ".join(str(row[key]) for key in _ABOUT if key in row)
        other = [key for key in row if was.get(key) != row[key]]
        yield f"{name}: {other[0]} of {about} is {row[other[0]]}, not {was.get(other[0])}" if other else ""


def _of_load(folder: Path) -> Iterator[str]:
    """Figures, limits and what had to be kept, computed again from what the generator recorded."""
    plan = orjson.loads((folder / "manifest.json").read_bytes()).get("load_plan") or {}
    limits = {role: Limit(**limit) for role, limit in plan.get("limits", {}).items()}
    for name, rows in load_figures(folder, limits).items():
        yield from _rows(name, folder, rows)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """The row as it is after a passage through JSON."""
    return dict(orjson.loads(orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY)))
