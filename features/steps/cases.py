"""Steps on case work: incidents, coercion, settlement with Helfo, and an application the resident follows."""

from datetime import timedelta
from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Written
from features.telling import step
from simulator.fhir import tariffs

INCIDENT: Final = "https://journalbenk.example/code/task|avvik"
COERCION: Final = "urn:oid:2.16.578.1.12.4.1.1.9151|24"
LETTER: Final = "urn:oid:2.16.578.1.12.4.1.1.9602|I02-2"
CHANNELS: Final = ("in-person", "electronic", "home")


@given("a nurse who reports two incidents (avvik) about a resident from the record")
def incidents(example: Example) -> None:
    """Two incidents, and an ordinary task that is none."""
    example.meet(record_Patient=1)
    told = example.tell(*[step("home-care.nurse", "incident")] * 2, step("home-care.nurse", "task"))
    example.record("report", told)
    (first,), (second,), _ = told
    example.know(incidents=[first.id, second.id], open=[second.id])


@when("the quality adviser follows up one of them and opens the quality list and the statistics")
def follow_up(example: Example) -> None:
    """The list of the open ones, and a count of all."""
    (first,), *_ = example.told
    owner: dict[str, Any] = {"code": INCIDENT, "owner": first.resource["owner"]["reference"]}
    example.change(first, "followed-up", {"status": "completed"}, actor="municipality.quality")
    example.chart("Task", "quality", status="requested", actor="municipality.quality", **owner)
    patient = f"urn:uuid:{example.resident.patient.id}"
    counted = f"patient={patient}&code={INCIDENT}&_summary=count"
    example.send("search", "Task", "count", query=counted, actor="municipality.quality")


@then("the other is still on the list, and both are counted")
def incidents_followed(example: Example) -> None:
    """On the list until followed up."""
    example.holds("R-ADM-06")


@given("a resident with a decision on coercion (pbrl. kap. 4A) that has run out, and another in force")
def coercion(example: Example) -> None:
    """The first ended by itself; nobody has changed its status."""
    example.meet(record_Patient=1, where="age >= 60")
    told = example.tell(
        step("nursing-home.doctor", "coercion-decision", later=timedelta(days=-200)),
        step("nursing-home.doctor", "coercion-decision", later=timedelta(days=-10)),
    )
    example.record("decision", told)
    (expired,), (valid,) = told
    example.know(expired=[expired.id], valid=[valid.id])


@when("the night nurse asks which decisions are in force today")
def in_force(example: Example) -> None:
    """Of that kind, active, and reaching to this day or beyond."""
    today = max(event["at"] for event in example.resident.events).date().isoformat()
    example.chart("EpisodeOfCare", "in-force", type=COERCION, status="active", date=f"ge{today}")


@then("only the decision in force is found, with its last day")
def only_in_force(example: Example) -> None:
    """Never one that has run out."""
    example.holds("R-ADM-07")


@given("a resident with contacts that the fastlege claims from Helfo, one of them of an earlier period")
def claimed(example: Example) -> None:
    """A contact of each kind this period, one forty days ago."""
    example.meet(record_Patient=1, where="fastlege >= 0")
    earlier = step("gp.doctor", "consultation", "claim", later=timedelta(days=-40))
    contacts = [step("gp.doctor", "consultation", "claim", channel=channel) for channel in CHANNELS]
    told = example.tell(earlier, *contacts)
    example.record("contact", told)
    claims = [w for written in told[1:] for w in written if w.type == "Claim"]
    example.know(claims=[c.id for c in claims], owed=f"{sum(tariffs()[channel].value for channel in CHANNELS):g}")


@when("the claims of the period are listed")
def list_claims(example: Example) -> None:
    """Those of the practice about the resident, from the first day of the period."""
    claim = next(w for w in example.told[1] if w.type == "Claim")
    first = max(event["at"] for event in example.resident.events).date() - timedelta(days=14)
    provider = claim.resource["provider"]["reference"]
    example.chart("Claim", "period", provider=provider, created=f"ge{first.isoformat()}", actor="gp.secretary")


@then("there is one for each contact, and they add up to what the tariff gives")
def claims_right(example: Example) -> None:
    """To the krone."""
    example.holds("R-ADM-08")


def _told(example: Example, kind: str, verb: str = "create") -> list[Written]:
    return [w for written in example.told for w in written if w.type == kind and w.row["verb"] == verb]


@given("a resident who applies for home care on Helsenorge")
def applies(example: Example) -> None:
    """The application, the decision on it with a letter, and the notice that there is one."""
    example.meet(record_Patient=1)
    example.seed([example.resident.patient])
    example.tell(
        step("citizen", "service-request", staff=-1, channel="electronic"),
        step("intake.case-officer", "service-decision", "decision-letter", message="ORIENTERING_TJENESTETILBUD"),
    )
    (application,), (letter,) = _told(example, "ServiceRequest"), _told(example, "DocumentReference")
    (notice,) = _told(example, "Communication")
    example.know(application=[application.id], letter=[letter.id], notice=[notice.id], states=["active", "completed"])


@when("the application is received and decided, and the resident looks at the case each time")
def look_at_case(example: Example) -> None:
    """After the application, and after the decision."""
    (application,), (notice,) = _told(example, "ServiceRequest"), _told(example, "Communication")
    patient = f"urn:uuid:{example.resident.patient.id}"
    mine: dict[str, Any] = {"requester": patient, "actor": "citizen"}
    example.write(application, "case.1", actor="citizen")
    example.chart("ServiceRequest", "seen.1", **mine)
    decided = [w for w in example.told[1] if w.type != "Communication"]
    for number, written in enumerate(decided, start=2):
        example.write(written, f"case.{number}")
    body = {**notice.resource, "recipient": [{"reference": patient}]}
    example.send_as(notice, f"case.{len(decided) + 2}", body)
    example.chart("ServiceRequest", "seen.2", **mine)
    example.chart("DocumentReference", "letters", type=LETTER, actor="citizen")
    example.chart("Communication", "notices", recipient=patient, actor="citizen")


@then("the resident has seen the case as it was, and has the letter and the notice of it")
def case_seen(example: Example) -> None:
    """Never otherwise than it was."""
    example.holds("R-INN-04")
