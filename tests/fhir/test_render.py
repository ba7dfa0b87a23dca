"""Care events become valid, complete, deterministic FHIR interactions about synthetic people only."""

import importlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import polars as pl
import pytest

from simulator.domain.codes import ENH, FNR, HPR, IPLOS_SERVICE
from simulator.domain.information import READS, RECORDS
from simulator.domain.person_number import find_real_numbers
from simulator.domain.tables import EVENTS, INTERACTIONS
from simulator.errors import InputError
from simulator.fhir.words import SEARCHES, WRITES

Frame = pl.DataFrame
Resource = dict[str, Any]


def bodies(frame: Frame, kind: str, verb: str = "create") -> list[Resource]:
    rows = frame.filter((pl.col("type") == kind) & (pl.col("verb") == verb))
    return [orjson.loads(body) for body in rows["body"]]


def test_every_resource_is_valid_r4(interactions: Frame) -> None:
    """An independent validator accepts every resource written."""
    for body in interactions["body"].drop_nulls():
        resource = orjson.loads(body)
        kind = resource["resourceType"]
        module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
        getattr(module, kind).model_validate(resource)


def test_no_reference_dangles(interactions: Frame) -> None:
    """Whatever is referred to was created earlier in the order of sending, and stands in needs."""
    created: set[str] = set()
    for row in interactions.to_dicts():
        text = (row["body"] or b"").decode() + row["query"]
        referred = set(re.findall(r"urn:uuid:([0-9a-f-]{36})", text))
        assert referred <= set(row["needs"]) <= created
        if row["verb"] == "create":
            created.add(row["interaction"])
        if row["target"]:
            assert row["target"] in created


def test_table_has_the_schema_and_order(interactions: Frame) -> None:
    """Registry, record, care; then by instant and event; numbered; each id once."""
    assert dict(interactions.schema) == INTERACTIONS
    keys = interactions.select(pl.col("phase").to_physical(), "at", "event", "seq").rows()
    assert keys == sorted(keys)
    assert interactions["interaction"].is_unique().all()


def test_every_word_of_the_language_is_rendered(words_used: tuple[Sequence[str], Sequence[str]]) -> None:
    """Each word of records and reads has a FHIR form, and the sample uses them all."""
    assert set(WRITES) == set(RECORDS) == set(words_used[0])
    assert set(SEARCHES) == set(READS) == set(words_used[1])


def test_same_seed_gives_same_bytes(
    events: Frame, population: Frame, interactions: Frame, render_with: Callable[..., Frame]
) -> None:
    """Rendering again changes nothing; another seed names everything otherwise."""
    assert render_with(events, population).equals(interactions)
    other = render_with(events, population, seed=8)
    assert not set(other["interaction"]) & set(interactions["interaction"])


def test_a_part_of_the_events_keeps_its_names(
    events: Frame, population: Frame, interactions: Frame, render_with: Callable[..., Frame]
) -> None:
    """An interaction's id depends on its episode and step alone, not on what else happens."""
    part = events.filter(pl.col("pathway") == "discharge-ready")
    assert set(render_with(part, population)["interaction"]) <= set(interactions["interaction"])


def test_only_residents_with_events_have_a_record(interactions: Frame) -> None:
    """The fifth resident, to whom nothing happens, has no Patient."""
    assert len(bodies(interactions, "Patient")) == 4
    assert 55_010_000_004 not in interactions["resident"]


def test_person_numbers_are_synthetic(interactions: Frame) -> None:
    """Every fødselsnummer has 80 added to its month, and no other run of eleven digits occurs in any body or query."""
    numbers = {patient["identifier"][0]["value"] for patient in bodies(interactions, "Patient")}
    assert all(81 <= int(number[2:4]) <= 92 for number in numbers)
    for body, query in interactions.select("body", "query").rows():
        assert set(re.findall(r"(?<!\d)\d{11}(?!\d)", (body or b"").decode() + query)) <= numbers


