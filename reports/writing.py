"""Writes a run's page and ``junit.xml``, or a study's page, pictures and checklist, whole or not at all."""

from pathlib import Path
from typing import Final

from reports.junit import junit_xml
from reports.language import Texts, load_texts
from reports.page import html
from reports.run_files import read_manifest, read_run
from reports.studies import study_page
from reports.studies.files import is_study
from simulator.domain.requirement import Catalogue
from simulator.scenario.catalogue import load_catalogue
from simulator.storage import whole

PAGE: Final = "report.html"
JUNIT: Final = "junit.xml"
PICTURES: Final = "pictures"


def write(run_folder: Path, *, lang: str = "en", catalogue: Catalogue | None = None) -> Path:
    """Write the report of the run in ``run_folder`` in language ``lang`` (``en`` or ``nb``); gives the page's path.

    Reads only the run's files and the requirement catalogue (the project's own unless one is given). The same
    folder gives the same bytes. Raises InputError for an unknown language or a folder without a run, OutputError
    when the folder cannot be written to and DiskFullError when the disk is full.
    """
    texts = load_texts(lang)
    if is_study(run_folder):
        return _write_study(run_folder, texts)
    run = read_run(run_folder)
    texts = texts.naming(run.manifest.get("titles"))
    known = catalogue or load_catalogue()
    _write(run_folder / JUNIT, junit_xml(run, known, texts))
    _write(run_folder / PAGE, html(run, known, texts).encode("utf-8", "backslashreplace"))
    return run_folder / PAGE


def _write_study(folder: Path, texts: Texts) -> Path:
    """The page of a simulated study, its pictures as files of their own, and its STRESS-DES checklist."""
    page, pictures, checklist = study_page(read_manifest(folder), texts)
    for name, picture in pictures.items():
        _write(folder / PICTURES / f"{name}.{texts.lang}.svg", picture.encode("utf-8"))
    _write(folder / f"stress-des.{texts.lang}.md", checklist.encode("utf-8"))
    _write(folder / PAGE, page.encode("utf-8", "backslashreplace"))
    return folder / PAGE


def _write(path: Path, content: bytes) -> None:
    with whole(path) as part:
        part.write_bytes(content)
