"""Reseptformidleren: takes prescriptions and recalls from prescribers, and tells them what pharmacies handed out.

``POST /reseptformidleren/$process-message`` takes a message (``prescriptions``) and answers it with an application
receipt: a message Bundle whose MessageHeader.response says ``ok`` or ``fatal-error``, with an OperationOutcome. What is
handed out (a pharmacy's M10) is sent to the prescriber's system as M6: a transaction with one MedicationDispense that
is made only once (``If-None-Exist``), its patient named by person number, its prescription by identifier.
"""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.kit import Kit, Neighbour
from simulator.ecosystem.outbox import Letter
from simulator.ecosystem.prescriptions import MESSAGES, RefusedError, Register

Json = dict[str, Any]
FHIR: Final = "application/fhir+json"
ANSWERS: Final = {"ERM1": "APPREC", "ERM5": "ERM52", "ERM95": "ERM96", "ERM97": "ERM98"}
"""Which message answers which (Volven 8279)."""


class Reseptformidleren(Neighbour):
    """The national exchange of prescriptions (Reseptformidleren), with what pharmacies do told by the bench."""

    name: ClassVar[str] = "reseptformidleren"

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._register = Register()
        self._answered: dict[str, Json] = {}

    def routes(self) -> list[Route]:
        """Where it answers."""
        facts = f"/facts/{self.name}"
        return [
            Route(f"/{self.name}/$process-message", self._message, methods=["POST"]),
            Route(f"{facts}/prescriptions", self._told, methods=["POST"]),
            Route(f"{facts}/dispenses", refusing(self._dispense), methods=["POST"]),
            Route(f"{facts}/reservations", refusing(self._reserve), methods=["POST"]),
        ]

    async def _message(self, request: Request) -> Response:
        try:
            message = orjson.loads(await request.body())
            header, *rest = [entry["resource"] for entry in message["entry"]]
            event, number = header["eventCoding"]["code"], message["identifier"]["value"]
            understood = message["type"] == "message" and header["eventCoding"]["system"] == MESSAGES and rest
        except (orjson.JSONDecodeError, KeyError, TypeError, IndexError, ValueError):
            understood = False
        if not understood:
            return _fhir(_outcome("structure", "this is no message Bundle with a MessageHeader and its focus"), 400)
        if number not in self._answered:
            self._answered[number] = self._acted(event, number, rest[0])
        return _fhir(self._answered[number])

    def _acted(self, event: str, number: str, resource: Json) -> Json:
        """The receipt of a message that has not been seen before."""
        try:
            found, problem = self._register.act(event, resource), None
        except RefusedError as error:
            found, problem = [], _outcome(error.code, str(error))
        response: Json = {"identifier": number, "code": "fatal-error" if problem else "ok"}
        header = {
            "resourceType": "MessageHeader",
            "eventCoding": {"system": MESSAGES, "code": ANSWERS.get(event, "APPREC")},
            "source": {"endpoint": f"{self.kit.address}/{self.name}"},
            "response": response,
        }
        parts = [header, *([problem] if problem else []), *found]
        entries = [{"fullUrl": f"urn:uuid:{uuid4()}", "resource": part} for part in parts]
        return {
            "resourceType": "Bundle",
            "type": "message",
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid4()}"},
            "entry": entries,
        }

    async def _told(self, request: Request) -> Response:
        """How a person's prescriptions stand."""
        person = str((await request.json())["person"])
        return JSONResponse({"prescriptions": [p.told() for p in self._register.of(person)]})

    async def _reserve(self, request: Request) -> Response:
        body = await request.json()
        self._register.get(str(body["prescription"])).reserved = bool(body.get("reserved", True))
        return JSONResponse({})

    async def _dispense(self, request: Request) -> Response:
        """A pharmacy's M10, and the M6 that follows from it."""
        body = await request.json()
        number = str(uuid4())
        dispense = self._register.dispense(str(body["prescription"]), number, last=bool(body.get("last", True)))
        await self.kit.outbox.post(Letter(self.kit.access.candidate.base_url, orjson.dumps(_report(dispense, number))))
        return JSONResponse({"dispense": number})


def _report(dispense: Json, number: str) -> Json:
    """The M6 of a dispense."""
    person, identifier = dispense["subject"]["identifier"], dispense["identifier"][0]
    subject = {"reference": f"Patient?identifier={person['system']}|{person['value']}"}
    once = f"identifier={identifier['system']}|{identifier['value']}"
    entry = {
        "fullUrl": f"urn:uuid:{number}",
        "resource": dispense | {"subject": subject},
        "request": {"method": "POST", "url": "MedicationDispense", "ifNoneExist": once},
    }
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}


def refusing(serve: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The same, with 409 for what cannot be and 400 for what is not understood."""

    async def served(request: Request) -> Response:
        try:
            return await serve(request)
        except RefusedError as error:
            return JSONResponse({"message": str(error)}, 409)
        except (orjson.JSONDecodeError, ValueError, KeyError, TypeError) as error:
            return JSONResponse({"message": f"not understood ({type(error).__name__})"}, 400)

    return served


def _outcome(code: str, words: str) -> Json:
    issue = {"severity": "error", "code": code, "diagnostics": words}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _fhir(resource: Json, status: int = 200) -> Response:
    return Response(orjson.dumps(resource), status, media_type=FHIR)
