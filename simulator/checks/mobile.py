"""Checks of work without a connection: what a nurse wrote offline, and lists printed for the night (ADM-02, NFR-05)."""

from simulator.checks.content import differences
from simulator.checks.evidence import (
    accepted,
    answered,
    finding,
    listed,
    name_given,
    names_written,
    not_refused,
    observed,
    read_back,
    sent,
)
from simulator.checks.lists import all_accepted, exactly
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding


@check("offline_work_is_neither_lost_nor_doubled", rule="R-ADM-02")
def offline_work_is_neither_lost_nor_doubled(history: History) -> Finding:
    """What was written without a connection is kept once when it is sent twice, and an overtaken change is refused."""
    visits = names_written(history, "visits")
    problems = exactly(history, listed(history, "list"), visits, "the list of visits")
    for number, (name, _) in enumerate(visits.items(), start=1):
        again = observed(history, f"again.{number}")
        if again.response is not None and again.response.status == 201:
            problems.append(f"{name} was stored once more when it was sent again")
        if name_given(again) not in (None, name):
            problems.append(f"{name} was called {name_given(again)} when it was sent again")
    change = accepted(history, "office")
    overtaken = answered(history, "overtaken")
    problems += not_refused(overtaken, [409, 412], "the plan had changed while the nurse was away")
    current = read_back(history, "current")
    problems += [f"The plan is not as the office left it: {d}" for d in differences(sent(change), current)]
    passed = f"{len(visits)} visits are kept once each, and the overtaken change was refused."
    return finding(problems, passed, [*history.labelled("again"), *history.labelled("list"), overtaken])


@check("what_changed_since_the_print_is_known", rule="R-NFR-05")
def what_changed_since_the_print_is_known(history: History) -> Finding:
    """What has changed since a list was printed is exactly what the night shift is told, and a new list is current."""
    all_accepted(history, "change")
    before, after, changes = (names_written(history, name) for name in ("before", "after", "changes"))
    printed = {e.name for e in listed(history, "print")}
    problems = [f"{name} was current and is not on the printed list" for name in before if name not in printed]
    problems += exactly(history, listed(history, "since"), changes, "the list of changes since the print")
    problems += exactly(history, listed(history, "fresh"), after, "the list printed anew")
    passed = f"{len(changes)} changes since the print of {len(before)} medicines are known."
    return finding(problems, passed, [*history.labelled("since"), *history.labelled("fresh")])
