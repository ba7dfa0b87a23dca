"""What another's journal writes to the candidate of its own accord: standard messages, and the receipts it has seen.

The bench says what somebody there has written, as message Bundles; the system sends each to ``$process-message`` by its
outbox: late, twice or in another order when asked to, and again until somebody answers.
"""

from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.client import letter, told
from simulator.ecosystem.kit import Kit
from simulator.ecosystem.outbox import Letter, Reply
from simulator.ecosystem.receipts import facts_in, refusing

Json = dict[str, Any]
OPERATION: Final = "$process-message"


class Correspondence:
    """The messages of one neighbour.

    Args:
        kit: The neighbour's things.
    """

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._answers: dict[str, list[Json]] = {}
        kit.outbox.heard = self._heard

    def routes(self) -> list[Route]:
        """What is written, and what came back, for the bench."""
        facts = f"/facts/{self._kit.name}"
        return [
            Route(f"{facts}/messages", refusing(self._written), methods=["POST"]),
            Route(f"{facts}/receipts", refusing(self._seen), methods=["POST"]),
        ]

    async def _written(self, request: Request) -> Response:
        """Sends ``messages`` one by one."""
        messages: list[Json] = (await facts_in(request))["messages"]
        for message in messages:
            identity(message)
        for message in messages:
            await self._kit.outbox.post(letter(self._kit, OPERATION, message))
        return JSONResponse({})

    async def _seen(self, request: Request) -> Response:
        """The ``answers`` to each message by its id, in order: ``status`` (0 for none) and ``body``."""
        wanted: list[str] = (await facts_in(request))["messages"]
        return JSONResponse({"answers": {one: self._answers.get(one, []) for one in wanted}})

    def _heard(self, sent: Letter, reply: Reply) -> None:
        if sent.address.endswith(f"/{OPERATION}"):
            answers = self._answers.setdefault(identity(orjson.loads(sent.body)), [])
            answers.append({"status": reply.status, "body": told(reply)})


def identity(message: Json) -> str:
    """The id of a message; raises KeyError, TypeError or IndexError for what is none."""
    return str(message["entry"][0]["resource"]["id"])
