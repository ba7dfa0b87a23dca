"""A run's folder: one run each, files whole or absent, and a manifest that says partial until it is complete."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from simulator.errors import OutputError
from simulator.storage import whole, writing


class RunFolder:
    """The folder a run writes into, taken by that run alone."""

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    @classmethod
    def create(cls, out: Path | None, name: str, *, root: Path = Path("runs")) -> "RunFolder":
        """Take a new folder: ``out``, or one named after the moment and ``name`` under ``root``.

        Raises OutputError when it holds a run already, is not a folder, or cannot be written.
        """
        moment = datetime.now(UTC)
        path = out or root / f"{moment:%Y%m%dT%H%M%S}-{name}"
        with writing(path):
            path = _free(path) if out is None else path
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise OutputError(
                    "the folder is not empty", where=str(path), remedy="Name another folder with --out, or empty it."
                )
            manifest = {"run": path.name, "folder": str(path), "state": "partial"}
            manifest["started"] = moment.isoformat(timespec="seconds")
            with (path / "manifest.json").open("xb") as file:
                file.write(_json(manifest))
        return cls(path, manifest)

    def table(self, name: str, frame: pl.DataFrame) -> None:
        """Write a Parquet file, whole or not at all."""
        with whole(self.path / name) as temporary, temporary.open("wb") as file:
            frame.write_parquet(file, compression="zstd")

    def json(self, name: str, data: Any) -> None:
        """Write a JSON file, whole or not at all."""
        with whole(self.path / name) as temporary:
            temporary.write_bytes(_json(data))

    def note(self, **fields: Any) -> None:
        """Add to the manifest; what cannot be written is not in it."""
        noted = {**self.manifest, **fields}
        self.json("manifest.json", noted)
        self.manifest = noted

    def forget(self, name: str) -> None:
        """Remove what a candidate stored, once it has served its purpose; its log stays."""
        shutil.rmtree(self.path / name / "data", ignore_errors=True)

    def finish(self, state: str = "complete") -> None:
        """Write into the manifest that the run has ended, and how."""
        self.note(state=state, ended=datetime.now(UTC).isoformat(timespec="seconds"))


def _free(path: Path) -> Path:
    number, candidate = 1, path
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate


def _json(data: Any) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE)
