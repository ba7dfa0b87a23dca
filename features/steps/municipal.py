"""Steps on archive, letter box, accounts and roster: what they are handed, and what the roster sends."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.telling import step
from simulator.domain.codes import ENH
from simulator.streams import derived_id

ARCHIVE, LETTERS, ACCOUNTS, ROSTER = "arkiv", "fiks", "okonomi", "turnus"
PAUSE_S: Final = 0.05
DOWN_S: Final = 0.3
GRACE_S: Final = 1.0
"""How long to look for what should not come."""
SHIFT: Final = "https://journalbenk.example/fhir/sid/shift"
MOVED_TO: Final = "2026-01-15T22:00:00+01:00"


def _held(example: Example, office: str) -> list[dict[str, Any]]:
    person = {"person": str(example.resident.person["person_number"])}
    return list(example.neighbours.look(office, "held", person)["held"])


def _until(example: Example, office: str, rule: str, there: Callable[[list[dict[str, Any]]], bool]) -> None:
    """Waits until a receiver has what it should, or the time is over."""
    until = time.monotonic() + (example.catalogue.rules[rule].limit_s or 0)
    while not there(_held(example, office)) and time.monotonic() < until:
        example.wait(PAUSE_S)


@given("a resident who has applied for home care")
def applied(example: Example) -> None:
    """Somebody, the decision and the letter, not yet written."""
    example.neighbours.forget(ARCHIVE, LETTERS, ACCOUNTS)
    example.meet(record_Patient=1)
    decision, letter = example.tell(
        step("intake.case-officer", "service-decision", channel="in-person"),
        step("intake.case-officer", "decision-letter", channel="in-person"),
    )
    example.seed([example.resident.patient])
    episode = next(w for w in decision if w.type == "EpisodeOfCare")
    codings = episode.resource["type"][0]["coding"]
    attachment = letter[0].resource["content"][0]["attachment"]
    example.know(service=codings[0]["code"], start=episode.resource["period"]["start"], data=attachment["data"])


@when("the case officer writes the decision letter while the archive (NOARK) is down")
def letter_while_down(example: Example) -> None:
    """Nobody takes the call; it comes up again a moment later."""
    example.neighbours.behave(ARCHIVE, down="refused")
    example.write(example.told[1][0], "letter")
    example.wait(DOWN_S)
    example.neighbours.behave_well(ARCHIVE)
    _until(example, ARCHIVE, "R-ADM-05A", bool)
    example.wait(DOWN_S)
    example.know(held=_held(example, ARCHIVE))


@then("the archive has the letter once, with its document")
def archived(example: Example) -> None:
    """Once, whole."""
    example.holds("R-ADM-05A")


@when("the case officer writes the decision letter and the receipt of SvarUt (FIKS) is lost")
def letter_receipt_lost(example: Example) -> None:
    """The letter is taken, and the line cut before anybody is told."""
    example.neighbours.behave(LETTERS, down="cut")
    example.write(example.told[1][0], "letter")
    _until(example, LETTERS, "R-ADM-05B", bool)
    example.neighbours.behave_well(LETTERS)
    example.wait(GRACE_S)
    example.know(held=_held(example, LETTERS))


@then("one letter is in the resident's letter box, with its document")
def sent_once(example: Example) -> None:
    """Once, whole."""
    example.holds("R-ADM-05B")


@when("home care is granted, and ended four days later")
def granted_and_ended(example: Example) -> None:
    """The same service, first active, then finished."""
    episode = next(w for w in example.told[0] if w.type == "EpisodeOfCare")
    example.write(episode, "granted")
    _until(example, ACCOUNTS, "R-ADM-05C", bool)
    example.know(before=_held(example, ACCOUNTS))
    period = episode.resource["period"]
    end = (date.fromisoformat(period["start"][:10]) + timedelta(days=4)).isoformat()
    example.change(episode, "ended", {"status": "finished", "period": {**period, "end": end}})
    _until(example, ACCOUNTS, "R-ADM-05C", lambda held: any(one["status"] == "finished" for one in held))
    example.know(end=end, held=_held(example, ACCOUNTS))


@then("the accounts have the service once, with its beginning and its end")
def paid_for(example: Example) -> None:
    """From when to when."""
    example.holds("R-ADM-05C")


@given("a nurse in home care who is on the roster")
def on_the_roster(example: Example) -> None:
    """The organisation is known to the record."""
    example.neighbours.forget(ROSTER)
    resident = example.meet(record_EpisodeOfCare=1)
    episode = resident.written("EpisodeOfCare", phase="record")[0]
    example.seed([episode])
    name = episode.resource["managingOrganization"]["reference"].removeprefix("urn:uuid:")
    organisation = next(w for w in example.study.organisations(resident) if w.id == name).resource
    number = next(one["value"] for one in organisation["identifier"] if one["system"] == ENH)
    shift = {"id": derived_id("shift", example.name), "hpr": "9144900", "organisation": number}
    example.know(shift=shift | {"start": "2026-01-15T07:30:00+01:00", "end": "2026-01-15T15:00:00+01:00"})


@when("the roster (turnus) moves the nurse's shift, and tells everything twice")
def shift_moved(example: Example) -> None:
    """First as planned, then as moved."""
    planned = example.facts["shift"]
    moved = planned | {"start": MOVED_TO, "end": "2026-01-16T07:30:00+01:00"}
    example.neighbours.behave(ROSTER, duplicate=True)
    for shift in (planned, moved):
        example.neighbours.tell(ROSTER, "shifts", shift, method="POST")
    example.neighbours.behave_well(ROSTER)
    example.know(moved_to=MOVED_TO)
    for kind in ("PractitionerRole", "Schedule"):
        example.search(kind, f"shifts.{kind}", identifier=f"{SHIFT}|{planned['id']}")


@then("the record has one shift for the nurse, as it was moved")
def one_shift(example: Example) -> None:
    """One, moved."""
    example.holds("R-ADM-05D")
