"""Prescriptions as Reseptformidleren keeps them: what each message does to one, and what it is refused for.

Messages are named by Volven 8279: ERM1 prescription, ERM5 recall, ERM95 and ERM97 look-ups. Each is a FHIR message
Bundle with one MessageHeader; the same message id gets the same answer again and changes nothing.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from simulator.ecosystem.receipts import RefusedError

Json = dict[str, Any]
Status = Literal["active", "completed", "cancelled"]
PERSON_SYSTEMS: Final = frozenset({"urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2"})
ATC: Final = "http://www.whocc.no/atc"
PRESCRIPTION: Final = "https://journalbenk.example/fhir/sid/prescription"
"""Identifies a prescription in this register; the prescriber's system gives the value."""


@dataclass(slots=True)
class Prescription:
    """One prescription: how it stands, and what was handed out on it."""

    id: str
    person: str
    resource: Json
    status: Status = "active"
    reserved: bool = False
    """Whether a pharmacy has taken it down to hand out (nedlastet)."""
    dispenses: list[Json] = field(default_factory=list)

    def told(self) -> Json:
        """How it stands, for whoever judges a prescriber's system by it; nothing about whose it is."""
        coding = self.resource["medicationCodeableConcept"]["coding"]
        return {
            "id": self.id,
            "atc": next(code["code"] for code in coding if code.get("system") == ATC and code.get("code")),
            "dosage": self.resource["dosageInstruction"][0]["text"],
            "status": self.status,
            "reserved": self.reserved,
            "dispenses": len(self.dispenses),
        }


class Register:
    """All prescriptions, and the answers given to messages."""

    def __init__(self) -> None:
        self.prescriptions: dict[str, Prescription] = {}

    def act(self, event: str, resource: Json) -> list[Json]:
        """Does what a message says; gives the resources that the answer carries.

        Raises:
            RefusedError: The message is not understood, or what it asks for cannot be.
        """
        if event == "ERM1":
            return self._prescribe(resource)
        if event == "ERM5":
            return self._recall(resource)
        if event == "ERM95":
            return [self._shown(p) for p in self.of(person_of(resource.get("subject")))]
        if event == "ERM97":
            return list(self.get(identity_of(resource)).dispenses)
        raise RefusedError("not-supported", f"the message {event[:20]} is not taken here")

    def of(self, person: str) -> list[Prescription]:
        """A person's prescriptions, in the order they came."""
        return [found for found in self.prescriptions.values() if found.person == person]

    def get(self, identity: str) -> Prescription:
        """A prescription; raises RefusedError when there is none."""
        found = self.prescriptions.get(identity)
        if found is None:
            raise RefusedError("not-found", "there is no such prescription")
        return found

    def dispense(self, identity: str, number: str, *, last: bool) -> Json:
        """A pharmacy hands out on a prescription; gives the MedicationDispense that the prescriber is told of.

        Raises:
            RefusedError: There is no such prescription, or nothing left to hand out.
        """
        found = self.get(identity)
        if found.status != "active":
            raise RefusedError("business-rule", f"the prescription is {found.status}")
        found.status = "completed" if last else "active"
        found.reserved = False
        dispense = {
            "resourceType": "MedicationDispense",
            "identifier": [{"system": f"{PRESCRIPTION}/dispense", "value": number}],
            "status": "completed",
            "medicationCodeableConcept": found.resource["medicationCodeableConcept"],
            "subject": {"identifier": found.resource["subject"]["identifier"]},
            "authorizingPrescription": [{"identifier": {"system": PRESCRIPTION, "value": found.id}}],
            "whenHandedOver": datetime.now(UTC).isoformat(timespec="seconds"),
            "extension": [{"url": f"{PRESCRIPTION}-status", "valueCode": found.status}],
        }
        found.dispenses.append(dispense)
        return dispense

    def _prescribe(self, resource: Json) -> list[Json]:
        identity = identity_of(resource)
        if identity in self.prescriptions:
            raise RefusedError("duplicate", "there is a prescription with this identifier")
        self.prescriptions[identity] = Prescription(identity, check_prescription(resource), resource)
        return []

    def _recall(self, resource: Json) -> list[Json]:
        found = self.get(identity_of(resource))
        if found.status == "completed" or found.dispenses:
            raise RefusedError("business-rule", "what has been handed out cannot be recalled")
        if found.reserved:
            raise RefusedError("conflict", "a pharmacy is handing it out")
        found.status = "cancelled"
        return []

    def _shown(self, found: Prescription) -> Json:
        return {**found.resource, "status": found.status}


def identity_of(resource: Json) -> str:
    """The register's own identifier of a prescription; raises RefusedError without one."""
    for identifier in resource.get("identifier") or ():
        if identifier.get("system") == PRESCRIPTION and identifier.get("value"):
            return str(identifier["value"])
    raise RefusedError("required", f"a prescription is identified by {PRESCRIPTION}")


def person_of(subject: Any) -> str:
    """The person number in a reference; raises RefusedError without one."""
    identifier = subject.get("identifier") if isinstance(subject, dict) else None
    if not isinstance(identifier, dict) or identifier.get("system") not in PERSON_SYSTEMS or "value" not in identifier:
        raise RefusedError("required", "the person is identified by fødselsnummer or D-nummer in subject.identifier")
    return str(identifier["value"])


def check_prescription(resource: Json) -> str:
    """What M1 must hold: an active order of a medicine by ATC, with a dosage, for somebody; gives the person number.

    Raises:
        RefusedError: Something of it is missing.
    """
    if (resource.get("status"), resource.get("intent")) != ("active", "order"):
        raise RefusedError("value", "a prescription is an active order")
    codings = (resource.get("medicationCodeableConcept") or {}).get("coding") or []
    if not any(coding.get("system") == ATC and coding.get("code") for coding in codings):
        raise RefusedError("required", f"the medicine is coded by {ATC}")
    dosages = resource.get("dosageInstruction") or [{}]
    if not dosages[0].get("text"):
        raise RefusedError("required", "a prescription says how the medicine is used, in dosageInstruction.text")
    return person_of(resource.get("subject"))
