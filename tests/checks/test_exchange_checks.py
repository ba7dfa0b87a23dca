"""Checks of those outside, places, cases, figures and sources, on histories written by hand."""

from typing import Any

from tests.checks.tables import test_what_is_right_passes, test_what_is_wrong_fails  # noqa: F401  run from here

BASE = "http://127.0.0.1:1/fhir"


def about(kind: str, number: str, **more: Any) -> dict[str, Any]:
    """A resource about Patient/1."""
    return {"resourceType": kind, "id": number, "subject": {"reference": "Patient/1"}, **more}


def counted(s: Any, label: str, number: int) -> Any:
    """A count."""
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": number}
    return s.add(label, "search", f"{BASE}/Condition/_search", answer=(200, bundle, {}))


def piece(s: Any, label: str, *entries: tuple[dict[str, Any], str], status: int = 200) -> Any:
    """Several resources sent in one piece, and what each was called."""
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": r} for r, _ in entries]}
    answers = [{"response": {"status": "201", "location": f"{name}/_history/1"}} for _, name in entries]
    answer = {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}
    return s.add(label, "transaction", f"{BASE}/", sent=bundle, answer=(status, answer, {}))


LETTER = about("DocumentReference", "1", type={"text": "Epikrise"})


def outsider(s: Any, seen: tuple[Any, ...] = (LETTER,), leads: str = "1", opened: Any = LETTER) -> Any:
    """A letter is stored and sent; what the practice outside finds by look-up and by message."""
    message = about("Communication", "1", payload=[{"contentReference": {"reference": "DocumentReference/1"}}])
    s.write("document", LETTER).write("message", message)
    s.fact(known=[], document=["i-DocumentReference-1"], message=["i-Communication-1"])
    payload = [{"contentReference": {"reference": f"DocumentReference/{leads}"}}] if leads else []
    s.search("inbox", {**message, "payload": payload}).read("by-message", opened)
    return s.search("outside.DocumentReference", *seen).search("inside.DocumentReference", LETTER)


def arrival(s: Any, people: str = "1", shown: Any = "given", filed: str = "1", *, status: int = 200) -> Any:
    """A diagnosis of another region arrives together with the person it is about."""
    person = {"resourceType": "Patient", "id": "1"}
    diagnosis = {"resourceType": "Condition", "id": "7", "code": {"text": "KOLS"}}
    s.write("seed", person).fact(patient=["i-Patient-1"])
    piece(s, "arrival", (person, "Patient/1"), (diagnosis, "Condition/7"), status=status)
    s.search("people", *({**person, "id": n} for n in people))
    chart = {**diagnosis, "subject": {"reference": f"Patient/{filed}"}, "code": {"text": "KOLS"}}
    found = {"given": [chart], "changed": [{**chart, "code": {"text": "Astma"}}], "lost": []}[shown]
    return s.search("chart.Condition", *found)


def inbox(s: Any, shown: str = "1", **more: Any) -> Any:
    """Message 1 is a concern for child welfare, message 2 goes to hospital."""
    offices = {"1": "Organization/barnevern", "2": "Organization/sykehus", "3": "Organization/annen"}
    told = {n: about("Communication", n, recipient=[{"reference": office}]) for n, office in offices.items()}
    s.write("message.1", told["1"]).write("message.2", told["2"], "2")
    allowed = ["resourceType", "id", "subject", "recipient"]
    s.fact(concern=["i-Communication-1"], others=["i-Communication-2"], office="Organization/barnevern")
    return s.fact(allowed=allowed).search("inbox", *({**told[n], **more} for n in shown))


def beside(s: Any) -> Any:
    """The patient comes along with the message."""
    return inbox(s).search("inbox.2", {"resourceType": "Patient", "id": "1"})


def ward(s: Any, rooms: dict[str, str], status: str = "active") -> Any:
    """Patient 1 is in room 1; what the overview shows."""
    s.write("seed", {"resourceType": "Location", "id": "1"}).write("seed", {"resourceType": "Patient", "id": "1"})
    s.write("move.1", about("Encounter", "1")).fact(occupied=[["i-Location-1", "i-Patient-1"]])
    stays = [
        {
            "resourceType": "Encounter",
            "id": str(n),
            "subject": {"reference": f"Patient/{patient}"},
            "location": [{"location": {"reference": f"Location/{room}"}, "status": status}],
        }
        for n, (patient, room) in enumerate(rooms.items(), start=1)
    ]
    return s.search("overview", *stays)


def incidents(s: Any, still: str = "2", count: int = 2) -> Any:
    """Two incidents, of which the first is followed up."""
    for number in "12":
        s.write(f"report.{number}", about("Task", number, status="requested"), number)
    s.fact(incidents=["i-Task-1", "i-Task-2"], open=["i-Task-2"])
    s.update("followed-up", about("Task", "1", status="completed"))
    states = {"1": "completed", "2": "requested"}
    s.search("quality", *(about("Task", n, status=states[n]) for n in still))
    return counted(s, "count", count)


