"""The head of a message (MsgInfo): what it is, when, from whom, to whom, about whom; as FHIR, and back."""

from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from simulator.journal.hodemelding.kith import HEAD, OID, Element, add, child, children, local, text, value, zoned
from simulator.journal.messages.words import DNR, ENH, FNR, HER, Json, kinds

NUMBERS: Final = {"HER": (HER, "HER-id"), "ENH": (ENH, "Organisasjonsnummeret i Enhetsregisteret")}
PERSONS: Final = {"FNR": (FNR, "Fødselsnummer"), "DNR": (DNR, "D-nummer")}
SEXES: Final = {"1": ("male", "Mann"), "2": ("female", "Kvinne")}
TRIAL: Final = "D"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a message.

    Attributes:
        identity: MsgId.
        event: The type (Volven 8279).
        made: GenDate, with a zone.
        test: Whether its ProcessingStatus is D.
        answers: The message it answers; empty when it answers none.
        sender: The organisation and, last, its service: each a name and numbers by kind.
        receiver: The same for the receiver.
        patient: As a Patient; empty without one.
    """

    identity: str
    event: str
    made: str
    test: bool
    answers: str
    sender: tuple[Json, ...]
    receiver: tuple[Json, ...]
    patient: Json


def read_head(root: Element) -> Head:
    """The head of a Hodemelding."""
    info = child(root, "MsgInfo")
    return Head(
        text(info, "MsgId"),
        value(info, "Type"),
        zoned(text(info, "GenDate")),
        value(info, "ProcessingStatus") == TRIAL,
        text(info, "ConversationRef", "RefToParent"),
        tuple(_organisations(child(info, "Sender", "Organisation"))),
        tuple(_organisations(child(info, "Receiver", "Organisation"))),
        _patient(child(info, "Patient")),
    )


def _organisations(element: Element | None) -> list[Json]:
    if element is None:
        return []
    return [
        {
            "resourceType": "Organization",
            "name": text(element, "OrganisationName"),
            "identifier": _idents(element, NUMBERS),
        },
        *_organisations(child(element, "Organisation")),
    ]


def _idents(element: Element, known: dict[str, tuple[str, str]]) -> list[Json]:
    found = [(value(one, "TypeId"), text(one, "Id")) for one in children(element) if local(one) == "Ident"]
    return [{"system": known[kind][0], "value": number} for kind, number in found if kind in known and number]


def _patient(element: Element | None) -> Json:
    if element is None:
        return {}
    given = [text(element, name) for name in ("GivenName", "MiddleName")]
    name = {"family": text(element, "FamilyName"), "given": [word for word in given if word]}
    parts: Json = {
        "identifier": _idents(element, PERSONS),
        "name": [{key: word for key, word in name.items() if word}] if any(name.values()) else [],
        "gender": SEXES.get(value(element, "Sex"), ("", ""))[0],
        "birthDate": text(element, "DateOfBirth"),
    }
    return {"resourceType": "Patient"} | {key: word for key, word in parts.items() if word}


def write_head(root: Element, head: Head) -> None:
    """Adds MsgInfo to a Hodemelding."""
    info = add(root, "MsgInfo", space=HEAD)
    add(info, "Type", V=head.event, DN=kinds()[head.event].name)
    add(info, "MIGversion", "v1.2 2006-05-24")
    add(info, "GenDate", head.made)
    add(info, "MsgId", head.identity)
    if head.test:
        add(info, "ProcessingStatus", V=TRIAL, DN="Test")
    if head.answers:
        reference = add(info, "ConversationRef")
        add(reference, "RefToParent", head.answers)
        add(reference, "RefToConversation", head.answers)
    for name, organisations in (("Sender", head.sender), ("Receiver", head.receiver)):
        place = add(info, name)
        for organisation in organisations:
            place = _write_organisation(place, organisation)
    if head.patient:
        _write_patient(info, head.patient)


def _write_organisation(parent: Element, organisation: Json) -> Element:
    element = add(parent, "Organisation")
    add(element, "OrganisationName", str(organisation.get("name", "")))
    _write_idents(element, organisation.get("identifier", []), NUMBERS, 9051)
    return element


def _write_idents(parent: Element, numbers: list[Json], known: dict[str, tuple[str, str]], table: int) -> None:
    for number in numbers:
        for kind, (system, name) in known.items():
            if number.get("system") == system:
                ident = add(parent, "Ident")
                add(ident, "Id", number["value"])
                add(ident, "TypeId", V=kind, DN=name, S=f"{OID}.{table}")


def _write_patient(info: Element, patient: Json) -> None:
    element = add(info, "Patient")
    name: Json = next(iter(patient.get("name") or []), {})
    given = list(name.get("given") or [])
    for place, word in (
        ("FamilyName", name.get("family", "")),
        ("MiddleName", " ".join(given[1:])),
        ("GivenName", given[0] if given else ""),
        ("DateOfBirth", patient.get("birthDate", "")),
    ):
        if word:
            add(element, place, word)
    for code, (gender, words) in SEXES.items():
        if patient.get("gender") == gender:
            add(element, "Sex", V=code, DN=words)
    _write_idents(element, patient.get("identifier", []), PERSONS, 8116)


def url(identity: str, name: str) -> str:
    """The fullUrl of an entry of the message of an id."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'hodemelding/{identity}/{name}')}"
