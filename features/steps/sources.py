"""Steps on several sources that become one record."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import NobodyError, Written
from simulator.streams import derived_id

MOVED: Final = "https://journalbenk.example/identifier/moved"
DOSES: Final = ("2 tabletter morgen", "1 tablett morgen og kveld")


@given("a resident of whom two municipal systems know the same diagnoses and disagree on a medicine")
def two_sources(example: Example) -> None:
    """Two organisations that meet the resident; each states another dose."""
    resident = example.meet(record_Condition=2, record_MedicationStatement=1, record_EpisodeOfCare=1)
    record = resident.written("Condition", "MedicationStatement", phase="record")
    sources = example.study.organisations(resident)[:2]
    if len(sources) < len(DOSES):
        raise NobodyError("The resident meets fewer than two organisations.")
    example.seed([resident.patient, *sources])
    example.seed(record, leaving_out=record)
    agreed = sorted(_code(w) for w in resident.written("Condition", phase="record"))
    disputed = [[dose, example.session.reference(source.id)] for dose, source in zip(DOSES, sources, strict=True)]
    example.know(patient=[resident.patient.id], agreed=agreed, disputed=disputed)


def _code(diagnosis: Written) -> str:
    return str(diagnosis.resource["code"]["coding"][0]["code"])


@when("both are moved into the record, one after the other")
def move_in(example: Example) -> None:
    """Each in one piece; what both know goes under the same number, so that it can be known again."""
    resident = example.resident
    identifier = resident.patient.resource["identifier"][0]
    person = f"identifier={identifier['system']}|{identifier['value']}"
    for number, (dose, source) in enumerate(example.facts["disputed"], start=1):
        name = derived_id("moved", resident.patient.id, number)
        entries = [_entry(name, resident.patient.resource, person)]
        entries += [_moved(w, name, number, {}) for w in resident.written("Condition", phase="record")]
        stated = {"dosage": [{"text": dose}], "informationSource": {"reference": source}}
        medicine = resident.written("MedicationStatement", phase="record")[0]
        entries.append(_moved(medicine, name, number, stated))
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        example.send("transaction", "", f"source.{number}", body=bundle)
    example.search("Patient", "people", identifier=f"{identifier['system']}|{identifier['value']}")
    example.chart("Condition", "diagnoses")
    example.chart("MedicationStatement", "medicines")


def _moved(written: Written, person: str, number: int, stated: dict[str, Any]) -> dict[str, Any]:
    """An entry of a source; what it states otherwise than others goes under a number of its own."""
    value = f"{written.id}.{number}" if stated else written.id
    body = {
        **written.resource,
        **stated,
        "identifier": [{"system": MOVED, "value": value}],
        "subject": {"reference": f"urn:uuid:{person}"},
    }
    return _entry(derived_id("moved", value, number), body, f"identifier={MOVED}|{value}")


def _entry(name: str, resource: dict[str, Any], once: str) -> dict[str, Any]:
    request = {"method": "POST", "url": resource["resourceType"], "ifNoneExist": once}
    return {"fullUrl": f"urn:uuid:{name}", "resource": resource, "request": request}


@then("there is one record: diagnoses once each, and the two doses each with its source")
def one_record(example: Example) -> None:
    """One record."""
    example.holds("R-MIG-02")
