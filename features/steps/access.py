"""Steps on access: wrong tokens and attests, relations, broken glass, operators, lost authorisations, addresses."""

from typing import Final

import pytest
from pytest_bdd import given, then, when

from features.callers import Nurse, authorise, case_officer, citizen, employed, operator, signed_in
from features.example import Example
from simulator.checks.evidence import text_of
from simulator.domain.caller import Caller
from simulator.domain.verdict import Finding

TOKEN_FAULTS: Final = ("InvalidSigningKey", "InvalidIssuer", "InvalidAudience", "Expired")
PROOF_FAULTS: Final = (
    *("DontSetHtu", "DontSetHtm", "IatPast", "IatFuture", "DontSetAth", "DontSetAlgHeader", "DontSetJwk", "DontSetJti"),
    *("SymmetricAlg", "PrivateKeyInJwk", "InvalidTyp", "InvalidSignature"),
)
"""The wrong tokens and proofs of HelseID's test token service, by its names."""
ANYBODY: Final = Caller(scope="system/*.rs")
CHART: Final = ("Condition", "MedicationStatement", "EpisodeOfCare", "Encounter", "Observation")
REASON: Final = {"decision": "BTG-1", "reason": "Funnet bevisstløs hjemme", "self_authorised": True}
CASE: Final = {"decision": "2026/17", "reason": "Søknad om helsetjenester i hjemmet"}
ATTEMPTS: Final = 10
PAUSE_S: Final = 0.3
REVOKED_S: Final = 2.5
"""What a candidate may take to hear of a lost authorisation, and half a second more."""
OLD_S: Final = 3700
PROTECTED: Final = [
    {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V", "display": "very restricted"}
]
LIFTED: Final = [{**PROTECTED[0], "code": "N", "display": "normal"}]


@given("professionals and residents sign in one by one")
def sign_in(example: Example, request: pytest.FixtureRequest) -> None:
    """Where the candidate's file names no token service for people, nobody can: that is no failure, unless claimed."""
    candidate = example.session.running.candidate
    if candidate.tokens is not None and candidate.tokens.people:
        return
    why = {}
    for mark in request.node.iter_markers("rule"):
        rule = mark.args[0]
        capability = example.capability(rule)
        why[rule] = Finding("not_applicable", "The candidate's file names no token service that people sign in with.")
        if capability in candidate.claims:
            why[rule] = Finding("fail", f"{capability} is claimed, and the file names no way for people to sign in.")
    example.leave_out(why)


@given("a resident whom home care looks after", target_fixture="nurse")
def looked_after(example: Example) -> Nurse:
    """Somebody with a service and diagnoses in the record, and a nurse of that service."""
    resident = example.meet(record_EpisodeOfCare=1, record_Condition=2)
    example.seed(resident.written(phase="record"))
    own = [w.id for w in resident.written(*CHART, phase="record")]
    example.know(patient=[resident.patient.id], own=own)
    episode = resident.written("EpisodeOfCare", phase="record")[0]
    return employed(example, episode.resource["managingOrganization"]["reference"].removeprefix("urn:uuid:"))


def look(example: Example, label: str) -> None:
    """Everything about the resident, in every way the interface has."""
    patient = example.resident.patient.id
    example.send("read", "Patient", f"{label}.patient", target=patient)
    example.send("history", "Patient", f"{label}.history", target=patient)
    example.search("Patient", f"{label}.search", _id=example.id_of(example.resident))
    for kind in CHART:
        example.chart(kind, f"{label}.chart")
        example.chart(kind, f"{label}.include", _include=f"{kind}:patient")
    for written in example.resident.written("Condition", phase="record"):
        example.send("read", "Condition", f"{label}.entry", target=written.id)
        example.send("history", "Condition", f"{label}.versions", target=written.id)


@when("every wrong token and every wrong proof is tried")
def wrong_tokens(example: Example) -> None:
    """Sixteen ways to be wrong, and one to be right."""
    wanted = example.id_of(example.resident)
    callers = {f: Caller(scope=ANYBODY.scope, token_fault=f) for f in TOKEN_FAULTS}
    callers |= {f: Caller(scope=ANYBODY.scope, proof_fault=f) for f in PROOF_FAULTS}
    with signed_in(example, ANYBODY):
        example.search("Patient", "sound", _id=wanted)
    for fault, caller in callers.items():
        with signed_in(example, caller):
            example.search("Patient", f"wrong.{fault}", _id=wanted)


@then("all of them are turned away and the sound one is let in")
def tokens_hold(example: Example) -> None:
    """None of sixteen."""
    example.holds("R-TIL-01A")


@when("the nurse comes with attests that do not hold")
def wrong_attests(example: Example, nurse: Nurse) -> None:
    """Too old, about another resident, by somebody without authorisation; and one that holds."""
    other = example.meet()
    example.seed([other.patient])
    unknown = Nurse(example.meet(), nurse.employer)
    callers = {
        "sound": nurse.caller(example.resident),
        "wrong.expired": nurse.caller(example.resident, age_s=OLD_S),
        "wrong.another-patient": nurse.caller(other),
        "wrong.not-authorised": unknown.caller(example.resident),
    }
    for label, caller in callers.items():
        with signed_in(example, caller):
            example.send("read", "Patient", label, target=example.resident.patient.id)


@then("only the attest that holds opens the record")
def attests_hold(example: Example) -> None:
    """None but one."""
    example.holds("R-TIL-01B")


@when("the nurse in charge and a nurse from another service look for everything about the resident")
def two_nurses(example: Example, nurse: Nurse) -> None:
    """The same questions from both."""
    stranger = elsewhere(example, nurse)
    for label, who in (("relation", nurse), ("stranger", stranger)):
        with signed_in(example, who.caller(example.resident)):
            look(example, label)


def elsewhere(example: Example, nurse: Nurse) -> Nurse:
    """A nurse of an organisation that has nothing to do with the resident."""
    theirs = {w.id for w in example.study.organisations(example.resident)}
    return employed(example, example.study.organisation_beside(theirs), unlike=nurse)


@then("only the nurse in charge finds it")
def relation_needed(example: Example) -> None:
    """Nothing for the other."""
    example.holds("R-TIL-02A")


@when("a nurse from another service breaks the glass, first without a reason and then with one")
def break_the_glass(example: Example, nurse: Nurse) -> None:
    """The record is read both times, and the resident reads the log."""
    stranger = elsewhere(example, nurse)
    example.know(reason=REASON["reason"])
    for label, why in (("without-reason", {}), ("with-reason", REASON)):
        with signed_in(example, stranger.caller(example.resident, "BTG", **why)):
            example.send("read", "Patient", label, target=example.resident.patient.id)
    read_log(example, str(REASON["reason"]))


def read_log(example: Example, wanted: str) -> None:
    """The resident's own log, read again while what is looked for is not in it: a log may lag a moment behind."""
    for attempt in range(1, ATTEMPTS + 1):
        with signed_in(example, citizen(example.resident)):
            pages = example.chart("AuditEvent", f"log.{attempt}", _count=50)
        if any(wanted in text_of(page) for page in pages):
            return
        example.wait(PAUSE_S)


@then("the record opens for the reason only, and the reason is in the resident's log")
def override_logged(example: Example) -> None:
    """Opened, and seen."""
    example.holds("R-TIL-02B")


@when("a case officer opens the case and looks for everything else")
def case_officer_looks(example: Example, nurse: Nurse) -> None:
    """The nurse in charge looks too, so that an empty answer means something."""
    resident = example.resident
    services = [w.id for w in resident.written("EpisodeOfCare", phase="record")]
    clinical = [w.id for w in resident.written("Condition", "MedicationStatement", phase="record")]
    example.know(services=services, clinical=clinical)
    with signed_in(example, nurse.caller(resident)):
        look(example, "relation")
    with signed_in(example, case_officer(example.meet(), nurse, resident, **CASE)):
        example.chart("EpisodeOfCare", "services")
        look(example, "stranger")


@then("the services are found and nothing clinical")
def decision_only(example: Example) -> None:
    """What a decision needs."""
    example.holds("R-TIL-02C")


@when("an operator looks for everything about the resident")
def operator_looks(example: Example, nurse: Nurse) -> None:
    """The nurse in charge looks too, so that an empty answer means something."""
    with signed_in(example, nurse.caller(example.resident)):
        look(example, "relation")
    with signed_in(example, operator(example.meet())):
        look(example, "stranger")


@then("the operator finds nothing about the resident")
def operator_blind(example: Example) -> None:
    """Nothing."""
    example.holds("R-TIL-06")


@when("the nurse's authorisation is taken away between two looks")
def authorisation_lost(example: Example, nurse: Nurse) -> None:
    """The same token both times."""
    with signed_in(example, nurse.caller(example.resident)):
        example.send("read", "Patient", "before", target=example.resident.patient.id)
        authorise(example, nurse)
        example.wait(REVOKED_S)
        example.send("read", "Patient", "after", target=example.resident.patient.id)


@then("the first look is answered and the second is not")
def revocation_works(example: Example) -> None:
    """At once."""
    example.holds("R-GRU-02")


@when("the nurse looks before HPR goes down, while it is down, and when it is up again")
def register_down(example: Example, nurse: Nurse) -> None:
    """The look in between comes when what HPR said before is no longer believed."""
    caller = nurse.caller(example.resident)
    with signed_in(example, caller):
        example.chart("Condition", "up.1", example.resident)
    example.neighbours.behave("hpr", down=True)
    example.wait(REVOKED_S)
    with signed_in(example, caller):
        example.chart("Condition", "down", example.resident)
    example.neighbours.behave_well()
    with signed_in(example, caller):
        example.chart("Condition", "up.2", example.resident)


@then("the nurse is let in before and after, and told in between that HPR does not answer")
def told_of_silence(example: Example) -> None:
    """Neither let in nor called unauthorised."""
    example.holds("R-GRU-02B")


@when("the resident's address is protected by code 6 and the nurse looks for it in every way")
def protected(example: Example, nurse: Nurse) -> None:
    """Folkeregisteret's protection reaches the record; what was there before is now secret too."""
    patient = example.resident.patient
    address = patient.resource["address"][0]
    example.know(secrets=[address["line"][0]])
    meta = {**patient.resource.get("meta", {}), "security": PROTECTED}
    example.change(patient, "protect", {"meta": meta})
    with signed_in(example, nurse.caller(example.resident)):
        look(example, "look")
        example.send("vread", "Patient", "look.version", target=patient.id)
        example.search("Patient", "by-address", _id=example.id_of(example.resident), address=address["line"][0])
    example.send("read", "Patient", "look.system", target=patient.id)


@when("the address protected by code 6 is exchanged for an open one, and the nurse looks at what was before")
def lifted(example: Example, nurse: Nurse) -> None:
    """The resident moves and need hide no longer; whoever was in hiding there, or still is, must not be found."""
    patient = example.resident.patient
    address = patient.resource["address"][0]
    street, meta = "Åpenveien 7", patient.resource.get("meta", {})
    example.know(secrets=[address["line"][0]], open=street)
    example.change(patient, "protect", {"meta": {**meta, "security": PROTECTED}})
    open_now = {"meta": {**meta, "security": LIFTED}, "address": [{**address, "line": [street]}]}
    example.change(patient, "lift", open_now)
    with signed_in(example, nurse.caller(example.resident)):
        look(example, "look")
        example.send("vread", "Patient", "look.version", target=patient.id)
        example.search("Patient", "by-address", _id=example.id_of(example.resident), address=address["line"][0])
    example.send("history", "Patient", "look.system", target=patient.id)


@then("the open address is shown, and the former one nowhere")
def former_address_kept(example: Example) -> None:
    """In no answer."""
    example.holds("R-TIL-07B")


@then("the address is nowhere to be found")
def address_kept(example: Example) -> None:
    """In no answer."""
    example.holds("R-TIL-07")
