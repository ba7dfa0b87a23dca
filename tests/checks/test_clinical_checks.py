"""Checks of contacts, children, medicines, the acute chain, plans and work offline, on histories written by hand."""

from typing import Any

from tests.checks.conftest import BASE
from tests.checks.tables import test_what_is_right_passes, test_what_is_wrong_fails  # noqa: F401  run from here


def about(kind: str, number: str, **more: Any) -> dict[str, Any]:
    """A resource about Patient/1."""
    return {"resourceType": kind, "id": number, "subject": {"reference": "Patient/1"}, **more}


def contacts(s: Any, whole: str = "123", own: tuple[str, str] = ("12", "3")) -> Any:
    """Three contacts of two services, and what each list shows."""
    for number in "123":
        s.write(f"contact.{number}", about("Encounter", number, status="finished"), number)
    ids = [f"i-Encounter-{n}" for n in "123"]
    s.fact(contacts=ids, services=[ids[:2], ids[2:]])
    for service, shown in enumerate(own, start=1):
        s.search(f"own.{service}", *(about("Encounter", n, status="finished") for n in shown))
    return s.search("whole", *(about("Encounter", n, status="finished") for n in whole))


def tracing(s: Any, data: str = "AAAA", shown: str = "1") -> Any:
    """A document with an attachment is stored, listed and opened."""
    stored = about("DocumentReference", "1", content=[{"attachment": {"data": "AAAA"}}])
    s.write("upload", stored).search("list", *(about("DocumentReference", n) for n in shown))
    return s.read("open", {**stored, "content": [{"attachment": {"data": data}}]})


def weight(number: str, value: float = 6.0, high: float = 8.0) -> dict[str, Any]:
    """A weight with the range it is seen against."""
    limits = {"low": {"value": 4.0}, "high": {"value": high}}
    day = f"2025-0{number}-01T10:00:00+01:00"
    return about("Observation", number, effectiveDateTime=day, valueQuantity={"value": value}, referenceRange=[limits])


def vaccine(number: str) -> dict[str, Any]:
    """A vaccine given to Patient/1."""
    coding = [{"code": f"J07{number}"}]
    protocol = [{"doseNumberPositiveInt": 1}]
    return {
        "resourceType": "Immunization",
        "id": number,
        "vaccineCode": {"coding": coding},
        "protocolApplied": protocol,
    }


def childhood(s: Any, curve: tuple[Any, ...] = (weight("1"), weight("2", 7.0)), given: str = "1") -> Any:
    """Two weights and one of two vaccines; what curve and list show."""
    s.write("check.1", weight("1"), "1").write("check.2", weight("2", 7.0), "2").write("check.3", vaccine("1"), "1")
    s.fact(growth=["i-Observation-1", "i-Observation-2"], given=["i-Immunization-1"])
    s.fact(due=[["J071", 1], ["J072", 1]], overdue=[["J072", 1]])
    return s.search("curve", *curve).search("vaccines", *(vaccine(n) for n in given))


def reviews(s: Any, first: int = 1, second: int = 0) -> Any:
    """Patient 1 has had a review this year, patient 2 has not; how many reviews the record shows for each."""
    for number in "12":
        s.write("seed", {"resourceType": "Patient", "id": number}, number)
    s.write("review.1", about("Procedure", "1")).fact(residents=["i-Patient-1", "i-Patient-2"], due=["i-Patient-2"])
    s.search("since.1", *[about("Procedure", "1")] * first)
    other = {"resourceType": "Procedure", "id": "2", "subject": {"reference": "Patient/2"}}
    return s.search("since.2", *[other] * second)


CARD = {"indicator": "critical", "source": {"label": "interaksjoner.no"}}
SERVICES = ({"hook": "order-sign", "id": "orders"},)


def signing(
    s: Any,
    cards: tuple[Any, ...] = (CARD,),
    more: tuple[Any, ...] = (),
    *,
    services: tuple[Any, ...] = SERVICES,
    reason: str = "INR",
) -> Any:
    """One pair that does not go together and one that does; the cards for each, and the reason kept."""
    s.fact(warned={"pair": True, "control": False}, reason="INR").write("use.pair", about("MedicationStatement", "1"))
    s.add("services", "search", f"{BASE}/cds-services", answer=(200, {"services": list(services)}, {}))
    for name, shown in (("pair", cards), ("control", more)) if services else ():
        s.add(f"sign.{name}", "create", f"{BASE}/cds-services/orders", answer=(200, {"cards": list(shown)}, {}))
    s.add("override", "create", f"{BASE}/cds-services/orders/feedback", answer=(200, {}, {}))
    return s.search("issues", about("DetectedIssue", "1", mitigation=[{"action": {"text": reason}}]))


def prescribed(number: str, status: str = "active") -> dict[str, Any]:
    """A prescription."""
    return about("MedicationRequest", number, status=status)


