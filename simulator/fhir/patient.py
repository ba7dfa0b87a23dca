"""Patient: a resident as the record knows him (no-basis-Patient 2.0.10)."""

from dataclasses import replace
from typing import Final

from simulator.domain.clinical_codes import NEWBORN_ID
from simulator.domain.codes import (
    CONFIDENTIALITY,
    FNR,
    KOMMUNENUMMER,
    MUNICIPALITY_EXTENSION,
    PROTECTION_LABELS,
    RELATIVES,
    profile,
)
from simulator.fhir.contact import Contact, Person
from simulator.fhir.elements import Resource, coding, identifier, ref
from simulator.fhir.related import related_person

HIDDEN: Final = "strengt-fortrolig"


def patient(person: Person, municipality: str) -> Resource:
    """The Patient of a resident; ``municipality`` is the name of the municipality of residence.

    A protected address is labelled; where somebody with a strictly protected one lives or answers is told to nobody.
    """
    row = person.row
    code = {"system": KOMMUNENUMMER, "code": row["kommunenummer"], "display": municipality}
    resource: Resource = {
        "resourceType": "Patient",
        "meta": {"profile": profile("Patient")},
        "identifier": identifier(FNR, row["person_number"]),
        "active": True,
        "name": [{"use": "official", "family": row["family_name"], "given": [row["given_name"]]}],
        "gender": row["sex"],
        "birthDate": row["birth_date"],
        "address": [
            {
                "use": "home",
                "type": "physical",
                "line": [row["street"]],
                "city": row["city"],
                "district": municipality,
                "_district": {"extension": [{"url": MUNICIPALITY_EXTENSION, "valueCoding": code}]},
                "postalCode": row["postal_code"],
                "country": "NO",
            }
        ],
    }
    label = PROTECTION_LABELS.get(row["protection"] or "")
    if label:
        resource["meta"]["security"] = [coding(CONFIDENTIALITY, label)]
    if row["protection"] == HIDDEN:
        del resource["address"]
    elif row["phone"]:
        resource["telecom"] = [{"system": "phone", "value": row["phone"], "use": "mobile"}]
    doctors = [ref(party) for party in (person.doctor, person.office) if party]
    if doctors:
        resource["generalPractitioner"] = doctors
    return resource


def newborn(contact: Contact) -> Resource:
    """The child that the resident has borne, before Folkeregisteret has given a number.

    Found again by an identifier of the bench's own.
    """
    return {
        "resourceType": "Patient",
        "meta": {"profile": profile("Patient")},
        "identifier": identifier(NEWBORN_ID, contact.identity),
        "active": True,
        "name": [{"use": "temp", "family": contact.person.row["family_name"], "text": "Nyfødt"}],
        "gender": "female" if int(contact.identity[:2], 16) % 2 else "male",
        "birthDate": contact.at[:10],
    }


def mother_of_newborn(contact: Contact) -> Resource:
    """The resident as the newborn's mother."""
    child = replace(contact.person, patient=contact.made["newborn"].interaction)
    return related_person(child, contact.person.row, RELATIVES["mother"])


def deceased(person: Resource, contact: Contact) -> Resource:
    """The person, dead since the event."""
    return {**person, "deceasedDateTime": contact.at}
