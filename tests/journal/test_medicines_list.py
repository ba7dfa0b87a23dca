"""The one medicines list: how record and list are merged, and that the journal keeps them together."""

import time
from typing import Any

import pytest

from simulator.journal.prescriptions.list_keeper import leave_out_unsound
from simulator.journal.prescriptions.one_list import PLL, digest, merge, said
from simulator.journal.validation import Validator
from tests.journal.conftest import Client
from tests.journal.test_prescriptions import Exchange, person, until
from tests.journal.test_prescriptions import beside as beside  # noqa: PLC0414  a fixture
from tests.journal.test_prescriptions import exchange as exchange  # noqa: PLC0414  a fixture
from tests.journal.test_prescriptions import signer as signer  # noqa: PLC0414  a fixture

Json = dict[str, Any]


def medicine(dosage: str, status: str = "active") -> Json:
    """What a statement says."""
    return {"status": status, "dosage": [{"text": dosage}]}


OLD, MINE, THEIRS = medicine("1"), medicine("2"), medicine("3")
UNDECIDED = f"{digest(MINE)}/{digest(THEIRS)}"


@pytest.mark.parametrize(
    ("mine", "theirs", "known", "stands", "told"),
    [
        (OLD, None, "", OLD, (False, False)),
        (None, OLD, "", OLD, (True, False)),
        (None, OLD, digest(OLD), medicine("1", "entered-in-error"), (False, False)),
        (OLD, OLD, digest(OLD), OLD, (False, False)),
        (MINE, OLD, digest(OLD), MINE, (False, False)),
        (OLD, THEIRS, digest(OLD), THEIRS, (True, False)),
        (MINE, THEIRS, digest(OLD), THEIRS, (False, True)),
        (MINE, THEIRS, "", THEIRS, (False, True)),
        (MINE, THEIRS, UNDECIDED, THEIRS, (False, False)),
        (OLD, THEIRS, UNDECIDED, OLD, (False, False)),
        (MINE, OLD, UNDECIDED, OLD, (True, False)),
    ],
)
def test_what_one_side_changed_stands(
    mine: Json | None, theirs: Json | None, known: str, stands: Json, told: tuple[bool, bool]
) -> None:
    """New, gone, unchanged, changed by one or both, undecided, decided: what stands, is taken over, is told."""
    record = {} if mine is None else {"a": mine}
    listed = {} if theirs is None else {"a": theirs}
    found = merge(record, listed, {"a": known} if known else {}, {})
    assert said(found.statements[0]) == stands
    assert (bool(found.adopted), bool(found.conflicts)) == told


def statement(patient: Json, number: str, dosage: str, **more: Any) -> Json:
    """A medicine on the patient's list."""
    return {
        "resourceType": "MedicationStatement",
        "identifier": [{"system": PLL, "value": number}],
        "status": "active",
        "medicationCodeableConcept": {"coding": [{"system": "http://www.whocc.no/atc", "code": "C08CA01"}]},
        "subject": {"reference": f"Patient/{patient['id']}"},
        "dosage": [{"text": dosage}],
    } | more


def listed(exchange: Exchange, patient: Json) -> dict[str, str]:
    """The list at Reseptformidleren: dosage by PLL-id."""
    number = patient["identifier"][0]["value"]
    told = exchange.say("POST", "/facts/reseptformidleren/lists", {"person": number})
    return {one["id"]: one["dosage"] for one in told["medicines"]}


def change(exchange: Exchange, patient: Json, number: str, dosage: str) -> None:
    """Another prescriber changes or adds a medicine."""
    said = {"medicationCodeableConcept": {"text": "Furix"}, "dosage": [{"text": dosage}]}
    body = {"person": patient["identifier"][0]["value"], "id": number, "statement": said}
    exchange.say("POST", "/facts/reseptformidleren/changes", body)


def recorded(beside: Client, patient: Json) -> dict[str, str]:
    """The medicines in the record: dosage by PLL-id."""
    bundle = beside.get(f"MedicationStatement?patient={patient['id']}").json()
    found = [entry["resource"] for entry in bundle.get("entry", [])]
    return {one["identifier"][0]["value"]: one["dosage"][0]["text"] for one in found if "identifier" in one}


def test_record_and_list_are_kept_together(beside: Client, exchange: Exchange) -> None:
    """What is written goes to the list, what others add comes into the record, what has no PLL-id stays there."""
    patient = person(beside)
    exchange.behave(wrong=True)
    beside.create(statement(patient, "a", "1"))
    beside.create(statement(patient, "x", "9", identifier=[{"system": "urn:else", "value": "x"}]))
    time.sleep(0.2)
    exchange.behave()
    until(lambda: listed(exchange, patient), lambda found: found == {"a": "1"})
    change(exchange, patient, "b", "5")
    beside.create(statement(patient, "c", "3"))
    until(lambda: listed(exchange, patient), lambda found: found == {"a": "1", "b": "5", "c": "3"})
    until(lambda: recorded(beside, patient), lambda found: found == {"a": "1", "b": "5", "c": "3", "x": "9"})


def test_a_change_by_two_is_a_conflict(beside: Client, exchange: Exchange) -> None:
    """The other's stands on the list, the prescriber is told once, and what he then writes goes out."""
    patient = person(beside)
    made = beside.create(statement(patient, "a", "1"))
    until(lambda: listed(exchange, patient), lambda found: found == {"a": "1"})
    change(exchange, patient, "a", "sykehusets")
    path = f"MedicationStatement/{made['id']}"
    assert beside.send("PUT", path, made | {"dosage": [{"text": "fastlegens"}]}).status_code == 200
    tasks = f"Task?patient={patient['id']}"
    [task] = until(lambda: beside.get(tasks).json().get("entry", []), bool)
    assert task["resource"]["focus"]["reference"] == path
    beside.create(statement(patient, "b", "2"))
    until(lambda: listed(exchange, patient), lambda found: found == {"a": "sykehusets", "b": "2"})
    assert len(beside.get(tasks).json()["entry"]) == 1
    assert beside.send("PUT", path, made | {"dosage": [{"text": "avtalt"}]}).status_code == 200
    until(lambda: listed(exchange, patient), lambda found: found == {"a": "avtalt", "b": "2"})


@pytest.mark.parametrize("before", [{}, {"b": "known"}])
def test_what_is_not_sound_is_not_taken_over(before: dict[str, str]) -> None:
    """A statement of the list that R4 does not allow stays there, and holds up neither others nor other people."""
    sound = {"status": "active", "medicationCodeableConcept": {"text": "Marevan"}}
    listed = {"a": sound, "b": sound | {"effectivePeriod": "yesterday"}}
    merged = merge({}, listed, {}, {})
    leave_out_unsound(Validator(), merged, before)
    assert (list(merged.adopted), merged.agreed.get("b")) == (["a"], before.get("b"))
    assert len(merged.statements) == 2
