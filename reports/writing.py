"""Writes ``report.html`` and ``junit.xml`` into a run's folder, whole or not at all."""

import errno
import os
from pathlib import Path
from typing import Final

from reports.junit import junit_xml
from reports.language import load_texts
from reports.page import html
from reports.run_files import read_run
from simulator.domain.requirement import Catalogue
from simulator.errors import DiskFullError, OutputError
from simulator.scenario.catalogue import load_catalogue

PAGE: Final = "report.html"
JUNIT: Final = "junit.xml"


def write(run_folder: Path, *, lang: str = "en", catalogue: Catalogue | None = None) -> Path:
    """Write the report of the run in ``run_folder`` in language ``lang`` (``en`` or ``nb``); gives the page's path.

    Reads only the run's files and the requirement catalogue (the project's own unless one is given). The same
    folder gives the same bytes. Raises InputError for an unknown language or a folder without a run, OutputError
    when the folder cannot be written to and DiskFullError when the disk is full.
    """
    texts = load_texts(lang)
    run = read_run(run_folder)
    known = catalogue or load_catalogue()
    _write(run_folder / JUNIT, junit_xml(run, known, texts))
    _write(run_folder / PAGE, html(run, known, texts).encode("utf-8", "backslashreplace"))
    return run_folder / PAGE


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise DiskFullError("the disk is full", where=str(path), remedy="Free space and write again.") from None
        raise OutputError(
            f"cannot be written: {error.strerror}", where=str(path), remedy="Choose a folder you may write to."
        ) from None