def coercion(s: Any, shown: str = "2", end: str = "2026-04-01") -> Any:
    """Decision 1 has run out, 2 is in force."""
    decisions = {
        "1": about("EpisodeOfCare", "1", period={"end": "2025-10-01"}),
        "2": about("EpisodeOfCare", "2", period={"end": "2026-04-01"}),
    }
    s.write("decision.1", decisions["1"]).write("decision.2", decisions["2"], "2")
    s.fact(expired=["i-EpisodeOfCare-1"], valid=["i-EpisodeOfCare-2"])
    return s.search("in-force", *({**decisions[n], "period": {"end": end} if end else {}} for n in shown))


def claims(s: Any, shown: str = "12", amount: float = 187) -> Any:
    """Two claims of 187 kroner."""
    for number in "12":
        s.write("contact.1", about("Claim", number, total={"value": 187}), number)
    s.fact(claims=["i-Claim-1", "i-Claim-2"], owed="374")
    return s.search("period", *(about("Claim", n, total={"value": amount}) for n in shown))


def applicant(s: Any, seen: tuple[str, str] = ("active", "completed"), letters: str = "1", notices: str = "1") -> Any:
    """An application is made and decided; what the applicant sees."""
    s.write("case.1", about("ServiceRequest", "1", status="active"))
    s.write("case.2", about("DocumentReference", "1")).write("case.3", about("Communication", "1"))
    s.fact(application=["i-ServiceRequest-1"], letter=["i-DocumentReference-1"], notice=["i-Communication-1"])
    s.fact(states=["active", "completed"])
    for number, status in enumerate(seen, start=1):
        s.search(f"seen.{number}", about("ServiceRequest", "1", status=status))
    s.search("letters", *(about("DocumentReference", n) for n in letters))
    return s.search("notices", *(about("Communication", n) for n in notices))


def alarm(s: Any, before: str = "1", after: str = "", urgent: str = "stat", by: str = "1") -> Any:
    """An alarm with a measurement the resident made; the list before and after it is answered."""
    rung = about("Task", "1", status="requested", priority="stat")
    measured = about("Observation", "1", performer=[{"reference": "Patient/1"}])
    s.write("seed", {"resourceType": "Patient", "id": "1"}).write("sent.1", measured).write("sent.2", rung)
    s.fact(patient=["i-Patient-1"], measurement=["i-Observation-1"], alarm=["i-Task-1"])
    s.search("alarms", *({**rung, "id": n, "priority": urgent} for n in before))
    s.search("home", {**measured, "performer": [{"reference": f"Patient/{by}"}]})
    return s.update("answer", {**rung, "status": "completed"}).search("alarms-after", *(rung for _ in after))


def quality(s: Any, ended: str = "2026-01-12T12:00:00+01:00", letters: int = 1) -> Any:
    """One stay, with an epikrise 20 hours after its end."""
    s.write("care.1", about("Encounter", "1")).fact(within_a_day=[True])
    s.search("stays.1", about("Encounter", "1", period={"end": ended}))
    return s.search("letters.1", *[about("Communication", "1", sent="2026-01-13T08:00:00+01:00")] * letters)


def outbreak(s: Any, *counts: int) -> Any:
    """Two cases; what is counted before and after each."""
    counted(s, "count.0", counts[0])
    for number, count in zip("12", counts[1:], strict=True):
        s.write(f"case.{number}", about("Condition", number), number)
        counted(s, f"count.{number}", count)
    return s.fact(diagnoses=["i-Condition-1", "i-Condition-2"])


def coded(number: str, code: str = "T90") -> dict[str, Any]:
    """A diagnosis."""
    return about("Condition", number, code={"coding": [{"code": code}]})


def said(number: str, dose: str, source: str) -> dict[str, Any]:
    """A medicine as a source states it."""
    stated: dict[str, Any] = {"reference": f"Organization/{source}"} if source else {}
    return about("MedicationStatement", number, dosage=[{"text": dose}], informationSource=stated)


BOTH = (said("1", "en", "1"), said("2", "to", "2"))


def merged(s: Any, people: str = "1", diagnoses: tuple[Any, ...] = (coded("1"),), medicines: Any = BOTH) -> Any:
    """Two sources know one diagnosis, and say two doses of one medicine."""
    s.write("seed", {"resourceType": "Patient", "id": "1"}).fact(patient=["i-Patient-1"], agreed=["T90"])
    s.fact(disputed=[["en", "Organization/1"], ["to", "Organization/2"]])
    for number, stated in enumerate(BOTH, start=1):
        piece(s, f"source.{number}", (coded("1"), "Condition/1"), (stated, f"MedicationStatement/{number}"))
    s.search("people", *({"resourceType": "Patient", "id": n} for n in people))
    return s.search("diagnoses", *diagnoses).search("medicines", *medicines)


