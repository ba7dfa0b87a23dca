"""Remembers where a client is in a result, so that a link to the next page says nothing about what was searched for.

A cursor is an opaque word. What it stands for is held in memory, the oldest forgotten first: a restart or a long
pause ends it, and the client is told to search again. A person number in a search thus never reaches a link.

Places are kept packed, so that what they weigh is known to the byte: a search may have thousands of values.
"""

import pickle
import secrets
import zlib
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from simulator.journal.errors import FhirError, refuse

MOST_CURSORS: Final = 5_000
MOST_BYTES: Final = 16 * 2**20
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
    """The places remembered."""

    def __init__(self) -> None:
        self.places: OrderedDict[str, bytes] = OrderedDict()
        self.weight = 0
        self.lock = Lock()

    def keep(self, place: Place) -> str:
        """Remembers a place; gives the cursor that stands for it."""
        word, packed = secrets.token_urlsafe(12), pack(place)
        with self.lock:
            self.places[word] = packed
            self.weight += len(packed)
            while len(self.places) > MOST_CURSORS or (self.weight > MOST_BYTES and len(self.places) > 1):
                _, old = self.places.popitem(last=False)
                self.weight -= len(old)
        return word

    def place(self, word: str, owner: str) -> Place:
        """The place a cursor stands for.

        Raises:
            FhirError: 410 if it is not, or no longer, known.
        """
        with self.lock:
            packed = self.places.get(word)
            if packed is not None:
                self.places.move_to_end(word)
        return owned(packed, owner)


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