def multidose(s: Any, after: str = "2", packed: str = "active") -> Any:
    """Prescription 1 is packed, stopped and followed by 2."""
    s.fact(ordered=["i-MedicationRequest-1"], changed=["i-MedicationRequest-2"]).write("order", prescribed("1"))
    s.search("packed", prescribed("1")).update("stop", prescribed("1", "stopped")).write(
        "another", prescribed("2"), "2"
    )
    stopped = {"1": prescribed("1", "stopped"), "2": prescribed("2")}
    return s.search("after", *(stopped[n] for n in after)).read("as-packed", prescribed("1", packed), verb="vread")


def doses(s: Any, given: str = "1", missed: str = "2", alarms: str = "3") -> Any:
    """Dose 1 is given, dose 2 missed, and task 3 is the alarm."""
    told = {
        "1": about("MedicationAdministration", "1", status="completed"),
        "2": about("MedicationAdministration", "2", status="not-done"),
        "3": about("Task", "3", status="requested"),
    }
    for number, label in (("1", "dose.1"), ("2", "missed"), ("3", "alarm")):
        s.write(label, told[number], number)
    s.fact(given=["i-MedicationAdministration-1"], missed=["i-MedicationAdministration-2"], alarm=["i-Task-3"])
    s.search("given", *(told[n] for n in given)).search("not-given", *(told[n] for n in missed))
    return s.search("alarms", *(told[n] for n in alarms))


def ambulance(s: Any, seen: str = "12", limit: float = 5.0) -> Any:
    """Two reports, and which was newest when legevakt looked after each."""
    s.fact(limit_s=limit)
    for number, newest in zip("12", seen, strict=True):
        s.write(f"report.{number}", about("Observation", number, status=f"final {number}"), number)
        s.search(f"seen.{number}", about("Observation", newest, status=f"final {newest}"))
    return s


def result(status: str = "corrected", value: float = 9.0) -> dict[str, Any]:
    """A laboratory value."""
    return about("Observation", "1", status=status, valueQuantity={"value": value})


def correction(s: Any, shown: tuple[Any, ...] = (result(),), earlier: Any = None) -> Any:
    """A value is sent, corrected and looked at; the order is answered."""
    order, report = about("ServiceRequest", "1", status="completed"), about("DiagnosticReport", "1", status="corrected")
    s.write("answer.1", order).write("answer.2", result("final", 5.0)).write("answer.3", {**report, "status": "final"})
    s.fact(value=["i-Observation-1"], report=["i-DiagnosticReport-1"], order=["i-ServiceRequest-1"])
    s.update("correction.value", result()).update("correction.report", report)
    s.search("copy", *shown).search("reports", report).search("answered", order)
    return s.read("earlier", earlier or result("final", 5.0), verb="vread")


def plan(*measures: str) -> dict[str, Any]:
    """A plan with measures."""
    return about("CarePlan", "1", activity=[{"detail": {"description": m}} for m in measures])


def shared(s: Any, second: int = 412, final: tuple[str, ...] = ("a", "b")) -> Any:
    """Two add a measure to one version; the second is told of the conflict and tries again."""
    s.write("write.1", plan()).update("edit.1.1", plan("a")).update("edit.1.2", plan("b"), status=second)
    return s.update("again.1", plan("a", "b")).read("final.1", plan(*final))


def offline(s: Any, again: int = 200, shown: str = "12", overtaken: int = 412) -> Any:
    """Two visits sent twice, and a plan changed by the office in the meantime."""
    office = {**plan(), "title": "kontoret"}
    for label, status in (("sent", 201), ("again", again)):
        for number in "12":
            s.write(f"{label}.{number}", about("Encounter", number), number, status=status)
    s.fact(visits=["i-Encounter-1", "i-Encounter-2"]).update("office", office)
    s.update("overtaken", {**plan(), "title": "sykepleier"}, status=overtaken).read("current", office)
    return s.search("list", *(about("Encounter", n) for n in shown))


def medicine(number: str, status: str = "active") -> dict[str, Any]:
    """An entry of the medicines list."""
    return about("MedicationStatement", number, status=status)


def night(s: Any, since: str = "13", fresh: str = "23", printed: str = "12") -> Any:
    """Medicines 1 and 2 are printed, 1 is stopped and 3 added."""
    s.write("seed", medicine("1")).write("seed", medicine("2"), "2").search("print", *(medicine(n) for n in printed))
    s.update("change.1", medicine("1", "stopped")).write("change.2", medicine("3"), "3")
    ids = {n: f"i-MedicationStatement-{n}" for n in "123"}
    s.fact(before=[ids["1"], ids["2"]], changes=[ids["1"], ids["3"]], after=[ids["2"], ids["3"]])
    now = {"1": medicine("1", "stopped"), "2": medicine("2"), "3": medicine("3")}
    return s.search("since", *(now[n] for n in since)).search("fresh", *(now[n] for n in fresh))


