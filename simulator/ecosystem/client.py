"""Neighbours as clients of the candidate's FHIR interface, for themselves or on somebody's behalf."""

from typing import Any, Final
from urllib.parse import urlencode, urljoin

import orjson

from simulator.ecosystem.kit import Kit
from simulator.ecosystem.outbox import Letter, Reply

Json = dict[str, Any]
FORM: Final = "application/x-www-form-urlencoded"
PAGES: Final = 50
"""Pages of a search that are followed at the most."""


def letter(
    kit: Kit, path: str, body: Json | None = None, *, subject: Json | None = None, method: str = "POST"
) -> Letter:
    """A request to a path below the candidate's FHIR base."""
    address = f"{kit.access.candidate.base_url}/{path}".rstrip("/")
    return Letter(address, orjson.dumps(body) if body is not None else b"", method, subject=subject or {})


async def search(kit: Kit, kind: str, criteria: dict[str, str], subject: Json | None = None) -> tuple[int, list[Json]]:
    """Status, and the resources of a search by POST, 200 a page, on as many pages as the candidate makes of them.

    The status is that of the last page asked for.
    """
    base, whose = kit.access.candidate.base_url, subject or {}
    body = urlencode({**criteria, "_count": "200"}).encode()
    page, found = Letter(f"{base}/{kind}/_search", body, media=FORM, subject=whose), list[Json]()
    for _ in range(PAGES):
        reply = await kit.outbox.ask(page)
        found += [one["resource"] for one in rows(told(reply), "entry") if isinstance(one.get("resource"), dict)]
        links = [one.get("url") for one in rows(told(reply), "link") if one.get("relation") == "next"]
        following = urljoin(f"{base}/", str(links[0])) if links else ""
        if not following.startswith(base):
            break
        page = Letter(following, method="GET", subject=whose)
    return reply.status, found


def rows(found: Json, name: str) -> list[Json]:
    """The objects in a list of an answer; what has another form is passed over, as others may answer anything."""
    listed = found.get(name)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


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
