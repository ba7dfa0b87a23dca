"""From method and path to the interaction they mean (http://hl7.org/fhir/R4/http.html#summary)."""

from collections.abc import Callable
from typing import Final, NamedTuple

from simulator.journal.errors import FhirError, refuse
from simulator.journal.primitives import ID
from simulator.journal.supported import AUDITED_ONLY, SUPPORTED

Methods = dict[str, str]
SYSTEM: Final[Methods] = {"POST": "transaction"}
SYSTEM_OPERATIONS: Final[dict[str, Methods]] = {
    **{name: {"GET": name} for name in ("$export", "$kpr-report", "$research-extract")},
    "$process-message": {"POST": "$process-message"},
    "$follow-register": {"POST": "$follow-register"},
}
METADATA: Final[Methods] = {"GET": "capabilities"}
CONFIGURATION: Final[Methods] = {"GET": "smart-configuration"}
TYPE: Final[Methods] = {
    "GET": "search-type",
    "POST": "create",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
}  # fmt: skip  a table
FORM_SEARCH: Final[Methods] = {"POST": "search-type"}
TYPE_HISTORY: Final[Methods] = {"GET": "history-type"}
INSTANCE: Final[Methods] = {"GET": "read", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
INSTANCE_HISTORY: Final[Methods] = {"GET": "history-instance"}
VERSION: Final[Methods] = {"GET": "vread"}
# Operations by where they are called: on a type, or on one resource; an empty type stands for every one.
TYPE_OPERATIONS: Final[dict[tuple[str, str], Methods]] = {
    ("", "$validate"): {"POST": "$validate"},
    ("Patient", "$export"): {"GET": "$export"},
    (AUDITED_ONLY, "$unusual-access"): {"GET": "$unusual-access"},
    ("Subscription", "$status"): {"GET": "$status", "POST": "$status"},
}
INSTANCE_OPERATIONS: Final[dict[tuple[str, str], Methods]] = {
    ("", "$validate"): {"POST": "$validate"},
    ("Group", "$export"): {"GET": "$export"},
    ("Communication", "$send-message"): {"POST": "$send-message"},
    ("Patient", "$everything"): {"GET": "$everything"},
    ("Patient", "$elsewhere"): {"GET": "$elsewhere"},
    ("Patient", "$outside-documents"): {"GET": "$outside-documents"},
    ("Patient", "$outside-document"): {"GET": "$outside-document"},
    ("Patient", "$summary"): {"GET": "$summary"},
    ("Subscription", "$status"): {"GET": "$status", "POST": "$status"},
    ("Subscription", "$events"): {"GET": "$events", "POST": "$events"},
}
EXPORT_JOB: Final[Methods] = {"GET": "export-status", "DELETE": "export-delete"}
EXPORT_FILE: Final[Methods] = {"GET": "export-file"}
HODEMELDING: Final[Methods] = {"POST": "hodemelding"}
DECISION_SERVICES: Final[Methods] = {"GET": "cds-services"}
DECISION_SERVICE: Final[Methods] = {"POST": "$cds-service"}
DECISION_FEEDBACK: Final[Methods] = {"POST": "$cds-feedback"}
# No call may change the audit trail.
AUDIT_INTERACTIONS: Final = frozenset({"read", "vread", "search-type"})
KINDS: Final = frozenset(SUPPORTED)


class Route(NamedTuple):
    """An interaction and what it is about."""

    interaction: str
    kind: str = ""
    identity: str | None = None
    version: str | None = None


def route(method: str, path: str) -> Route:
    """The interaction of a method and a path below the base.

    Raises:
        FhirError: 404 for an unknown type, operation or path, 405 for a method that is not for it.
    """
    segments = path.strip("/").split("/") if path.strip("/") else []
    if not segments or segments == ["metadata"]:
        methods = METADATA if segments else SYSTEM
        return Route(_interaction(methods, method))
    if segments == [".well-known", "smart-configuration"]:
        return Route(_interaction(CONFIGURATION, method))
    beside = BESIDE.get(segments[0])
    if beside is not None:
        return beside(method, segments[1:])
    kind, *rest = segments
    operation = next((segment for segment in segments if segment.startswith("$")), None)
    if operation is not None:
        return _operation(operation, method, kind, rest)
    if kind not in KINDS:
        raise refuse(404, "not-supported", f"{kind[:40]!r} is not a type or path that is served here")
    methods, identity, version = _place(rest)
    if kind == AUDITED_ONLY:
        methods = {verb: name for verb, name in methods.items() if name in AUDIT_INTERACTIONS}
    return Route(_interaction(methods, method), kind, identity, version)


def _decision(method: str, rest: list[str]) -> Route:
    """The CDS Hooks services (https://cds-hooks.hl7.org/2.0/)."""
    if not rest:
        return Route(_interaction(DECISION_SERVICES, method))
    if len(rest) == 1 or (len(rest) == 2 and rest[1] == "feedback"):
        methods = DECISION_FEEDBACK if len(rest) == 2 else DECISION_SERVICE
        return Route(_interaction(methods, method), "", rest[0])
    raise refuse(404, "not-found", "nothing is served at this path")


def _export(method: str, rest: list[str]) -> Route:
    """What follows an export: its status, and its files by name."""
    if rest and ID.fullmatch(rest[0]) and len(rest) <= 2:
        methods = EXPORT_FILE if len(rest) == 2 else EXPORT_JOB
        return Route(_interaction(methods, method), "", rest[0], rest[1] if len(rest) == 2 else None)
    raise refuse(404, "not-found", "nothing is served at this path")


def _hodemelding(method: str, rest: list[str]) -> Route:
    """Where messages come in as XML."""
    if rest:
        raise refuse(404, "not-found", "nothing is served at this path")
    return Route(_interaction(HODEMELDING, method))


def operations(kind: str) -> list[str]:
    """The operations on a type and on its resources."""
    tables = (*TYPE_OPERATIONS, *INSTANCE_OPERATIONS)
    return sorted({name for owner, name in tables if owner == kind or (not owner and kind != AUDITED_ONLY)})


def _operation(name: str, method: str, kind: str, rest: list[str]) -> Route:
    if kind == name and not rest and name in SYSTEM_OPERATIONS:
        return Route(_interaction(SYSTEM_OPERATIONS[name], method))
    identity = rest[0] if len(rest) == 2 and ID.fullmatch(rest[0]) else None
    table = TYPE_OPERATIONS if rest == [name] else INSTANCE_OPERATIONS if identity else {}
    methods = table.get((kind, name)) or (table.get(("", name)) if kind != AUDITED_ONLY else None)
    if methods is None or kind not in KINDS or rest[-1:] != [name]:
        raise unknown_operation(name)
    return Route(_interaction(methods, method), kind, identity)


def unknown_operation(name: str) -> FhirError:
    """404 for an operation that is not served."""
    return refuse(404, "not-supported", f"the operation {name[:40]} is not supported here")


def _place(rest: list[str]) -> tuple[Methods, str | None, str | None]:
    """What can be done at the path after the type, and the id and version in it."""
    if not rest:
        return TYPE, None, None
    if rest == ["_search"]:
        return FORM_SEARCH, None, None
    if rest == ["_history"]:
        return TYPE_HISTORY, None, None
    if ID.fullmatch(rest[0]):
        if len(rest) == 1:
            return INSTANCE, rest[0], None
        if rest[1:] == ["_history"]:
            return INSTANCE_HISTORY, rest[0], None
        if len(rest) == 3 and rest[1] == "_history":
            return VERSION, rest[0], rest[2]
    raise refuse(404, "not-found", "nothing is served at this path")


def _interaction(methods: Methods, method: str) -> str:
    name = methods.get("GET" if method == "HEAD" else method)
    if name is None:
        error = refuse(405, "not-supported", f"{method[:20]} is not for this path")
        allowed = [*methods, *(["HEAD"] if "GET" in methods else [])]
        error.headers["Allow"] = ", ".join(allowed)
        raise error
    return name


# What is served beside types, by the first part of the path.
BESIDE: Final[dict[str, Callable[[str, list[str]], Route]]] = {
    "hodemelding": _hodemelding,
    "cds-services": _decision,
    "exports": _export,
}
