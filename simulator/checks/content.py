"""Comparing clinical content: what was sent against what came back, and the few elements checks look at."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulator.checks.evidence import Resource

# The server's own: its id and meta, and the narrative it may write anew.
SERVER_OWNED: Final = frozenset({"id", "meta", "text"})
OSLO: Final = ZoneInfo("Europe/Oslo")
WARNINGS: Final = frozenset({"warning", "error", "fatal"})


def differences(sent: Resource, got: Resource) -> list[str]:
    """Every element that was sent and is missing or changed in what came back, as ``path: was ..., is ...``."""
    relevant = {name: value for name, value in sent.items() if name not in SERVER_OWNED}
    return list(_compare(relevant, got, sent.get("resourceType", "")))


def _compare(sent: Any, got: Any, path: str) -> Iterator[str]:
    if isinstance(sent, dict) and isinstance(got, dict):
        for name, value in sent.items():
            if name in got:
                yield from _compare(value, got[name], f"{path}.{name}")
            else:
                yield f"{path}.{name} is missing"
    elif isinstance(sent, list) and isinstance(got, list):
        if len(sent) != len(got):
            yield f"{path} has {len(got)} items where {len(sent)} were sent"
        for index, (left, right) in enumerate(zip(sent, got, strict=False)):
            yield from _compare(left, right, f"{path}[{index}]")
    elif not _equal(sent, got):
        yield f"{path} was {_shown(sent)} and is {_shown(got)}"


def _equal(sent: Any, got: Any) -> bool:
    if isinstance(sent, str) and isinstance(got, str):
        return sent == got or _same_instant(sent, got) or _same_reference(sent, got)
    return bool(sent == got) and isinstance(sent, bool) == isinstance(got, bool)


def _same_instant(sent: str, got: str) -> bool:
    left, right = instant(sent), instant(got)
    return left is not None and left == right


def _same_reference(sent: str, got: str) -> bool:
    """A reference may have become absolute, and tell the version that it was to."""
    plain = got.partition("/_history/")[0]
    return "/" in sent and (plain == sent or plain.endswith(f"/{sent}"))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def instant(text: Any) -> datetime | None:
    """The moment a FHIR instant or dateTime with time zone stands for; None for anything else."""
    if not isinstance(text, str) or "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def local_day(moment: datetime) -> date:
    """The day it is in Norway at a moment, in whatever time zone the moment is written."""
    return moment.astimezone(OSLO).date()


def codes(concept: Any) -> set[tuple[str, str]]:
    """The (system, code) pairs of a CodeableConcept, or of a list of them."""
    concepts = concept if isinstance(concept, list) else [concept]
    return {
        (coding.get("system", ""), coding.get("code", ""))
        for item in concepts
        if isinstance(item, dict)
        for coding in item.get("coding") or []
    }


def references(value: Any) -> Iterator[str]:
    """Every reference inside a resource, in order."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def warns(resource: Resource) -> bool:
    """Whether a resource is an OperationOutcome that says that something is wrong; what only informs says nothing."""
    issues = resource.get("issue") if resource.get("resourceType") == "OperationOutcome" else None
    return any(isinstance(one, dict) and one.get("severity") in WARNINGS for one in issues or [])


def patient_of(resource: Resource) -> str:
    """The reference to the patient a resource is about; empty when it is about nobody."""
    for element in ("subject", "patient", "for", "beneficiary"):
        reference = resource.get(element)
        if isinstance(reference, dict) and isinstance(reference.get("reference"), str):
            return str(reference["reference"])
    actors = [p.get("actor") or {} for p in resource.get("participant") or [] if isinstance(p, dict)]
    found = [str(a["reference"]) for a in actors if "Patient/" in str(a.get("reference", ""))]
    return found[0] if found else ""
