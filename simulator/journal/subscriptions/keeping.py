"""Writes of Subscriptions: what they ask for is looked at first, and what a secret header says is kept apart.

A client asks (``requested``) or ends (``off``); ``active`` and ``error`` are the journal's own words, set when the
endpoint has taken a handshake, or has failed too often.
"""

from dataclasses import replace
from typing import Any, Final

import orjson

from simulator.journal.access.challenge import insufficient_scope, no_access
from simulator.journal.access.view import OWNER
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Found, Store
from simulator.journal.subscriptions.state import KIND, Subscriber, enrol, forget, subscriber, told_of
from simulator.journal.subscriptions.terms import Terms, check_headers, read_terms

Json = dict[str, Any]
HIDDEN: Final = "***"
NARROW: Final = "staff and citizens subscribe to one patient whom they may see: name that patient in a filter"


def keeping(interaction: Interaction) -> Interaction:
    """A write interaction that looks at Subscriptions; any other type passes by."""

    def apply(journal: Journal, store: Any, call: Call) -> Answer:
        if call.kind != KIND:
            return interaction.apply(journal, store, call)
        return interaction.apply(journal, _Keeping(journal, store, call), call)

    return replace(interaction, apply=apply)


class _Keeping:
    """The store as the write of a Subscription sees it."""

    def __init__(self, journal: Journal, store: Store, call: Call) -> None:
        self._journal = journal
        self._store = store
        self._call = call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put(self, resource: Json, found: Found | None, method: str) -> Found:
        """Stores a Subscription and its row; raises a refusal of what is not served, or not for this caller."""
        before = subscriber(self._store, resource["id"])
        check_headers(resource["channel"].get("header", []))
        if resource.get("status") != "off":
            terms = read_terms(resource, self._journal.base, frozenset(self._journal.settings.notify))
            _check_rights(self._call, terms)
            resource = resource | {"status": "requested"}
        resource, headers = _apart(resource, before)
        now = self._store.put(_owned(resource, self._call), found, method)
        enrol(self._store, _row(resource, now, headers, before, told_of(self._call.caller)))
        return now

    def delete(self, kind: str, identity: str, found: Found) -> Found:
        """Deletes a Subscription, its row and its events."""
        forget(self._store, identity)
        return self._store.delete(kind, identity, found)


def _row(resource: Json, now: Found, headers: str, before: Subscriber | None, caller: str) -> Subscriber:
    """Events go on being numbered, and none is lost while an endpoint in error is asked anew."""
    row = Subscriber(resource["id"], now.vid, caller, headers, resource["status"])
    if before is None:
        return row
    going = before.records and row.status != "off"
    return replace(
        row,
        mark=before.mark if going else 0,
        since=before.since if going else 0,
        counted=before.counted,
        sent=before.sent if going else before.counted,
    )


def _check_rights(call: Call, terms: Terms) -> None:
    """Raises a refusal of what the caller may not be told; nobody is asked who he is in open mode."""
    caller, view = call.caller, call.view
    if caller is None or view is None:
        return
    if terms.content == "full-resource":
        words = "notifications say where something is, and what it is must be fetched; use id-only or empty"
        raise refuse(422, "not-supported", words, f"{KIND}.channel.payload")
    for kind in terms.topic.kinds:
        if not caller.scopes.allow(kind, "r"):
            raise insufficient_scope(caller.scopes.wanted(kind, "r"), scheme=caller.scheme)
    granted = {grant.patient for grant in view.grants}
    patients = terms.patients()
    if not view.everybody and (len(patients) != 1 or not granted.issuperset(patients)):
        raise no_access(NARROW)


def _apart(resource: Json, before: Subscriber | None) -> tuple[Json, str]:
    """The resource with the values of its headers hidden, and the headers; a hidden value stays as it was."""
    channel = resource["channel"]
    if "header" not in channel:
        return resource, "[]"
    known = dict(_split(text) for text in orjson.loads(before.headers)) if before else {}
    given = [_split(text) for text in channel["header"]]
    found = [f"{name}: {known.get(name, '') if value == HIDDEN else value}" for name, value in given]
    shown = channel | {"header": [f"{name}: {HIDDEN}" for name, _ in given]}
    return resource | {"channel": shown}, orjson.dumps(found).decode()


def _split(text: str) -> tuple[str, str]:
    name, _, value = text.partition(":")
    return name.strip(), value.strip()


def _owned(resource: Json, call: Call) -> Json:
    """The resource with the tag that says whose it is, which nobody but the journal sets."""
    meta = resource.get("meta") or {}
    tags = [tag for tag in meta.get("tag", ()) if tag.get("system") != OWNER]
    if call.caller is not None:
        tags.append({"system": OWNER, "code": call.caller.key})
    rest = {name: value for name, value in meta.items() if name != "tag"}
    return resource | {"meta": rest | ({"tag": tags} if tags else {})}
