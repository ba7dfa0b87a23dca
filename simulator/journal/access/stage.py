"""The stage in front of each interaction: works out the view, tests what is asked for, masks what is answered."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import orjson

from simulator.journal.access.challenge import no_access
from simulator.journal.access.prescribing import check_prescribed
from simulator.journal.access.rights import Rights
from simulator.journal.access.secrecy import PLACED
from simulator.journal.access.view import REGISTERS, Find, View
from simulator.journal.errors import FhirError, refuse
from simulator.journal.http import Answer, Call
from simulator.journal.store import Found, Reader
from simulator.journal.supported import AUDITED_ONLY

NOT_YOURS: Final = "you may not write this resource"
OPEN_WITHOUT_PATIENT: Final = REGISTERS | {"", AUDITED_ONLY}
READS: Final = frozenset(
    {
        "read",
        "vread",
        "history-instance",
        "$everything",
        "$summary",
        "$status",
        "$events",
        "$outside-documents",
        "$outside-document",
    }
)  # fmt: skip  a table
OWN_WORDS: Final = frozenset({"$process-message", "$status", "$events", "$unusual-access"})
"""Operations whose answer is the journal's own words, and holds nothing stored that the view does not show."""
MADE: Final = frozenset({AUDITED_ONLY, "Provenance"})
"""Types that are made when they are read, so that only what was made can be tested."""
SINGLE: Final = frozenset({"read", "vread", "create", "update", "patch"})
_PLACES: Final = ("/address", "/telecom", "/contact", "/meta", "/patient")
"""What a patch may not touch of a protected person: where he lives, that he is protected, whom he is close to."""


def guarded(interaction: Any, rights: Callable[[], Rights], reader: Callable[[], Reader]) -> Any:
    """The interaction with the stage in front of it.

    Args:
        interaction: One of the journal's.
        rights: Gives what views are worked out by.
        reader: Gives a reader of what is committed, for the calling thread: a view never rests on what may be undone.
    """
    if interaction.public:
        return interaction

    def apply(journal: Any, store: Any, call: Call) -> Answer:
        if call.caller is None:
            return interaction.apply(journal, store, call)  # type: ignore[no-any-return]
        view = call.view = call.view or rights().view(reader(), call.caller)
        call.record.basis = view.basis or view.refusal
        own = rights().person(reader(), call.caller)
        if own and call.record.agent is not None:
            call.record.agent["person"] = own
        for entry in call.resource if isinstance(call.resource, list) else ():
            inner = getattr(entry, "call", None)
            if inner is not None:
                inner.view = view
        _before(store, call, view)
        answer: Answer = interaction.apply(journal, store, call)
        if answer.content and not answer.raw and call.interaction in SINGLE:
            if call.kind in MADE and not view.sees(answer.content):
                raise never_was(call)
            answer.content = view.masked(answer.content)
        if call.interaction.startswith("$") and call.interaction not in OWN_WORDS and not answer.raw:
            answer.content = _sifted(view, answer.content)
        return answer

    return replace(interaction, apply=apply)


def _sifted(view: View, content: bytes) -> bytes:
    """What an operation answers: of a Bundle only the entries that the view shows, as it shows them."""
    bundle = orjson.loads(content)
    if bundle.get("resourceType") != "Bundle":
        return content
    parts = [(entry, orjson.dumps(entry["resource"])) for entry in bundle.get("entry", ())]
    kept = [(entry, part) for entry, part in parts if _tells(entry) or view.sees(part)]
    bundle["entry"] = [entry | {"resource": orjson.Fragment(view.masked(part))} for entry, part in kept]
    return orjson.dumps(bundle)


def _tells(entry: dict[str, Any]) -> bool:
    """Whether an entry is about the answer itself, and so about no patient."""
    return bool((entry.get("search") or {}).get("mode") == "outcome")


def _before(reader: Reader, call: Call, view: View) -> None:
    """Raises a refusal of what the caller may not ask for; what is hidden answers as what never was."""
    if call.kind not in OPEN_WITHOUT_PATIENT:
        _check_refusal(call, view)
    if call.interaction == "search-type":
        view.check_search(call.kind)
    if call.identity is None or call.kind == AUDITED_ONLY or call.interaction not in READS:
        return
    found = reader.find(call.kind, call.identity)
    if found is not None and not _seen(reader, call, view, found):
        call.record.touch(f"{call.kind}/{call.identity}", found.patient)
        raise never_was(call)


def _check_refusal(call: Call, view: View) -> None:
    if view.refusal:
        if view.about:
            call.record.touch(view.about, "")
        raise no_access(view.refusal)


def check_shown(call: Call, found: Found | None) -> None:
    """Raises a refusal unless the caller may see the patient that an operation turned out to be about."""
    if call.view is None:
        return
    _check_refusal(call, call.view)
    if found is not None and not _visible(call.view, call, found):
        call.record.touch(f"{call.kind}/{call.identity}", found.patient)
        raise never_was(call)


def _seen(reader: Reader, call: Call, view: View, found: Found) -> bool:
    """Whether the resource, and the version asked for, may be seen."""
    seen = _visible(view, call, found)
    number = call.version or ""
    if seen and call.interaction == "vread" and number.isascii() and number.isdigit() and len(number) < 19:
        version = reader.version(found.rid, int(number))
        return version is None or version.content is None or view.sees(version.content)
    return seen


def _visible(view: View, call: Call, found: Found) -> bool:
    if found.content:
        return view.sees(found.content)
    return view.sees_row(call.kind, call.identity or "", found.patient)


def never_was(call: Call) -> FhirError:
    """The refusal that a resource which does not exist would get."""
    what = "there is no such version of this" if call.interaction == "vread" else "there is no"
    rest = "" if call.interaction == "vread" else " with this id"
    return refuse(404, "not-found", f"{what} {call.kind}{rest}", call.kind)


def check_target(call: Call, found: Found | None) -> None:
    """Raises a 403 unless the caller may change or delete what is there; also when nothing is, or that would tell.

    A protected address that the caller is not shown stays as it is stored.
    """
    view = call.view
    if view is None or (found is None and view.everybody):
        return
    if found is None or not _visible(view, call, found):
        call.record.touch(f"{call.kind}/{call.identity}", found.patient if found else "")
        raise no_access(NOT_YOURS)
    if found.content and not view.writes(found.content):
        raise no_access(NOT_YOURS)
    check_prescribed(call.caller, found.content or b"")
    if call.kind in PLACED and call.interaction != "delete":
        _keep_places(call, view, found)


def _keep_places(call: Call, view: View, found: Found) -> None:
    """Keeps where a protected person lives, and that he is protected, from who is not shown it."""
    own = frozenset(grant.patient for grant in view.grants if grant.address)
    reference = f"{call.kind}/{call.identity}"
    stored = orjson.loads(found.content) if found.content else view.secrecy.last(reference)
    if not stored or not view.secrecy.protects(stored, own):
        return
    if call.interaction == "update":
        call.resource = view.secrecy.restored(call.resource, stored)
        return
    touched = [str(step.get(key, "")) for step in call.resource for key in ("path", "from") if key in step]
    if any(path == "" or path.startswith(_PLACES) for path in touched):
        raise no_access("where a person with a protected address lives cannot be patched")


def check_written(view: View | None, content: bytes, find: Find | None = None) -> None:
    """Raises a 403, which undoes the write, unless the caller may have written what now stands.

    ``find`` knows what the same transaction has written too.
    """
    if view is not None and not view.writes(content, find):
        raise no_access(NOT_YOURS)
