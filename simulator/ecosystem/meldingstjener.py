"""The message server of those outside: boxes that receive standard messages and give receipts (AppRec).

Each box is an address that a party of the address register may have. It acknowledges what comes unless the bench asks
it to refuse, or to say nothing. What has come is read in the log of all neighbours.
"""

from typing import Any, ClassVar, Final, Literal
from uuid import NAMESPACE_URL, uuid5

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.domain.codes import MESSAGE_ERROR, MESSAGE_TYPE
from simulator.ecosystem.kit import Kit, Neighbour

FHIR_JSON: Final = "application/fhir+json"


class Box(BaseModel):
    """How a box answers: with a receipt of status 1 or 2, or with nothing (it was received, that is all)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: Literal["ok", "refused", "nothing"] = "ok"
    error: str = "X99"
    """The code (Volven 8221) of a refusal."""


class MessageServer(Neighbour):
    """The message server (meldingstjener) of those outside: boxes that receive messages and acknowledge them."""

    name: ClassVar[str] = "meldingstjener"

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._boxes: dict[str, Box] = {}

    def routes(self) -> list[Route]:
        """Boxes for senders; how they answer for the bench."""
        return [
            Route("/meldingstjener/{box}", self._receive, methods=["POST"]),
            Route("/facts/meldingstjener/{box}", self._instruct, methods=["PUT"]),
        ]

    async def _instruct(self, request: Request) -> Response:
        try:
            box = Box.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"message": error.errors()[0]["msg"]}, 400)
        self._boxes[request.path_params["box"]] = box
        return JSONResponse(box.model_dump())

    async def _receive(self, request: Request) -> Response:
        """202 for what is received without a receipt, 200 with one, 400 for what is no message Bundle."""
        box = self._boxes.get(request.path_params["box"], Box())
        try:
            bundle = orjson.loads(await request.body())
            header = bundle["entry"][0]["resource"]
            message = str(header["id"])
            understood = bundle["type"] == "message" and header["resourceType"] == "MessageHeader"
        except (orjson.JSONDecodeError, LookupError, TypeError):
            understood = False
        if not understood:
            return JSONResponse({"message": "not a message Bundle"}, 400)
        if box.answer == "nothing":
            return Response(status_code=202)
        receipt = _receipt(message, header, box, str(request.url))
        return Response(orjson.dumps(receipt), media_type=FHIR_JSON)


def _receipt(message: str, header: dict[str, Any], box: Box, here: str) -> dict[str, Any]:
    identity = str(uuid5(NAMESPACE_URL, f"meldingstjener/{message}"))
    response: dict[str, Any] = {"identifier": message, "code": "ok" if box.answer == "ok" else "fatal-error"}
    entries: list[dict[str, Any]] = []
    if box.answer == "refused":
        issue = {"severity": "fatal", "code": "processing"}
        coded = {"coding": [{"system": MESSAGE_ERROR, "code": box.error}]}
        outcome = {"resourceType": "OperationOutcome", "issue": [{**issue, "details": coded}]}
        response["details"] = {"reference": f"urn:uuid:{uuid5(NAMESPACE_URL, identity)}"}
        entries = [{"fullUrl": response["details"]["reference"], "resource": outcome}]
    source = header.get("source")
    sender = source.get("endpoint", here) if isinstance(source, dict) else here
    back = {
        "resourceType": "MessageHeader",
        "id": identity,
        "eventCoding": {"system": MESSAGE_TYPE, "code": "APPREC"},
        "source": {"endpoint": here},
        "destination": [{"endpoint": sender}],
        "response": response,
    }
    first = {"fullUrl": f"urn:uuid:{identity}", "resource": back}
    return {"resourceType": "Bundle", "type": "message", "entry": [first, *entries]}
