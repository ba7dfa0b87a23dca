"""The parties beside the journal: registers, other journals and agencies, each under a path of one base address."""

import asyncio
from typing import Any, Final

import orjson

from simulator.journal.access.outside import fetch
from simulator.journal.errors import FhirError, refuse

NEEDING: Final = ("$elsewhere", "$outside-documents", "$outside-document", "$send-message", "$follow-register")
"""Operations that are nothing without neighbours: a journal that has none neither lists them nor knows them."""


class Neighbours:
    """Asks the journal's neighbours; the calls block, so they belong in a thread (or go through ``asking``).

    Args:
        address: Their base address, without a slash at the end.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(
        self, name: str, path: str, body: Any = None, *, method: str = "", media: str = "application/json"
    ) -> tuple[int, Any]:
        """Status and JSON of a GET of ``/<name>/<path>``, or of a POST when there is a ``body``; None unless 2xx.

        No identity number belongs in ``path``.

        Raises:
            OSError: Nobody answers, or not in JSON.
        """
        sent = None if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        return fetch(f"{self.address}/{name}/{path}", sent, method=method, media=media)

    async def asking(self, name: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """``ask`` without holding up the event loop."""
        return await asyncio.to_thread(self.ask, name, path, body, **more)


def silent(who: str) -> FhirError:
    """503: what was asked for needs a neighbour that does not answer."""
    return refuse(503, "transient", f"{who} does not answer; try again later")
