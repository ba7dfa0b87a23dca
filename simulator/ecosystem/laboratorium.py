"""The laboratory: takes orders from the candidate, and sends answers and corrected answers of its own accord.

``POST /laboratorium/$process-message`` takes an order (REQ_LAB: a ServiceRequest by LOINC, the person by number). An
answer (SVAR_LAB) is a transaction of an Observation and its DiagnosticReport, each written by what identifies it
(``PUT Observation?identifier=…``), so that it can be sent twice; a correction is the same with a new value and a later
``issued``. Who gets a copy without having ordered gets the same, without ``basedOn``.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.kit import Kit, Neighbour
from simulator.ecosystem.outbox import Letter
from simulator.ecosystem.prescriptions import person_of
from simulator.ecosystem.receipts import Counter, RefusedError, facts_in, refusing

Json = dict[str, Any]
ORDER: Final = "https://journalbenk.example/fhir/sid/laboratory-order"
ANSWER: Final = "https://journalbenk.example/fhir/sid/laboratory-answer"
LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
LABORATORY: Final = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]
}
BETWEEN: Final = timedelta(hours=1)
"""How much later a correction is issued."""


class Laboratory(Neighbour):
    """The laboratory (laboratorium): orders in, answers, corrections and copies out."""

    name: ClassVar[str] = "laboratorium"

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._orders: dict[str, Json] = {}
        self._answers: dict[str, Json] = {}
        self._counter = Counter(f"{kit.address}/{self.name}", {}, self._order)

    def routes(self) -> list[Route]:
        """Where it answers."""
        facts = f"/facts/{self.name}"
        return [
            Route(f"/{self.name}/$process-message", self._counter.take, methods=["POST"]),
            Route(f"{facts}/orders", refusing(self._told), methods=["POST"]),
            Route(f"{facts}/answers", refusing(self._answer), methods=["POST"]),
            Route(f"{facts}/corrections", refusing(self._correct), methods=["POST"]),
        ]

    def _order(self, event: str, resource: Json) -> list[Json]:
        if event != "REQ_LAB":
            raise RefusedError("not-supported", f"the message {event[:20]} is not taken here")
        known = (one for one in resource.get("identifier") or () if one.get("system") == ORDER)
        number = next((str(one["value"]) for one in known if one.get("value")), "")
        if not number or not _loinc(resource):
            raise RefusedError("required", f"an order is identified by {ORDER} and names a test by LOINC")
        if number in self._orders:
            raise RefusedError("duplicate", "this order has come before")
        self._orders[number] = resource | {"person": person_of(resource.get("subject"))}
        return []

    async def _told(self, request: Request) -> Response:
        """The orders about a person, by number and code."""
        person = str((await facts_in(request))["person"])
        found = [
            {"id": number, "code": _loinc(order)} for number, order in self._orders.items() if order["person"] == person
        ]
        return JSONResponse({"orders": found})

    async def _answer(self, request: Request) -> Response:
        """Answers an ``order``, or sends a copy about a ``person`` and ``code``, with ``value`` and ``unit``."""
        body = await facts_in(request)
        order = self._orders.get(str(body.get("order", "")))
        if "order" in body and order is None:
            raise RefusedError("not-found", "there is no such order")
        about = order or {"subject": {"identifier": body["person"]}, "code": {"coding": [body["code"]]}}
        number = str(uuid4())
        answer = {"number": number, "order": body.get("order"), "subject": about["subject"], "code": about["code"]}
        self._answers[number] = answer | {"issued": datetime.now(UTC), "unit": str(body["unit"])}
        await self._send(self._answers[number], float(body["value"]), "final")
        return JSONResponse({"answer": number})

    async def _correct(self, request: Request) -> Response:
        """Corrects an answer (``answer``) to another ``value``."""
        body = await facts_in(request)
        answer = self._answers.get(str(body["answer"]))
        if answer is None:
            raise RefusedError("not-found", "there is no such answer")
        answer["issued"] += BETWEEN
        await self._send(answer, float(body["value"]), "corrected")
        return JSONResponse({})

    async def _send(self, answer: Json, value: float, status: str) -> None:
        letter = Letter(self.kit.access.candidate.base_url, orjson.dumps(_report(answer, value, status)))
        await self.kit.outbox.post(letter)


def _loinc(order: Json) -> str:
    """The test that an order names by LOINC, whatever other codes stand beside it; empty without one."""
    codings = (order.get("code") or {}).get("coding") or []
    return next((str(one["code"]) for one in codings if one.get("system") == LOINC and one.get("code")), "")


def _report(answer: Json, value: float, status: str) -> Json:
    """The SVAR_LAB of an answer as it stands now."""
    person = answer["subject"]["identifier"]
    common: Json = {
        "identifier": [{"system": ANSWER, "value": answer["number"]}],
        "status": status,
        "category": [LABORATORY],
        "code": answer["code"],
        "subject": {"reference": f"Patient?identifier={person['system']}|{person['value']}"},
        "issued": answer["issued"].isoformat(timespec="seconds"),
    }
    if answer["order"]:
        common["basedOn"] = [{"type": "ServiceRequest", "identifier": {"system": ORDER, "value": answer["order"]}}]
    measured = {"value": value, "unit": answer["unit"], "system": UCUM, "code": answer["unit"]}
    observation = {"resourceType": "Observation", **common, "valueQuantity": measured}
    name = f"urn:uuid:{uuid4()}"
    report = {"resourceType": "DiagnosticReport", **common, "result": [{"reference": name}]}
    once = f"identifier={ANSWER}|{answer['number']}"
    entries = [
        {"fullUrl": url, "resource": part, "request": {"method": "PUT", "url": f"{part['resourceType']}?{once}"}}
        for url, part in ((name, observation), (f"urn:uuid:{uuid4()}", report))
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
