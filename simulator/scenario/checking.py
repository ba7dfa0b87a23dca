"""``journalbenk check`` for scenario files: reads each for what it is and collects what is wrong."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from simulator.documents import Document, read
from simulator.errors import InputError, nearest
from simulator.figures import Figures
from simulator.scenario.crossings import check_sources
from simulator.scenario.faults import Faults
from simulator.scenario.pathways import parse_pathway
from simulator.scenario.staffing import load_staffing
from simulator.scenario.studies import parse_study
from simulator.scenario.systems import parse_systems
from simulator.scenario.uses import figure_faults, uses_of, uses_of_staffing, uses_of_systems

KINDS: Final = ("pathway", "staffing", "systems", "study")


def check_files(paths: Iterable[Path], figures: Figures) -> list[str]:
    """What is wrong with pathway, staffing, systems and study files: one text per fault with file and line."""
    faults: list[str] = []
    for path in paths:
        try:
            faults += check_document(read(path), figures)
        except InputError as error:
            faults += [line.strip() for line in str(error).splitlines()]
    return faults


def check_document(document: Document, figures: Figures) -> list[str]:
    """What is wrong with one document; raises InputError for what stops the reading."""
    kind = kind_of(document)
    readers: Mapping[str, Callable[[], list[str]]] = {
        "study": lambda: _study(document, figures),
        "pathway": lambda: _pathway(document, figures),
        "staffing": lambda: figure_faults(uses_of_staffing(load_staffing(document.path)), document.path, figures),
        "systems": lambda: figure_faults(
            uses_of_systems(parse_systems(document, load_staffing())), document.path, figures
        ),
    }
    return readers[kind]()


def _pathway(document: Document, figures: Figures) -> list[str]:
    pathway, faults = parse_pathway(document, load_staffing()), Faults(document)
    check_sources(pathway, faults)
    faults.stop()
    return figure_faults(uses_of(pathway), document.path, figures)


def _study(document: Document, figures: Figures) -> list[str]:
    parse_study(document, figures)
    return []


def kind_of(document: Document) -> str:
    """``pathway``, ``staffing``, ``systems`` or ``study``, by the keys; raises InputError when it is none."""
    keys = list(document.data) if isinstance(document.data, dict) else []
    found = [kind for kind in KINDS if kind in keys]
    # A study has keys ``staffing`` and ``systems`` too, and names its pathways in ``pathways``.
    for kind in ("study", "pathway", "staffing", "systems"):
        if kind in found:
            return kind
    hint = nearest(str(keys[0]), KINDS) if keys else "write one of those keys."
    raise InputError(
        "neither a pathway, a staffing, systems nor a study",
        expected="one of the keys " + ", ".join(KINDS),
        where=document.where(*keys[:1]),
        remedy=hint,
    )
