"""Progress on a terminal: bars where there is a screen, one line a stage where there is none."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from simulator.run.progress import Advance


class Terminal:
    """Draws each stage as it goes; quiet enough for a log file."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)

    @contextmanager
    def stage(self, title: str) -> Iterator[Advance]:
        """Draw a stage until its block ends."""
        began = time.monotonic()
        if not sys.stderr.isatty():
            print(f"{title} ...", file=sys.stderr, flush=True)  # noqa: T201  a log line
            yield _ignore
            print(f"{title}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)  # noqa: T201  a log line
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(title, total=None)

            def advance(done: int, total: int | None = None) -> None:
                progress.update(task, completed=done, total=total)

            yield advance
            finished = progress.tasks[0]
            progress.update(task, total=finished.total or max(finished.completed, 1))
            progress.update(task, completed=progress.tasks[0].total)

    def say(self, text: str) -> None:
        """Print one line as it is, however long: a path in it may hold brackets, and be copied."""
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)


def _ignore(done: int, total: int | None = None) -> None:
    del done, total
