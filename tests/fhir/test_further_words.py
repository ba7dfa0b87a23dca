"""What the words beyond the spine become: valid, linked, within the contract, and true to the episode."""

import importlib
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import polars as pl
import pytest

from simulator.domain.contract import ContractResource
from simulator.domain.person_number import find_real_numbers
from simulator.domain.tables import EVENTS
from simulator.fhir.references import growth, reference_uses, vaccines
from simulator.fhir.words import CHANGED, WRITES, Change
from simulator.scenario.catalogue import load_catalogue

Frame = pl.DataFrame
Resource = dict[str, Any]
BEYOND = 13


def told(frame: Frame, kind: str, verb: str = "create") -> list[Resource]:
    """The bodies of a type written by the events beyond the spine."""
    rows = frame.filter(pl.col("type") == kind, pl.col("verb") == verb, pl.col("event") >= BEYOND)
    return [orjson.loads(body) for body in rows["body"]]


def test_every_further_resource_is_valid_r4(further: Frame) -> None:
    """An independent validator accepts every resource written."""
    for body in further["body"].drop_nulls():
        resource = orjson.loads(body)
        kind = resource["resourceType"]
        module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
        getattr(module, kind).model_validate(resource)


def test_no_further_reference_dangles(further: Frame) -> None:
    """Whatever is referred to was created earlier in the order of sending, each interaction once."""
    created: set[str] = set()
    for row in further.to_dicts():
        text = (row["body"] or b"").decode() + row["query"]
        assert set(re.findall(r"urn:uuid:([0-9a-f-]{36})", text)) <= set(row["needs"]) <= created
        assert row["interaction"] not in created
        if row["verb"] == "create":
            created.add(row["interaction"])


def test_nothing_further_goes_beyond_the_contract(further: Frame) -> None:
    """Every type, interaction and search parameter is agreed."""
    agreed: dict[str, ContractResource] = {item.type: item for item in load_catalogue().contract.resources}
    codes = {"search": "search-type", "create": "create", "update": "update"}
    for kind, verb, criteria in further.select("type", "verb", "if_none_exist").unique().rows():
        assert codes[verb] in agreed[kind].interactions
        assert criteria is None or agreed[kind].conditional_create


def test_no_further_body_holds_a_real_number(further: Frame) -> None:
    """The newborn and the mother have no number of a living person."""
    assert not [body for body in further["body"].drop_nulls() if find_real_numbers(body)]


@pytest.mark.parametrize("word", [word for word, writes in WRITES.items() if isinstance(writes[0], Change)])
def test_what_is_changed_is_remembered(word: str) -> None:
    """A word that changes something earlier finds its content."""
    assert {write.of for write in WRITES[word] if isinstance(write, Change)} <= CHANGED


def test_result_answers_its_order(further: Frame) -> None:
    """Value and report refer to the order, the report to the value, and the order is completed."""
    (value,) = [o for o in told(further, "Observation") if "referenceRange" in o and "basedOn" in o]
    (report,) = told(further, "DiagnosticReport")
    assert value["basedOn"] == report["basedOn"]
    assert value["code"]["coding"][0]["code"] == "59261-8"
    assert "completed" in {o["status"] for o in told(further, "ServiceRequest", "update")}


def test_dispense_follows_the_prescription(further: Frame) -> None:
    """The same medicine, by reference to what was prescribed, which is then completed."""
    (prescribed,) = told(further, "MedicationRequest")
    (handed_out,) = told(further, "MedicationDispense")
    assert handed_out["medicationCodeableConcept"] == prescribed["medicationCodeableConcept"]
    assert told(further, "MedicationRequest", "update")[0]["status"] == "completed"


@pytest.mark.parametrize("word", ["task-done", "service-decision", "dispense", "plan-change", "discharge"])
def test_what_was_there_before_rests_on_nothing_later(
    word: str,
    population: Frame,
    events: Frame,
    make_event: Callable[..., Resource],
    render_with: Callable[..., Frame],
) -> None:
    """What a step must find from before the period refers to no contact of the period."""
    alone = [make_event(0, 1, "alone", records=["visit", word])]
    rendered = render_with(pl.DataFrame(alone, schema=events.schema), population)
    care = set(rendered.filter(pl.col("phase") == "care")["interaction"])
    earlier = rendered.filter(pl.col("phase") == "record")["needs"].explode().drop_nulls()
    assert not care & set(earlier)


def test_place_is_part_of_the_stay(further: Frame) -> None:
    """The stay names a Location of the ward's organisation, active while the person is there."""
    (stay,) = [e for e in told(further, "Encounter", "update") if "location" in e]
    assert stay["location"][0]["status"] == "active"
    assert len([row for row in further["type"] if row == "Location"]) == 1


