"""Document sharing between communities (Norsk helsenett's dokumentdeling): IHE MHD's ITI-67 and ITI-68 over hospitals.

``POST /dokumentdeling/fhir/DocumentReference/_search`` with ``patient.identifier`` in the body finds what hospitals
hold; ``GET /dokumentdeling/fhir/Binary/{id}`` gives the bytes. What is labelled NORS is listed and given only to who
forces access open (``NHN-Access-Basis: FORHOYET_AKUTT`` or ``FORHOYET_SAMTYKKE``); how many were held back stands in
``NHN-SecurityLabel-Nors-Count``. Documents are entered with PUT below ``/facts``.
"""

import hashlib
from base64 import b64encode
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.ecosystem.kit import Kit, Neighbour

Json = dict[str, Any]
TYPES: Final = "urn:oid:2.16.578.1.12.4.1.1.9602"
LABELS: Final = "urn:oid:2.16.578.1.12.4.1.1.9603"
FHIR: Final = "application/fhir+json"
FORCED: Final = frozenset({"FORHOYET_AKUTT", "FORHOYET_SAMTYKKE"})
BLOCKED: Final = "NORS"
STATUSES: Final = frozenset({"current", "superseded", "entered-in-error"})


class Document(BaseModel):
    """One document of a community: number, type and label by Volven 9602 and 9603, when, and its text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9\-.]{1,64}$")]
    community: str
    type: Annotated[str, Field(pattern=r"^[A-Z]\d\d-\d$")]
    title: str
    date: str
    text: str
    media: str = "text/plain; charset=utf-8"
    label: str = "N"
    status: str = "current"


class Shelf(BaseModel):
    """What all communities hold about one person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: Annotated[str, Field(pattern=r"^\d{11}$")]
    documents: list[Document]


class DocumentSharing(Neighbour):
    """Document sharing between communities: hospitals' documents by ITI-67 and ITI-68."""

    name: ClassVar[str] = "dokumentdeling"

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._shelves: dict[str, list[Document]] = {}

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [
            Route("/dokumentdeling/fhir/DocumentReference/_search", self._find, methods=["POST"]),
            Route("/dokumentdeling/fhir/Binary/{id}", self._give, methods=["GET"]),
            Route("/facts/dokumentdeling/documents", self._enter, methods=["PUT"]),
        ]

    async def _enter(self, request: Request) -> Response:
        try:
            shelf = Shelf.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"message": error.errors()[0]["msg"]}, 400)
        self._shelves[shelf.person] = shelf.documents
        return JSONResponse({"documents": len(shelf.documents)})

    async def _find(self, request: Request) -> Response:
        asked = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        number = asked.get("patient.identifier", "").rpartition("|")[2]
        if not number or not STATUSES.issuperset(asked.get("status", "current").split(",")):
            return JSONResponse(_outcome("patient.identifier and status are required (ITI-67)"), 400, media_type=FHIR)
        wanted = [d for d in self._shelves.get(number, []) if d.status in asked.get("status", "current").split(",")]
        shown = [d for d in wanted if d.label != BLOCKED or _forced(request)]
        entries = self.kit.listed([self._entry(one) for one in shown])
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
        bundle |= {"entry": entries} if entries else {}
        hidden = {"NHN-SecurityLabel-Nors-Count": str(len(wanted) - len(shown))}
        return JSONResponse(bundle, headers=hidden, media_type=FHIR)

    async def _give(self, request: Request) -> Response:
        found = [d for shelf in self._shelves.values() for d in shelf if d.id == request.path_params["id"]]
        if not found or (found[0].label == BLOCKED and not _forced(request)):
            return JSONResponse(_outcome("there is no such document"), 404, media_type=FHIR)
        return Response(found[0].text.encode(), headers={"content-type": found[0].media})

    def _entry(self, document: Document) -> Json:
        """A document as MHD's Minimal DocumentReference."""
        content = document.text.encode()
        digest = hashlib.sha1(content, usedforsecurity=False).digest()
        base = f"{self.kit.address}/{self.name}/fhir"
        attachment = {
            "contentType": document.media,
            "url": f"{base}/Binary/{document.id}",
            "size": len(content),
            "hash": b64encode(digest).decode(),
            "title": document.title,
        }
        resource = {
            "resourceType": "DocumentReference",
            "id": document.id,
            "meta": {"source": f"urn:community:{document.community}"},
            "masterIdentifier": {"system": f"urn:community:{document.community}", "value": document.id},
            "status": document.status,
            "type": {"coding": [{"system": TYPES, "code": document.type}]},
            "date": document.date,
            "custodian": {"display": document.community},
            "securityLabel": [{"coding": [{"system": LABELS, "code": document.label}]}],
            "content": [{"attachment": attachment}],
        }
        return {"fullUrl": f"{base}/DocumentReference/{document.id}", "resource": resource, "search": {"mode": "match"}}


def _forced(request: Request) -> bool:
    return request.headers.get("nhn-access-basis", "") in FORCED


def _outcome(words: str) -> Json:
    issue = {"severity": "error", "code": "invalid", "diagnostics": words}
    return {"resourceType": "OperationOutcome", "issue": [issue]}
