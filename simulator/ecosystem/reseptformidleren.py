"""Reseptformidleren: takes prescriptions and recalls from prescribers, and tells them what pharmacies handed out.

``POST /reseptformidleren/$process-message`` takes a message (``prescriptions``) and answers it with an application
receipt: a message Bundle whose MessageHeader.response says ``ok`` or ``fatal-error``, with an OperationOutcome. What is
handed out (a pharmacy's M10) is sent to the prescriber's system as M6: a transaction with one MedicationDispense that
is made only once (``If-None-Exist``), its patient named by person number, its prescription by identifier.

``Patient/$getMedication`` and ``Patient/$sendMedication`` read and write the one medicines list (``medicines_list``): a
``patient`` (identifier), a ``version`` and a ``medication`` Bundle as Parameters; 409 when somebody else was first.
"""

from typing import Any, ClassVar, Final
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.kit import Kit, Neighbour
from simulator.ecosystem.medicines_list import Lists, StaleError, told
from simulator.ecosystem.outbox import Letter
from simulator.ecosystem.prescriptions import Register, person_of
from simulator.ecosystem.receipts import Counter, RefusedError, facts_in, fhir, outcome, refusing

Json = dict[str, Any]
ANSWERS: Final = {"ERM5": "ERM52", "ERM95": "ERM96", "ERM97": "ERM98"}
"""Which message answers which (Volven 8279)."""


class Reseptformidleren(Neighbour):
    """The national exchange of prescriptions (Reseptformidleren), with what pharmacies do told by the bench."""

    name: ClassVar[str] = "reseptformidleren"

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._register = Register()
        self._lists = Lists()
        self._counter = Counter(f"{kit.address}/{self.name}", ANSWERS, self._act)

    def routes(self) -> list[Route]:
        """Where it answers."""
        facts = f"/facts/{self.name}"
        return [
            Route(f"/{self.name}/$process-message", self._counter.take, methods=["POST"]),
            Route(f"/{self.name}/Patient/$getMedication", self._list, methods=["POST"]),
            Route(f"/{self.name}/Patient/$sendMedication", self._list, methods=["POST"]),
            Route(f"{facts}/prescriptions", refusing(self._told), methods=["POST"]),
            Route(f"{facts}/lists", refusing(self._listed), methods=["POST"]),
            Route(f"{facts}/changes", refusing(self._change), methods=["POST"]),
            Route(f"{facts}/dispenses", refusing(self._dispense), methods=["POST"]),
            Route(f"{facts}/reservations", refusing(self._reserve), methods=["POST"]),
        ]

    def _act(self, event: str, resource: Json) -> list[Json]:
        return self.kit.listed(self._register.act(event, resource))

    async def _list(self, request: Request) -> Response:
        """The list of somebody, read or replaced; 409 when it was changed meanwhile, 422 when it may not be so."""
        try:
            given = {one["name"]: one for one in orjson.loads(await request.body())["parameter"]}
            person = person_of({"identifier": given["patient"]["valueIdentifier"]})
            if request.url.path.endswith("$sendMedication"):
                sent = [entry["resource"] for entry in given["medication"]["resource"].get("entry") or ()]
                self._lists.send(person, int(given["version"]["valueString"]), sent)
        except (LookupError, TypeError, AttributeError, ValueError):
            return fhir(
                outcome("structure", "expected Parameters with patient, and to send version and medication"), 400
            )
        except StaleError:
            return fhir(outcome("conflict", "somebody else has changed the list; fetch it again"), 409)
        except RefusedError as error:
            return fhir(outcome(error.code, str(error)), 422)
        version, statements = self._lists.fetch(person)
        entries = [{"resource": statement} for statement in self.kit.listed(statements)]
        bundle = {"resourceType": "Bundle", "type": "collection", **({"entry": entries} if entries else {})}
        parts = [{"name": "version", "valueString": str(version)}, {"name": "medication", "resource": bundle}]
        return fhir({"resourceType": "Parameters", "parameter": parts})

    async def _listed(self, request: Request) -> Response:
        """A person's list, in short."""
        statements = self._lists.look(str((await facts_in(request))["person"]))
        return JSONResponse({"medicines": [told(one) for one in statements]})

    async def _change(self, request: Request) -> Response:
        """Another prescriber changes a medicine (``id``) on a ``person``'s list to ``statement``, or adds it."""
        body = await facts_in(request)
        self._lists.change(str(body["person"]), str(body["id"]), dict(body["statement"]))
        return JSONResponse({})

    async def _told(self, request: Request) -> Response:
        """How a person's prescriptions stand."""
        person = str((await facts_in(request))["person"])
        return JSONResponse({"prescriptions": [p.told() for p in self._register.of(person)]})

    async def _reserve(self, request: Request) -> Response:
        body = await facts_in(request)
        self._register.get(str(body["prescription"])).reserved = bool(body.get("reserved", True))
        return JSONResponse({})

    async def _dispense(self, request: Request) -> Response:
        """A pharmacy's M10, and the M6 that follows from it."""
        body = await facts_in(request)
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
