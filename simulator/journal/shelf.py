"""What several processes that serve one journal must remember together: page cursors, and the cards shown.

One process alone remembers them in memory. Several put each on a file of its own in a folder that only their user can
read, beside the database that holds the same people; the folder is emptied when the journal starts.
"""

import re
import secrets
import shutil
from pathlib import Path
from typing import Final

import orjson

from simulator.journal.decision.issued import Issued
from simulator.journal.errors import refuse
from simulator.journal.search.cursors import MOST_CURSORS, Cursors, Place, owned, pack

FOLDER: Final = "remembered"
_WORD: Final = re.compile(r"[A-Za-z0-9_\-]{1,80}")
_TIDY_EVERY: Final = 256


def empty(data: Path) -> None:
    """Forgets what an earlier journal remembered in a data folder."""
    folder = data / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


class Shelf:
    """Values by word, the oldest forgotten first."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder = folder
        self.most = most
        self.kept = 0
        folder.mkdir(mode=0o700, exist_ok=True)

    def put(self, word: str, value: bytes) -> None:
        """Remembers a value."""
        (self.folder / word).write_bytes(value)
        self.kept += 1
        if self.kept % _TIDY_EVERY == 0:
            self._tidy()

    def get(self, word: str) -> bytes | None:
        """The value of a word, or None; a word of another form than the journal gives is never looked up."""
        if not _WORD.fullmatch(word):
            return None
        try:
            return (self.folder / word).read_bytes()
        except FileNotFoundError:
            return None

    def _tidy(self) -> None:
        files = sorted(self.folder.iterdir(), key=_written_at)
        for path in files[: -self.most]:
            path.unlink(missing_ok=True)


def _written_at(path: Path) -> float:
    """When a file was written; 0 for one that another process has removed meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


class SharedCursors(Cursors):
    """Cursors that every process of a journal knows."""

    def __init__(self, data: Path) -> None:
        super().__init__()
        self.shelf = Shelf(data / FOLDER / "cursors", MOST_CURSORS)

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
