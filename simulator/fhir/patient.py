"""Patient: a resident as the record knows him (no-basis-Patient 2.0.10)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from simulator.domain.clinical_codes import NEWBORN_ID
from simulator.domain.codes import (
    CITIZENSHIP_EXTENSION,
    CONFIDENTIALITY,
    COUNTRY,
    DNR,
    FHN,
    FNR,
    HIDDEN,
    INTERPRETER_EXTENSION,
    KOMMUNENUMMER,
    LANGUAGE,
    MUNICIPALITY_EXTENSION,
    PROTECTED,
    PROTECTION_LABELS,
    RELATIVES,
    profile,
)
from simulator.fhir.contact import Contact, Person
from simulator.fhir.elements import Resource, coding, identifier, ref
from simulator.fhir.related import related_person

_FURTHER: Final = {"dnr": (DNR, "old"), "former": (FNR, "old"), "fhn": (FHN, "secondary")}
FURTHER_KINDS: Final = tuple(_FURTHER)


@dataclass(frozen=True, slots=True)
class Identity:
    """A number beside a resident's own: a kind of ``tables.IDENTITIES``, and the dates it was held from and to."""

    kind: str
    number: str
    held: tuple[str, str]


def patient(
    person: Person, municipality: str, further: Iterable[Identity] = (), *, unnumbered: bool = False
) -> Resource:
    """The Patient of a resident; ``municipality`` is the name of the municipality of residence.

    A protected address is labelled and not told, of those with a strictly protected one neither the telephone.
    ``further`` are numbers beside the fødselsnummer; an ``unnumbered`` newborn has none yet.
    """
    row = person.row
    resource: Resource = {
        "resourceType": "Patient",
        "meta": {"profile": profile("Patient")},
        "extension": _extensions(row),
        "identifier": [] if unnumbered else identifier(FNR, row["person_number"]),
        "active": True,
        "name": [{"use": "official", "family": row["family_name"], "given": [row["given_name"]]}],
        "gender": row["sex"],
        "birthDate": row["birth_date"],
    }
    resource["identifier"] += [_identifier(identity) for identity in further]
    label = PROTECTION_LABELS.get(row["protection"] or "")
    if label:
        resource["meta"]["security"] = [coding(CONFIDENTIALITY, label)]
    if row["protection"] not in PROTECTED:
        resource["address"] = [_address(row, municipality)]
    if row["protection"] != HIDDEN and row["phone"]:
        resource["telecom"] = [{"system": "phone", "value": row["phone"], "use": "mobile"}]
    if row["language"]:
        language = {"coding": [{"system": LANGUAGE, "code": row["language"]}]}
        resource["communication"] = [{"language": language, "preferred": True}]
    doctors = [ref(party) for party in (person.doctor, person.office) if party]
    if doctors:
        resource["generalPractitioner"] = doctors
    return {name: value for name, value in resource.items() if value != []}


def newborn(contact: Contact) -> Resource:
    """The child that the resident has borne, before Folkeregisteret has given a number.

    Found again by an identifier of the bench's own. Of a birth that was not told the sex is drawn.
    """
    drawn = "female" if int(contact.identity[:2], 16) % 2 else "male"
    day, sex = contact.child or (contact.at[:10], drawn)
    return {
        "resourceType": "Patient",
        "meta": {"profile": profile("Patient")},
        "identifier": identifier(NEWBORN_ID, contact.identity),
        "active": True,
        "name": [{"use": "temp", "family": contact.person.row["family_name"], "text": "Nyfødt"}],
        "gender": sex,
        "birthDate": day,
    }


def mother_of_newborn(contact: Contact) -> Resource:
    """The resident as the newborn's mother."""
    child = replace(contact.person, patient=contact.made["newborn"].interaction)
    return related_person(child, contact.person.row, RELATIVES["mother"])


def deceased(person: Resource, contact: Contact) -> Resource:
    """The person, dead since the event."""
    return {**person, "deceasedDateTime": contact.at}


def _extensions(row: dict[str, Any]) -> list[Resource]:
    """Citizenship and the need for an interpreter, where the population tells of them."""
    found: list[Resource] = []
    if row["citizenship"]:
        code = {"coding": [{"system": COUNTRY, "code": row["citizenship"]}]}
        found.append({"url": CITIZENSHIP_EXTENSION, "extension": [{"url": "code", "valueCodeableConcept": code}]})
    if row["interpreter"]:
        found.append({"url": INTERPRETER_EXTENSION, "valueBoolean": True})
    return found


def _identifier(identity: Identity) -> Resource:
    system, use = _FURTHER[identity.kind]
    start, end = identity.held
    return {"use": use, "system": system, "value": identity.number, "period": {"start": start, "end": end}}


def _address(row: dict[str, Any], municipality: str) -> Resource:
    code = {"system": KOMMUNENUMMER, "code": row["kommunenummer"], "display": municipality}
    return {
        "use": "home",
        "type": "physical",
        "line": [row["street"]],
        "city": row["city"],
        "district": municipality,
        "_district": {"extension": [{"url": MUNICIPALITY_EXTENSION, "valueCoding": code}]},
        "postalCode": row["postal_code"],
        "country": "NO",
    }
