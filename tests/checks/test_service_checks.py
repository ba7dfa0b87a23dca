"""Checks of messages, work between people, the access log, people and bookings, on histories written by hand."""

from typing import Any

from tests.checks.tables import test_what_is_right_passes, test_what_is_wrong_fails  # noqa: F401  run from here


def about(kind: str, number: str, **more: Any) -> dict[str, Any]:
    """A resource about Patient/1."""
    return {"resourceType": kind, "id": number, "subject": {"reference": "Patient/1"}, **more}


def message(number: str, day: str) -> dict[str, Any]:
    """A message about Patient/1."""
    return about("Communication", number, status="completed", sent=f"{day}T00:30:00+01:00")


TYPES = {"1": "LOG_INNLAGT", "2": "LOG_UTSKRIVNINGSKLAR", "3": "LOG_UTSKREVET"}


def chain(s: Any, shown: str, *, ready: str = "2026-01-14") -> Any:
    """Admitted, ready two days later, home after another three; and the messages the record shows."""
    messages = {"1": message("1", "2026-01-12"), "2": message("2", "2026-01-14"), "3": message("3", "2026-01-17")}
    for number, sent in messages.items():
        s.write("care", sent, number)
    s.fact(chain=[f"i-Communication-{n}" for n in TYPES], days_to_pay=3)
    s.fact(message_types={f"i-Communication-{n}": kind for n, kind in TYPES.items()})
    shown_messages = {**messages, "2": message("2", ready)}
    return s.search("messages", *(shown_messages[n] for n in shown))


def repeat(s: Any, status: int = 200, shown: str = "1") -> Any:
    """A message is sent, sent again with the same identifier, and the receiver's inbox is read."""
    s.write("message", message("1", "2026-01-12"))
    s.write("repeat", message("1", "2026-01-12"), "1" if status == 200 else "2", status=status)
    return s.search("inbox", *(message(n, "2026-01-12") for n in shown))


def task(status: str, **more: Any) -> dict[str, Any]:
    """Task/1, owned by the first team unless said otherwise."""
    return {"resourceType": "Task", "id": "1", "status": status, "owner": {"reference": "Organization/1"}, **more}


def referral(s: Any, seen: tuple[str, ...], past: tuple[str, ...]) -> Any:
    """A referral is requested, accepted and completed; what the referrer sees after each, and in the history."""
    steps = ("requested", "accepted", "completed")
    s.fact(steps=list(steps)).write("referral", about("ServiceRequest", "1")).write("task", task("requested"))
    for number, status in enumerate(seen, start=1):
        if number > 1:
            s.update(f"step.{number}", task(steps[number - 1]), str(number))
        s.search(f"seen.{number}", task(status))
    return s.search("history", *(task(status) for status in reversed(past)), verb="history")


def assignment(s: Any, *, seen: bool = True, after: bool = False, done: bool = True, owner: str = "1") -> Any:
    """A task with an owner and a deadline, seen while open and after it was done."""
    given = task("requested", restriction={"period": {"end": "2026-01-13T12:00:00+01:00"}})
    shown = {**given, "owner": {"reference": f"Organization/{owner}"}}
    s.write("task", given).search("open", *([shown] if seen else [])).update("done", task("completed"))
    s.search("open-after", *([given] if after else []))
    return s.search("done-after", *([task("completed")] if done else []))


TAKEN = task("requested", owner={"reference": "Organization/2"})


def handover(
    s: Any, giver: bool = False, taker: bool = True, versions: tuple[Any, ...] = (TAKEN, task("requested"))
) -> Any:
    """A task goes from team 1 to team 2."""
    s.write("task", task("requested")).search("giver-before", task("requested")).update("handover", TAKEN)
    s.search("giver-after", *([TAKEN] if giver else [])).search("taker-after", *([TAKEN] if taker else []))
    return s.read("current", TAKEN).search("history", *versions, verb="history")


def services(s: Any, shown: str) -> Any:
    """Decision 1 is in force, 2 has ended; the overview shows the given ones."""
    decisions = {n: about("EpisodeOfCare", n, status="active") for n in "129"}
    for number in "12":
        s.write("seed", decisions[number], number)
    s.fact(active=["i-EpisodeOfCare-1"], ended=["i-EpisodeOfCare-2"]).update("ending", decisions["2"])
    return s.search("overview", *(decisions[n] for n in shown))


