"""Worker processes that never hear Ctrl-C, not even while they start: it is for whoever asked, who ends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from signal import SIG_BLOCK, SIG_SETMASK, SIGINT, pthread_sigmask


@contextmanager
def unheard() -> Iterator[None]:
    """What is spawned within inherits that Ctrl-C is held back; this process hears of one when the block ends."""
    resource_tracker.ensure_running()  # which would let Ctrl-C through again, if the first process spawned started it
    before = pthread_sigmask(SIG_BLOCK, {SIGINT})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)
