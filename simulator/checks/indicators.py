"""Checks of what the record is counted for: home measurements and alarms, quality, preparedness (INN-06, RAP)."""

from collections import Counter
from datetime import timedelta
from typing import Final

from simulator.checks.cases import total
from simulator.checks.content import instant
from simulator.checks.evidence import (
    accepted,
    fact,
    finding,
    inconclusive,
    listed,
    mentions,
    name_in,
    names_written,
    observed,
    text_of,
)
from simulator.checks.lists import all_accepted, exactly
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

A_DAY: Final = timedelta(days=1)
NAMING: Final = ("identifier", "name", "address", "telecom", "contact", "text")


@check("alarm_reaches_who_answers", rule="R-INN-06")
def alarm_reaches_who_answers(history: History) -> Finding:
    """An alarm from home is on the list of those who answer it, as urgent and with its measurement, until answered."""
    alarm, measured = names_written(history, "alarm"), names_written(history, "measurement")
    patient = next(iter(names_written(history, "patient")))
    before = History(history.example, {}, tuple(e for e in history.exchanges if e.label != "answer"))
    problems = exactly(before, listed(history, "alarms"), alarm, "the list of open alarms")
    home = listed(history, "home")
    problems += exactly(history, home, measured, "the list of measurements from home")
    makers = {name_in(str(p.get("reference"))) for e in home for p in e.resource.get("performer") or []}
    if makers - {patient}:
        problems.append("A measurement the inhabitant made is shown as made by somebody else")
    accepted(history, "answer")
    problems += [
        f"{e.name} is answered and still on the list" for e in listed(history, "alarms-after") if e.name in alarm
    ]
    passed = "The alarm was seen with its measurement until it was answered."
    return finding(problems, passed, [*history.labelled("alarms"), *history.labelled("home")])


@check("quality_is_counted_from_the_record", rule="R-RAP-02")
def quality_is_counted_from_the_record(history: History) -> Finding:
    """Whether an epikrise was sent within a day of the discharge can be told from the record alone."""
    truth: list[bool] = fact(history, "within_a_day")
    if not truth:
        inconclusive("Nobody was discharged.", attribution="bench")
    all_accepted(history, "care")
    problems = []
    for number, within in enumerate(truth, start=1):
        ended = [instant((e.resource.get("period") or {}).get("end")) for e in listed(history, f"stays.{number}")]
        sent = [instant(e.resource.get("sent")) for e in listed(history, f"letters.{number}")]
        if len(ended) != 1 or len(sent) != 1 or ended[0] is None or sent[0] is None:
            problems.append(f"Stay {number} shows {len(ended)} ends and {len(sent)} epikriser, expected one of each")
        elif sent[0] - ended[0] > A_DAY and within:
            problems.append(f"The epikrise of stay {number} counts as late, and was sent within a day")
        elif sent[0] - ended[0] <= A_DAY and not within:
            problems.append(f"The epikrise of stay {number} counts as sent within a day, and was late")
    passed = f"The record shows {sum(truth)} of {len(truth)} epikriser sent within a day, as happened."
    return finding(problems, passed, [*history.labelled("stays"), *history.labelled("letters")])


@check("cases_are_counted_at_once", rule="R-RAP-04")
def cases_are_counted_at_once(history: History) -> Finding:
    """The number of cases of a disease rises with each case written, at once."""
    names_written(history, "diagnoses")
    counts = [total(observed(history, e.label)) for e in history.labelled("count")]
    expected = [counts[0] + number for number in range(len(fact(history, "diagnoses")) + 1)] if counts else []
    problems = []
    if counts != expected:
        problems.append(f"The cases were counted as {counts}, expected {expected}")
    return finding(problems, f"The count rose from {counts[0]} to {counts[-1]}.", history.labelled("count"))


@check("extract_recognises_nobody", rule="R-RAP-03")
def extract_recognises_nobody(history: History) -> Finding:
    """A research extract has pseudonyms of one project, no small cells, and nobody who has opted out."""
    all_accepted(history, "diagnosis")
    alike, few = names_written(history, "alike"), names_written(history, "few")
    accepted(history, "opt-out")
    before, after, other = (_pseudonyms(history, label) for label in ("before", "after", "other"))
    problems = [
        f"{name} stands in the extract as it is called in the record"
        for label in ("before", "after", "other")
        for name in (*alike, *few)
        if _names(history, label, name)
    ]
    problems += [p for label in ("before", "after", "other") for p in _telling(history, label)]
    if len(before) < len(alike):
        problems.append(
            f"The extract holds {len(before)} people, and {len(alike)} of one sex and age have the diagnosis"
        )
    if len(before - after) != 1 or after - before:
        problems.append(
            f"After one had opted out the extract lacks {len(before - after)} and has {len(after - before)} new people"
        )
    if after & other:
        problems.append("The same pseudonyms stand in the extracts of two projects")
    passed = f"{len(before)} people under pseudonyms, {len(after)} after one had opted out, none known again elsewhere."
    return finding(problems, passed, [e for label in ("before", "after", "other") for e in history.labelled(label)])


def _pseudonyms(history: History, label: str) -> set[str]:
    return {e.name for e in listed(history, label) if e.resource.get("resourceType") == "Patient"}


def _names(history: History, label: str, name: str) -> bool:
    """Whether an extract tells what somebody is called in the record; a number alone may stand there by chance."""
    number, text = name.partition("/")[2], text_of(observed(history, label))
    return mentions(text, name) or (not number.isdigit() and mentions(text, number))


def _telling(history: History, label: str) -> list[str]:
    """What in an extract tells of somebody in particular: elements that name, and cells of too few."""
    people = {e.name: e.resource for e in listed(history, label) if e.resource.get("resourceType") == "Patient"}
    problems = [
        f"The extract tells {element} of a patient" for r in people.values() for element in NAMING if r.get(element)
    ]
    problems += ["The extract tells the day of birth" for r in people.values() if len(str(r.get("birthDate"))) > 4]
    cells = Counter((r.get("gender"), str(r.get("birthDate"))[:3]) for r in people.values())
    least = fact(history, "least")
    problems += [f"A cell of {n} people is told of, expected at least {least}" for n in cells.values() if n < least]
    return problems
