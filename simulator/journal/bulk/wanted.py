"""What an export is asked for (https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters)."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from simulator.journal.definitions import parameters
from simulator.journal.errors import refuse
from simulator.journal.http import Call
from simulator.journal.supported import WRITABLE

NDJSON: Final = "application/fhir+ndjson"
FORMATS: Final = frozenset({NDJSON, "application/ndjson", "ndjson"})
IGNORED: Final = frozenset({"_format", "_pretty"})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEXT_FILTER: Final = re.compile(r",(?=[A-Z][A-Za-z]+\?)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An export as asked for.

    Attributes:
        level: ``system``, ``patients`` or ``group``.
        kinds: The types wanted.
        named: Whether the types were named, so that one which may not be shown is a refusal.
        since: Microseconds since 1970 UTC, after which something must have changed; -1 for everything.
        filters: By type the searches of which a resource meets at least one.
        group: The Group whose members it is about; empty for none.
    """

    level: str = "system"
    kinds: tuple[str, ...] = WRITABLE
    named: bool = False
    since: int = -1
    filters: dict[str, list[list[tuple[str, str]]]] = field(default_factory=dict)
    group: str = ""


def read_wanted(call: Call) -> Wanted:
    """Reads the parameters of a call to $export.

    Raises:
        FhirError: 400, one is not understood, unless ``Prefer: handling=lenient`` lets it be passed over.
    """
    told: dict[str, list[str]] = defaultdict(list)
    for key, text in call.query:
        if key not in IGNORED:
            told[key].append(text)
    strangers = sorted(told.keys() - {"_since", "_type", "_typeFilter", "_outputFormat"})
    if strangers and call.prefer("handling") != "lenient":
        raise refuse(400, "not-supported", f"{strangers[0][:40]!r} is not a parameter of $export here")
    for text in told["_outputFormat"]:
        if text.replace(" ", "+") not in FORMATS:
            raise refuse(400, "not-supported", f"the output format {text[:40]!r} is not offered; {NDJSON} is")
    level = {"": "system", "Patient": "patients"}.get(call.kind, "group")
    known = WRITABLE if level == "system" else _about_patients()
    kinds = _kinds(told["_type"], known)
    since = _since(told["_since"][-1]) if told["_since"] else -1
    return Wanted(level, kinds, bool(told["_type"]), since, _filters(told["_typeFilter"], kinds), call.identity or "")


def _about_patients() -> tuple[str, ...]:
    return ("Patient", *(kind for kind in WRITABLE if kind != "Patient" and "patient" in parameters()[kind]))


def _kinds(texts: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    wanted = {word.strip() for text in texts for word in text.split(",") if word.strip()}
    for word in sorted(wanted - set(known)):
        raise refuse(400, "value", f"{word[:40]!r} is not a type that is exported here")
    return tuple(kind for kind in known if kind in wanted) if wanted else known


def _since(text: str) -> int:
    """An instant in microseconds; a ``+`` that was sent unescaped has become a space."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise refuse(400, "value", f"_since is an instant such as 2026-01-15T10:00:00Z, not {text[:40]!r}") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _filters(texts: list[str], kinds: tuple[str, ...]) -> dict[str, list[list[tuple[str, str]]]]:
    found: dict[str, list[list[tuple[str, str]]]] = defaultdict(list)
    for part in (part for text in texts for part in _NEXT_FILTER.split(text)):
        kind, _, query = part.partition("?")
        if kind not in kinds or not query:
            raise refuse(400, "value", f"_typeFilter names {kind[:40]!r}; expected a search on a type that is exported")
        found[kind].append(parse_qsl(query, keep_blank_values=True))
    return dict(found)


def parsed(parser: Any, kind: str, query: list[tuple[str, str]]) -> Any:
    """A search of a filter; raises a 400 for what is not understood or goes beyond criteria."""
    search = parser.parse(kind, query, strict=True)
    if search.includes or search.revincludes or search.sort:
        raise refuse(400, "not-supported", "_typeFilter takes criteria only: no _include, _revinclude or _sort")
    return search