def test_growth_can_be_read_as_a_z_score(further: Frame) -> None:
    """The range is two standard deviations to each side, so that value and range give the z-score."""
    measured = [o for o in told(further, "Observation") if o.get("referenceRange", [{}])[0].get("text")]
    assert {o["code"]["coding"][0]["code"] for o in measured} == {"29463-7", "8302-2"}
    for observation in measured:
        (limits,) = observation["referenceRange"]
        low, high = limits["low"]["value"], limits["high"]["value"]
        z = (observation["valueQuantity"]["value"] - (low + high) / 2) / ((high - low) / 4)
        assert -4 < z < 4


def test_growth_lies_between_the_ages_of_the_table() -> None:
    """Between two ages the reference lies between theirs; beyond the table it stays."""
    assert growth("female", 3).weight < growth("female", 4.5).weight < growth("female", 6).weight
    assert growth("male", 900) == growth("male", 216)


def test_vaccines_are_told_by_age() -> None:
    """The programme begins at six weeks and is in order of age."""
    ages = [vaccine.months for vaccine in vaccines()]
    assert ages == sorted(ages)
    assert ages[0] < 2


def test_reference_tables_are_named_with_their_status() -> None:
    """Each table is in the list of figures the report names, as the weakest of its rows."""
    uses = {use.name: use.status for use in reference_uses()}
    assert set(uses) == {f"references.{name}" for name in ("laboratory", "growth", "vaccination", "tariff")}
    assert uses["references.growth"] == "assumed"


def test_alarm_is_closed_by_whoever_answers(further: Frame) -> None:
    """The latest task of the episode, the alarm, is completed; the incident is the municipality's to follow up."""
    done = [t for t in told(further, "Task", "update") if t.get("priority") == "stat"]
    assert [t["status"] for t in done] == ["completed"]
    kinds = [t["code"]["coding"][0]["code"] for t in told(further, "Task") if "code" in t]
    assert sorted(kinds) == ["alarm", "avvik", "klage"]


def test_plan_of_the_record_is_changed_once_more(further: Frame) -> None:
    """A plan from before the period gets one more measure and keeps those it had; a shared plan names its team."""
    plans = told(further, "CarePlan", "update")
    assert {len(plan["activity"]) for plan in plans} == {2}
    assert len([plan for plan in plans if "careTeam" in plan]) == 1


def test_coercion_ends_by_itself(further: Frame) -> None:
    """A decision on coercion has an end, at most a year after it begins."""
    (decision,) = [e for e in told(further, "EpisodeOfCare") if "end" in e["period"]]
    begins, ends = (datetime.fromisoformat(decision["period"][name]) for name in ("start", "end"))
    assert 0 < (ends - begins).days <= 366


def test_letters_name_the_deadline_of_their_own_decision(further: Frame) -> None:
    """Services: four weeks, to the municipality (pbrl. § 7-5); coercion: three, to the county governor (§ 4A-7)."""
    letters = [d for d in told(further, "DocumentReference") if d["content"][0]["attachment"]["title"] == "Vedtaksbrev"]
    texts = [b64decode(letter["content"][0]["attachment"]["data"]).decode() for letter in letters]
    appeals = sorted(text.partition("Klagefrist ")[2].partition(".")[0] for text in texts)
    assert appeals == ["fire uker; klagen sendes kommunen", "tre uker; klagen sendes Statsforvalteren"]


def test_coercion_ends_at_the_hour_it_began(further: Frame) -> None:
    """A decision of winter that ends in summer ends at the same hour on Oslo's clocks, with summer's offset."""
    (decision,) = [e for e in told(further, "EpisodeOfCare") if "end" in e["period"]]
    start, end = decision["period"]["start"], decision["period"]["end"]
    assert (start[11:19], start[19:], end[19:]) == (end[11:19], "+01:00", "+02:00")


def test_concern_says_nothing_clinical(further: Frame) -> None:
    """Child welfare learns who and from whom, and neither reason nor medicine."""
    (concern,) = [c for c in told(further, "Communication") if c["category"][0]["coding"][0]["code"] != "HENVISNING"]
    assert concern["payload"] == [{"contentString": "Bekymringsmelding til barnevernet"}]
    assert "reasonCode" not in concern


def test_each_paper_is_of_its_own_kind(further: Frame) -> None:
    """A report, a summary for others and the antenatal card are no heart tracings, and say what they are."""
    kinds = {one["type"]["coding"][0]["code"]: one for one in told(further, "DocumentReference")}
    titles = {kind: kinds[kind]["content"][0]["attachment"]["title"] for kind in ("J00-1", "A10-2", "F04-2", "D01-2")}
    assert titles == {
        "J00-1": "Melding eller erklæring",
        "A10-2": "Sammenfatning",
        "F04-2": "Helsekort for gravide",
        "D01-2": "EKG",
    }


