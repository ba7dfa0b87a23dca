"""Checks of the shared record, of looking up and of medicines, on histories written by hand."""

from dataclasses import replace
from typing import Any

from tests.checks.tables import test_what_is_right_passes, test_what_is_wrong_fails  # noqa: F401  run from here

CODED = {"code": {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7170", "code": "K86", "display": "Hypertensjon"}]}}


def about(kind: str, number: str, **more: Any) -> dict[str, Any]:
    """A resource about Patient/1."""
    return {"resourceType": kind, "id": number, "subject": {"reference": "Patient/1"}, **more}


NOTE = about(
    "DocumentReference", "1", status="current", description="Ringte pårørende", author=[{"reference": "Practitioner/7"}]
)
ADDED = {"docStatus": "amended"}
FIXED = {**NOTE, "description": "Ringte datter"}
MEDICINE = about("MedicationStatement", "5", status="active", dosage=[{"text": "1 tablett"}])


def entry(s: Any, shown: Any = NOTE) -> Any:
    """Home care writes a note, legevakt in the next municipality opens the chart."""
    return s.write("write", NOTE).search("chart", *([shown] if shown else []))


def summary(s: Any, *shown: str) -> Any:
    """Two active diagnoses, one withdrawn, and a summary showing the given ones."""
    conditions = {n: about("Condition", n, **CODED) for n in "1239"}
    for number in "123":
        s.write("seed", conditions[number], number)
    s.fact(active=["i-Condition-1", "i-Condition-2"], withdrawn=["i-Condition-3"])
    return s.update("withdrawal", conditions["3"]).search("summary.Condition", *(conditions[n] for n in shown))


def critical(s: Any, shown: dict[str, Any] | None) -> Any:
    """A serious allergy, and what the first answer on opening the chart shows of it."""
    allergy = about("AllergyIntolerance", "4", recordedDate="2020-05-06", criticality="high", **CODED)
    s.fact(critical=["i-AllergyIntolerance-4"]).write("seed", allergy, "4")
    return s.search("opening", *([] if shown is None else [{**allergy, **shown}]))


def correction(s: Any, earlier: Any = NOTE, versions: Any = (), fixed: Any = FIXED) -> Any:
    """A note is corrected; the earlier version is read, and the history."""
    s.write("write", NOTE).update("correction", fixed).read("earlier", earlier, verb="vread")
    return s.read("current", fixed).search("history", *(versions or (fixed, NOTE)), verb="history")


def stale(s: Any, status: int = 412, version: str = "2", current: Any = FIXED) -> Any:
    """Two changes build on version 1; the second comes too late."""
    s.write("write", NOTE).update("change", FIXED, version)
    return s.update("stale", {**NOTE, "description": "Annet"}, "3", status=status).read("current", current)


def coded(s: Any, read: dict[str, Any]) -> Any:
    """A coded diagnosis is written and read."""
    return s.write("write.1", about("Condition", "1", **CODED)).read("read.1", about("Condition", "1", **read))


def strange(s: Any, status: int = 422, left: tuple[Any, ...] = ()) -> Any:
    """The same entry with a right and with an unknown code."""
    s.fact(wrong_code="tulle").write("right", about("Observation", "1", status="final"))
    return s.refuse("wrong", status).search("left", *left)


def paged(s: Any, *pages: str) -> Any:
    """Four measurements, listed on pages of two."""
    measured = {n: about("Observation", n, effectiveDateTime=f"2026-01-0{n}T10:00:00Z") for n in "12349"}
    for number in "1234":
        s.write("write", measured[number], number)
    s.fact(entries=[f"i-Observation-{n}" for n in "1234"], page_size=2)
    for position, page in enumerate(pages):
        s.search(f"page.{position}", *(measured[n] for n in page))
    return s


def other(s: Any, *shown: tuple[str, str]) -> Any:
    """Two patients with a diagnosis each, and a search that shows diagnoses as (number, patient)."""
    s.fact(patient=["i-Patient-1"], own=["i-Condition-1"], others=["i-Patient-2", "i-Condition-8"])
    for number, diagnosis in (("1", "1"), ("2", "8")):
        s.write("seed", {"resourceType": "Patient", "id": number}, number)
        s.write("seed", about("Condition", diagnosis, subject={"reference": f"Patient/{number}"}), diagnosis)
    found = (about("Condition", n, subject={"reference": f"Patient/{patient}"}) for n, patient in shown)
    return s.search("chart.Condition", *found)


def large(s: Any, status: int = 413, *, alive: bool = True) -> Any:
    """An ordinary entry and one far too large."""
    s.write("ordinary", NOTE).refuse("oversized", status)
    return s.search("afterwards") if alive else s.refuse("afterwards", 503, verb="search")


def export(s: Any, *shown: str) -> Any:
    """Two diagnoses, taken out page by page."""
    for number in "12":
        s.write("seed", about("Condition", number, **CODED), number)
    s.fact(everything=["i-Condition-1", "i-Condition-2"])
    for number in shown:
        s.search("export.Condition.1", about("Condition", number, **CODED))
    return s


def report(s: Any, *days: str) -> Any:
    """Two contacts on one day, and the contacts the record counts."""
    for number in "12":
        s.write("care", about("Encounter", number), number)
    s.fact(contacts_by_day={"2026-01-12": 2})
    contacts = [about("Encounter", str(n), period={"start": f"{day}T00:30:00+01:00"}) for n, day in enumerate(days)]
    return s.search("report", *contacts)


def prescribers(s: Any, second: int = 412, current: str = "2 tabletter") -> Any:
    """Two prescribers change one dose at once."""
    s.write("write.1", MEDICINE, "5")
    s.update("prescriber.1.1", {**MEDICINE, "dosage": [{"text": "2 tabletter"}]})
    s.update("prescriber.1.2", {**MEDICINE, "dosage": [{"text": "3 tabletter"}]}, "3", status=second)
    return s.read("current.1", {**MEDICINE, "dosage": [{"text": current}]})


def transition(s: Any, active: str, whole: str) -> Any:
    """The hospital keeps medicine 1, stops 2 and adds 3."""
    for label, number in (("seed", "1"), ("seed", "2"), ("add", "3")):
        s.write(label, about("MedicationStatement", number), number)
    s.fact(**{k: [f"i-MedicationStatement-{n}"] for k, n in (("kept", 1), ("stopped", 2), ("added", 3))})
    s.update("stop", about("MedicationStatement", "2", status="stopped"))
    s.search("active", *(about("MedicationStatement", n) for n in active))
    return s.search("whole", *(about("MedicationStatement", n) for n in whole))


RIGHT: dict[str, Any] = {
    "entry_reaches_every_service": entry,
    "summary_has_every_active_item": lambda s: summary(s, "1", "2"),
    "critical_information_comes_first_and_coded": lambda s: critical(s, {}),
    "earlier_version_is_kept": correction,
    "stale_change_is_refused": stale,
    "coded_content_survives": lambda s: coded(s, CODED),
    "unknown_code_is_refused": strange,
    "paging_shows_everything_once": lambda s: paged(s, "12", "34"),
    "search_shows_no_other_patient": lambda s: other(s, ("1", "1")),
    "too_large_request_is_refused": large,
    "everything_about_a_person_can_be_taken_out": lambda s: export(s, "1", "2"),
    "report_equals_the_truth": lambda s: report(s, "2026-01-12", "2026-01-12"),
    "one_prescriber_wins": prescribers,
    "medicine_differences_are_visible": lambda s: transition(s, "13", "123"),
}

WRONG = [
    ("entry_reaches_every_service", "not shown", lambda s: entry(s, None)),
    ("entry_reaches_every_service", "text cut", lambda s: entry(s, {**NOTE, "description": "Ringte"})),
    ("summary_has_every_active_item", "one missing", lambda s: summary(s, "1")),
    ("summary_has_every_active_item", "withdrawn shown", lambda s: summary(s, "1", "2", "3")),
    ("summary_has_every_active_item", "shown twice", lambda s: summary(s, "1", "2", "2")),
    ("summary_has_every_active_item", "a stranger", lambda s: summary(s, "1", "2", "9")),
    ("critical_information_comes_first_and_coded", "not shown", lambda s: critical(s, None)),
    ("critical_information_comes_first_and_coded", "no code", lambda s: critical(s, {"code": {"text": "Penicillin"}})),
    ("critical_information_comes_first_and_coded", "no date", lambda s: critical(s, {"recordedDate": "2026-01-01"})),
    ("earlier_version_is_kept", "overwritten", lambda s: correction(s, FIXED)),
    (
        "earlier_version_is_kept",
        "rewritten by addition",
        lambda s: correction(s, {**NOTE, **ADDED}, fixed={**NOTE, **ADDED}),
    ),
    ("earlier_version_is_kept", "author lost", lambda s: correction(s, {**NOTE, "author": []})),
    ("earlier_version_is_kept", "history short", lambda s: correction(s, NOTE, (FIXED,))),
    ("earlier_version_is_kept", "history turned", lambda s: correction(s, NOTE, (NOTE, FIXED))),
    ("stale_change_is_refused", "taken", lambda s: stale(s, 200)),
    ("stale_change_is_refused", "same version", lambda s: stale(s, version="1")),
    ("stale_change_is_refused", "wrong refusal", lambda s: stale(s, 500)),
    ("stale_change_is_refused", "left a trace", lambda s: stale(s, current={**NOTE, "description": "Annet"})),
    ("coded_content_survives", "code lost", lambda s: coded(s, {"code": {"text": "Hypertensjon"}})),
    ("unknown_code_is_refused", "taken", lambda s: strange(s, 201)),
    ("unknown_code_is_refused", "stored", lambda s: strange(s, 422, (about("Observation", "2"),))),
    ("paging_shows_everything_once", "last page lost", lambda s: paged(s, "12")),
    ("paging_shows_everything_once", "shown twice", lambda s: paged(s, "12", "23", "4")),
    ("paging_shows_everything_once", "a stranger", lambda s: paged(s, "12", "34", "9")),
    ("paging_shows_everything_once", "one large page", lambda s: paged(s, "1234")),
    ("paging_shows_everything_once", "wrong order", lambda s: paged(s, "21", "43")),
    ("search_shows_no_other_patient", "another's", lambda s: other(s, ("1", "1"), ("8", "2"))),
    ("search_shows_no_other_patient", "misfiled", lambda s: other(s, ("1", "1"), ("8", "1"))),
    ("search_shows_no_other_patient", "own not shown", other),
    ("too_large_request_is_refused", "taken", lambda s: large(s, 201)),
    ("too_large_request_is_refused", "fell over", lambda s: large(s, 413, alive=False)),
    ("everything_about_a_person_can_be_taken_out", "one lost", lambda s: export(s, "1")),
    ("everything_about_a_person_can_be_taken_out", "one twice", lambda s: export(s, "1", "2", "2")),
    ("report_equals_the_truth", "one lost", lambda s: report(s, "2026-01-12")),
    ("report_equals_the_truth", "wrong day", lambda s: report(s, "2026-01-12", "2026-01-11")),
    ("one_prescriber_wins", "both taken", lambda s: prescribers(s, 200, "3 tabletter")),
    ("one_prescriber_wins", "loser stands", lambda s: prescribers(s, 412, "3 tabletter")),
    ("one_prescriber_wins", "not told why", lambda s: prescribers(s, 500)),
    ("medicine_differences_are_visible", "stopped is active", lambda s: transition(s, "123", "123")),
    ("medicine_differences_are_visible", "added is missing", lambda s: transition(s, "1", "123")),
    ("medicine_differences_are_visible", "kept is missing", lambda s: transition(s, "3", "123")),
    ("medicine_differences_are_visible", "stopped vanished", lambda s: transition(s, "13", "13")),
]


def test_an_unanswered_change_may_have_happened(story: Any) -> None:
    """A prescriber whose change timed out may be the one whose list stands."""
    story.write("write.1", MEDICINE, "5").update("prescriber.1.1", {**MEDICINE, "dosage": [{"text": "2"}]}, status=412)
    story.silence("prescriber.1.2", "update").read("current.1", MEDICINE)
    story.exchanges[2] = replace(story.exchanges[2], request=story.exchanges[0].request)
    assert story.judged("one_prescriber_wins").outcome == "pass"
