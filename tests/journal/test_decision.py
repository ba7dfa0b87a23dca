"""Decision support: cards where a medicine is signed or a chart opened, and what becomes of them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from simulator.journal.decision.advice import at_order, at_view
from simulator.journal.decision.chart import Chart, Measured, Medicine
from simulator.journal.decision.knowledge import knowledge

Json = dict[str, Any]
ATC = "http://www.whocc.no/atc"
TODAY = date(2026, 1, 15)
WARFARIN, IBUPROFEN, NAPROXEN = (
    Medicine(*m) for m in (("B01AA03", "Warfarin"), ("M01AE01", "Ibuprofen"), ("M01AE02", "Naproksen"))
)
PENICILLIN, METFORMIN, PARACETAMOL = (
    Medicine(*m) for m in (("J01CE02", "Fenoksymetylpenicillin"), ("A10BA02", "Metformin"), ("N02BE01", "Paracetamol"))
)

STORES = ["sqlite"]
"""What is tested here never reaches the database, or no part of it that differs."""


def chart(
    *medicines: Medicine,
    allergies: tuple[Medicine, ...] = (),
    conditions: str = "",
    measured: tuple[Measured, ...] = (),
) -> Chart:
    return Chart(medicines, allergies, frozenset(conditions.split()), measured)


def told(seen: Chart, *ordered: Medicine) -> list[tuple[str, str]]:
    return [(advice.source, advice.indicator) for advice in at_order(knowledge(), seen, ordered)]


def test_a_known_pair_gives_a_warning_whichever_comes_first() -> None:
    """Warfarin and ibuprofen warn of bleeding, whether the one or the other is new."""
    assert told(chart(WARFARIN), IBUPROFEN) == told(chart(IBUPROFEN), WARFARIN) == [("interactions", "critical")]


def test_two_medicines_of_one_order_are_held_against_each_other() -> None:
    """A pair that is ordered together warns once."""
    assert told(chart(), WARFARIN, IBUPROFEN) == [("interactions", "critical")]


def test_medicines_that_go_together_give_no_card() -> None:
    """Paracetamol beside warfarin and metformin says nothing: a card too many is a card not read."""
    assert told(chart(WARFARIN, METFORMIN), PARACETAMOL) == []


@pytest.mark.parametrize("allergy", ["J01CE02", "J01C", "J01CA04"])
def test_an_allergy_to_the_medicine_or_its_kin_is_critical(allergy: str) -> None:
    """Allergic to the substance, its group, or another penicillin: penicillin warns."""
    assert told(chart(allergies=(Medicine(allergy, "x"),)), PENICILLIN) == [("allergy", "critical")]


def test_another_medicine_of_the_same_kind_is_a_duplicate() -> None:
    """Naproxen beside ibuprofen is the same kind of medicine twice."""
    assert told(chart(IBUPROFEN), NAPROXEN) == [("duplicate", "warning")]


@pytest.mark.parametrize(("egfr", "indicator"), [(25.0, ["critical"]), (40.0, ["warning"]), (60.0, [])])
def test_a_dose_is_held_against_the_latest_kidney_function(egfr: float, indicator: list[str]) -> None:
    """Metformin: forbidden below 30, less below 45, and no word above; what was measured before does not count."""
    measured = (Measured("33914-3", "2025-12-01", egfr), Measured("33914-3", "2024-12-01", 90.0))
    assert [level for _, level in told(chart(measured=measured), METFORMIN)] == indicator


def test_an_unmeasured_kidney_gives_no_false_comfort_nor_alarm() -> None:
    """Without a measurement nothing is said of the dose."""
    assert told(chart(), METFORMIN) == []


@pytest.mark.parametrize(("measured", "cards"), [("2025-06-01", 0), ("2025-01-15", 1), ("2024-06-01", 1), ("", 1)])
def test_a_check_is_overdue_after_its_months(measured: str, cards: int) -> None:
    """HbA1c of somebody with diabetes counts for twelve months."""
    recent = Measured("33914-3", "2026-01-01", 80.0)
    seen = chart(conditions="T90", measured=(recent, *((Measured("4548-4", measured, 50.0),) if measured else ())))
    assert len(at_view(knowledge(), seen, TODAY)) == cards


def test_those_without_the_condition_have_nothing_overdue() -> None:
    """Nobody is reminded of checks for an illness they do not have."""
    assert at_view(knowledge(), chart(), TODAY) == []


def test_every_source_named_is_there() -> None:
    """Each rule's source has a label and a URL."""
    known = knowledge()
    names = {"interactions", "allergy", "duplicate", "kidney", *(rule.source for rule in known.overdue)}
    assert names == known.sources.keys()
    assert all(known.source(name)["url"].startswith("https://") for name in names)


