"""A bulk job's folder: its state in ``job.json``, and its files of NDJSON, each cut at a size that can be served whole.

What is in the folder is all there is of a job, so every process of a journal knows of it. Who takes a job back takes
the folder away, and whoever writes there stops.
"""

import re
import shutil
import time
from pathlib import Path
from typing import IO, Any, Final

import orjson

FILE: Final = re.compile(r"([A-Z][A-Za-z]+|deleted)\.[0-9]{1,9}\.ndjson")
STATE: Final = "job.json"
Json = dict[str, Any]


class Folder:
    """The folder of one job."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Json | None:
        """The state as last written; None when there is no such job."""
        try:
            found: Json = orjson.loads((self.path / STATE).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found

    def write(self, state: Json) -> None:
        """Replaces the state in one piece; FileNotFoundError when the job has been taken back."""
        fresh = self.path / f"{STATE}.new"
        fresh.write_bytes(orjson.dumps(state))
        fresh.replace(self.path / STATE)

    def file(self, name: str) -> bytes | None:
        """A file of the job, whole; None when there is none of that name."""
        if not FILE.fullmatch(name):
            return None
        try:
            return (self.path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def remove(self) -> None:
        """Takes the job back."""
        shutil.rmtree(self.path, ignore_errors=True)

    def age(self) -> float:
        """Seconds since the state was last written."""
        try:
            return time.time() - (self.path / STATE).stat().st_mtime
        except OSError:
            return 0.0


class Files:
    """Writes the files of a job, one open at a time; a line is never cut.

    Args:
        path: The folder, which must be there.
        limit: Bytes after which a file is closed; one line may go beyond it.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self.limit = limit
        self.made: list[Json] = []
        self._open: IO[bytes] | None = None
        self._size = 0

    def put(self, kind: str, line: bytes) -> None:
        """Adds a line to the file of a type; those of a type must come together."""
        if self._open is None or self._size >= self.limit or self.made[-1]["type"] != kind:
            self.close()
            number = sum(one["type"] == kind for one in self.made) + 1
            name = f"{kind}.{number}.ndjson"
            self.made.append({"type": kind, "name": name, "count": 0})
            self._open, self._size = (self.path / name).open("xb"), 0
        self._open.write(line + b"\n")
        self._size += len(line) + 1
        self.made[-1]["count"] += 1

    def close(self) -> None:
        """Ends the file under way."""
        if self._open is not None:
            self._open.close()
            self._open = None