def case(s: Any, *, decided: str = "2026-01-14", linked: bool = True, shown: str = "12") -> Any:
    """An application and the decision that answers it."""
    applied = about("ServiceRequest", "1", authoredOn="2026-01-12T09:00:00+01:00")
    link = {"referralRequest": [{"reference": "ServiceRequest/1"}]}
    decision = about("EpisodeOfCare", "2", period={"start": f"{decided}T09:00:00+01:00"}, **link)
    s.write("care", applied).write("care", decision, "2")
    s.fact(application=["i-ServiceRequest-1"], decision=["i-EpisodeOfCare-2"])
    found = {"1": applied, "2": decision if linked else {**decision, "referralRequest": []}}
    return s.search("case", *(found[n] for n in shown))


def logged(number: str, subtype: str, **more: Any) -> dict[str, Any]:
    """An entry of the access log."""
    event = {
        "resourceType": "AuditEvent",
        "id": number,
        "recorded": "2026-01-12T11:00:10Z",
        "subtype": [{"code": subtype}],
    }
    return {**event, "agent": [{"requestor": True}], **more}


READ, SEARCH = logged("1", "read"), logged("2", "search-type")


def access(s: Any, *log: dict[str, Any]) -> Any:
    """A read and a search, and the access log afterwards."""
    s.fact(patient=["i-Patient-1"]).write("seed", {"resourceType": "Patient"})
    s.read("look.1", {"resourceType": "Patient", "id": "1"}).search("look.2", about("Condition", "1"))
    return s.search("log.1.1", *log[:1]).search("log.2.1", *log)


def tampering(s: Any, status: int = 405, after: Any = READ) -> Any:
    """Somebody tries to change and remove an entry of the access log."""
    s.read("look.1", {"resourceType": "Patient", "id": "1"}).search("log.1.1", READ).fact(log_entry="AuditEvent/1")
    s.read("entry-before", READ).refuse("tamper.update", 405, verb="update")
    if status:
        s.refuse("tamper.delete", status, verb="delete")
    return s.read("entry-after", after)


def home(*codes: str) -> dict[str, Any]:
    """Patient/1 with addresses in the municipalities."""
    system = "https://register.geonorge.no/kommunenummer-alle"
    return {
        "resourceType": "Patient",
        "id": "1",
        "address": [{"district": {"system": system, "code": c}} for c in codes],
    }


def move(s: Any, earlier: Any, current: Any) -> Any:
    """A resident moves from 5501 to 4601."""
    s.fact(old_municipality="5501", new_municipality="4601").write("write", home("5501")).update(
        "move", home("5501", "4601")
    )
    return s.read("earlier", earlier, verb="vread").read("current", current)


WOMAN = {"resourceType": "Patient", "id": "1", "gender": "female", "birthDate": "1990-03-04"}


def registration(s: Any, *found: dict[str, Any], status: int = 201) -> Any:
    """Somebody with a number of the series from 2032 is registered and looked up."""
    return s.write("register", WOMAN, status=status).search("lookup", *found)


def booking(s: Any, second: int = 200, booked: str = "1", first: int = 201) -> Any:
    """Two citizens book one time at once."""
    for label, number, status in (("booking.1.1", "1", first), ("booking.1.2", "1" if second == 200 else "2", second)):
        s.write(label, about("Appointment", number, citizen=label), number, status=status)
    return s.search("booked.1", *(about("Appointment", n, citizen=f"booking.1.{n}") for n in booked))


def extracts(s: Any, before: str = "abcdefg", after: str = "abcdef", other: str = "uvwxyz", **more: Any) -> Any:
    """Seven of one cell and one alone; who stands in three extracts, one having opted out after the first."""
    for number in "12345678":
        s.write("seed", {"resourceType": "Patient", "id": f"p-{number}"}, f"p-{number}")
        s.write("diagnosis", about("Condition", f"d-{number}"), f"d-{number}")
    s.fact(alike=[f"i-Patient-p-{n}" for n in "1234567"], few=["i-Patient-p-8"], least=5)
    s.write("opt-out", {"resourceType": "Consent", "id": "1"})
    for label, names in (("before", before), ("after", after), ("other", other)):
        people = ({"resourceType": "Patient", "id": f"x{n}", "gender": "female", "birthDate": "1940"} for n in names)
        s.search(label, *(one | more for one in people))
    return s


RIGHT: dict[str, Any] = {
    "extract_recognises_nobody": extracts,
    "discharge_chain_is_complete_and_in_order": lambda s: chain(s, "123"),
    "repeated_message_is_kept_once": repeat,
    "referral_can_be_followed": lambda s: referral(s, *[("requested", "accepted", "completed")] * 2),
    "task_has_owner_deadline_and_end": assignment,
    "task_always_has_an_owner": handover,
    "services_overview_equals_decisions": lambda s: services(s, "1"),
    "application_leads_to_decision": case,
    "every_look_is_in_the_access_log": lambda s: access(s, READ, SEARCH),
    "access_log_cannot_be_changed": tampering,
    "identity_is_taken_from_fields": lambda s: registration(s, WOMAN),
    "municipality_is_kept_with_history": lambda s: move(s, home("5501"), home("5501", "4601")),
    "appointment_is_booked_once": booking,
}

