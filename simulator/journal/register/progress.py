"""How far the feed of the population register has been followed: a small file in the data folder.

When it is lost, the feed is followed from its beginning again, which changes nothing that is already so.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

FILE: Final = "register.json"
LOCK: Final = "register.lock"


@dataclass(slots=True)
class Progress:
    """The next sequence number to ask for, and the numbers whose documents are still wanted, births among them."""

    following: int = 1
    wanted: dict[str, bool] = field(default_factory=dict)
    """Number -> whether the person was born, and is to be registered when unknown."""


def load(data: Path) -> Progress:
    """What the file says; the beginning when there is none that can be read."""
    try:
        told = orjson.loads((data / FILE).read_bytes())
        return Progress(int(told["following"]), {str(k): bool(v) for k, v in told["wanted"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Progress()


def save(data: Path, progress: Progress) -> None:
    """Writes the file as a whole or not at all; it holds person numbers, so nobody else may read it."""
    beside = data / f"{FILE}.new"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps({"following": progress.following, "wanted": progress.wanted}))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(data / FILE)


@contextmanager
def alone(data: Path) -> Iterator[bool]:
    """Whether this process is the one that follows for now; the others on the folder need not."""
    with (data / LOCK).open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