def test_no_body_or_query_holds_a_real_number(interactions: Frame) -> None:
    """The guard that stands before every candidate lets everything through."""
    for body, query in interactions.select("body", "query").rows():
        assert not find_real_numbers(body or b"")
        assert not find_real_numbers(query.encode())


def test_national_number_is_sought_in_the_query(interactions: Frame) -> None:
    """Identity is looked up by fødselsnummer, form-encoded, as a search (which goes in a body)."""
    row = interactions.filter(pl.col("verb") == "search", pl.col("type") == "Patient").to_dicts()[0]
    assert re.fullmatch(r"identifier=urn%3Aoid%3A2\.16\.578\.1\.12\.4\.1\.4\.1%7C\d{11}", row["query"])


def test_organisation_numbers_are_synthetic_and_valid(interactions: Frame) -> None:
    """Nine digits beginning with 2 or 3, with the check digit of Enhetsregisteret, each once."""
    from stdnum.no import orgnr  # noqa: PLC0415  only this test needs the foreign check

    numbers = [item["identifier"][0]["value"] for item in bodies(interactions, "Organization")]
    assert all(number[0] in "23" and orgnr.is_valid(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert {item["identifier"][0]["system"] for item in bodies(interactions, "Organization")} == {ENH}


def test_hpr_numbers_lie_outside_the_real_range(interactions: Frame) -> None:
    """Nine digits beginning with 9."""
    people = bodies(interactions, "Practitioner")
    assert {person["identifier"][0]["system"] for person in people} == {HPR}
    assert all(re.fullmatch(r"9\d{8}", person["identifier"][0]["value"]) for person in people)


def test_identified_resources_are_created_once(interactions: Frame) -> None:
    """What has a number of its own is created conditionally on that number."""
    kinds = ("Patient", "Practitioner", "PractitionerRole", "Organization", "Communication")
    creates = interactions.filter(pl.col("type").is_in(kinds), pl.col("verb") == "create")
    for body, criteria in creates.select("body", "if_none_exist").rows():
        first = orjson.loads(body)["identifier"][0]
        assert criteria == f"identifier={first['system']}|{first['value']}"


def test_patient_carries_no_basis_content(interactions: Frame) -> None:
    """Profile, number, gender, municipality code by extension, and fastlege."""
    patient = bodies(interactions, "Patient")[0]
    assert patient["meta"]["profile"] == ["http://hl7.no/fhir/StructureDefinition/no-basis-Patient"]
    assert patient["identifier"][0]["system"] == FNR
    assert patient["address"][0]["_district"]["extension"][0]["valueCoding"]["code"] == "5501"
    assert len(patient["generalPractitioner"]) == 2


def test_allergy_is_critical_coded_and_has_one_reaction(interactions: Frame) -> None:
    """Critical information has an ATC code, a date and one reaction in Volven 7497, written urn:oid."""
    allergies = bodies(interactions, "AllergyIntolerance")
    assert len(allergies) == 2
    for allergy in allergies:
        assert allergy["criticality"] == "high"
        assert allergy["code"]["coding"][0]["system"] == "http://www.whocc.no/atc"
        assert allergy["recordedDate"]
        (reaction,) = allergy["reaction"]
        assert reaction["manifestation"][0]["coding"][0]["system"] == "urn:oid:2.16.578.1.12.4.1.1.7497"


def test_logistics_messages_carry_no_clinical_text(interactions: Frame) -> None:
    """LOG_ messages and short answers say what they are and nothing of why; reports and applications say more."""
    for message in bodies(interactions, "Communication"):
        code = message["category"][0]["coding"][0]
        clinical = message["payload"][0]["contentString"] != code["display"]
        assert clinical == (not code["code"].startswith(("LOG_", "DIALOG_")))
        assert "reasonCode" not in message


def test_a_reminder_is_part_of_what_it_reminds_of(
    population: Frame, make_event: Callable[..., Any], render_with: Callable[..., Frame]
) -> None:
    """A message of its own from the same sender; what answers the message still answers the first one."""
    told = {"message": "LOG_INNLAGT", "receiver": "5501/home-care", "organisation": "5501/hospital", "episode": "e"}
    rows = [
        make_event(0, 1, "admitted", **told),
        make_event(1, 1, "admitted-reminder", **told, reminder=1, staff=-1),
        make_event(2, 1, "report", **{**told, "message": "INNLEGGELSESRAPPORT"}),
    ]
    written = render_with(pl.DataFrame(rows, schema=EVENTS), population).filter(phase="care", type="Communication")
    first, again, report = (orjson.loads(body) for body in written["body"])
    original = [{"reference": f"urn:uuid:{written['interaction'][0]}"}]
    assert again["partOf"] == report["inResponseTo"] == original
    assert again["payload"][0]["contentString"].startswith("Purring: ")
    assert again["category"] == first["category"]
    assert again["identifier"] != first["identifier"]


def test_a_message_from_outside_says_when_it_was_received(
    population: Frame, make_event: Callable[..., Any], render_with: Callable[..., Frame]
) -> None:
    """Sent from another system it was received when it was known here; within the common journal it is just there."""
    told = {"message": "LOG_INNLAGT", "receiver": "5501/home-care", "organisation": "5501/hospital"}
    known = datetime(2026, 1, 12, 20, 30, tzinfo=UTC)
    rows = [
        make_event(0, 1, "told", **told, episode="a", system="own", known=known),
        make_event(1, 1, "told", **told, episode="b", system="common", known=known),
    ]
    written = render_with(pl.DataFrame(rows, schema=EVENTS), population).filter(phase="care", type="Communication")
    outside, inside = (orjson.loads(body) for body in written["body"])
    assert outside["received"] == "2026-01-12T21:30:00+01:00"
    assert outside["sent"] < outside["received"]
    assert "received" not in inside


def test_admission_report_answers_the_admission(interactions: Frame) -> None:
    """Messages of one chain are linked."""
    answered = [m for m in bodies(interactions, "Communication") if "inResponseTo" in m]
    assert {m["category"][0]["coding"][0]["code"] for m in answered} == {"INNLEGGELSESRAPPORT", "DIALOG_SVAR"}


def test_discharge_ends_the_stay_that_began(interactions: Frame) -> None:
    """The update targets the admission of the episode, keeps its start and adds its end."""
    updates = interactions.filter(pl.col("type") == "Encounter", pl.col("verb") == "update").to_dicts()
    assert len(updates) == 2
    for update in updates:
        begun = interactions.filter(pl.col("interaction") == update["target"]).to_dicts()[0]
        before, after = orjson.loads(begun["body"]), orjson.loads(update["body"])
        assert (before["status"], after["status"]) == ("in-progress", "finished")
        assert before["period"]["start"] == after["period"]["start"] < after["period"]["end"]


def test_stay_from_before_the_period_is_in_the_record(interactions: Frame) -> None:
    """A discharge without an admission in the events ends a stay that the record holds from before."""
    begun = interactions.filter(pl.col("type") == "Encounter", pl.col("phase") == "record")
    assert begun["resident"].to_list() == [255_010_000_003]


def test_decision_answers_the_application(interactions: Frame) -> None:
    """The service granted refers to the application, which is then completed."""
    (request,) = interactions.filter(pl.col("type") == "ServiceRequest", pl.col("verb") == "create").to_dicts()
    decisions = [item for item in bodies(interactions, "EpisodeOfCare") if "referralRequest" in item]
    assert decisions[0]["referralRequest"][0]["reference"] == f"urn:uuid:{request['interaction']}"
    assert [item["status"] for item in bodies(interactions, "ServiceRequest", "update")] == ["completed"]


def test_services_in_the_record_equal_the_care_needs(interactions: Frame) -> None:
    """Home care, safety alarm and nursing home each become one EpisodeOfCare by IPLOS type."""
    record = interactions.filter(pl.col("phase") == "record")
    types = [item["type"][0]["coding"][0] for item in bodies(record, "EpisodeOfCare")]
    assert sorted(code["code"] for code in types) == ["15", "15", "21", "6"]
    assert {code["system"] for code in types} == {IPLOS_SERVICE}


def test_task_has_owner_and_deadline(interactions: Frame) -> None:
    """The receiver owns the task, and the event's deadline is the task's."""
    (task,) = [item for item in bodies(interactions, "Task") if "restriction" in item]
    assert task["restriction"]["period"]["end"] == "2026-01-13T10:00:00+01:00"
    assert task["owner"]
    assert all(item["status"] == "completed" for item in bodies(interactions, "Task", "update"))


def test_appointment_is_for_the_time_booked(interactions: Frame) -> None:
    """It begins at the time booked, with the fastlege, and the consultation refers to it."""
    (appointment,) = bodies(interactions, "Appointment")
    assert appointment["status"] == "booked"
    assert appointment["start"] == "2026-01-12T11:20:00+01:00"
    assert len(appointment["participant"]) == 2
    assert sum("appointment" in item for item in bodies(interactions, "Encounter")) == 1


def test_appointment_without_a_time_is_proposed(
    events: Frame, population: Frame, render_with: Callable[..., Frame]
) -> None:
    """An appointment that no time is known for is not booked."""
    alone = events.filter(pl.col("step") == "booked").with_columns(appointment=pl.lit(None, events.schema["at"]))
    (appointment,) = bodies(render_with(alone, population), "Appointment")
    assert appointment["status"] == "proposed"
    assert "start" not in appointment


def test_reads_come_when_the_work_begins_and_writes_when_it_ends(interactions: Frame, events: Frame) -> None:
    """Intended instants follow the event."""
    care = interactions.filter(pl.col("phase") == "care").join(
        events.select(pl.col("event").cast(pl.Int64), "began", done="at"), on="event"
    )
    assert care.filter(pl.col("verb") == "search").select((pl.col("at") == pl.col("began")).all()).item()
    assert care.filter(pl.col("verb") != "search").select((pl.col("at") == pl.col("done")).all()).item()


def test_times_carry_the_offset_of_oslo(
    population: Frame, events: Frame, make_event: Callable[..., Resource], render_with: Callable[..., Frame]
) -> None:
    """Summer and winter, on each side of the night the clocks change."""
    rows = []
    for number, hour in enumerate((0, 1)):
        at = datetime(2026, 3, 29, hour, 30, tzinfo=UTC)
        rows.append(make_event(number, 0, "visit", records=["note"]) | {"at": at, "began": at, "wanted": at})
    rendered = render_with(pl.DataFrame(rows, schema=events.schema), population)
    dates = [item["date"] for item in bodies(rendered, "DocumentReference")]
    assert dates == ["2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"]


def test_progress_is_told(events: Frame, population: Frame, render_with: Callable[..., Frame]) -> None:
    """Whoever waits is told how many events are done."""
    told: list[tuple[int, int]] = []
    render_with(events, population, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (events.height, events.height)


def test_no_events_give_an_empty_table(events: Frame, population: Frame, render_with: Callable[..., Frame]) -> None:
    """A period in which nothing happens is not an error."""
    rendered = render_with(events.clear(), population)
    assert rendered.is_empty()
    assert dict(rendered.schema) == INTERACTIONS


def test_stranger_in_the_events_is_refused(events: Frame, population: Frame, render_with: Callable[..., Frame]) -> None:
    """Events of another population are told apart before anything is written."""
    with pytest.raises(InputError, match="not in the population"):
        render_with(events, population.head(1))
