"""Steps on work without a connection, and on lists printed for the night."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Written
from features.telling import step
from features.versions import building_on
from simulator.domain.exchange import Exchange

VISITS: Final = 3
OFFLINE: Final = "https://journalbenk.example/identifier/offline"
PAUSE_S: Final = 1.1


@given("a nurse who has written visits where there was no coverage, while the plan was changed at the office")
def no_coverage(example: Example) -> None:
    """The plan as the nurse last saw it, and as the office left it."""
    resident = example.meet(record_CarePlan=1)
    plan = resident.written("CarePlan", phase="record")[0]
    example.write(plan, "plan")
    example.change(plan, "office", {"title": "Tiltaksplan, endret av kontoret"}, actor="intake.case-officer")
    told = example.tell(*[step("home-care.nurse", "visit", channel="home")] * VISITS)
    example.know(visits=[visit.id for (visit,) in told])


@when("the connection breaks while the nurse's tablet sends, and it sends everything again")
def send_twice(example: Example) -> None:
    """Each visit under a number the tablet gave it, so that it can be known again; then the overtaken plan."""
    for label in ("sent", "again"):
        for number, (visit,) in enumerate(example.told, start=1):
            numbered = {**visit.resource, "identifier": [{"system": OFFLINE, "value": visit.id}]}
            once = (("If-None-Exist", f"identifier={OFFLINE}|{visit.id}"),)
            example.send_as(visit, f"{label}.{number}", numbered, headers=once)
    seen = next(e for e in example.exchanges if e.label == "plan")
    plan = example.resident.written("CarePlan", phase="record")[0]
    example.change(plan, "overtaken", {"title": "Tiltaksplan, endret av sykepleier"}, headers=building_on(seen))
    example.send("read", plan.type, "current", target=plan.id)
    example.chart("Encounter", "list", actor="home-care.nurse")


@then("every visit is there once, and the nurse is told that the plan had changed")
def nothing_lost_offline(example: Example) -> None:
    """Neither lost nor doubled."""
    example.holds("R-ADM-02")


def _medicines(example: Example) -> list[Written]:
    return example.resident.written("MedicationStatement", phase="record")


@given("a ward list of medicines printed for the night")
def printed(example: Example) -> None:
    """All but one of the person's medicines; a moment passes, since clocks may count in seconds."""
    example.meet(record_MedicationStatement=3)
    *known, _ = _medicines(example)
    example.seed(known)
    example.know(before=[w.id for w in known])
    example.chart("MedicationStatement", "print", status="active", actor="nursing-home.nurse")
    example.wait(PAUSE_S)


@when("one medicine is stopped and another added after the print")
def change_after_print(example: Example) -> None:
    """By the doctor on call."""
    stopped, *kept, added = _medicines(example)
    example.change(stopped, "change.1", {"status": "stopped"}, actor="legevakt.doctor")
    example.write(added, "change.2", actor="legevakt.doctor")
    example.know(changes=[stopped.id, added.id], after=[*(w.id for w in kept), added.id])


@when("the night shift asks what has changed since, and prints anew")
def ask_since(example: Example) -> None:
    """Since the newest that was on the print, by the record's own clock."""
    prints = [e for e in example.exchanges if e.label == "print"]
    newest = max((_updated(entry) for page in prints for entry in _entries(page)), default="")
    since: dict[str, Any] = {"_lastUpdated": f"gt{newest}"}
    example.chart("MedicationStatement", "since", actor="nursing-home.nurse", **since)
    example.chart("MedicationStatement", "fresh", status="active", actor="nursing-home.nurse")


def _entries(page: Exchange) -> list[dict[str, Any]]:
    return [entry for entry in (page.resource() or {}).get("entry") or [] if isinstance(entry, dict)]


def _updated(entry: dict[str, Any]) -> str:
    return str(((entry.get("resource") or {}).get("meta") or {}).get("lastUpdated", ""))


@then("it is told exactly the two, and the new list is right")
def two_changes_known(example: Example) -> None:
    """Those two."""
    example.holds("R-NFR-05")
