"""What is left of a run that ends early: a manifest that says partial, the files so far, and a report."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import reports
from simulator.errors import InterruptedRunError, OutputError
from simulator.run.folder import RunFolder


@contextmanager
def left_readable(folder: RunFolder, lang: str) -> Iterator[None]:
    """Whatever ends the block early leaves a partial run that can be read: manifest, files so far, and a report.

    A run that had been finished by then, and lacks its report only, stays complete.
    """
    try:
        yield
    except BaseException as error:
        complete = folder.manifest["state"] == "complete"
        with suppress(OutputError):  # a full disk is what ended the block, and the manifest says partial from the start
            if not complete:
                folder.finish("partial")
        with suppress(Exception):  # what ended the block is what a person is told, whatever a page of its rest meets
            reports.write(folder.path, lang=lang)
        if isinstance(error, KeyboardInterrupt):
            remedy = "What was done so far is there, marked as partial."
            if complete:
                remedy = "The run is complete; `journalbenk report` writes its report again."
            raise InterruptedRunError("stopped by hand", where=str(folder.path), remedy=remedy) from None
        raise
