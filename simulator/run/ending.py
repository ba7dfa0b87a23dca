"""What is left of a run that ends early: a manifest that says partial, the files so far, and a report."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import reports
from simulator.errors import InterruptedRunError, OutputError
from simulator.run.folder import RunFolder


@contextmanager
def left_readable(folder: RunFolder, lang: str) -> Iterator[None]:
    """Whatever ends the block early leaves a partial run that can be read: manifest, files so far, and a report."""
    try:
        yield
    except BaseException as error:
        with suppress(OutputError):  # a full disk is what ended the block, and the manifest says partial from the start
            folder.finish("partial")
            reports.write(folder.path, lang=lang)
        if isinstance(error, KeyboardInterrupt):
            remedy = "What was done so far is there, marked as partial."
            raise InterruptedRunError("stopped by hand", where=str(folder.path), remedy=remedy) from None
        raise
