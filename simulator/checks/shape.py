"""What keeps an answer from being JSON of FHIR, for when a check stumbled over what was answered."""

from collections.abc import Iterator
from typing import Any, Final

from simulator.checks.evidence import describe
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

STRUCTURED: Final = frozenset(
    {
        *("attachment", "coding", "contained", "entry", "extension", "identifier", "issue", "link", "meta"),
        *("parameter", "participant", "payload", "period", "referenceRange", "resource", "response", "rest"),
        *("search", "subject", "telecom", "valueQuantity"),
    }
)
"""Elements that are an object, or objects, in whatever resource of R4 they stand."""


def misshapen(history: History) -> Finding | None:
    """The candidate's failure when an answer breaks http://hl7.org/fhir/R4/json.html; None when none does."""
    for exchange in history.exchanges:
        fault = next(_faults(exchange.resource(), exchange.type), "") if exchange.outcome == "ok" else ""
        if fault:
            message = f"{describe(exchange)} with what is no JSON of FHIR: {fault}."
            return Finding("fail", message, (exchange.number,))
    return None


def _faults(value: Any, path: str) -> Iterator[str]:
    """Paths of null, and of what should be an object and is none."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if inner is None or (name in STRUCTURED and not _structured(inner)):
                yield f"{path}.{name}"
            else:
                yield from _faults(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _faults(inner, path)


def _structured(value: Any) -> bool:
    return all(isinstance(inner, dict) for inner in (value if isinstance(value, list) else [value]))
