"""Steps on the open interface: what it claims, how it refuses, and what it keeps whole."""

from dataclasses import replace
from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import STRICT, Example
from simulator.streams import derived_id

RACERS: Final = 8
ROUNDS: Final = 12
# A value of each type of search parameter that finds nothing.
VALUES: Final = {"date": "1900-01-01", "reference": "Patient/ingen", "number": "1", "quantity": "1", "uri": "urn:ingen"}


@given("what the record publishes about itself")
def published(example: Example) -> None:
    """Its CapabilityStatement."""
    example.know(types_written=example.study.types_written())
    example.send("capabilities", "", "metadata")


@when("every claim in it is tried")
def try_claims(example: Example) -> None:
    """Under strict handling, so that nothing is passed over in silence."""
    served = [
        rest for rest in (example.exchanges[-1].resource() or {}).get("rest") or [] if rest.get("mode") == "server"
    ]
    claimed = {r.get("type", ""): r for rest in served for r in rest.get("resource") or []}
    for kind, resource in claimed.items():
        _try(example, kind, resource)


def _try(example: Example, kind: str, claim: dict[str, Any]) -> None:
    """Reading and searching any type; each search parameter of those the study writes."""
    words = {i.get("code") for i in claim.get("interaction") or []}
    if "read" in words:
        example.send("read", kind, f"claim.{kind}.read", target=f"{kind}/ingen-har-skrevet-denne")
    if "search-type" in words:
        example.send("search", kind, f"claim.{kind}.search-type", query="_count=1", headers=STRICT)
    for parameter in (claim.get("searchParam") or []) if kind in example.facts["types_written"] else ():
        name, value = parameter.get("name", ""), VALUES.get(parameter.get("type", ""), "ingen")
        example.send("search", kind, f"claim.{kind}.{name}", query=f"{name}={value}&_count=1", headers=STRICT)


@then("each of them holds")
def claims_hold(example: Example) -> None:
    """Every claim."""
    example.holds("R-SAM-06A")


@given("a resident known to the record")
def known(example: Example) -> None:
    """Anybody of the study."""
    resident = example.meet(record_Patient=1)
    example.seed([resident.patient])
    example.know(patient=[resident.patient.id])


@when("a vendor's system asks with a word that does not exist, and writes something invalid")
def ask_wrongly(example: Example) -> None:
    """A search parameter nobody has, an impossible gender, and something nobody wrote."""
    # One page of each: whoever passes over the word would show everybody there is.
    for label, query in (("control", "gender=female&_count=1"), ("unknown-parameter", "skonummer=42&_count=1")):
        example.send("search", "Patient", label, query=query, headers=STRICT)
    wrong = {**example.resident.patient.resource, "gender": "vet-ikke"}
    example.send("create", "Patient", "invalid", body=wrong)
    example.send("read", "Patient", "refused.unknown", target="Patient/ingen-har-skrevet-denne")


@then("each refusal explains itself")
def refusals_explain(example: Example) -> None:
    """What, and where."""
    example.holds("R-SAM-06B")


@when("a receptionist looks the resident up by fødselsnummer")
def look_up(example: Example) -> None:
    """The number goes in the body of the search."""
    identifier = example.resident.patient.resource["identifier"][0]
    example.search("Patient", "lookup", identifier=f"{identifier['system']}|{identifier['value']}")


@then("the resident is found, and no address holds the number")
def found_unseen(example: Example) -> None:
    """Found, unseen."""
    example.holds("R-SAM-06C")


@given("a resident with two contacts that belong together")
def two_contacts(example: Example) -> None:
    """Somebody with two contacts in the study, not yet written."""
    contacts = example.meet(care_Encounter=2).written("Encounter", phase="care")
    example.seed([example.resident.patient, *contacts[:2]], leaving_out=contacts)


@when("they are sent together, first with a fault in one of them, then without")
def send_bundles(example: Example) -> None:
    """The second contact is part of the first."""
    first, second = (w.resource for w in example.resident.written("Encounter", phase="care")[:2])
    whole = derived_id("whole", example.resident.patient.id)
    second["partOf"] = {"reference": f"urn:uuid:{whole}"}
    example.know(parts=2)
    faulty = {**second, "status": "kanskje"}
    example.send("transaction", "", "faulty", body=_bundle(whole, first, faulty))
    example.chart("Encounter", "after-faulty")
    example.send("transaction", "", "sound", body=_bundle(whole, first, second))
    example.chart("Encounter", "after-sound")


def _bundle(whole: str, first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Both contacts as creates; the part comes before what it is part of, so that order does not help."""
    entries = [(derived_id("part", whole), second), (whole, first)]
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": f"urn:uuid:{name}", "resource": r, "request": {"method": "POST", "url": r["resourceType"]}}
            for name, r in entries
        ],
    }


@then("nothing was kept the first time and everything the second")
def whole_or_nothing(example: Example) -> None:
    """All or nothing."""
    example.holds("R-SAM-06D")


@given("newcomers whom no service has registered")
def newcomers(example: Example) -> None:
    """People of the study who are not yet in the record."""
    patients = [example.meet(record_Patient=1).patient for _ in range(ROUNDS)]
    example.seed(patients, leaving_out=patients)


@when("eight services register each newcomer at the same moment")
def register_at_once(example: Example) -> None:
    """Each asks that the person be made only if nobody has the number; a race is not lost every time."""
    for number, resident in enumerate(example.residents, start=1):
        identifier = resident.patient.resource["identifier"][0]
        person = f"{identifier['system']}|{identifier['value']}"
        once = replace(resident.patient.interaction, headers=(("If-None-Exist", f"identifier={person}"),))
        runners = [replace(once, id=derived_id("race", once.id, n)) for n in range(RACERS)]
        example.together(runners, f"race.{number}")
        example.search("Patient", f"found.{number}", identifier=person)


@then("each newcomer is in the record once")
def one_newcomer(example: Example) -> None:
    """One."""
    example.holds("R-SAM-06E")
