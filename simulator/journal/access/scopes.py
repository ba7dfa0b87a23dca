"""SMART scopes, version 2: which interactions of which types.

https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
"""

import re
from dataclasses import dataclass
from typing import Final

LETTERS: Final = {
    "create": "c",
    "read": "r",
    "vread": "r",
    "history-instance": "r",
    "update": "u",
    "patch": "u",
    "delete": "d",
    "search-type": "s",
    "history-type": "s",
    "$elsewhere": "r",
    "$everything": "r",
    "$outside-documents": "r",
    "$outside-document": "r",
    "$summary": "r",
    "$status": "r",
    "$events": "r",
    "$cds-service": "r",
    "$cds-feedback": "c",
    "$send-message": "u",
}  # fmt: skip  a table
FREE: Final = frozenset(
    {
        "transaction",
        "batch",
        "$validate",
        "$unusual-access",
        "$export",
        "$follow-register",
        "$kpr-report",
        "$research-extract",
        "$process-message",
        "hodemelding",
        "export-status",
        "export-file",
        "export-delete",
    }
)  # fmt: skip  a table
"""Interactions that need no scope of their own: a bundle's entries need theirs, $validate shows nothing stored, and
what is made of much of the record looks at the scope of each type itself."""
_SCOPE: Final = re.compile(r"(patient|user|system)/(\*|[A-Z][A-Za-z]+)\.(c?r?u?d?s?)")


@dataclass(frozen=True, slots=True)
class Scopes:
    """What a token's scopes allow: letters by type, ``*`` for every type.

    A scope with search parameters (``?category=…``) is narrower than the journal can enforce, and counts for nothing.
    """

    context: str
    letters: dict[str, frozenset[str]]

    def allow(self, kind: str, letter: str) -> bool:
        """Whether one letter of ``cruds`` is allowed on a type."""
        return letter in self.letters.get(kind, frozenset()) or letter in self.letters.get("*", frozenset())

    def wanted(self, kind: str, letter: str) -> str:
        """The scope that would allow it, for the challenge."""
        return f"{self.context}/{kind or '*'}.{letter}"


def parse(text: str, context: str) -> Scopes:
    """The scopes of a token that belong to a context: ``system``, ``user`` or ``patient``."""
    found: dict[str, frozenset[str]] = {}
    for word in text.split():
        match = _SCOPE.fullmatch(word)
        if match and match[1] == context:
            found[match[2]] = found.get(match[2], frozenset()) | frozenset(match[3])
    return Scopes(context, found)
