"""Steps on what the record is counted for: alarms and measurements from home, quality, preparedness."""

from datetime import timedelta
from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Resident, Written
from features.telling import step

STAYS: Final = 3
CASES: Final = 4
ALIKE: Final = 7
FEW: Final = 2
FORTIES: Final = "birth_date >= '1940-01-01'::date AND birth_date < '1950-01-01'::date AND protection = 'none'"
ALIKE_WHO, FEW_WHO = f"sex = 'female' AND {FORTIES}", f"sex = 'male' AND {FORTIES}"
STUDIED: Final = "N87"
RESEARCH: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
A_DAY: Final = timedelta(days=1)
DISCHARGED, EPIKRISE = "LOG_UTSKREVET", "EPIKRISE"
INFLUENZA: Final = "urn:oid:2.16.578.1.12.4.1.1.7170|R80"


@given("a resident who measures blood pressure at home, and whose measurement sets off an alarm")
def measures(example: Example) -> None:
    """Measurement and alarm come from the equipment at home."""
    resident = example.meet(record_Patient=1)
    example.seed([resident.patient])
    at_home: dict[str, Any] = {"staff": -1, "channel": "home", "receiver": "home-care"}
    told = example.tell(step("citizen", "measurement", "alarm", **at_home))
    example.record("sent", told, actor="citizen")
    ((measurement, alarm),) = told
    example.know(patient=[resident.patient.id], measurement=[measurement.id], alarm=[alarm.id])


@when("home care sees the alarm, looks at the measurement and answers the alarm")
def answer_alarm(example: Example) -> None:
    """From the list of open alarms to the measurement, and back to the list."""
    ((measurement, alarm),) = example.told
    nurse = "home-care.nurse"
    mine: dict[str, Any] = {"owner": alarm.resource["owner"]["reference"], "status": "requested", "actor": nurse}
    example.chart("Task", "alarms", **mine)
    example.chart(measurement.type, "home", category="vital-signs", actor=nurse)
    example.change(alarm, "answer", {"status": "completed"}, actor=nurse)
    example.chart("Task", "alarms-after", **mine)


@then("the alarm was on the list as urgent until it was answered, with what the resident measured")
def alarm_answered(example: Example) -> None:
    """Urgent, and then no longer open."""
    example.holds("R-INN-06")


@given("residents who were discharged from hospital during the week, each with an epikrise")
def discharged(example: Example) -> None:
    """Some were sent within a day, one later; the events say which."""
    fits = [_in_time] * (STAYS - 1) + [_late]
    residents = [example.meet(fit, LOG_UTSKREVET=1, EPIKRISE=1) for fit in fits]
    example.know(within_a_day=[_in_time(resident) for resident in residents])


def _in_time(resident: Resident) -> bool:
    return _told_whole(resident) and _at(resident, EPIKRISE) - _at(resident, DISCHARGED) <= A_DAY


def _late(resident: Resident) -> bool:
    return _told_whole(resident) and not _in_time(resident)


def _told_whole(resident: Resident) -> bool:
    """One stay, ended in the period and with its epikrise."""
    messages = [event["message"] for event in resident.events]
    return messages.count(DISCHARGED) == 1 and messages.count(EPIKRISE) == 1 and len(_stay(resident)) > 1


def _at(resident: Resident, message: str) -> Any:
    return next(event["at"] for event in resident.events if event["message"] == message)


def _stay(resident: Resident) -> list[Written]:
    """The end of the stay, and the message with the epikrise."""
    events = {e["event"]: e["message"] for e in resident.events}
    wanted = {("Encounter", "update", DISCHARGED), ("Communication", "create", EPIKRISE)}
    return [Written(row) for row in resident.rows if (row["type"], row["verb"], events.get(row["event"])) in wanted]


@when("the share of epikriser sent within a day is counted from the record")
def count_epikriser(example: Example) -> None:
    """By stays that have ended and messages of that kind, nothing else being registered."""
    kind = "urn:oid:2.16.578.1.12.4.1.1.8279|EPIKRISE"
    example.record("care", [_stay(resident) for resident in example.residents])
    for number, resident in enumerate(example.residents, start=1):
        example.chart("Encounter", f"stays.{number}", resident, status="finished")
        example.chart("Communication", f"letters.{number}", resident, category=kind)


@then("it is the share that was")
def share_is_right(example: Example) -> None:
    """As happened."""
    example.holds("R-RAP-02")


@given("an outbreak of influenza of which the record does not know yet")
def outbreak(example: Example) -> None:
    """The cases of a day, each to be met at legevakt."""
    ill = [example.meet(record_Patient=1) for _ in range(CASES)]
    cases = []
    for resident in ill:
        ((_, diagnosis),) = example.tell(
            step("legevakt.doctor", "consultation", "diagnosis", reason="R80"), about=resident
        )
        example.seed([diagnosis], leaving_out=[diagnosis])
        cases.append(diagnosis)
    example.know(diagnoses=[case.id for case in cases])
    _count(example, 0)


def _count(example: Example, number: int) -> None:
    example.send(
        "search", "Condition", f"count.{number}", query=f"code={INFLUENZA}&_summary=count", actor="municipality.doctor"
    )


@when("legevakt meets case after case, and the municipal chief doctor (kommuneoverlege) counts after each")
def count_cases(example: Example) -> None:
    """At once after each."""
    for number, name in enumerate(example.facts["diagnoses"], start=1):
        example.write(example.study.added(name), f"case.{number}", actor="legevakt.doctor")
        _count(example, number)


@then("the number rises with each case, at once")
def number_rises(example: Example) -> None:
    """One by one."""
    example.holds("R-RAP-04")


@given("seven residents of one sex and age with the same diagnosis, and two of another")
def alike(example: Example) -> None:
    """One cell that is large enough also when one opts out, and one that is too small."""
    many = [example.meet(where=ALIKE_WHO, record_Patient=1) for _ in range(ALIKE)]
    few = [example.meet(where=FEW_WHO, record_Patient=1) for _ in range(FEW)]
    for resident in (*many, *few):
        told = example.tell(step("gp.doctor", "consultation", "diagnosis", reason=STUDIED), about=resident)
        example.record("diagnosis", told)
    example.know(alike=[r.patient.id for r in many], few=[r.patient.id for r in few], least=5)


@when("researchers take out the diagnosis, one resident opts out, and they and another project take it out again")
def take_out(example: Example) -> None:
    """The same project before and after, and another after."""
    _extract(example, "before", "sleep")
    ((consent,),) = example.tell(step("citizen", "consent", staff=-1, receiver="gp"))
    refusal = {"coding": [{"system": RESEARCH, "code": "research"}]}
    body = {**consent.resource, "scope": refusal, "provision": {"type": "deny"}}
    example.send_as(consent, "opt-out", body, actor="citizen")
    _extract(example, "after", "sleep")
    _extract(example, "other", "falls")


def _extract(example: Example, label: str, project: str) -> None:
    code = f"urn:oid:2.16.578.1.12.4.1.1.7170|{STUDIED}"
    url = f"{example.session.running.base_url}/$research-extract?project={project}&code={code}"
    example.keep(example.session.follow(url, label=label, actor="municipality.doctor"))


@then("nobody can be recognised or followed between projects, and who opted out is gone")
def nobody_recognised(example: Example) -> None:
    """Pseudonyms of one project, and one fewer."""
    example.holds("R-RAP-03")
