"""How the C library deals out memory to a journal that runs for months."""

import ctypes
from typing import Final

_ARENA_MAX: Final = -8
"""``M_ARENA_MAX`` of glibc's malloc.h."""
_MMAP_THRESHOLD: Final = -3
"""``M_MMAP_THRESHOLD`` of the same."""
ARENAS: Final = 2
LARGE: Final = 64 * 1024
"""Bytes from which on a block is asked of the kernel by itself, and given back to it."""


def steady() -> bool:
    """Let memory not grow by the hour with what the largest answers once took; whether the C library does so.

    glibc gives every thread an arena of its own, up to eight for each core, and each keeps what its largest answer once
    took: so all threads share two. Python's threads take turns anyway, and seldom wait for one another here. And once a
    large block was freed glibc takes others as large from the arenas, where what small ones leave between them cannot
    be given back: so the bound stays where it is. Other C libraries have nothing to set.
    """
    limit = getattr(ctypes.CDLL(None), "mallopt", None)
    return limit is not None and bool(limit(_ARENA_MAX, ARENAS)) and bool(limit(_MMAP_THRESHOLD, LARGE))
