"""Patient/$elsewhere: what other journals know of a patient, asked for at this moment, and who could not be asked.

Nothing of it is stored. Each journal is asked for the person by number (in the body), and believed only when the
person it answers with has that number and what it tells is about that person. Who is silent, or is not believed, is
named in an OperationOutcome, so that nobody takes silence for nothing known.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from simulator.journal.http import FORM, Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.neighbours import Neighbours
from simulator.journal.no_basis import DNR, FNR
from simulator.journal.operations import compartment
from simulator.journal.store import Reader

Json = dict[str, Any]
OTHERS: Final = {
    "sykehus": "the hospital's journal",
    "helseplattformen": "Helseplattformen",
    "fastlege": "the fastlege's own journal",
}
KINDS: Final = ("Condition", "MedicationStatement", "AllergyIntolerance", "Encounter", "Observation")
"""What is asked for; documents are shared in another way."""
LONGEST_ID: Final = 64


class NotBelievedError(Exception):
    """Another journal told of somebody else, or of nobody in particular."""


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with a searchset; 404 for an unknown patient."""
    assert journal.neighbours is not None
    patient = orjson.loads(compartment.patient(reader, call).content)
    numbers = [one for one in patient.get("identifier", ()) if one.get("system") in {FNR, DNR}]
    asked = _Asked(journal.neighbours, f"Patient/{call.identity}", numbers)
    with ThreadPoolExecutor(len(OTHERS)) as pool:
        told = list(pool.map(asked.entries, OTHERS))
    entries = [entry for entries in told for entry in entries]
    link = [{"relation": "self", "url": f"{journal.base}/Patient/{call.identity}/$elsewhere"}]
    bundle = {"resourceType": "Bundle", "type": "searchset", "link": link, "entry": entries}
    return Answer(200, orjson.dumps({name: value for name, value in bundle.items() if value != []}))


class _Asked:
    """One patient, and how other journals are asked about the person."""

    def __init__(self, neighbours: Neighbours, patient: str, numbers: list[Json]) -> None:
        self.neighbours = neighbours
        self.patient = patient
        self.numbers = numbers

    def entries(self, name: str) -> list[Json]:
        """What one journal knows, as entries; or the one that says that it could not be asked."""
        try:
            person = self._person(name)
            found = [r for kind in KINDS for r in self._about(name, kind, person)] if person else []
        except (OSError, AttributeError, KeyError, TypeError):
            return [_outcome("transient", f"{OTHERS[name]} does not answer; what it knows is not shown")]
        except NotBelievedError:
            return [_outcome("conflict", f"{OTHERS[name]} told of somebody else; what it told is not shown")]
        return list(self._shown(name, found))

    def _search(self, name: str, kind: str, **criteria: str) -> list[Json]:
        body = urlencode(criteria).encode()
        status, bundle = self.neighbours.ask(name, f"fhir/{kind}/_search", body, media=FORM)
        if status != 200:
            raise OSError(f"answered {status}")
        return [entry["resource"] for entry in bundle.get("entry") or []]

    def _person(self, name: str) -> str:
        """The other journal's id of the person; empty when it knows no such person."""
        values = {one["value"] for one in self.numbers}
        for number in self.numbers:
            for person in self._search(name, "Patient", identifier=f"{number['system']}|{number['value']}"):
                if not values & {one.get("value") for one in person.get("identifier") or []}:
                    raise NotBelievedError
                return str(person["id"])
        return ""

    def _about(self, name: str, kind: str, person: str) -> Iterator[Json]:
        """A type's resources about the person, each once."""
        seen = set()
        for resource in self._search(name, kind, patient=f"Patient/{person}"):
            about = resource.get("subject") or resource.get("patient") or {}
            if about.get("reference") != f"Patient/{person}" or resource.get("resourceType") != kind:
                raise NotBelievedError
            if resource["id"] not in seen:
                seen.add(resource["id"])
                yield resource

    def _shown(self, name: str, found: list[Json]) -> Iterator[Json]:
        """Entries about the patient as known here, each with where it comes from."""
        for resource in found:
            url = f"{self.neighbours.address}/{name}/fhir/{resource['resourceType']}/{resource['id']}"
            about = "patient" if "patient" in resource else "subject"
            meta = (resource.get("meta") or {}) | {"source": url}
            own = {"id": f"{name}.{resource['id']}"[:LONGEST_ID], "meta": meta, about: {"reference": self.patient}}
            yield {"fullUrl": url, "resource": resource | own, "search": {"mode": "match"}}


def _outcome(code: str, words: str) -> Json:
    issue = [{"severity": "warning", "code": code, "diagnostics": words}]
    return {"resource": {"resourceType": "OperationOutcome", "issue": issue}, "search": {"mode": "outcome"}}


INTERACTION = Interaction(apply, place="outside")
