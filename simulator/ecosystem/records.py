"""Journals of others, read by FHIR R4: a hospital's, Helseplattformen, and that of a fastlege with an own system.

Each answers ``POST /<name>/fhir/<Type>/_search`` and ``GET /<name>/fhir/<Type>/<id>``. People are found by
identifier in the body, for no identity number belongs in an address; the rest by ``patient``. The bench puts things in.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.ecosystem.correspondence import Correspondence
from simulator.ecosystem.kit import Kit, Neighbour

Json = dict[str, Any]
FHIR_JSON: Final = "application/fhir+json"
TYPES: Final = (
    *("Patient", "Condition", "MedicationStatement", "AllergyIntolerance", "Encounter", "Observation"),
    *("DocumentReference", "Binary"),
)
Test = Callable[[Json, str], bool]


def _has_identifier(resource: Json, wanted: str) -> bool:
    system, _, value = wanted.rpartition("|")
    rows = resource.get("identifier") or []
    return any(row.get("value") == value and (not system or row.get("system") == system) for row in rows)


def _is_about(resource: Json, wanted: str) -> bool:
    reference = (resource.get("subject") or resource.get("patient") or {}).get("reference", "")
    return bool(reference == (wanted if "/" in wanted else f"Patient/{wanted}"))


def _has_status(resource: Json, wanted: str) -> bool:
    return str(resource.get("status", "")) in wanted.split(",")


CRITERIA: Final[dict[str, Test]] = {
    "_id": lambda resource, wanted: resource.get("id") == wanted,
    "identifier": _has_identifier,
    "patient": _is_about,
    "subject": _is_about,
    "status": _has_status,
}


class OtherRecord(Neighbour):
    """A journal of others that can be read, and that writes to the candidate (``correspondence.py``)."""

    wrong_itself: ClassVar[bool] = True  # it tells of another person than the one asked for

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._kept: dict[str, dict[str, Json]] = {kind: {} for kind in TYPES}
        self._correspondence = Correspondence(kit)

    def routes(self) -> list[Route]:
        """Search, read and capabilities for candidates; entering, emptying and what it writes for the bench."""
        base, facts = f"/{self.name}/fhir", f"/facts/{self.name}"
        return [
            Route(f"{base}/metadata", self._capabilities, methods=["GET"]),
            Route(f"{base}/{{kind}}/_search", self._search, methods=["POST"]),
            Route(f"{base}/{{kind}}", self._search, methods=["GET"]),
            Route(f"{base}/{{kind}}/{{id}}", self._read, methods=["GET"]),
            Route(f"{facts}/{{kind}}/{{id}}", self._enter, methods=["PUT"]),
            Route(facts, self._empty, methods=["DELETE"]),
            *self._correspondence.routes(),
        ]

    async def _capabilities(self, _: Request) -> Response:
        interactions = [{"code": "read"}, {"code": "search-type"}]
        resources = [{"type": kind, "interaction": interactions} for kind in TYPES]
        return _fhir(
            {
                "resourceType": "CapabilityStatement",
                "status": "active",
                "kind": "instance",
                "fhirVersion": "4.0.1",
                "format": ["json"],
                "implementation": {"description": (self.__doc__ or "").splitlines()[0], "url": self._base()},
                "rest": [{"mode": "server", "resource": resources}],
            }
        )

    async def _search(self, request: Request) -> Response:
        """200 with a searchset; 400 for an unknown parameter, or an identifier in the address."""
        kind = request.path_params["kind"]
        if kind not in TYPES:
            return _refused(404, f"{kind[:40]} is not kept here")
        in_address = list(request.query_params.multi_items())
        if any(name.endswith("identifier") for name, _ in in_address):
            return _refused(400, "an identity number belongs in the body of a POST _search")
        asked = in_address + parse_qsl((await request.body()).decode("utf-8", "replace"))
        unknown = [name for name, _ in asked if name not in CRITERIA]
        if unknown or not asked:
            return _refused(400, f"search by {', '.join(CRITERIA)}")
        found = [r for r in self._kept[kind].values() if all(CRITERIA[name](r, value) for name, value in asked)]
        return _fhir(self._bundle(kind, found))

    def _bundle(self, kind: str, found: list[Json]) -> Json:
        if self.kit.behaviour.wrong and kind == "Patient":
            numbers = {row["value"] for resource in found for row in resource.get("identifier", ())}
            others = self._kept[kind].values()
            found = [r for r in others if not numbers & {row["value"] for row in r.get("identifier", ())}][:1]
        listed = self.kit.listed(found)
        entries = [{"fullUrl": f"{self._base()}/{kind}/{r['id']}", "resource": r} for r in listed]
        return {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": entries}

    async def _read(self, request: Request) -> Response:
        """200 with the resource."""
        found = self._kept.get(request.path_params["kind"], {}).get(request.path_params["id"])
        return _fhir(found) if found else _refused(404, "there is no such resource")

    async def _enter(self, request: Request) -> Response:
        kind, identity = request.path_params["kind"], request.path_params["id"]
        try:
            resource = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            resource = None
        if kind not in TYPES or not isinstance(resource, dict) or resource.get("resourceType") != kind:
            return _refused(400, f"a resource of one of these types: {', '.join(TYPES)}")
        self._kept[kind][identity] = resource | {"id": identity}
        return Response(status_code=204)

    async def _empty(self, _: Request) -> Response:
        for kept in self._kept.values():
            kept.clear()
        return Response(status_code=204)

    def _base(self) -> str:
        return f"{self.kit.address}/{self.name}/fhir"


def _fhir(resource: Json, status: int = 200) -> Response:
    return Response(orjson.dumps(resource), status, media_type=FHIR_JSON)


def _refused(status: int, why: str) -> Response:
    issue = [{"severity": "error", "code": "processing", "diagnostics": why}]
    return _fhir({"resourceType": "OperationOutcome", "issue": issue}, status)


class Hospital(OtherRecord):
    """A hospital's journal in another system than the common one."""

    name: ClassVar[str] = "sykehus"


class Helseplattformen(OtherRecord):
    """Helseplattformen, the common journal of Central Norway."""

    name: ClassVar[str] = "helseplattformen"


class OwnSurgery(OtherRecord):
    """The journal of a fastlege who stays on a system of their own."""

    name: ClassVar[str] = "fastlege"
