"""Remembers where a client is in a result, so that a link to the next page says nothing about what was searched for.

A cursor is an opaque word. What it stands for is held in memory for five minutes, less when many search: a
restart or a long pause ends it, and the client is told to search again. A person number thus never reaches a link.

Places are kept packed, so that what they weigh is known to the byte: a search may have thousands of values.
"""

import pickle
import secrets
import time
import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from cachetools import TTLCache

from simulator.journal.errors import FhirError, refuse

MOST_CURSORS: Final = 5_000
MOST_BYTES: Final = 16 * 2**20
LIFE_S: Final = 300.0
_FAST: Final = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a result goes on.

    Attributes:
        owner: The path that the cursor belongs to, ``Patient`` or ``Patient/1/_history``.
        what: What was asked, in the form its owner keeps it.
        after: The last row shown, or the number of rows shown of ``rows``.
        total: The number of matches when the search began.
        rows: The sorted matches as they stood when the search began, or None when the order needs no memory.
    """

    owner: str
    what: Any
    after: int
    total: int | None
    rows: "array[int] | None" = None


class Cursors:
    """The places remembered.

    Args:
        timer: Seconds, by which they grow old.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self.places: TTLCache[str, bytes] = TTLCache(MOST_BYTES, LIFE_S, timer=timer, getsizeof=_weight)
        self.lock = Lock()

    def keep(self, place: Place) -> str:
        """Remembers a place; gives the cursor that stands for it."""
        word, packed = secrets.token_urlsafe(12), pack(place)
        with self.lock:
            self.places[word] = packed
        return word

    def place(self, word: str, owner: str) -> Place:
        """The place a cursor stands for.

        Raises:
            FhirError: 410 if it is not, or no longer, known.
        """
        with self.lock:
            packed = self.places.get(word)
        return owned(packed, owner)


def _weight(packed: bytes) -> int:
    """What a place counts for: as one of so many at the least, and as all of them at the most."""
    return min(max(len(packed), MOST_BYTES // MOST_CURSORS), MOST_BYTES)


def pack(place: Place) -> bytes:
    """A place in few bytes."""
    return zlib.compress(pickle.dumps(place), _FAST)


def owned(packed: bytes | None, owner: str) -> Place:
    """A packed place of this owner; raises a 410 when there is none."""
    found: Place | None = pickle.loads(zlib.decompress(packed)) if packed else None  # noqa: S301  packed by this journal
    if found is None or found.owner != owner:
        raise expired()
    return found


def expired() -> FhirError:
    """The refusal of a cursor that is not known."""
    return refuse(410, "expired", "this cursor is not known, or no longer; repeat the search from its start")
