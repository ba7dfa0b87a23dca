"""The no-basis profiles: what a resource that names one is held to, and what one that does not is spared."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.journal.no_basis import BASE, is_organisation_number, is_synthetic_number

STORES = ["sqlite"]
"""What is tested here never reaches the database, or no part of it that differs."""

Json = dict[str, Any]
OID = "urn:oid:2.16.578.1.12.4.1"
KOMMUNENUMMER = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"


def following(kind: str, **elements: Any) -> Json:
    return {"resourceType": kind, "meta": {"profile": [f"{BASE}{kind}"]}, **elements}


def identifier(number: str, value: str, **more: Any) -> Json:
    return {"identifier": [{"system": f"{OID}.4.{number}", "value": value, **more}]}


def manifestation(system: str, code: str) -> Json:
    return {"manifestation": [{"coding": [{"system": system, "code": code, "display": "x"}]}]}


@pytest.fixture
def allergy(client: Any, patient: Json) -> Callable[..., Json]:
    """Makes an AllergyIntolerance of a patient that is there, with these reactions."""
    who = client.create(patient)["id"]

    def make(*reactions: Json) -> Json:
        return following("AllergyIntolerance", patient={"reference": f"Patient/{who}"}, reaction=list(reactions))

    return make


@pytest.mark.parametrize(
    "number",
    [
        "10915596784",
        "26812297073",
        "16858399649",
        "17912099997",
        "41814061033",
        "12705825562",
        "19779998080",
        "41667987421",
    ],
)
def test_numbers_of_the_synthetic_series_hold(number: str) -> None:
    """Fødselsnummer and D-numbers with 80 or 65 added to the month are taken."""
    assert is_synthetic_number(number)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("02013299997", "of the series that real people have"),
        ("30108299939", "of that series, by the rule from 2032"),
        ("13527248013", "of the series with 40 added, which hospitals give numbers of their own in"),
        ("10915596785", "of which a check digit does not hold"),
        ("1091559678", "of ten digits"),
        ("1091559678x", "of other signs than digits"),
    ],
)
def test_other_numbers_do_not_hold(number: str, why: str) -> None:
    """A number that could be a real person's, or is none, is not taken."""
    assert not is_synthetic_number(number), why


@pytest.mark.parametrize("number", ["100100673", "100100126", "999944582"])
def test_organisation_numbers_hold_by_their_check_digit(number: str) -> None:
    """Numbers given to test organisations are taken, those with another last digit are not."""
    assert is_organisation_number(number)
    assert not is_organisation_number(f"{number[:8]}{(int(number[8]) + 1) % 10}")


SOUND = [
    following("Patient", **identifier("1", "10915596784")),
    following("Patient", **identifier("3", "83334444555")),
    following("Patient", identifier=[{"system": "HNR", "value": "7", "assigner": {"display": "St. Elsewhere"}}]),
    following("Practitioner", **identifier("4", "1234567")),
    following("Organization", **identifier("101", "100100673"), name="Tromsø kommune"),
    following("DocumentReference", status="current", type={"coding": [{"system": f"{OID}.1.9602", "code": "A03-2"}]}),
]
UNSOUND = [
    (following("Patient", **identifier("1", "02013299997")), "Patient.identifier[0].value"),
    (following("Patient", **identifier("3", "13334444555")), "Patient.identifier[0].value"),
    (following("Patient", identifier=[{"system": "HNR", "value": "7"}]), "Patient.identifier[0].assigner"),
    (following("Practitioner", **identifier("4", "12345678901")), "Practitioner.identifier[0].value"),
    (following("Organization", **identifier("101", "123456789"), name="x"), "Organization.identifier[0].value"),
    (
        following("DocumentReference", status="current", type={"coding": [{"system": f"{OID}.1.9602", "code": "Z9"}]}),
        "DocumentReference.type",
    ),
    (following("DocumentReference", status="current", type={"text": "note"}), "DocumentReference.type"),
    (
        following(
            "Patient",
            address=[
                {
                    "district": "Tromsø",
                    "_district": {
                        "extension": [
                            {"url": f"{BASE}municipalitycode", "valueCoding": {"system": KOMMUNENUMMER, "code": "55"}}
                        ]
                    },
                }
            ],
        ),
        "Patient.address[0].district.extension",
    ),
]
CONTENT = {"content": [{"attachment": {"contentType": "text/plain"}}]}


def whole(resource: Json) -> Json:
    return resource | CONTENT if resource["resourceType"] == "DocumentReference" else resource


@pytest.mark.parametrize("resource", SOUND, ids=lambda r: r["resourceType"])
def test_what_follows_its_profile_is_taken(client: Any, resource: Json) -> None:
    """A resource that names a no-basis profile and follows it is stored."""
    assert client.send("POST", resource["resourceType"], whole(resource)).status_code == 201


@pytest.mark.parametrize(("resource", "place"), UNSOUND, ids=[place for _, place in UNSOUND])
def test_what_breaks_its_profile_is_refused_with_the_place(client: Any, resource: Json, place: str) -> None:
    """422, and the issue names the element; $validate says the same."""
    refused = client.send("POST", resource["resourceType"], whole(resource))
    assert refused.status_code == 422
    assert place in refused.json()["issue"][0]["expression"][0]
    said = client.send("POST", f"{resource['resourceType']}/$validate", whole(resource))
    assert said.json()["issue"] == refused.json()["issue"]


@pytest.mark.parametrize(("resource", "place"), UNSOUND, ids=[place for _, place in UNSOUND])
def test_a_resource_without_the_profile_is_held_against_r4_alone(client: Any, resource: Json, place: str) -> None:
    """The same content is taken where no profile is named: the profiles are a promise of the sender."""
    bare = {key: value for key, value in whole(resource).items() if key != "meta"}
    assert client.send("POST", resource["resourceType"], bare).status_code == 201, place


@pytest.mark.parametrize("prefix", ["urn:oid:", "urn:uid:"])
def test_either_spelling_of_the_reaction_table_is_taken(client: Any, allergy: Callable[..., Json], prefix: str) -> None:
    """The published profile fixes urn:uid, a slip for urn:oid; a sender may use either."""
    system = f"{OID}.1.7497".replace("urn:oid:", prefix)
    assert client.send("POST", "AllergyIntolerance", allergy(manifestation(system, "1"))).status_code == 201


def test_an_allergy_has_exactly_one_reaction(client: Any, allergy: Callable[..., Json]) -> None:
    """Two reactions break no-basis-AllergyIntolerance, as does a reaction that the table does not know."""
    known = manifestation(f"{OID}.1.7497", "1")
    for wrong in (allergy(known, known), allergy(manifestation(f"{OID}.1.7497", "99"))):
        assert client.send("POST", "AllergyIntolerance", wrong).status_code == 422