WRONG = [
    ("extract_recognises_nobody", "nobody opts out", lambda s: extracts(s, after="abcdefg")),
    ("extract_recognises_nobody", "other pseudonyms each time", lambda s: extracts(s, after="hijklm")),
    ("extract_recognises_nobody", "one pseudonym everywhere", lambda s: extracts(s, other="abcdef")),
    ("extract_recognises_nobody", "too few are told of", lambda s: extracts(s, other="uv")),
    ("extract_recognises_nobody", "some are left out", lambda s: extracts(s, before="abcdef", after="abcde")),
    ("extract_recognises_nobody", "the name is told", lambda s: extracts(s, name=[{"family": "Hansen"}])),
    ("extract_recognises_nobody", "the day of birth is told", lambda s: extracts(s, birthDate="1943-05-06")),
    (
        "extract_recognises_nobody",
        "the record's own id is told",
        lambda s: extracts(s, managingOrganization={"display": "p-3"}),
    ),
    ("discharge_chain_is_complete_and_in_order", "one lost", lambda s: chain(s, "13")),
    ("discharge_chain_is_complete_and_in_order", "wrong order", lambda s: chain(s, "132")),
    ("discharge_chain_is_complete_and_in_order", "moved a day", lambda s: chain(s, "123", ready="2026-01-15")),
    ("repeated_message_is_kept_once", "stored again", lambda s: repeat(s, 201, "12")),
    ("repeated_message_is_kept_once", "shown twice", lambda s: repeat(s, 200, "11")),
    ("repeated_message_is_kept_once", "lost", lambda s: repeat(s, 200, "")),
    (
        "referral_can_be_followed",
        "seen late",
        lambda s: referral(s, ("requested",) * 3, ("requested", "accepted", "completed")),
    ),
    (
        "referral_can_be_followed",
        "step skipped",
        lambda s: referral(s, ("requested", "accepted", "completed"), ("requested", "completed")),
    ),
    ("task_has_owner_deadline_and_end", "not seen", lambda s: assignment(s, seen=False)),
    ("task_has_owner_deadline_and_end", "still open", lambda s: assignment(s, after=True)),
    ("task_has_owner_deadline_and_end", "never done", lambda s: assignment(s, done=False)),
    ("task_has_owner_deadline_and_end", "other owner", lambda s: assignment(s, owner="2")),
    ("task_always_has_an_owner", "on both lists", lambda s: handover(s, True, True)),
    ("task_always_has_an_owner", "on no list", lambda s: handover(s, False, False)),
    ("task_always_has_an_owner", "ownerless", lambda s: handover(s, False, True, (TAKEN, {**TAKEN, "owner": {}}))),
    ("services_overview_equals_decisions", "missing", lambda s: services(s, "")),
    ("services_overview_equals_decisions", "ended shown", lambda s: services(s, "12")),
    ("services_overview_equals_decisions", "undecided", lambda s: services(s, "19")),
    ("application_leads_to_decision", "not linked", lambda s: case(s, linked=False)),
    ("application_leads_to_decision", "decided first", lambda s: case(s, decided="2026-01-10")),
    ("application_leads_to_decision", "lost", lambda s: case(s, shown="2")),
    ("every_look_is_in_the_access_log", "search missing", lambda s: access(s, READ)),
    ("every_look_is_in_the_access_log", "nobody looked", lambda s: access(s, READ, {**SEARCH, "agent": []})),
    ("access_log_cannot_be_changed", "removed", lambda s: tampering(s, 200)),
    ("access_log_cannot_be_changed", "changed", lambda s: tampering(s, 405, logged("1", "vread"))),
    ("identity_is_taken_from_fields", "refused", lambda s: registration(s, status=422)),
    ("identity_is_taken_from_fields", "gender changed", lambda s: registration(s, {**WOMAN, "gender": "male"})),
    ("identity_is_taken_from_fields", "not found", registration),
    ("municipality_is_kept_with_history", "history rewritten", lambda s: move(s, home("4601"), home("5501", "4601"))),
    ("municipality_is_kept_with_history", "former lost", lambda s: move(s, home("5501"), home("4601"))),
    ("appointment_is_booked_once", "booked twice", lambda s: booking(s, 201, "12")),
    ("appointment_is_booked_once", "other's", lambda s: booking(s, 200, "2")),
    ("appointment_is_booked_once", "nobody's", lambda s: booking(s, 412, "", 412)),
    ("appointment_is_booked_once", "fell over", lambda s: booking(s, 500, "1")),
]
