"""What a message Bundle says, once its envelope has been understood: who sends what to whom about whom.

http://hl7.org/fhir/R4/messaging.html. The MessageHeader's id is the message's: it stays when the message is sent again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.journal.errors import refuse
from simulator.journal.messages.words import DNR, FNR, HER, RECEIPT, TEST, Json

PARTIES: Final = frozenset({"Organization", "Practitioner", "PractitionerRole", "Patient", "MessageHeader"})
"""Types of entry that say who is who, and are not kept: the journal knows its own."""


@dataclass(frozen=True, slots=True)
class Party:
    """A sender or receiver as the message names it.

    Attributes:
        identifiers: System and value of each.
        reference: ``Organization/id`` when it is named as one of this journal's.
        name: What it is called.
    """

    identifiers: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    name: str = ""

    @property
    def her(self) -> str:
        """The HER-id; empty without one."""
        return self.value(HER)

    def value(self, system: str) -> str:
        """The number of a system; empty without one."""
        return next((value for known, value in self.identifiers if known == system), "")

    def __bool__(self) -> bool:
        return bool(self.identifiers or self.reference)

    def logical(self) -> Json:
        """The party as a Reference to nothing in particular."""
        found: Json = {"display": self.name} if self.name else {}
        if self.identifiers:
            system, value = self.identifiers[0]
            found["identifier"] = {"system": system, "value": value} if system else {"value": value}
        return found


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message that has been opened.

    Attributes:
        identity: The message's id.
        event: The code of its type; empty when it is of no known system.
        test: Whether it is a test.
        header: The MessageHeader.
        sender: Who sends it.
        receivers: Who it is for.
        communication: The Communication it is about; None when it has none.
        patient: The Patient; empty when it names none.
        entries: The resources by fullUrl, those of parties included.
        parts: The other resources, with their place in the bundle and fullUrl.
        response: What a receipt answers; empty for any other message.
    """

    identity: str
    event: str
    test: bool
    header: Json
    sender: Party
    receivers: tuple[Party, ...]
    communication: Json | None
    patient: Json
    entries: dict[str, Json]
    parts: tuple[tuple[str, str, Json], ...] = ()
    response: Json = field(default_factory=dict)

    @property
    def is_receipt(self) -> bool:
        """Whether it answers a message of ours, and is not to be answered itself."""
        return self.event == RECEIPT

    def numbers(self) -> list[tuple[str, str]]:
        """The patient's person numbers, as system and value."""
        found = [(str(i.get("system", "")), str(i.get("value", ""))) for i in self.patient.get("identifier") or []]
        return [(system, value) for system, value in found if system in {FNR, DNR}]


def opened(bundle: Json) -> Parcel:
    """The message in a Bundle that is sound R4.

    Raises:
        FhirError: 400 or 422, the envelope is not one of a message.
    """
    if bundle.get("type") != "message":
        raise refuse(400, "invalid", "a message is a Bundle of type message", "Bundle.type")
    entries = [entry for entry in bundle.get("entry") or [] if isinstance(entry.get("resource"), dict)]
    header = entries[0]["resource"] if entries else {}
    if header.get("resourceType") != "MessageHeader":
        raise refuse(422, "required", "the first entry of a message is its MessageHeader", "Bundle.entry[0]")
    identity = header.get("id")
    if not isinstance(identity, str):
        raise refuse(
            422, "required", "a message is known by the id of its MessageHeader", "Bundle.entry[0].resource.id"
        )
    known = {str(e["fullUrl"]): e["resource"] for e in entries if "fullUrl" in e}
    focus = [known.get(str(r.get("reference"))) for r in header.get("focus") or []]
    all_of_them = [entry["resource"] for entry in entries]
    communication = next((r for r in [*focus, *all_of_them] if r and r["resourceType"] == "Communication"), None)
    coding = header.get("eventCoding") or {}
    return Parcel(
        identity,
        str(coding.get("code", "")) if coding.get("system") else "",
        _is_test(header) or _is_test(bundle),
        header,
        party(header.get("sender") or (communication or {}).get("sender"), known),
        tuple(_receivers(header, communication, known)),
        communication,
        _patient(communication, known, all_of_them),
        known,
        tuple(_parts(entries, communication)),
        header.get("response") or {},
    )


def _is_test(resource: Json) -> bool:
    meta = resource.get("meta") or {}
    labels = [*(meta.get("tag") or []), *(meta.get("security") or [])]
    return any((x.get("system"), x.get("code")) == (TEST["system"], TEST["code"]) for x in labels)


def _receivers(header: Json, communication: Json | None, known: dict[str, Json]) -> Iterator[Party]:
    named = [destination.get("receiver") for destination in header.get("destination") or []]
    for reference in [r for r in named if r] or (communication or {}).get("recipient") or []:
        yield party(reference, known)


def party(reference: Any, known: dict[str, Json]) -> Party:
    """Who a Reference names: one of the entries, somebody by number, or one of this journal's own."""
    if not isinstance(reference, dict):
        return Party()
    target = str(reference.get("reference") or "")
    entry = known.get(target, {})
    numbers = [*(entry.get("identifier") or []), *filter(None, [reference.get("identifier")])]
    found = tuple((str(n.get("system", "")), str(n["value"])) for n in numbers if n.get("value"))
    own = target if not entry and target.startswith("Organization/") else ""
    return Party(found, own, str(entry.get("name") or reference.get("display") or ""))


def _patient(communication: Json | None, known: dict[str, Json], entries: list[Json]) -> Json:
    """The Patient of the message: an entry, or somebody by number, or by reference into this journal."""
    subject = (communication or {}).get("subject") or {}
    entry = known.get(str(subject.get("reference")))
    if entry is not None:
        return entry
    if subject.get("identifier"):
        return {"resourceType": "Patient", "identifier": [subject["identifier"]]}
    if str(subject.get("reference", "")).startswith("Patient/"):
        return {"resourceType": "Patient", "id": subject["reference"].removeprefix("Patient/")}
    return next((entry for entry in entries if entry["resourceType"] == "Patient"), {})


def _parts(entries: list[Json], communication: Json | None) -> Iterator[tuple[str, str, Json]]:
    for number, entry in enumerate(entries):
        resource = entry["resource"]
        if resource is not communication and resource["resourceType"] not in PARTIES:
            yield f"Bundle.entry[{number}].resource", str(entry.get("fullUrl", "")), resource
