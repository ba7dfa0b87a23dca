"""Checks of the open interface, on histories written by hand."""

from typing import Any

from tests.checks.tables import test_what_is_right_passes, test_what_is_wrong_fails  # noqa: F401  run from here

NUMBER = "13817204095"


def statement(*types: str, version: str = "4.0.1") -> dict[str, Any]:
    """A CapabilityStatement that claims to create, read and search the types."""
    claims = [{"code": "create"}, {"code": "read"}, {"code": "search-type"}]
    parameter = [{"name": "date", "type": "date"}]
    resources = [{"type": t, "interaction": claims, "searchParam": parameter} for t in types]
    return {
        "resourceType": "CapabilityStatement",
        "fhirVersion": version,
        "rest": [{"mode": "server", "resource": resources}],
    }


def claims(s: Any, told: Any = None, *, date: int = 200, tried: bool = True) -> Any:
    """Every claim about Task is tried."""
    s.fact(types_written=["Task"]).read("metadata", told or statement("Task"), verb="capabilities")
    if tried:
        s.refuse("claim.Task.read", 404).search("claim.Task.search-type")
        s.search("claim.Task.date") if date == 200 else s.refuse("claim.Task.date", date, verb="search")
    return s


def errors(s: Any, unknown: int = 400, issue: dict[str, Any] | None = None, invalid: int = 422) -> Any:
    """A search with an unknown parameter, and something invalid."""
    s.search("control").refuse("unknown-parameter", unknown, verb="search")
    return s.refuse("invalid", invalid, issue=issue)


def lookup(s: Any, *found: str, location: str = "") -> Any:
    """A person is looked up by number."""
    person = {"resourceType": "Patient", "id": "1"}
    s.fact(patient=["i-Patient-1"]).write("seed", person)
    if location:
        base = "http://127.0.0.1:1/fhir/Patient"
        s.add("seed", "create", base, sent=person, answer=(201, {}, {"location": f"{base}/{location}"}))
    return s.search("lookup", *({"resourceType": "Patient", "id": n} for n in found))


def bundles(s: Any, left: tuple[Any, ...] = (), kept: str = "12", faulty: int = 422, target: str = "1") -> Any:
    """A bundle with a faulty part, and a sound one of two parts that refer to each other."""
    parts = {
        "1": {"resourceType": "Encounter", "id": "1"},
        "2": {"resourceType": "Encounter", "id": "2", "partOf": {"reference": f"Encounter/{target}"}},
    }
    s.refuse("faulty", faulty, verb="transaction").search("after-faulty", *left).fact(parts=2)
    s.search("sound", verb="transaction")
    return s.search("after-sound", *(parts[n] for n in kept))


def race(s: Any, second: int = 200, found: str = "1", name: str = "1") -> Any:
    """Two services register one person at once."""
    s.write("race.1.1", {"resourceType": "Patient"}, "1").write(
        "race.1.2", {"resourceType": "Patient"}, name, status=second
    )
    return s.search("found.1", *({"resourceType": "Patient", "id": n} for n in found))


RIGHT: dict[str, Any] = {
    "capability_statement_is_true": claims,
    "errors_explain_themselves": errors,
    "identity_number_stays_out_of_urls": lambda s: lookup(s, "1"),
    "transaction_is_all_or_nothing": bundles,
    "conditional_create_makes_one": race,
}

WRONG = [
    ("capability_statement_is_true", "type not claimed", lambda s: claims(s, statement("Patient"))),
    ("capability_statement_is_true", "other FHIR", lambda s: claims(s, statement("Task", version="5.0.0"))),
    ("capability_statement_is_true", "parameter refused", lambda s: claims(s, date=400)),
    ("capability_statement_is_true", "another resource", lambda s: claims(s, {"resourceType": "Patient"})),
    ("errors_explain_themselves", "parameter ignored", lambda s: errors(s, 200)),
    ("errors_explain_themselves", "no OperationOutcome", lambda s: errors(s, issue={})),
    ("errors_explain_themselves", "no place", lambda s: errors(s, issue={"severity": "error", "code": "invalid"})),
    ("errors_explain_themselves", "fell over", lambda s: errors(s, invalid=500)),
    (
        "errors_explain_themselves",
        "number repeated",
        lambda s: errors(s, issue={"severity": "error", "code": "value", "expression": ["x"], "diagnostics": NUMBER}),
    ),
    ("identity_number_stays_out_of_urls", "not found", lookup),
    ("identity_number_stays_out_of_urls", "two found", lambda s: lookup(s, "1", "2")),
    ("identity_number_stays_out_of_urls", "number as id", lambda s: lookup(s, "1", location=NUMBER)),
    ("transaction_is_all_or_nothing", "half kept", lambda s: bundles(s, ({"resourceType": "Encounter", "id": "9"},))),
    ("transaction_is_all_or_nothing", "part lost", lambda s: bundles(s, kept="1")),
    ("transaction_is_all_or_nothing", "faulty taken", lambda s: bundles(s, faulty=200)),
    ("transaction_is_all_or_nothing", "loose reference", lambda s: bundles(s, target="7")),
    ("conditional_create_makes_one", "two made", lambda s: race(s, 201, "12", "2")),
    ("conditional_create_makes_one", "two found", lambda s: race(s, 200, "12")),
    ("conditional_create_makes_one", "fell over", lambda s: race(s, 500)),
]


def test_untried_claims_are_inconclusive_or_told(story: Any) -> None:
    """Claims that nobody tried are never passed."""
    assert claims(story, tried=False).judged("capability_statement_is_true").outcome != "pass"
