"""Checks of looking up: long lists, one patient's data only, everything out, and numbers that add up."""

from collections import Counter
from datetime import datetime
from typing import Any

from simulator.checks.content import differences, instant, local_day, patient_of
from simulator.checks.evidence import (
    accepted,
    answered,
    broken,
    describe,
    fact,
    finding,
    inconclusive,
    listed,
    name_in,
    names_written,
    not_refused,
    observed,
    repeated,
    sent,
    stored_name,
)
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding


@check("paging_shows_everything_once", rule="R-JRN-09")
def paging_shows_everything_once(history: History) -> Finding:
    """Paging through a long record shows every entry exactly once, in the order asked for."""
    entries = names_written(history, "entries")
    pages = history.labelled("page")
    shown = listed(history, "page")
    names = [e.name for e in shown]
    problems = [f"{name} is on none of the {len(pages)} pages" for name in entries if name not in names]
    problems += [f"{name} is on more than one page" for name in repeated(shown)]
    problems += [f"{n} does not belong in the list" for n in set(names) - entries.keys()]
    problems += [
        f"{describe(p)} with more entries than asked for" for p in pages if _size(p) > fact(history, "page_size")
    ]
    moments = [m for m in (_moment(e.resource) for e in shown) if m is not None]
    if moments != sorted(moments):
        problems.append("The entries are not in the order asked for, oldest first")
    if len(pages) < 2 and len(names) > fact(history, "page_size"):
        broken("The list was not split into pages.", *pages)
    passed = f"{len(entries)} entries, each on exactly one of {len(pages)} pages."
    return finding(problems, passed, pages)


def _moment(resource: dict[str, Any]) -> datetime | None:
    return instant(resource.get("effectiveDateTime") or (resource.get("period") or {}).get("start"))


def _size(page: Exchange) -> int:
    entries = (page.resource() or {}).get("entry") or []
    return sum(1 for e in entries if (e.get("search") or {}).get("mode", "match") == "match")


@check("search_shows_no_other_patient", rule="R-TIL-05A")
def search_shows_no_other_patient(history: History) -> Finding:
    """A search for one patient's data never shows anybody else's, and does show the patient's own."""
    patient = next(iter(names_written(history, "patient")))
    others = names_written(history, "others")
    chart = listed(history, "chart")
    own = names_written(history, "own")
    strangers = [e for e in chart if name_in(patient_of(e.resource)) != patient and e.name != patient]
    problems = [f"{e.name} of another patient was shown in a search for one patient" for e in strangers]
    seen = {e.name for e in chart}
    problems += [f"{name} of another patient is filed under the one looked up" for name in others if name in seen]
    problems += [f"{name} of the patient was not shown" for name in own if name not in seen]
    passed = f"{len(chart)} entries were shown, all of the one patient."
    return finding(problems, passed, history.labelled("chart"))


@check("too_large_request_is_refused", rule="R-TIL-05B")
def too_large_request_is_refused(history: History) -> Finding:
    """A request far above any sensible size is refused with 413, while one of ordinary size is taken."""
    small = accepted(history, "ordinary")
    stored_name(small)
    large = answered(history, "oversized")
    problems = not_refused(large, [413], "it is far larger than any entry in a record")
    afterwards = observed(history, "afterwards")
    return finding(problems, "The oversized request was refused, the ordinary one taken.", [small, large, afterwards])


@check("everything_about_a_person_can_be_taken_out", rule="R-NFR-07")
def everything_about_a_person_can_be_taken_out(history: History) -> Finding:
    """Everything written about a person can be read out page by page, once each and unchanged."""
    everything = names_written(history, "everything")
    exported = listed(history, "export")
    found = {e.name: e.resource for e in exported}
    problems = [f"{name} cannot be taken out" for name in everything if name not in found]
    problems += [f"{name} is taken out more than once" for name in repeated(exported)]
    for name, write in everything.items():
        problems += [
            f"{name} is taken out changed: {d}" for d in differences(sent(write), found.get(name, sent(write)))
        ]
    passed = f"All {len(everything)} resources about the person were taken out unchanged."
    return finding(problems, passed, history.labelled("export"))


@check("report_equals_the_truth", rule="R-RAP-01")
def report_equals_the_truth(history: History) -> Finding:
    """A report counted from the record equals what happened in the simulated world."""
    truth = Counter({str(day): int(count) for day, count in fact(history, "contacts_by_day").items()})
    if not truth:
        inconclusive("Nothing happened in the simulated world that could be counted.", attribution="bench")
    for write in history.labelled("care"):
        if write.verb == "create":
            stored_name(accepted(History(history.example, {}, (write,)), write.label))
    report = Counter(_day(e.resource) for e in listed(history, "report"))
    problems = [
        f"On {day} the record counts {report[day]} contacts where {truth[day]} took place"
        for day in sorted(truth | report)
        if report[day] != truth[day]
    ]
    passed = f"{truth.total()} contacts on {len(truth)} days, the same in the record as in the simulated world."
    return finding(problems, passed, history.labelled("report"))


def _day(encounter: dict[str, Any]) -> str:
    """The day a contact began where it took place, in whatever time zone the record writes it."""
    start = (encounter.get("period") or {}).get("start", "without a start")
    moment = instant(start)
    return local_day(moment).isoformat() if moment else str(start)[:10]
