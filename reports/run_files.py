"""Reads a run's folder, whatever of it is there: a missing or damaged file becomes a note, never a crash."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson
import polars as pl

from simulator.domain.exchange import History
from simulator.domain.measurement import Measurement
from simulator.domain.tables import EVENTS, LOAD, NOTICES, POPULATION
from simulator.domain.verdict import Verdict
from simulator.errors import InputError, OtherVersionError
from simulator.histories import read_histories, read_verdicts, spoilt_line
from simulator.stored import stored_table

T = TypeVar("T")
Row = dict[str, Any]

MANIFEST: Final = "manifest.json"
POPULATION_FILE: Final = "population.parquet"
FIT: Final = "population-fit.json"
EVENTS_FILE: Final = "events.parquet"
NOTICES_FILE: Final = "notices.parquet"
INTERACTIONS: Final = "interactions.parquet"
HISTORY: Final = "history.jsonl"
VERDICTS: Final = "verdicts.jsonl"
MEASUREMENTS: Final = "measurements.json"
LOAD_FILE: Final = "load/load.parquet"
GENERATOR: Final = "load/generator.json"
LIMITS: Final = "load-limits.json"
CORRECTNESS: Final = "load-correctness.json"
EXPECTED: Final = (
    MANIFEST,
    POPULATION_FILE,
    FIT,
    EVENTS_FILE,
    NOTICES_FILE,
    INTERACTIONS,
    HISTORY,
    VERDICTS,
    MEASUREMENTS,
    LOAD_FILE,
    GENERATOR,
    LIMITS,
    CORRECTNESS,
)


@dataclass(slots=True)
class RunFiles:
    """Everything the report knows of a run; an empty value where the file is missing or damaged."""

    folder: Path
    manifest: Row = field(default_factory=dict)
    population: pl.DataFrame | None = None
    fit: list[Row] = field(default_factory=list)
    events: pl.DataFrame | None = None
    notices: pl.DataFrame | None = None
    histories: dict[str, History] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    load: pl.DataFrame | None = None
    generator: Row = field(default_factory=dict)
    limits: list[Row] = field(default_factory=list)
    correctness: list[Row] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Names of the files that are not there."""
    damaged: list[str] = field(default_factory=list)
    """Names of the files that are there and cannot be read, or not to their end."""
    outdated: list[str] = field(default_factory=list)
    """Names of the files that another version of the bench made, without columns that are read here."""

    @property
    def complete(self) -> bool:
        """Whether the run says of itself that it ended, and nothing it left behind is damaged."""
        return self.manifest.get("state") == "complete" and not self.damaged and not self.outdated

    @property
    def candidate(self) -> Row:
        """The candidate as the manifest describes it; empty when none was tested."""
        return mapping(self.manifest.get("candidate"))


def read_run(folder: Path) -> RunFiles:
    """Read what is in ``folder``; raises InputError when it holds nothing a run leaves behind."""
    missing = [name for name in EXPECTED if not (folder / name).is_file()]
    if len(missing) == len(EXPECTED):
        raise InputError(
            "no run here",
            expected=f"a folder with {MANIFEST} and the other files of a run",
            where=str(folder),
            remedy="Give the folder a run was written to.",
        )
    run = RunFiles(folder, missing=missing)
    run.manifest = _read(run, MANIFEST, lambda path: _object(_json(path)), {})
    run.population = _read(run, POPULATION_FILE, lambda path: stored_table(path, POPULATION), None)
    run.fit = _read(run, FIT, lambda path: _rows(_json(path), "target"), [])
    run.events = _read(run, EVENTS_FILE, lambda path: stored_table(path, EVENTS), None)
    run.notices = _read(run, NOTICES_FILE, lambda path: stored_table(path, NOTICES), None)
    run.histories = _read(run, HISTORY, read_histories, {})
    run.verdicts = _read(run, VERDICTS, read_verdicts, [])
    lines = [name for name in (HISTORY, VERDICTS) if name not in run.damaged]
    run.damaged += [name for name in lines if _read(run, name, spoilt_line, None)]
    run.measurements = _read(run, MEASUREMENTS, _measurements, [])
    run.load = _read(run, LOAD_FILE, lambda path: stored_table(path, LOAD), None)
    run.generator = _read(run, GENERATOR, lambda path: _object(_json(path)), {})
    run.limits = _read(run, LIMITS, lambda path: _rows(_json(path), "profession"), [])
    run.correctness = _read(run, CORRECTNESS, lambda path: _rows(_json(path), "check"), [])
    return run


def read_manifest(folder: Path) -> RunFiles:
    """What the manifest alone says of a run; its tables, which may be large, are left unread."""
    run = RunFiles(folder, missing=[name for name in (MANIFEST,) if not (folder / name).is_file()])
    run.manifest = read_object(run, MANIFEST)
    return run


def mapping(value: Any) -> Row:
    """``value`` when it is an object, else an empty one: manifests are read as they are found."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Row]:
    """The objects in ``value`` when it is a list, else none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def read_object(run: RunFiles, name: str) -> Row:
    """The object in a file of the run; empty, and noted as damaged, when it cannot be read."""
    return _read(run, name, lambda path: _object(_json(path)), {})


def read_rows(run: RunFiles, name: str, key: str) -> list[Row]:
    """The rows in a file of the run, each with ``key``; none, and noted as damaged, when it cannot be read."""
    return _read(run, name, lambda path: _rows(_json(path), key), [])


def _read(run: RunFiles, name: str, reader: Callable[[Path], T], default: T) -> T:
    if name in run.missing:
        return default
    try:
        return reader(run.folder / name)
    except OtherVersionError:
        run.outdated.append(name)
        return default
    except (OSError, ValueError, TypeError, KeyError, AttributeError, pl.exceptions.PolarsError):
        run.damaged.append(name)
        return default


def _json(path: Path) -> Any:
    return orjson.loads(path.read_bytes())


def _object(value: Any) -> Row:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _rows(value: Any, key: str) -> list[Row]:
    if not isinstance(value, list) or not all(isinstance(row, dict) and key in row for row in value):
        raise TypeError("not a list of rows")
    return value


def _measurements(path: Path) -> list[Measurement]:
    names = Measurement.__slots__
    return [Measurement(**{name: row[name] for name in names if name in row}) for row in _rows(_json(path), "name")]
