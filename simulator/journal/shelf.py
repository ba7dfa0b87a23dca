"""What several processes that serve one journal must remember together: page cursors, and the cards shown.

One process alone remembers them in memory. Several put each on a file of its own in a folder that only their user can
read, beside the database that holds the same people; the folder is emptied when the journal starts.
"""

import math
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import orjson

from simulator.journal.decision.issued import Issued
from simulator.journal.errors import refuse
from simulator.journal.search.cursors import LIFE_S, MOST_BYTES, MOST_CURSORS, Cursors, Place, owned, pack

FOLDER: Final = "remembered"
_WORD: Final = re.compile(r"[A-Za-z0-9_\-]{1,80}")
_TIDY_EVERY: Final = 256
_TIDY_S: Final = 60.0


def empty(data: Path) -> None:
    """Forgets what an earlier journal remembered in a data folder."""
    folder = data / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


class Shelf:
    """Values by word. What is too old is forgotten, and of what is too many or weighs too much the oldest.

    Args:
        folder: Where the values are files.
        most: How many there are at the most.
        life_s: Seconds after which a value is forgotten.
        timer: Seconds, by which they grow old; the same for all processes.
    """

    def __init__(
        self, folder: Path, most: int, life_s: float = math.inf, timer: Callable[[], float] = time.time
    ) -> None:
        self.folder = folder
        self.most = most
        self.life_s = life_s
        self.timer = timer
        self.kept = 0
        self.tidied = timer()
        folder.mkdir(mode=0o700, exist_ok=True)

    def put(self, word: str, value: bytes) -> None:
        """Remembers a value."""
        now = self.timer()
        path = self.folder / word
        path.write_bytes(value)
        os.utime(path, (now, now))
        self.kept += 1
        if self.kept % _TIDY_EVERY == 0 or now - self.tidied >= _TIDY_S:
            self.tidied = now
            self._tidy(now)

    def get(self, word: str) -> bytes | None:
        """The value of a word, or None; a word of another form than the journal gives is never looked up."""
        if not _WORD.fullmatch(word):
            return None
        try:
            with (self.folder / word).open("rb") as file:
                old = self.timer() - os.fstat(file.fileno()).st_mtime >= self.life_s
                return None if old else file.read()
        except FileNotFoundError:
            return None

    def _tidy(self, now: float) -> None:
        room, least = MOST_BYTES, MOST_BYTES // self.most
        found = sorted(((*_written(path), path) for path in self.folder.iterdir()), reverse=True)
        for place, (written, size, path) in enumerate(found):
            room -= max(size, least)
            if now - written >= self.life_s or (room < 0 and place):
                path.unlink(missing_ok=True)


def _written(path: Path) -> tuple[float, int]:
    """When a file was written, and its size; 0 for one that another process has removed meanwhile."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0.0, 0
    return found.st_mtime, found.st_size


class SharedCursors(Cursors):
    """Cursors that every process of a journal knows, for as long as one process remembers its own."""

    def __init__(self, data: Path, timer: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.shelf = Shelf(data / FOLDER / "cursors", MOST_CURSORS, LIFE_S, timer)

    def keep(self, place: Place) -> str:
        """Remembers a place; gives the cursor that stands for it."""
        word = secrets.token_urlsafe(12)
        self.shelf.put(word, pack(place))
        return word

    def place(self, word: str, owner: str) -> Place:
        """The place a cursor stands for; raises a 410 if it is not, or no longer, known."""
        return owned(self.shelf.get(word), owner)


class SharedIssued(Issued):
    """Cards that every process of a journal knows."""

    def __init__(self, data: Path) -> None:
        super().__init__()
        self.shelf = Shelf(data / FOLDER / "cards", MOST_CURSORS)

    def keep(self, card: str, patient: str, summary: str) -> None:
        """Remembers a card that is about to be shown."""
        self.shelf.put(card, orjson.dumps((patient, summary)))

    def find(self, card: str) -> tuple[str, str]:
        """Patient id and summary of a card; raises a 404 for one that was not shown, or is forgotten."""
        found = self.shelf.get(card)
        if found is None:
            raise refuse(404, "not-found", "this card was not shown here, or so long ago that it is forgotten")
        patient, summary = orjson.loads(found)
        return patient, summary
