"""Checks of information for those outside: a GP with an own system, another region, child welfare (SAM)."""

from typing import Any

from simulator.checks.content import differences, patient_of, references
from simulator.checks.evidence import (
    Resource,
    broken,
    describe,
    fact,
    finding,
    listed,
    name_in,
    names_written,
    observed,
    read_back,
    sent,
)
from simulator.checks.lists import exactly
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding


@check("outsider_gets_the_same", rule="R-SAM-12")
def outsider_gets_the_same(history: History) -> Finding:
    """A GP outside gets by look-up and by message exactly what those inside see."""
    known, document = names_written(history, "known"), names_written(history, "document")
    message = names_written(history, "message")
    everything = {**known, **document}
    problems = exactly(history, listed(history, "inside"), everything, "what those inside see")
    problems += exactly(history, listed(history, "outside"), everything, "what the GP outside looks up")
    inbox = listed(history, "inbox")
    problems += exactly(history, inbox, message, "the practice's inbox")
    carried = {name_in(r) for entry in inbox for r in references(entry.resource.get("payload"))}
    problems += [f"The message does not lead to {name}, which it carries" for name in document if name not in carried]
    if not problems:
        opened = read_back(history, "by-message")
        for write in document.values():
            problems += [
                f"What the message leads to is not what was sent: {d}" for d in differences(sent(write), opened)
            ]
    passed = f"{len(everything)} entries are the same inside, by look-up and by message."
    return finding(problems, passed, [*history.labelled("outside"), *history.labelled("inbox")])


@check("record_of_another_region_has_no_gap", rule="R-SAM-13")
def record_of_another_region_has_no_gap(history: History) -> Finding:
    """What another region's system hands over in one piece is all of it in the record of the one person it is about."""
    patient = next(iter(names_written(history, "patient")))
    arrival = observed(history, "arrival")
    people = [e.name for e in listed(history, "people")]
    problems = [] if people == [patient] else [f"The person is found as {people}, expected {patient} alone"]
    chart = {e.name: e.resource for e in listed(history, "chart")}
    for resource, name in _stored(arrival):
        if resource.get("resourceType") == "Patient":
            continue
        shown = chart.get(name or "")
        if shown is None:
            problems.append(f"A {resource.get('resourceType')} of the other region is not in the record")
            continue
        if name_in(patient_of(shown)) != patient:
            problems.append(f"{name} is filed under {name_in(patient_of(shown))}, expected {patient}")
        problems += [f"{name} arrived changed: {d}" for d in differences(_without_person(resource), shown)]
    passed = f"{len(chart)} entries from the other region are in the one record."
    return finding(problems, passed, [arrival, *history.labelled("people"), *history.labelled("chart")])


def _stored(arrival: Exchange) -> list[tuple[Resource, str | None]]:
    """What was handed over, with the name each got."""
    sent_entries = sent(arrival).get("entry") or []
    answers = (arrival.resource() or {}).get("entry") or []
    if len(answers) != len(sent_entries):
        broken(f"{describe(arrival)} with {len(answers)} answers to {len(sent_entries)} entries.", arrival)
    places = [str((answer.get("response") or {}).get("location", "")) for answer in answers]
    return [(entry["resource"], name_in(place)) for entry, place in zip(sent_entries, places, strict=True)]


def _without_person(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if name != "subject"}


@check("other_bodies_get_what_law_allows", rule="R-SAM-14")
def other_bodies_get_what_law_allows(history: History) -> Finding:
    """Child welfare gets the concern addressed to it, with nothing in it but what it may have, and nothing else."""
    concern, others = names_written(history, "concern"), names_written(history, "others")
    office = fact(history, "office")
    allowed = set(fact(history, "allowed"))
    inbox = listed(history, "inbox")
    shown = {e.name for e in inbox}
    problems = [f"{name} was sent to child welfare and is not in its inbox" for name in concern if name not in shown]
    problems += [f"{name} was sent to somebody else and is in that inbox" for name in others if name in shown]
    for entry in inbox:
        addressed = {name_in(r) for r in references(entry.resource.get("recipient"))}
        if office not in addressed and entry.name not in others:
            problems.append(f"{entry.name} is in the inbox of child welfare and not addressed to it")
        more = sorted(entry.resource.keys() - allowed)
        problems += [f"{entry.name} shows child welfare '{name}', which it may not have" for name in more]
        if entry.name in concern:
            problems += [f"The concern changed: {d}" for d in differences(sent(concern[entry.name]), entry.resource)]
    problems += [f"The inbox holds a {kind} beside the messages" for kind in _beside(history)]
    passed = f"Child welfare sees {len(concern)} concern and none of {len(others)} other messages."
    return finding(problems, passed, history.labelled("inbox"))


def _beside(history: History) -> list[str]:
    """Types other than messages that came along in the answers, matches or not."""
    entries: list[dict[str, Any]] = [
        entry for page in history.labelled("inbox") for entry in (page.resource() or {}).get("entry") or []
    ]
    kinds = [str((entry.get("resource") or {}).get("resourceType")) for entry in entries]
    return sorted({kind for kind in kinds if kind not in ("Communication", "OperationOutcome")})