def test_newborn_has_a_mother_and_no_number(further: Frame) -> None:
    """The child is a person of its own without a national number, and the resident is its mother."""
    (child,) = told(further, "Patient")
    assert child["identifier"][0]["system"].endswith("newborn")
    (mother,) = told(further, "RelatedPerson")
    assert mother["relationship"][0]["coding"][0]["code"] == "mor"


def test_a_visit_to_the_newborn_is_the_newborns_own(further: Frame) -> None:
    """Visit and note are about the child whom the episode's birth recorded, and belong together."""
    written = further.filter((pl.col("phase") == "care") & (pl.col("verb") == "create"))
    (child,) = written.filter(pl.col("type") == "Patient")["interaction"]
    about = {"reference": f"urn:uuid:{child}"}
    mine = [orjson.loads(body) for body in written["body"] if orjson.loads(body).get("subject") == about]
    assert {resource["resourceType"] for resource in mine} == {"Encounter", "DocumentReference"}
    (visit,) = written.filter(pl.col("body").is_in([orjson.dumps(r) for r in mine if "class" in r]))["interaction"]
    (note,) = (resource for resource in mine if resource["resourceType"] == "DocumentReference")
    assert note["context"]["encounter"] == [{"reference": f"urn:uuid:{visit}"}]


def test_a_newborn_from_before_the_period_has_been_there_since(
    make_event: Callable[..., Resource], render_with: Callable[..., Frame], events: Frame, population: Frame
) -> None:
    """A visit to a child whose birth was not told is about a Patient of the record, not about the mother."""
    visited = [make_event(0, 1, "visited", records=["newborn-visit"], episode="newborn-visit/1/0")]
    written = render_with(pl.DataFrame(visited, schema=events.schema), population)
    (visit,) = (orjson.loads(body) for body in written.filter(pl.col("event") == 0)["body"])
    child = visit["subject"]["reference"].removeprefix("urn:uuid:")
    (row,) = written.filter(pl.col("interaction") == child).iter_rows(named=True)
    told_of = orjson.loads(row["body"])
    assert (row["phase"], told_of["name"][0]["text"]) == ("record", "Nyfødt")
    assert "birthDate" not in told_of


@pytest.mark.parametrize(("born", "day", "phase"), [(6, "2026-01-07", "record"), (12, "2026-01-13", "care")])
def test_a_newborn_whose_birth_was_not_told_has_its_birth_date_sex_and_mother(
    born: int, day: str, phase: str, population: Frame, request: pytest.FixtureRequest
) -> None:
    """By the last birth before the visit, in Oslo; one of the period is in the record from when it is heard of."""
    make_event, render_with = (request.getfixturevalue(name) for name in ("make_event", "render_with"))
    visited = [make_event(n, 1, "visited", records=["newborn-visit"], episode="newborn-visit/1/0") for n in range(2)]
    visits = pl.DataFrame(visited, schema=EVENTS).with_columns(at=datetime(2026, 1, 15, 12, tzinfo=UTC))
    numbers = {2: "03812650099", born: f"{born + 1:02d}812650100", 25: "26812650099"}
    rows = [("birth", datetime(2026, 1, n, 23, 30, tzinfo=UTC), numbers[n], 55_010_000_001) for n in (2, born, 25)]
    schema = {"kind": pl.String, "at": EVENTS["at"], "to": pl.String, "other": pl.Int64}
    births = pl.DataFrame(rows, schema=schema, orient="row")
    written = render_with(visits, population, lives=births).filter(pl.col("verb") == "create")
    (child,) = (row for row in written.iter_rows(named=True) if "Nyf" in row["body"].decode())
    told = orjson.loads(child["body"])
    assert (child["phase"], told["birthDate"], told["gender"]) == (phase, day, "male")
    mothers = [row for row in written.iter_rows(named=True) if child["interaction"] in row["body"].decode()]
    (mother,) = (row for row in mothers if row["type"] == "RelatedPerson")
    assert mother["phase"] == phase
    assert orjson.loads(mother["body"])["relationship"][0]["coding"][0]["code"] == "mor"


def test_death_stands_in_the_persons_own_record(further: Frame) -> None:
    """The Patient keeps everything and gets the time of death; the statement is a document of its own."""
    (dead,) = told(further, "Patient", "update")
    assert (
        dead["deceasedDateTime"]
        == datetime(2026, 1, 12, 14, 55, tzinfo=UTC)
        .astimezone(datetime.fromisoformat(dead["deceasedDateTime"]).tzinfo)
        .isoformat()
    )
    assert dead["identifier"]
    assert "Legeerklæring om dødsfall" in {
        d["type"]["coding"][0]["display"] for d in told(further, "DocumentReference")
    }
