"""Neighbours as clients of the candidate's FHIR interface, for themselves or on somebody's behalf."""

from typing import Any, Final
from urllib.parse import urlencode

import orjson

from simulator.ecosystem.kit import Kit
from simulator.ecosystem.outbox import Letter, Reply

Json = dict[str, Any]
FORM: Final = "application/x-www-form-urlencoded"


def letter(
    kit: Kit, path: str, body: Json | None = None, *, subject: Json | None = None, method: str = "POST"
) -> Letter:
    """A request to a path below the candidate's FHIR base."""
    address = f"{kit.access.candidate.base_url}/{path}".rstrip("/")
    return Letter(address, orjson.dumps(body) if body is not None else b"", method, subject=subject or {})


async def search(kit: Kit, kind: str, criteria: dict[str, str], subject: Json | None = None) -> tuple[int, list[Json]]:
    """Status, and the resources on the first page of a search by POST (200 at most are asked for)."""
    address = f"{kit.access.candidate.base_url}/{kind}/_search"
    body = urlencode({**criteria, "_count": "200"}).encode()
    reply = await kit.outbox.ask(Letter(address, body, media=FORM, subject=subject or {}))
    found = told(reply)
    return reply.status, [entry["resource"] for entry in found.get("entry") or [] if "resource" in entry]


def told(reply: Reply) -> Json:
    """The JSON object of a reply; empty when it holds none."""
    try:
        found = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def name_in(reply: Reply) -> str:
    """``Type/id`` of what was made, by the Location of a create; empty without one."""
    parts = reply.headers.get("location", "").partition("/_history/")[0].rsplit("/", 2)
    return "/".join(parts[-2:]) if len(parts) > 1 else ""