RIGHT: dict[str, Any] = {
    "unsafe_orders_are_warned_of": signing,
    "every_service_finds_its_contacts": contacts,
    "attachment_comes_back_whole": tracing,
    "child_programme_can_be_followed": childhood,
    "medication_reviews_due_are_right": reviews,
    "pharmacy_sees_the_right_version": multidose,
    "missed_dose_is_seen": doses,
    "update_reaches_the_next_in_the_chain": ambulance,
    "corrected_result_takes_the_place": correction,
    "shared_plan_keeps_every_measure": shared,
    "offline_work_is_neither_lost_nor_doubled": offline,
    "what_changed_since_the_print_is_known": night,
}

WRONG = [
    ("unsafe_orders_are_warned_of", "nobody is warned", lambda s: signing(s, ())),
    ("unsafe_orders_are_warned_of", "everybody is warned", lambda s: signing(s, more=(CARD,))),
    ("unsafe_orders_are_warned_of", "a warning without source", lambda s: signing(s, ({"indicator": "warning"},))),
    ("unsafe_orders_are_warned_of", "the reason is lost", lambda s: signing(s, reason="")),
    ("unsafe_orders_are_warned_of", "no decision support", lambda s: signing(s, services=())),
    ("every_service_finds_its_contacts", "another's shown", lambda s: contacts(s, own=("123", "3"))),
    ("every_service_finds_its_contacts", "own missing", lambda s: contacts(s, own=("1", "3"))),
    ("every_service_finds_its_contacts", "not in the whole", lambda s: contacts(s, "13")),
    ("attachment_comes_back_whole", "cut", lambda s: tracing(s, "AA==")),
    ("attachment_comes_back_whole", "not listed", lambda s: tracing(s, shown="")),
    ("child_programme_can_be_followed", "range lost", lambda s: childhood(s, (weight("1"), weight("2", 7.0, 4.0)))),
    ("child_programme_can_be_followed", "rounded", lambda s: childhood(s, (weight("1"), weight("2", 7.4)))),
    ("child_programme_can_be_followed", "out of order", lambda s: childhood(s, (weight("2", 7.0), weight("1")))),
    ("child_programme_can_be_followed", "vaccine lost", lambda s: childhood(s, given="")),
    ("child_programme_can_be_followed", "vaccine not given", lambda s: childhood(s, given="12")),
    ("medication_reviews_due_are_right", "old one counted", lambda s: reviews(s, second=1)),
    ("medication_reviews_due_are_right", "review lost", lambda s: reviews(s, first=0)),
    ("pharmacy_sees_the_right_version", "stopped packed", lambda s: multidose(s, "12")),
    ("pharmacy_sees_the_right_version", "new one missing", lambda s: multidose(s, "")),
    ("pharmacy_sees_the_right_version", "past rewritten", lambda s: multidose(s, packed="stopped")),
    ("missed_dose_is_seen", "missed as given", lambda s: doses(s, "12", "")),
    ("missed_dose_is_seen", "no alarm", lambda s: doses(s, alarms="")),
    ("update_reaches_the_next_in_the_chain", "stale", lambda s: ambulance(s, "11")),
    ("update_reaches_the_next_in_the_chain", "too late", lambda s: ambulance(s, limit=0.5)),
    ("corrected_result_takes_the_place", "unmarked", lambda s: correction(s, (result("final"),))),
    ("corrected_result_takes_the_place", "first shown", lambda s: correction(s, (result("final", 5.0),))),
    ("corrected_result_takes_the_place", "not shown", lambda s: correction(s, ())),
    ("corrected_result_takes_the_place", "first lost", lambda s: correction(s, earlier=result())),
    ("shared_plan_keeps_every_measure", "both taken", lambda s: shared(s, 200)),
    ("shared_plan_keeps_every_measure", "one lost", lambda s: shared(s, final=("b",))),
    ("shared_plan_keeps_every_measure", "fell over", lambda s: shared(s, 500)),
    ("offline_work_is_neither_lost_nor_doubled", "doubled", lambda s: offline(s, 201)),
    ("offline_work_is_neither_lost_nor_doubled", "lost", lambda s: offline(s, shown="1")),
    ("offline_work_is_neither_lost_nor_doubled", "overtaken taken", lambda s: offline(s, overtaken=200)),
    ("what_changed_since_the_print_is_known", "change untold", lambda s: night(s, "3")),
    ("what_changed_since_the_print_is_known", "all told", lambda s: night(s, "123")),
    ("what_changed_since_the_print_is_known", "old list", lambda s: night(s, fresh="12")),
    ("what_changed_since_the_print_is_known", "missing in print", lambda s: night(s, printed="1")),
]