def request(
    client: Any, patient: str, *atc: str, service: str = "order-check", hook: str = "order-sign", **fields: str
) -> Any:
    orders = [
        {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"coding": [{"system": ATC, "code": code}]}}
        for code in atc
    ]
    context = {
        "patientId": patient,
        "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": o} for o in orders]},
    }
    return client.send(
        "POST", f"cds-services/{service}", {"hook": hook, "hookInstance": "1", "context": context}, **fields
    )


@pytest.fixture
def on_warfarin(client: Any, patient: Json) -> str:
    """The id of a patient who uses warfarin."""
    who: str = client.create(patient)["id"]
    coding = {"system": ATC, "code": "B01AA03", "display": "Warfarin"}
    client.create(
        {
            "resourceType": "MedicationStatement",
            "status": "active",
            "subject": {"reference": f"Patient/{who}"},
            "medicationCodeableConcept": {"coding": [coding]},
        }
    )
    return who


def test_a_medicine_coded_twice_is_known_by_the_code_it_has(client: Any, patient: Json) -> None:
    """A coding without a code says nothing, and hides no other one."""
    subject = client.create(patient)["id"]
    coded = {"coding": [{"system": ATC}, {"system": ATC, "code": "B01AA03"}]}
    statement = {"resourceType": "MedicationStatement", "status": "active", "medicationCodeableConcept": coded}
    client.create(statement | {"subject": {"reference": f"Patient/{subject}"}})
    assert len(request(client, subject, "M01AE01").json()["cards"]) == 1


def test_services_can_be_discovered(client: Any) -> None:
    """cds-services lists both services with their hooks."""
    services = client.get("cds-services").json()["services"]
    assert {(s["id"], s["hook"]) for s in services} == {("chart-opened", "patient-view"), ("order-check", "order-sign")}


def test_a_card_has_words_source_and_reasons_to_override(client: Any, on_warfarin: str) -> None:
    """What is shown says how urgent it is, in the asker's language, where it is known from, and how to decline it."""
    card = request(client, on_warfarin, "M01AE01", Accept_Language="en").json()["cards"][0]
    assert (card["indicator"], card["summary"]) == (
        "critical",
        "Greater risk of bleeding: an NSAID with an antithrombotic",
    )
    assert card["source"]["label"]
    assert card["overrideReasons"][0]["display"] == "The benefit outweighs the risk"
    assert request(client, on_warfarin, "M01AE01").json()["cards"][0]["summary"].startswith("Økt blødningsfare")


def test_a_reason_for_overriding_is_kept_in_the_record(client: Any, on_warfarin: str) -> None:
    """An overridden card stands in the patient's record with the reason given."""
    card = request(client, on_warfarin, "M01AE01").json()["cards"][0]
    feedback = {
        "card": card["uuid"],
        "outcome": "overridden",
        "overrideReason": {"reason": card["overrideReasons"][1], "userComment": "INR hver uke"},
        "outcomeTimestamp": "2026-01-15T10:00:00Z",
    }
    assert client.send("POST", "cds-services/order-check/feedback", {"feedback": [feedback]}).status_code == 200
    issue = client.get(f"DetectedIssue?patient=Patient/{on_warfarin}").json()["entry"][0]["resource"]
    assert issue["detail"] == card["summary"]
    assert issue["mitigation"][0]["action"]["coding"][0]["code"] == "monitored"


@pytest.mark.parametrize(
    ("change", "status"),
    [({"outcome": "overridden"}, 400), ({"outcome": "unheard"}, 400), ({"outcome": "accepted", "card": "x"}, 404)],
)
def test_feedback_that_says_too_little_is_refused(client: Any, on_warfarin: str, change: Json, status: int) -> None:
    """An override without a reason, an unknown outcome, and a card that was never shown are refused."""
    card = request(client, on_warfarin, "M01AE01").json()["cards"][0]["uuid"]
    answer = client.send("POST", "cds-services/order-check/feedback", {"feedback": [{"card": card} | change]})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda c, p: request(c, p, service="unheard"), 404),
        (lambda c, p: request(c, p, hook="patient-view"), 400),
        (lambda c, _: request(c, "", "M01AE01"), 412),
        (lambda c, _: request(c, "nobody", "M01AE01"), 404),
        (lambda c, _: c.send("POST", "cds-services/order-check", []), 400),
        (lambda c, _: c.get("cds-services/order-check"), 405),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused(
    client: Any, on_warfarin: str, ask: Callable[..., Any], status: int
) -> None:
    """An unknown service or patient, another hook, no patient, no object: each a refusal with an OperationOutcome."""
    answer = ask(client, on_warfarin)
    assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")


def test_asking_for_advice_is_a_look_at_the_record(client: Any, on_warfarin: str) -> None:
    """The patient's trail shows that a service looked."""
    request(client, on_warfarin, "M01AE01")
    trail = client.get(f"AuditEvent?entity=Patient/{on_warfarin}&subtype=operation").json()
    assert trail["entry"][0]["resource"]["subtype"][0]["display"] == "$cds-service"
