"""The hub for measurements made at home (VKP): sends what devices measured as batches of Observations (PMD).

A batch holds Observations only, each with a fullUrl and a request; the person is named by number alone
(``subject.identifier``), as the published profile has it. Each is made only once (``If-None-Exist``).
"""

from typing import Any, ClassVar, Final
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.kit import Neighbour
from simulator.ecosystem.outbox import Letter
from simulator.ecosystem.receipts import facts_in, refusing

Json = dict[str, Any]
MEASUREMENT: Final = "https://journalbenk.example/fhir/sid/home-measurement"
LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
VITAL_SIGNS: Final = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]
}


class MeasurementHub(Neighbour):
    """The hub for measurements made at home (hjemmemåling): batches of what devices measured."""

    name: ClassVar[str] = "hjemmemaling"

    def routes(self) -> list[Route]:
        """What devices measured is told by the bench; nobody asks the hub."""
        return [Route(f"/facts/{self.name}/measurements", refusing(self._measured), methods=["POST"])]

    async def _measured(self, request: Request) -> Response:
        """Sends ``measurements`` (``id``, ``person``, ``code``, ``value``, ``unit``, ``at``) as one batch."""
        measured: list[Json] = (await facts_in(request))["measurements"]
        how = self.kit.behaviour
        entries = [_entry(one) for one in (measured[::-1] if how.out_of_order else measured)]
        batch = {"resourceType": "Bundle", "type": "batch", "entry": entries}
        replies = await self.kit.outbox.post(Letter(self.kit.access.candidate.base_url, orjson.dumps(batch)))
        return JSONResponse({"statuses": [_statuses(reply.body) for reply in replies if reply.status]})


def _entry(one: Json) -> Json:
    observation = {
        "resourceType": "Observation",
        "identifier": [{"system": MEASUREMENT, "value": one["id"]}],
        "status": "final",
        "category": [VITAL_SIGNS],
        "code": {"coding": [{"system": LOINC, **one["code"]}]},
        "subject": {"identifier": one["person"]},
        "performer": [{"identifier": one["person"]}],
        "effectiveDateTime": one["at"],
        "valueQuantity": {"value": one["value"], "unit": one["unit"], "system": UCUM, "code": one["unit"]},
        "method": {"text": "Hjemmemåling"},
    }
    once = f"identifier={MEASUREMENT}|{one['id']}"
    request = {"method": "POST", "url": "Observation", "ifNoneExist": once}
    return {"fullUrl": f"urn:uuid:{uuid4()}", "resource": observation, "request": request}


def _statuses(body: bytes) -> list[str]:
    """What became of each entry of a batch."""
    try:
        answered = orjson.loads(body)
        return [str(entry["response"]["status"])[:3] for entry in answered["entry"]]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return []
