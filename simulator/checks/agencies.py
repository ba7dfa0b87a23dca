"""Checks of what other agencies write in the record and are told: once, whole, and nothing else (SAM-14)."""

from base64 import b64decode
from binascii import Error
from typing import Final

from simulator.checks.addressing import came_of
from simulator.checks.content import differences, patient_of, references
from simulator.checks.evidence import (
    Entry,
    Resource,
    accepted,
    broken,
    fact,
    finding,
    inconclusive,
    listed,
    name_in,
    names_written,
    observed,
    read_back,
    sent,
)
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

NOTE_ID: Final = "https://nav.example/sykmelding"
TYPES: Final = "urn:oid:2.16.578.1.12.4.1.1.9602"
SICK_NOTE: Final = "J01-2"
WHO: Final = frozenset({"resourceType", "id", "meta", "identifier", "name"})
"""What a message about a patient must say of the patient."""
TOLD_NAV: Final = frozenset(
    {"MessageHeader", "Communication", "Organization", "Practitioner", "PractitionerRole", "Patient"}
    | {"DocumentReference"}
)
TAKEN, REFUSED = range(200, 300), range(400, 500)


@check("sick_note_is_kept_once", rule="R-SAM-14B")
def sick_note_is_kept_once(history: History) -> Finding:
    """A sick note from NAV's form that is sent twice stands once with its document, and a broken one leaves nothing."""
    came = [entry for entry in fact(history, "received.nav") if entry["direction"] == "out"]
    if not came or not all(entry["status"] for entry in came):
        inconclusive("What NAV sent was not answered.", attribution="environment")
    *whole, half = [int(entry["status"]) for entry in came]
    problems = [
        f"NAV's sick note was answered {status}, expected it to be taken" for status in whole if status not in TAKEN
    ]
    if half not in REFUSED:
        problems.append(f"Half a document was answered {half}, expected it to be refused")
    number = fact(history, "number")
    patient = next(iter(names_written(history, "patient")))
    notes = [entry for entry in listed(history, "documents") if _numbers(entry.resource)]
    right = [entry for entry in notes if number in _numbers(entry.resource)]
    if len(right) != 1:
        problems.append(f"The sick note stands {len(right)} times in the record, expected once")
    problems += [f"{entry.name} is left of a document that broke off" for entry in notes if entry not in right]
    problems += [
        f"{entry.name} is about somebody else" for entry in right if name_in(patient_of(entry.resource)) != patient
    ]
    problems += [f"{entry.name} is not of the type for sick notes" for entry in right if not _is_sick_note(entry)]
    problems += [
        f"{e.name} came into somebody else's record" for e in listed(history, "elsewhere") if _numbers(e.resource)
    ]
    if right and _text(read_back(history, "bytes")) != fact(history, "text"):
        problems.append("The document is not the one that NAV sent")
    evidence = [*history.labelled("documents"), *history.labelled("bytes")]
    return finding(
        problems, "The sick note stands once with its document, and nothing is left of the broken one.", evidence
    )


def _numbers(resource: Resource) -> list[str]:
    return [str(one.get("value")) for one in resource.get("identifier") or [] if one.get("system") == NOTE_ID]


def _is_sick_note(entry: Entry) -> bool:
    codings = (entry.resource.get("type") or {}).get("coding") or []
    return any(one.get("system") == TYPES and one.get("code") == SICK_NOTE for one in codings)


def _text(binary: Resource) -> str:
    try:
        return b64decode(str(binary.get("data", "")), validate=True).decode()
    except (Error, UnicodeDecodeError):
        return ""


def _answers(message: Resource) -> str | None:
    return name_in(next(references(message.get("inResponseTo")), ""))


@check("statement_reaches_nav_alone", rule="R-SAM-14D")
def statement_reaches_nav_alone(history: History) -> Finding:
    """A statement comes to NAV once and whole, with nothing else about the patient, and its receipt is seen."""
    statement, message = accepted(history, "statement"), accepted(history, "written")
    asked, limit = observed(history, "send"), float(fact(history, "limit_s"))
    came, box = came_of(history, message), fact(history, "box")
    if not came:
        broken(f"The statement came nowhere within {limit:g} s.", asked)
    problems = [f"The statement went to {one['address']}, expected {box}" for one in came if one["address"] != box]
    resources = [one["resource"] for one in came[0]["body"]["entry"]]
    if len({one["body"]["entry"][0]["resource"].get("id") for one in came}) > 1:
        problems.append("The statement came to NAV as several messages")
    documents = [one for one in resources if one["resourceType"] == "DocumentReference"]
    if len(documents) != 1:
        problems.append(f"NAV got {len(documents)} documents, expected the statement alone")
    wanted = {name: sent(statement)[name] for name in ("resourceType", "type", "content")}
    problems += [f"The statement is not as written: {d}" for one in documents[:1] for d in differences(wanted, one)]
    kinds = sorted({one["resourceType"] for one in resources} - TOLD_NAV)
    problems += [f"NAV is told a {kind}, which it did not ask for" for kind in kinds]
    more = {name for one in resources if one["resourceType"] == "Patient" for name in one} - WHO
    problems += [f"NAV is told the patient's '{name}'" for name in sorted(more)]
    status = ((history.labelled("task") or (asked,))[-1].resource() or {}).get("status")
    if status != "completed":
        problems.append(f"NAV received the statement, and its Task is {status}, expected completed")
    evidence = [statement, message, asked, *history.labelled("task")[-1:]]
    return finding(problems, "NAV has the statement and nothing else, and its receipt is seen.", evidence)


@check("answer_to_a_concern_comes_back", rule="R-SAM-14C")
def answer_to_a_concern_comes_back(history: History) -> Finding:
    """Child welfare takes in the concern alone, and its answer reaches who reported, once and linked to the concern."""
    concern, taken = names_written(history, "concern"), fact(history, "taken")
    if taken["status"] not in TAKEN:
        inconclusive("Child welfare could not look into its inbox.")
    inbox = {f"{one.get('resourceType')}/{one.get('id')}": one for one in taken["inbox"]}
    problems = [f"{name} did not come to child welfare" for name in concern if name not in inbox]
    office, allowed = fact(history, "office"), set(fact(history, "allowed"))
    for name, one in inbox.items():
        if office not in {name_in(reference) for reference in references(one.get("recipient"))}:
            problems.append(f"{name} came to child welfare, for whom it was not")
        problems += [f"The concern shows child welfare '{element}'" for element in sorted(one.keys() - allowed)]
    answers = [entry for entry in listed(history, "centre") if _answers(entry.resource) in concern]
    if len(answers) != 1:
        problems.append(f"{len(answers)} answers to the concern reached who reported it, expected one")
    said = fact(history, "answer")
    for entry in answers:
        if said not in [part.get("contentString") for part in entry.resource.get("payload") or []]:
            problems.append(f"{entry.name} does not say what child welfare answered")
    return finding(problems, "The answer came back once, linked to the concern.", history.labelled("centre"))
