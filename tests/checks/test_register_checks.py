"""The checks of what Folkeregisteret tells, given histories that keep their rules and histories that break them."""

from typing import Any

import pytest

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
NUMBER, OTHER, FORMER = "05811250025", "05811250106", "05811250297"
Json = dict[str, Any]


def person(identity: str = "1", number: str = NUMBER, family: str = "Nyhus", **more: Any) -> Json:
    """A Patient."""
    return {
        "resourceType": "Patient",
        "id": identity,
        "identifier": [{"system": FNR, "value": number}],
        "name": [{"use": "official", "family": family, "given": ["Kari"]}],
        "gender": "female",
        "birthDate": "2012-01-05",
    } | more


def document(number: str = NUMBER, **more: Any) -> Json:
    """A person document of the register."""
    return {
        "identifikasjonsnummer": [{"foedselsEllerDNummer": number, "status": "iBruk"}],
        "navn": {"fornavn": "Kari", "etternavn": "Nyhus"},
        "kjoenn": "kvinne",
        "foedselsdato": "2012-01-05",
    } | more


def told(story: Any, now: Json, *, other: Json | None = None, **more: Any) -> Any:
    """One whose name changed and one whom nothing happened to, as they are found afterwards."""
    bystander = person("2", OTHER, "Berg")
    story.write("known.first", person(family="Nordmann"), "1").write("known.bystander", bystander, "2")
    events = [{"path": "hendelser", "body": {"hendelsetype": "endringINavn", "person": document(**more)}}]
    story.fact(**{"told.folkeregisteret": events}, people={"first": {"number": NUMBER}}, others=["bystander"])
    return story.search("now.first", now).search("now.bystander", other or bystander)


def test_everybody_as_the_register_says(story: Any) -> None:
    """The new name is there and the other person untouched: pass."""
    assert told(story, person()).judged("register_events_reach_the_record").outcome == "pass"


@pytest.mark.parametrize(
    "now",
    [
        person(family="Nordmann"),
        person(gender="male"),
        person(birthDate="2012-01-06"),
        person(number=OTHER),
        person(deceasedDateTime="2026-01-01"),
        person(meta={"security": [{"system": CONFIDENTIALITY, "code": "V"}]}),
        person("9"),
    ],
)
def test_somebody_is_not_as_the_register_says(story: Any, now: Json) -> None:
    """Any part that is not the register's, or another person altogether: fail."""
    assert told(story, now).judged("register_events_reach_the_record").outcome == "fail"


def test_an_old_address(story: Any) -> None:
    """Where somebody lives now is the register's: fail with the former home."""
    home = {"adressenavn": "Nygata 17", "postnummer": "5003", "poststed": "Bergen", "kommunenummer": "4601"}
    old = person(address=[{"line": ["Storgata 1"], "postalCode": "9008"}])
    assert told(story, old, bostedsadresse=home).judged("register_events_reach_the_record").outcome == "fail"


def test_a_former_number_finds_nobody(story: Any) -> None:
    """Who asks by the former number must find the one who had it."""
    told(story, person()).fact(people={"first": {"number": NUMBER, "former": FORMER}}).search("former.first")
    assert story.judged("register_events_reach_the_record").outcome == "fail"


def test_a_bystander_changed(story: Any) -> None:
    """Nothing happened to the other one: fail when the record says so."""
    changed = person("2", OTHER, "Nyhus")
    assert told(story, person(), other=changed).judged("register_events_reach_the_record").outcome == "fail"


def test_a_bystander_who_cannot_be_found(story: Any) -> None:
    """A candidate that finds nobody passes nothing."""
    found = told(story, person(), other=person("3", OTHER, "Berg")).judged("register_events_reach_the_record")
    assert found.outcome == "inconclusive"


@pytest.mark.parametrize(("family", "outcome"), [("Nordmann", "pass"), ("Fremmed", "fail")])
def test_what_was_so_while_the_register_was_wrong(story: Any, family: str, outcome: str) -> None:
    """The person stays as known until the register answers rightly."""
    told(story, person()).fact(untouched=["first"]).search("meanwhile.first", person(family=family))
    assert story.judged("register_mishaps_harm_nobody").outcome == outcome


def hides(story: Any, hidden: Json, found: Json, lifted: Json) -> Any:
    """One who goes into hiding and comes out, beside a neighbour."""
    story.write("known.protected", person(), "1").write("known.neighbour", person("2", OTHER), "2")
    return story.read("hidden", hidden).search("by-address", found).read("lifted", lifted)


LABELLED: Json = {"meta": {"security": [{"system": CONFIDENTIALITY, "code": "V"}]}}
HOME: Json = {"address": [{"line": ["Skjulestien 5"]}]}


@pytest.mark.parametrize(
    ("hidden", "found", "lifted", "outcome"),
    [
        (LABELLED, person("2", OTHER), HOME, "pass"),
        ({}, person("2", OTHER), HOME, "fail"),
        (LABELLED | HOME, person("2", OTHER), HOME, "fail"),
        (LABELLED, person("2", OTHER), HOME | LABELLED, "fail"),
        (LABELLED, person("2", OTHER), {}, "fail"),
        (LABELLED, person("3", FORMER), HOME, "inconclusive"),
    ],
)
def test_a_protected_address(story: Any, hidden: Json, found: Json, lifted: Json, outcome: str) -> None:
    """Labelled and not shown while protected, found nowhere, and back afterwards; the neighbour is found."""
    hides(story, person(**hidden), found, person(**lifted))
    assert story.judged("protected_address_is_hidden_at_once").outcome == outcome


def test_found_by_the_protected_address(story: Any) -> None:
    """Whoever looks by the address must not find the person: fail."""
    hides(story, person(**LABELLED), person("2", OTHER), person(**HOME)).search("by-address", person())
    assert story.judged("protected_address_is_hidden_at_once").outcome == "fail"
