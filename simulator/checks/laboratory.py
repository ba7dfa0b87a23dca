"""Checks of what laboratory and hub for home measurements send: what holds now, once, about whom (SAM-09, INN-06)."""

from collections import Counter
from collections.abc import Iterable

from simulator.checks.evidence import (
    Entry,
    accepted,
    broken,
    fact,
    finding,
    inconclusive,
    listed,
    name_in,
    names_written,
    read_back,
)
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding


@check("answer_issued_last_stands", rule="R-SAM-09B")
def answer_issued_last_stands(history: History) -> Finding:
    """Of an answer and its correction the correction stands, once, with the order; a copy stands beside it."""
    write = accepted(history, "order")
    if len(fact(history, "ordered")) != 1:
        broken(f"The laboratory has {len(fact(history, 'ordered'))} orders, expected one.", write)
    [order] = names_written(history, "order")
    shown, reports = listed(history, "answers.Observation"), listed(history, "answers.DiagnosticReport")
    found = sorted((str(e.resource.get("status")), value) for e in shown for value in _values([e]))
    wanted = sorted((status, float(v)) for status, values in fact(history, "values").items() for v in values)
    problems = []
    if found != wanted:
        problems.append(f"The answers are {_told(found)}, expected {_told(wanted)}")
    if Counter(str(e.resource.get("status")) for e in reports) != Counter(status for status, _ in wanted):
        problems.append(f"{len(reports)} reports are in the record, expected {len(wanted)}, as corrected last")
    corrected = [e for e in (*shown, *reports) if e.resource.get("status") == "corrected"]
    problems += [f"{e.name} does not say which order it answers" for e in corrected if order not in _orders(e)]
    status = read_back(history, "order-now").get("status")
    if status != "completed":
        problems.append(f"The order is answered and is {status}, expected completed")
    evidence = [write, *history.labelled("answers"), *history.labelled("order-now")]
    return finding(problems, "The corrected answer stands, once, with its order, and the copy beside it.", evidence)


def _values(entries: Iterable[Entry]) -> list[float]:
    return [float((e.resource.get("valueQuantity") or {}).get("value") or 0) for e in entries]


def _told(found: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{value} ({status})" for status, value in found) or "none"


def _orders(entry: Entry) -> list[str | None]:
    return [name_in(str(one.get("reference") or "")) for one in entry.resource.get("basedOn") or ()]


@check("home_measurements_are_filed_rightly", rule="R-INN-06B")
def home_measurements_are_filed_rightly(history: History) -> Finding:
    """What was measured at home is in the chart of whoever was measured, once; a stranger's is refused by itself."""
    patients = list(names_written(history, "patients"))
    statuses, stranger = fact(history, "statuses"), fact(history, "stranger")
    if not statuses or not all(statuses):
        inconclusive("What the hub sent was not answered as a batch.", attribution="candidate")
    problems = []
    for number, (patient, values) in enumerate(zip(patients, fact(history, "values"), strict=True), start=1):
        found = sorted(_values(listed(history, f"chart.{number}")))
        if found != sorted(map(float, values)):
            told = ", ".join(map(str, found)) or "none"
            problems.append(f"The measurements of {patient} are {told}, expected {', '.join(map(str, sorted(values)))}")
    taken = [row[stranger] for row in statuses if row[stranger].startswith("2")]
    if taken or listed(history, "all"):
        problems.append("A measurement about somebody nobody knows was taken in")
    refused = [s for row in statuses for place, s in enumerate(row) if place != stranger and not s.startswith("2")]
    if refused:
        problems.append(f"{len(refused)} sound measurements of the same batch were answered {refused[0]}")
    passed = f"The measurements of {len(patients)} people are in their charts, a stranger's in none."
    return finding(problems, passed, [*history.labelled("chart"), *history.labelled("all")])
