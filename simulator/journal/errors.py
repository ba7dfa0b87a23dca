"""What the journal answers when it refuses: one exception that carries an OperationOutcome."""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson

PERSON_NUMBER = re.compile(r"(?<!\d)\d{11}(?!\d)")
MASK = "***********"


def masked(text: str) -> str:
    """The text with every eleven-digit number blotted out, since it may be a person number."""
    return PERSON_NUMBER.sub(MASK, text)


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that was wrong: a code of http://hl7.org/fhir/R4/valueset-issue-type.html, words, and where."""

    code: str
    diagnostics: str
    expression: str
    severity: str = "error"

    def render(self, prefix: str = "") -> dict[str, Any]:
        """The issue as FHIR JSON; ``prefix`` is put before its place (``Bundle.entry[2]``)."""
        place = self._within(prefix) if prefix else self.expression
        return {
            "severity": self.severity,
            "code": self.code,
            "diagnostics": masked(self.diagnostics),
            "expression": [masked(place)],
        }

    def _within(self, prefix: str) -> str:
        kind, _, rest = self.expression.partition(".")
        if kind in {"Resource", "Bundle"}:
            return f"{prefix}.{rest}" if rest else prefix
        return f"{prefix}.resource.{rest}" if rest else f"{prefix}.resource"


def outcome(issues: list[dict[str, Any]]) -> dict[str, Any]:
    """An OperationOutcome of rendered issues."""
    return {"resourceType": "OperationOutcome", "issue": issues}


def success_outcome(words: str) -> bytes:
    """The OperationOutcome that ``Prefer: return=OperationOutcome`` asks for after a success."""
    issue = Issue("informational", words, "OperationOutcome", "information")
    return orjson.dumps(outcome([issue.render()]))


@dataclass
class FhirError(Exception):
    """A refusal: HTTP status, issues, and the headers that belong to it (``Allow``).

    ``prefix`` is set when the error arose inside a bundle: the place of the entry.
    """

    status: int
    issues: list[Issue]
    headers: dict[str, str] = field(default_factory=dict)
    prefix: str = ""

    def __str__(self) -> str:
        return masked("; ".join(issue.diagnostics for issue in self.issues))

    def resource(self) -> dict[str, Any]:
        """The OperationOutcome as FHIR JSON."""
        return outcome([issue.render(self.prefix) for issue in self.issues])


def refuse(status: int, code: str, diagnostics: str, expression: str = "Resource") -> FhirError:
    """A refusal with a single issue; the caller raises it."""
    return FhirError(status, [Issue(code, diagnostics, expression)])
