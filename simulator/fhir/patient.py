"""Patient: a resident as the record knows him (no-basis-Patient 2.0.10)."""

from typing import Final

from simulator.domain.codes import (
    CONFIDENTIALITY,
    FNR,
    KOMMUNENUMMER,
    MUNICIPALITY_EXTENSION,
    PROTECTION_LABELS,
    profile,
)
from simulator.fhir.contact import Person
from simulator.fhir.elements import Resource, coding, identifier, ref

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
