"""Who sees what: relations, overrides, blocked information, citizens, case officers, operators."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.journal.caring import block, home_care, served
from tests.journal.securing import (
    DOCTOR,
    HPR,
    NURSE,
    Callers,
    attest,
    condition,
    leaks,
    of,
    paths,
    person,
    ref,
    shown,
)

Json = dict[str, Any]
__all__ = ["home_care", "served"]
HOME = {"use": "home", "line": ["Storgata 1"], "postalCode": "9008", "city": "Tromsø"}


def test_no_path_gives_data_without_a_relation(callers: Callers, served: Callable[..., Json]) -> None:
    """A nurse without a relation is refused in every way, and the refusal is in the patient's log."""
    stranger = callers.put_in(person())[0]
    entry = callers.put_in(condition(stranger))[0]
    token = callers.person(NURSE, attest(NURSE, of(stranger)))
    assert leaks(callers, token, stranger, entry) == []
    assert callers.get(token, f"Condition/{entry['id']}").status_code == 403
    log = callers.get(callers.system(), f"AuditEvent?patient=Patient/{stranger['id']}&outcome=4").json()
    assert log["total"] >= 1


def test_a_relation_gives_that_patient_and_nobody_else(callers: Callers, served: Callable[..., Json]) -> None:
    """An attest about one served patient opens that record in every way, and no other, served or not."""
    mine, other = served(), served()
    entry, others = callers.put_in(condition(mine), condition(other))
    token = callers.person(NURSE, attest(NURSE, of(mine)))
    assert len(leaks(callers, token, mine, entry)) == len(paths(mine, entry))
    assert leaks(callers, token, other, others) == []
    unknown = callers.get(token, "Condition/never-was")
    hidden = callers.get(token, f"Condition/{others['id']}")
    assert (hidden.status_code, hidden.json()) == (unknown.status_code, unknown.json())


@pytest.mark.parametrize("kind", ["fastlege", "encounter", "appointment", "team", "application", "task", "shift"])
def test_every_kind_of_relation_opens_the_record(callers: Callers, kind: str) -> None:
    """The list of a fastlege, a contact under way, an appointment, a care team, an application, a task, a shift."""
    doctor, place = callers.put_in(
        {"resourceType": "Practitioner", "identifier": [{"system": HPR, "value": DOCTOR[1]}]},
        {"resourceType": "Location", "status": "active"},
    )
    listed: Json = {"generalPractitioner": [ref(doctor)]} if kind == "fastlege" else {}
    patient = callers.put_in(person() | listed)[0]
    actors = [{"actor": ref(one), "status": "accepted"} for one in (patient, doctor)]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    later = (datetime.now(UTC) + timedelta(hours=8)).isoformat(timespec="seconds")
    encounter: Json = {
        "resourceType": "Encounter",
        "status": "in-progress",
        "class": {"code": "AMB"},
        "subject": ref(patient),
    }
    request = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": ref(patient)}
    made: dict[str, list[Json]] = {
        "fastlege": [],
        "encounter": [encounter | {"participant": [{"individual": ref(doctor)}]}],
        "appointment": [
            {"resourceType": "Appointment", "status": "booked", "start": now, "end": later, "participant": actors}
        ],
        "team": [
            {
                "resourceType": "CareTeam",
                "status": "active",
                "subject": ref(patient),
                "participant": [{"member": ref(doctor)}],
            }
        ],
        "application": [request | {"performer": [ref(doctor)]}],
        "task": [
            {
                "resourceType": "Task",
                "status": "requested",
                "intent": "order",
                "for": ref(patient),
                "owner": ref(doctor),
            }
        ],
        "shift": [
            encounter | {"location": [{"location": ref(place)}]},
            {
                "resourceType": "Schedule",
                "actor": [ref(doctor), ref(place)],
                "planningHorizon": {"start": now, "end": later},
            },
        ],
    }  # fmt: skip  a table
    token = callers.person(DOCTOR, attest(DOCTOR, of(patient)))
    if kind != "fastlege":
        assert callers.get(token, f"Patient/{patient['id']}").status_code == 403
    callers.put_in(*made[kind])
    assert callers.get(token, f"Patient/{patient['id']}").status_code == 200


def test_a_relation_ends(callers: Callers, served: Callable[..., Json], home_care: Json) -> None:
    """When the service ends, so does access."""
    patient = served()
    token = callers.person(NURSE, attest(NURSE, of(patient)))
    episode = callers.get(token, f"EpisodeOfCare?patient=Patient/{patient['id']}").json()["entry"][0]["resource"]
    callers.send(callers.system(), "PUT", f"EpisodeOfCare/{episode['id']}", episode | {"status": "finished"})
    assert callers.get(token, f"Patient/{patient['id']}").status_code == 403


