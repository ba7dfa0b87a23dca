"""Patient: a resident as the record knows him (no-basis-Patient 2.0.10)."""

from simulator.domain.codes import FNR, KOMMUNENUMMER, MUNICIPALITY_EXTENSION, profile
from simulator.fhir.contact import Person
from simulator.fhir.elements import Resource, identifier, ref


def patient(person: Person, municipality: str) -> Resource:
    """The Patient of a resident; ``municipality`` is the name of the municipality of residence."""
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
    if row["phone"]:
        resource["telecom"] = [{"system": "phone", "value": row["phone"], "use": "mobile"}]
    doctors = [ref(party) for party in (person.doctor, person.office) if party]
    if doctors:
        resource["generalPractitioner"] = doctors
    return resource