RIGHT: dict[str, Any] = {
    "outsider_gets_the_same": outsider,
    "record_of_another_region_has_no_gap": arrival,
    "other_bodies_get_what_law_allows": inbox,
    "overview_of_places_is_true": lambda s: ward(s, {"1": "1"}),
    "incident_reaches_the_quality_list": incidents,
    "expired_coercion_is_not_valid": coercion,
    "claims_add_up": claims,
    "applicant_sees_the_case_as_it_is": applicant,
    "alarm_reaches_who_answers": alarm,
    "quality_is_counted_from_the_record": quality,
    "cases_are_counted_at_once": lambda s: outbreak(s, 3, 4, 5),
    "sources_become_one_record": merged,
}

WRONG = [
    ("outsider_gets_the_same", "not found outside", lambda s: outsider(s, ())),
    ("outsider_gets_the_same", "message leads nowhere", lambda s: outsider(s, leads="")),
    ("outsider_gets_the_same", "message leads to another", lambda s: outsider(s, leads="2")),
    ("outsider_gets_the_same", "other content", lambda s: outsider(s, opened={**LETTER, "type": {"text": "Notat"}})),
    ("record_of_another_region_has_no_gap", "two people", lambda s: arrival(s, "12")),
    ("record_of_another_region_has_no_gap", "lost", lambda s: arrival(s, shown="lost")),
    ("record_of_another_region_has_no_gap", "changed", lambda s: arrival(s, shown="changed")),
    ("record_of_another_region_has_no_gap", "misfiled", lambda s: arrival(s, filed="2")),
    ("record_of_another_region_has_no_gap", "refused", lambda s: arrival(s, status=422)),
    ("other_bodies_get_what_law_allows", "not there", lambda s: inbox(s, "")),
    ("other_bodies_get_what_law_allows", "another's", lambda s: inbox(s, "12")),
    ("other_bodies_get_what_law_allows", "a stranger's", lambda s: inbox(s, "13")),
    ("other_bodies_get_what_law_allows", "too much", lambda s: inbox(s, reasonCode=[{"text": "R81"}])),
    ("other_bodies_get_what_law_allows", "patient beside", beside),
    ("overview_of_places_is_true", "empty", lambda s: ward(s, {})),
    ("overview_of_places_is_true", "two in one", lambda s: ward(s, {"1": "1", "2": "1"})),
    ("overview_of_places_is_true", "elsewhere", lambda s: ward(s, {"1": "2"})),
    ("overview_of_places_is_true", "place given up", lambda s: ward(s, {"1": "1"}, "completed")),
    ("incident_reaches_the_quality_list", "closed shown", lambda s: incidents(s, "12")),
    ("incident_reaches_the_quality_list", "not shown", lambda s: incidents(s, "")),
    ("incident_reaches_the_quality_list", "miscounted", lambda s: incidents(s, count=1)),
    ("expired_coercion_is_not_valid", "expired shown", lambda s: coercion(s, "12")),
    ("expired_coercion_is_not_valid", "valid missing", lambda s: coercion(s, "")),
    ("expired_coercion_is_not_valid", "endless", lambda s: coercion(s, end="")),
    ("claims_add_up", "one missing", lambda s: claims(s, "1")),
    ("claims_add_up", "other amount", lambda s: claims(s, amount=188)),
    ("claims_add_up", "twice", lambda s: claims(s, "122")),
    ("applicant_sees_the_case_as_it_is", "seen late", lambda s: applicant(s, ("active", "active"))),
    ("applicant_sees_the_case_as_it_is", "no letter", lambda s: applicant(s, letters="")),
    ("applicant_sees_the_case_as_it_is", "no notice", lambda s: applicant(s, notices="")),
    ("alarm_reaches_who_answers", "not seen", lambda s: alarm(s, "")),
    ("alarm_reaches_who_answers", "like any task", lambda s: alarm(s, urgent="routine")),
    ("alarm_reaches_who_answers", "still open", lambda s: alarm(s, after="1")),
    ("alarm_reaches_who_answers", "made by another", lambda s: alarm(s, by="2")),
    ("quality_is_counted_from_the_record", "day only", lambda s: quality(s, "2026-01-12")),
    ("quality_is_counted_from_the_record", "moved", lambda s: quality(s, "2026-01-11T12:00:00+01:00")),
    ("quality_is_counted_from_the_record", "epikrise lost", lambda s: quality(s, letters=0)),
    ("cases_are_counted_at_once", "late", lambda s: outbreak(s, 3, 3, 4)),
    ("cases_are_counted_at_once", "twice", lambda s: outbreak(s, 3, 5, 7)),
    ("sources_become_one_record", "two people", lambda s: merged(s, "12")),
    ("sources_become_one_record", "diagnosis twice", lambda s: merged(s, diagnoses=(coded("1"), coded("2")))),
    ("sources_become_one_record", "dose lost", lambda s: merged(s, medicines=BOTH[:1])),
    ("sources_become_one_record", "source lost", lambda s: merged(s, medicines=(BOTH[0], said("2", "to", "")))),
]
