"""How the C library deals out memory to the threads of a journal that runs for months."""

import ctypes
from typing import Final

_ARENA_MAX: Final = -8
"""``M_ARENA_MAX`` of glibc's malloc.h."""
ARENAS: Final = 2


def few_arenas() -> bool:
    """Let all threads share two arenas; whether the C library did so.

    glibc gives every thread an arena of its own, up to eight for each core, and each keeps what its largest answer once
    took: memory then grows for hours, until every thread has had one of everything. Python's threads take turns anyway,
    so that they seldom wait for one another here. Other C libraries have no arenas to limit.
    """
    limit = getattr(ctypes.CDLL(None), "mallopt", None)
    return limit is not None and bool(limit(_ARENA_MAX, ARENAS))
