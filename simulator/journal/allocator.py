"""How the C library deals out memory to a journal that runs for months."""

import ctypes
import threading
from typing import Final

_ARENA_MAX: Final = -8
"""``M_ARENA_MAX`` of glibc's malloc.h."""
_MMAP_THRESHOLD: Final = -3
"""``M_MMAP_THRESHOLD`` of the same."""
_TRIM_THRESHOLD: Final = -1
"""``M_TRIM_THRESHOLD`` of the same."""
ARENAS: Final = 2
LARGE: Final = 512 * 1024
"""Bytes from which on a block is asked of the kernel by itself and given back: more than a socket is read for."""
KEPT: Final = 8 * 1024 * 1024
"""Free bytes at the end of an arena that are not given back, so that each request need not ask for them anew."""

EVERY_S: Final = 60.0
"""How often what is free is given back."""


def steady() -> bool:
    """Let memory not grow by the hour with what the largest answers once took; whether the C library does so.

    glibc gives every thread an arena of its own, up to eight for each core, and each keeps what its largest answer once
    took: so all threads share two. Python's threads take turns anyway, and seldom wait for one another here. And once a
    large block was freed glibc takes others as large from the arenas, where what small ones leave between them cannot
    be given back: so the bound stays where it is. Other C libraries have nothing to set.
    """
    limit = getattr(ctypes.CDLL(None), "mallopt", None)
    wanted = ((_ARENA_MAX, ARENAS), (_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, KEPT))
    return limit is not None and all(limit(name, value) for name, value in wanted)


class GivingBack:
    """Gives the kernel, each minute, the room that nothing is in; it may take a millisecond, so in its own thread.

    An arena keeps what it once took when several large answers happened to be made at one time, and takes more when
    more of them do: without this a journal's memory is the most that ever came together, which grows for as long as it
    runs. What the next answers need is taken anew, once a minute and not for each of them.
    """

    def __init__(self, every: float = EVERY_S) -> None:
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal-memory", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while self._trim is not None and not self._ended.wait(self._every):
            self._trim(0)

    def close(self) -> None:
        """Ends it."""
        self._ended.set()
        self._thread.join()