def test_an_override_opens_and_is_logged(callers: Callers) -> None:
    """Breaking the glass, and acute care on one's own authority, open with a reason, never without one."""
    patient = callers.put_in(person())[0]
    reason = {"decision_ref": {"id": "d", "description": "Bevisstløs", "user_selected": True}}
    tokens = [
        callers.person(NURSE, attest(NURSE, of(patient), purpose=purpose, care=care))
        for purpose in ("BTG", "ETREAT", "TREAT")
        for care in (reason, {})
    ]
    statuses = [callers.get(token, f"Patient/{patient['id']}").status_code for token in tokens]
    assert statuses == [200, 403, 200, 403, 403, 403]


def test_blocked_information_is_hidden_in_every_channel(callers: Callers, served: Callable[..., Json]) -> None:
    """A blocked entry, and what refers to it, is as if it never was: also in totals, chains, history and refusals."""
    patient = served()
    nurse = callers.put_in({"resourceType": "Practitioner", "identifier": [{"system": HPR, "value": NURSE[1]}]})[0]
    open_entry, entry = callers.put_in(condition(patient), condition(patient, "P15"))
    plan = {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": ref(patient)}
    plan = callers.put_in(plan | {"addresses": [ref(entry)]})[0]
    token = callers.person(NURSE, attest(NURSE, of(patient)))
    assert len(leaks(callers, token, patient, entry)) == len(paths(patient, entry))
    consent = callers.put_in(block(patient, actor=[nurse], data=[entry]))[0]
    for hidden in (entry, plan, consent):
        assert leaks(callers, token, patient, hidden) == []
    who = f"Patient/{patient['id']}"
    assert shown(callers, token, f"Condition?patient={who}") == [open_entry["id"]]
    assert shown(callers, token, f"Condition?patient={who}&code=P15") == []
    assert shown(callers, token, f"Patient?_id={patient['id']}&_has:Condition:patient:code=P15") == []
    assert shown(callers, token, "CarePlan?condition.code=P15") == []
    unknown = callers.get(token, "Condition/never-was")
    assert callers.get(token, f"Condition/{entry['id']}").json() == unknown.json()
    create = {"resource": condition(patient, "P15"), "request": {"method": "GET", "url": f"Condition/{entry['id']}"}}
    batch = {"resourceType": "Bundle", "type": "batch", "entry": [create]}
    assert entry["id"] not in callers.send(token, "POST", "", batch).text
    changed = callers.send(token, "PUT", f"Condition/{entry['id']}", entry)
    absent = callers.send(token, "PUT", "Condition/never-was", entry | {"id": "never-was"})
    assert (changed.status_code, changed.json()) == (absent.status_code, absent.json()) == (403, absent.json())
    doctor = callers.person(DOCTOR, attest(DOCTOR, of(patient)))
    assert len(leaks(callers, doctor, patient, entry)) == len(paths(patient, entry))
    reason = {"decision_ref": {"id": "d", "description": "Livstruende", "user_selected": True}}
    glass = callers.person(NURSE, attest(NURSE, of(patient), purpose="BTG", care=reason))
    assert len(leaks(callers, glass, patient, entry)) == len(paths(patient, entry))


def test_types_and_whole_records_can_be_blocked(callers: Callers, served: Callable[..., Json]) -> None:
    """A block by type hides that type, one without content the record; from systems too; until it is lifted."""
    patient = served()
    entry = callers.put_in(condition(patient))[0]
    who = f"Patient/{patient['id']}"
    token, system = callers.person(NURSE, attest(NURSE, of(patient))), callers.system()
    kinds = callers.put_in(block(patient, kinds=("Condition",)))[0]
    assert leaks(callers, token, patient, entry) == leaks(callers, system, patient, entry) == []
    assert len(shown(callers, token, f"EpisodeOfCare?patient={who}")) == 1
    whole = callers.put_in(block(patient))[0]
    assert shown(callers, token, f"EpisodeOfCare?patient={who}") == []
    citizen = callers.citizen(of(patient))
    for consent in (kinds, whole):
        stored = callers.get(citizen, f"Consent/{consent['id']}").json()
        lifted = callers.signer.token(
            {"audience": callers.base, "scope": "patient/*.cruds", "person": {"pid": of(patient), "name": "Per"}}
        )
        answer = callers.send(lifted, "PUT", f"Consent/{consent['id']}", stored | {"status": "inactive"})
        assert answer.status_code == 200, answer.text
    assert len(leaks(callers, token, patient, entry)) == len(paths(patient, entry))


def test_nobody_blocks_what_is_somebody_elses(callers: Callers, served: Callable[..., Json]) -> None:
    """A Consent that names an entry of another patient hides nothing."""
    patient, other = served(), served()
    entry = callers.put_in(condition(patient))[0]
    callers.put_in(block(other, data=[entry]))
    for token in (callers.person(NURSE, attest(NURSE, of(patient))), callers.system()):
        assert len(leaks(callers, token, patient, entry)) == len(paths(patient, entry))


def test_a_case_officer_sees_what_the_decision_needs(callers: Callers, home_care: Json) -> None:
    """With purpose COC, a case number and an application at the organisation: services, no diagnoses."""
    officer = ("01817212345", "", "")
    patient = callers.put_in(person())[0]
    entry = callers.put_in(condition(patient))[0]
    case = {"decision_ref": {"id": "2026/17", "description": "Søknad", "user_selected": False}}
    token = callers.person(officer, attest(officer, of(patient), purpose="COC", care=case))
    assert callers.get(token, f"Patient/{patient['id']}").status_code == 403
    request = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": ref(patient)}
    request = callers.put_in(request | {"performer": [ref(home_care)]})[0]
    assert callers.get(token, f"ServiceRequest/{request['id']}").status_code == 200
    assert leaks(callers, token, patient, entry) == []
    without = callers.person(officer, attest(officer, of(patient), purpose="COC"))
    assert callers.get(without, f"ServiceRequest/{request['id']}").status_code == 403


def test_operators_see_no_clinical_content(callers: Callers) -> None:
    """Whoever runs the journal sees registers, and nothing about a patient, whatever the scopes."""
    patient = callers.put_in(person())[0]
    entry = callers.put_in(condition(patient))[0]
    token = callers.person(("01817212399", "", ""), scope="user/*.cruds journal/operate")
    assert callers.get(token, "Organization").status_code == 200
    assert leaks(callers, token, patient, entry) == []
    assert callers.get(token, "AuditEvent").json()["total"] == 0


def test_writes_stay_with_the_patient_of_the_attest(callers: Callers, served: Callable[..., Json]) -> None:
    """A nurse writes about the patient of the attest, and moves nothing to or from somebody else."""
    mine, other = served(), served()
    token = callers.person(NURSE, attest(NURSE, of(mine)))
    stored = callers.send(token, "POST", "Condition", condition(mine))
    assert stored.status_code == 201
    assert callers.send(token, "POST", "Condition", condition(other)).status_code == 403
    assert callers.send(token, "POST", "Condition", {"resourceType": "Condition"}).status_code in {403, 422}
    moved = callers.send(token, "PUT", f"Condition/{stored.json()['id']}", stored.json() | {"subject": ref(other)})
    assert moved.status_code == 403
    theirs = callers.put_in(condition(other))[0]
    assert callers.send(token, "DELETE", f"Condition/{theirs['id']}").status_code == 403
    assert callers.get(callers.system(), f"Condition/{theirs['id']}").status_code == 200


def test_a_page_link_is_for_its_caller_only(callers: Callers, served: Callable[..., Json]) -> None:
    """The next page of one caller's search is not known to another."""
    patient = served()
    callers.put_in(condition(patient), condition(patient))
    mine = callers.person(NURSE, attest(NURSE, of(patient)))
    links = callers.get(mine, f"Condition?patient=Patient/{patient['id']}&_count=1").json()["link"]
    following = next(link["url"] for link in links if link["relation"] == "next")
    assert callers.get(callers.system(), following).status_code == 410
    assert callers.get(mine, following).status_code == 200


def test_chains_stay_within_scopes(callers: Callers) -> None:
    """A search cannot reach through a reference into a type the token has no scope for."""
    token = callers.system("system/Condition.rs")
    assert callers.get(token, "Condition?patient.family=Hansen").status_code == 403
    assert callers.get(token, "Condition?_has:Encounter:diagnosis:status=finished").status_code == 403
    bundle = callers.get(token, "Condition?_include=Condition:patient&_count=100").json()
    assert {e["resource"]["resourceType"] for e in bundle["entry"]} == {"Condition"}


def test_a_citizen_sees_the_own_log(callers: Callers, served: Callable[..., Json]) -> None:
    """The log shows who has looked at one's own record, and nobody else's."""
    patient, other = served(), served()
    callers.get(callers.person(NURSE, attest(NURSE, of(patient))), f"Patient/{patient['id']}")
    token = callers.citizen(of(patient))
    log = callers.get(token, "AuditEvent?_count=100").json()
    about = {e["what"]["reference"] for x in log["entry"] for e in x["resource"]["entity"] if "what" in e}
    assert f"Patient/{patient['id']}" in about
    assert f"Patient/{other['id']}" not in about
    foreign = callers.get(callers.system(), f"AuditEvent?patient=Patient/{other['id']}").json()["entry"][0]["resource"]
    assert callers.get(token, f"AuditEvent/{foreign['id']}").status_code == 404


def test_cards_say_nothing_of_what_is_hidden(callers: Callers, served: Callable[..., Json]) -> None:
    """Decision support knows the patient of the attest only, without what is blocked, and nobody without a relation."""
    patient, stranger = served(), callers.put_in(person())[0]

    def cards(token: str, about: Json) -> Any:
        context = {"patientId": about["id"], "userId": "Practitioner/1"}
        body = {"hook": "patient-view", "hookInstance": "1", "context": context}
        return callers.send(token, "POST", "cds-services/chart-opened", body, Content_Type="application/json")

    def medicine(about: Json, atc: str) -> Json:
        coded = {"coding": [{"system": "http://www.whocc.no/atc", "code": atc}]}
        statement = {"resourceType": "MedicationStatement", "status": "active", "subject": ref(about)}
        return callers.put_in(statement | {"medicationCodeableConcept": coded})[0]

    warfarin = medicine(patient, "B01AA03")
    medicine(patient, "M01AE01")
    token = callers.person(NURSE, attest(NURSE, of(patient)))
    before = cards(token, patient).json()["cards"]
    callers.put_in(block(patient, data=[warfarin]))
    after = cards(token, patient).json()["cards"]
    assert len(after) < len(before)
    assert cards(token, stranger).status_code == 404
    without = callers.person(NURSE, attest(NURSE, of(stranger)))
    assert cards(without, stranger).status_code == 403


@pytest.mark.parametrize("kind", ["task", "encounter", "appointment"])
def test_much_that_is_over_hides_no_relation(callers: Callers, home_care: Json, kind: str) -> None:
    """Of more than a hundred tasks, contacts or appointments the one that is open counts, whenever it was stored."""
    patient, nurse = callers.put_in(
        person(), {"resourceType": "Practitioner", "identifier": [{"system": HPR, "value": NURSE[1]}]}
    )
    old, now = {"start": "2020-01-01T10:00:00Z", "end": "2020-01-01T11:00:00Z"}, datetime.now(UTC)
    ahead = {"start": now.isoformat(), "end": (now + timedelta(hours=1)).isoformat()}
    task: Json = {"resourceType": "Task", "intent": "order", "for": ref(patient), "owner": ref(home_care)}
    contact: Json = {"resourceType": "Encounter", "class": {"code": "HH"}, "subject": ref(patient)}
    contact |= {"serviceProvider": ref(home_care)}
    people = [{"actor": ref(one), "status": "accepted"} for one in (patient, nurse)]
    booked = {"resourceType": "Appointment", "status": "booked", "participant": people}
    over, open_one = {
        "task": (task | {"status": "completed"}, task | {"status": "requested"}),
        "encounter": (contact | {"status": "finished", "period": old}, contact | {"status": "in-progress"}),
        "appointment": (booked | old, booked | ahead),
    }[kind]
    entry = {"resource": over, "request": {"method": "POST", "url": over["resourceType"]}}
    many = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * 101}
    assert callers.send(callers.system(), "POST", "", many).status_code == 200
    token, path = callers.person(NURSE, attest(NURSE, of(patient))), f"Patient/{patient['id']}"
    assert callers.get(token, path).status_code == 403
    callers.put_in(open_one)
    assert callers.get(token, path).status_code == 200


def test_a_block_hides_no_record_whose_id_differs_by_case(callers: Callers, mark: str) -> None:
    """Ids are told apart by case, in searches as in reads."""
    small, large, system = person(id=mark), person(id=mark.upper()), callers.system()
    for one in (small, large):
        assert callers.send(system, "PUT", f"Patient/{one['id']}", one).status_code == 201
    callers.put_in(condition(small), condition(large), block(small))
    assert shown(callers, system, f"Condition?patient=Patient/{small['id']}") == []
    assert len(shown(callers, system, f"Condition?patient=Patient/{large['id']}")) == 1
