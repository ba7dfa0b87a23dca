"""The CapabilityStatement says what is done, no more and no less."""

from datetime import datetime
from importlib import import_module
from typing import Any

import pytest

Json = dict[str, Any]
VALUES = {"token": "x", "string": "x", "date": "2020", "reference": "x", "uri": "x", "quantity": "1"}


@pytest.fixture
def statement(client: Any) -> Json:
    """The CapabilityStatement."""
    found: Json = client.get("metadata").json()
    return found


def test_the_statement_is_complete(client: Any, statement: Json) -> None:
    """What strict clients require, the open mode, and the size limit are there."""
    assert datetime.fromisoformat(statement["date"]).tzinfo
    assert (statement["resourceType"], statement["status"], statement["kind"], statement["fhirVersion"]) == (
        "CapabilityStatement",
        "active",
        "instance",
        "4.0.1",
    )
    assert statement["implementation"]["url"] == client.base
    assert "200000 bytes" in statement["implementation"]["description"]
    assert "pen mode" in statement["rest"][0]["security"]["description"]
    assert {i["code"] for i in statement["rest"][0]["interaction"]} == {"transaction", "batch"}
    assert statement["patchFormat"] == ["application/json-patch+json"]


def test_every_search_parameter_listed_is_understood(client: Any, statement: Json) -> None:
    """Each parameter, include and reverse include is taken under strict handling; ``:missing`` and sorting too."""
    for resource in statement["rest"][0]["resource"]:
        kind = resource["type"]
        names = [(p["name"], VALUES[p["type"]]) for p in resource["searchParam"]]
        names += [("_include", text) for text in resource.get("searchInclude", [])]
        names += [("_revinclude", text) for text in resource.get("searchRevInclude", [])]
        for start in range(0, len(names), 40):
            query = "&".join(f"{name}={value}" for name, value in names[start : start + 40])
            answer = client.get(f"{kind}?{query}", Prefer="handling=strict")
            assert answer.status_code == 200, answer.text
            used = answer.json()["link"][0]["url"]
            assert used.count("=") == len(names[start : start + 40])


def test_standard_parameters_not_listed_are_refused(client: Any, statement: Json) -> None:
    """A parameter that R4 defines and the journal lacks is refused under strict handling."""
    listed = {p["name"] for r in statement["rest"][0]["resource"] if r["type"] == "Patient" for p in r["searchParam"]}
    for name in ("phonetic", "_text", "_content", "_filter", "_query"):
        assert name not in listed
        assert client.get(f"Patient?{name}=x", Prefer="handling=strict").status_code == 400


def test_an_independent_model_of_r4_accepts_what_the_journal_says(client: Any, statement: Json) -> None:
    """The statement, an AuditEvent, a searchset and an OperationOutcome are valid by the fhir.resources package."""
    kinds = {
        "CapabilityStatement": statement,
        "AuditEvent": client.get("AuditEvent?_count=1").json()["entry"][0]["resource"],
        "Bundle": client.get("Patient?_count=2").json(),
        "OperationOutcome": client.get("Patient/never-was").json(),
    }
    for name, resource in kinds.items():
        model = import_module(f"fhir.resources.R4B.{name.lower()}")
        getattr(model, name).model_validate(resource)
