"""What a job tells whoever is watching; the command line draws it, tests ignore it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    """Says how far a stage has come."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """``done`` of ``total`` are done; ``total`` None when it is not known."""
        ...


class Watcher(Protocol):
    """Is told of each stage of a job."""

    @contextmanager
    def stage(self, title: str) -> Iterator[Advance]:
        """A stage has begun; it ends with the block."""
        ...

    def say(self, text: str) -> None:
        """One line worth reading afterwards."""
        ...


class Silent:
    """A watcher that shows nothing."""

    @contextmanager
    def stage(self, title: str) -> Iterator[Advance]:  # noqa: ARG002  the protocol's parameter
        """Run the stage unseen."""
        yield _unseen

    def say(self, text: str) -> None:
        """Say nothing."""


def _unseen(done: int, total: int | None = None) -> None:
    del done, total
