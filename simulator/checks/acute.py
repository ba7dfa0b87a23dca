"""Checks of the acute chain and of laboratory answers that are corrected (SAM-07, SAM-09)."""

from simulator.checks.content import differences
from simulator.checks.evidence import accepted, fact, finding, inconclusive, listed, names_written, read_back, sent
from simulator.checks.lists import all_accepted, exactly
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding


@check("update_reaches_the_next_in_the_chain", rule="R-SAM-07")
def update_reaches_the_next_in_the_chain(history: History) -> Finding:
    """The receiving unit sees each update from the ambulance first on its list, within seconds of its being written."""
    reports = all_accepted(history, "report")
    limit = float(fact(history, "limit_s"))
    problems, waited = [], []
    for number, report in enumerate(reports, start=1):
        seen = listed(history, f"seen.{number}")
        newest = [e for e in seen[:1] if not differences(sent(report), e.resource)]
        if not newest:
            problems.append(f"After report {number} the newest seen is not that report")
            continue
        waited.append(newest[0].exchange.finished - report.finished)
        if waited[-1] > limit:
            problems.append(f"Report {number} was seen {waited[-1]:.1f} s after it was written, expected {limit:g} s")
    passed = f"{len(reports)} reports were seen, each within {max(waited, default=0.0):.2f} s."
    return finding(problems, passed, [*reports, *history.labelled("seen")])


@check("corrected_result_takes_the_place", rule="R-SAM-09")
def corrected_result_takes_the_place(history: History) -> Finding:
    """A corrected laboratory result is marked and takes the place of the earlier, which can still be read."""
    value, report, order = (names_written(history, name) for name in ("value", "report", "order"))
    if not value:
        inconclusive("No result was written.", attribution="bench")
    accepted(history, "correction.value")
    accepted(history, "correction.report")
    problems = exactly(history, listed(history, "copy"), value, "the copy receiver's list of results")
    problems += exactly(history, listed(history, "reports"), report, "the list of answers")
    problems += exactly(history, listed(history, "answered"), order, "the list of orders answered")
    earlier = read_back(history, "earlier")
    for write in value.values():
        problems += [f"The result as first sent cannot be read: {d}" for d in differences(sent(write), earlier)]
    passed = "The corrected result is seen in place of the earlier, which is kept."
    return finding(problems, passed, [*history.labelled("correction"), *history.labelled("copy")])
