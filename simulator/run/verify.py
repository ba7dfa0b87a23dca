"""Recomputes what a finished run says from what it recorded, without the candidate: digests, verdicts, measurements."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from simulator.checks import CHECKS, judge
from simulator.domain.digest import table_digest
from simulator.domain.exchange import History
from simulator.domain.tables import LOAD
from simulator.domain.verdict import Verdict
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.histories import read_histories, read_verdicts
from simulator.measures import measure
from simulator.measures.replications import differences, estimates
from simulator.run import national
from simulator.stored import stored_table

_DIGESTS = {
    "population_digest": "population.parquet",
    "timeline_digest": "events.parquet",
    "interactions_digest": "interactions.parquet",
    "load_digest": "load/interactions.parquet",
}
_NOT_CLAIMED = "not_applicable"


def verify(folder: Path) -> tuple[list[str], int]:
    """What does not agree with the run's own records, one line each, and how many statements were recomputed.

    Raises InputError when the folder holds no run or a file of it cannot be read.
    """
    if not (folder / "manifest.json").is_file():
        raise InputError("not a run's folder: it has no manifest.json", where=str(folder))
    try:
        results = [*_digests(folder), *_verdicts(folder), *_measurements(folder)]
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        raise InputError(f"a file of the run cannot be read: {error}", where=str(folder)) from None
    return [fault for fault in results if fault], len(results)


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
    stored = orjson.loads((folder / name).read_bytes())
    if len(stored) != len(now):
        yield f"{name}: {len(stored)} rows, but the replications give {len(now)}"
        return
    for was, row in zip(stored, map(_plain, now), strict=True):
        same = was == row
        yield "" if same else f"{name}: {was['name']} over {was['over']} is {row['value']}, not {was['value']}"


def _of_load(folder: Path) -> Iterator[str]:
    generator = orjson.loads((folder / "load" / "generator.json").read_bytes())
    stored = orjson.loads((folder / "measurements.json").read_bytes())
    again = [_plain(asdict(m)) for m in measure(stored_table(folder / "load" / "load.parquet", LOAD), generator)]
    for was, now in zip(stored, again, strict=True):
        same = was == now
        yield (
            "" if same else f"measurements.json: {was['name']} over {was['over']} is {now['value']}, not {was['value']}"
        )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """The row as it is after a passage through JSON."""
    return dict(orjson.loads(orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY)))
