"""A study's alternatives: the same study with some keys changed, each a document of its own with the lines kept."""

from collections.abc import Iterator
from typing import Any, Final

from simulator.documents import Document, Location
from simulator.errors import nearest
from simulator.scenario.faults import Faults
from simulator.scenario.study_models import StudyModel

CHANGEABLE: Final = (
    *("title", "pathways", "staffing", "demand", "systems", "participation"),
    *("adoption", "messages", "outages", "response"),
)
"""What an alternative may say otherwise; people, period and seed stay, so that it is compared with the others."""
OF_THE_WHOLE: Final = ("alternatives", "baseline", "replications")


def check_alternatives(model: StudyModel, faults: Faults) -> None:
    """Add a fault for every key that an alternative may not change, and for a baseline that is none of them."""
    for name, changes in model.alternatives.items():
        for key in changes:
            if key not in CHANGEABLE:
                hint = nearest(key, CHANGEABLE)
                faults.add(("alternatives", name, key), f"an alternative cannot change '{key}'; {hint}")
    if model.alternatives and not model.baseline:
        faults.add(("alternatives",), "'baseline' is missing: the alternative that the others are held against")
    if model.baseline:
        faults.word(("baseline",), model.baseline, model.alternatives, "alternative")


def documents_of(document: Document, model: StudyModel) -> Iterator[tuple[str, Document]]:
    """Each alternative's name and the whole study it is."""
    plain = {key: value for key, value in document.data.items() if key not in OF_THE_WHOLE}
    for name, changes in model.alternatives.items():
        here: Location = ("alternatives", name)
        lines = document.lines()
        own = {place[2:]: line for place, line in lines.items() if place[:2] == here and len(place) > 2}
        yield name, Document(document.path, _merged(plain, changes), lines | own)


def _merged(whole: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The study with the changes; mappings are merged key by key, everything else is replaced."""
    merged = dict(whole)
    for key, value in changes.items():
        before = merged.get(key)
        merged[key] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged
