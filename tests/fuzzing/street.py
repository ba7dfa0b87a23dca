"""Requests at random to the neighbours: their own paths and those by which the bench tells them facts."""

from random import Random
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from simulator.ecosystem.app import build_app
from tests.fuzzing.channels import FHIR, Asked, as_json
from tests.fuzzing.material import CODES, DATES, NUMBERS, SYSTEMS, TEXTS, Material, anything, spoil
from tests.journal.messaging import FNR, hodemelding, message

Json = dict[str, Any]
LEFT_OUT: Final = ("/behaviour/", "/candidate")
"""What the campaign itself sets, once."""
EVENTS: Final = (
    *("ERM1", "ERM5", "ERM6", "ERM10", "REQ_LAB", "SVAR_LAB", "JOURNALPOST", "FORSENDELSE", "BETALINGSGRUNNLAG"),
    *("LOG_INNLAGT", "DIALOG_FORESPORSEL", "APPREC", "NOPE"),
)
FIELDS: Final = (
    *("person", "id", "order", "answer", "prescription", "statement", "value", "unit", "code", "at", "start", "end"),
    *("hpr", "organisation", "measurements", "number", "patient", "date", "text", "office", "reserved", "last"),
    *("personidentifikator", "personidentifikatorer", "authorisations", "navn", "endepunkt", "tjenester", "status"),
    *("service", "about", "period", "profession", "reason", "slot", "appointment", "data", "description", "type"),
)


class Passing:
    """Draws requests by the paths that the neighbours have.

    Args:
        draw: The source of chance.
        material: Makes resources, and knows what the candidate holds.
        numbers: Person numbers of the candidate's patients.
    """

    def __init__(self, draw: Random, material: Material, numbers: tuple[str, ...]) -> None:
        self.draw = draw
        self.material = material
        self.numbers = numbers
        routes = [route for route in build_app("http://x", []).routes if not route.path.startswith(LEFT_OUT)]  # type: ignore[attr-defined]  # all are Route
        self.places = [(method, route.path) for route in routes for method in sorted(route.methods or ())]  # type: ignore[attr-defined]

    def request(self) -> Asked:
        """One request."""
        method, template = self.draw.choice(self.places)
        path = "/".join(self.segment(part) for part in template.strip("/").split("/"))
        if self.draw.random() < 0.1:
            method = self.draw.choice(("GET", "POST", "PUT", "DELETE", "PATCH", "FOO"))
        if method in {"GET", "HEAD", "DELETE"}:
            return Asked(method, path + (f"?{self.query()}" if self.draw.random() < 0.5 else ""))
        if path.endswith("_search") or "connect/token" in path:
            return Asked(method, path, {"Content-Type": "application/x-www-form-urlencoded"}, self.query().encode())
        return Asked(method, path, {"Content-Type": self.draw.choice((FHIR, "application/json"))}, self.body())

    def segment(self, part: str) -> str:
        """A part of a path, filled in where it is a blank."""
        if not part.startswith("{"):
            return part
        texts = ("Patient", "DocumentReference", "Binary", "1", "200", "sykehus", "nav", self.one_of_them(), *TEXTS)
        return quote(self.draw.choice(texts).encode("utf-8", "surrogatepass"), safe="") or "x"

    def one_of_them(self) -> str:
        """The id of something that is there."""
        return self.draw.choice(self.material.known).partition("/")[2]

    def query(self) -> str:
        """A query or a form."""
        names = ("seq", "identifier", "patient", "_id", "status", "tjeneste", "organisasjonsnummer", "x", "grant_type")
        pairs = [(self.draw.choice(names), str(self.leaf())) for _ in range(self.draw.randrange(1, 3))]
        return "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs)

    def leaf(self) -> Any:
        """A single value that some neighbour might ask for."""
        number = self.draw.choice(self.numbers)
        known = (number, f"{FNR}|{number}", {"system": FNR, "value": number}, self.draw.choice(self.material.known))
        odd = (*TEXTS, *DATES, *CODES, *SYSTEMS, *NUMBERS, None, True)
        return self.draw.choice(known if self.draw.random() < 0.6 else odd)

    def body(self) -> bytes:
        """What the bench or a candidate might send: named facts, a message, a resource, or what is none of these."""
        makers = (self.facts, self.facts, self.message, self.resource, lambda: anything(self.draw))
        made = self.draw.choice(makers)()
        if self.draw.random() < 0.05:
            return self.draw.choice((b"", b"{", b"\xff", b"[" * 3000, b"null", hodemelding(self.numbers[0]).encode()))
        if self.draw.random() < 0.3:
            spoil(self.draw, made)
        return as_json(made)

    def facts(self) -> Json:
        """An object with some of the names that neighbours know."""
        names = self.draw.sample(FIELDS, self.draw.randrange(1, 8))
        return {name: self.leaf() if self.draw.random() < 0.8 else [self.leaf()] for name in names}

    def resource(self) -> Json:
        """A resource, with an identifier that messages go by."""
        made = self.material.resource(self.draw.choice(("", "", "MedicationRequest", "ServiceRequest", "Patient")))
        person = {"identifier": {"system": FNR, "value": self.draw.choice(self.numbers)}}
        return made | ({"subject": person} if self.draw.random() < 0.5 else {})

    def message(self) -> Json:
        """A message Bundle of some type, whose focus is a resource, under an id that may come again."""
        made = message(self.draw.choice(self.numbers), self.draw.choice(EVENTS))
        made["identifier"] = {"value": str(UUID(int=self.draw.randrange(50)))}
        made["entry"][0]["resource"]["eventCoding"]["code"] = self.draw.choice(EVENTS)
        if self.draw.random() < 0.7:
            made["entry"][1]["resource"] = self.resource()
        return made
