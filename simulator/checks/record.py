"""Checks of the shared record: what one service writes reaches the next, whole, coded and with its history (JRN)."""

from simulator.checks.content import codes, differences
from simulator.checks.evidence import (
    accepted,
    answered,
    describe,
    fact,
    finding,
    listed,
    name_of,
    names_written,
    not_refused,
    observed,
    read_back,
    repeated,
    sent,
    stored_name,
    version_given,
)
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding


@check("entry_reaches_every_service", rule="R-JRN-01")
def entry_reaches_every_service(history: History) -> Finding:
    """What one service writes is read at once, unchanged, by another service in another municipality."""
    write = accepted(history, "write")
    name = stored_name(write)
    chart = listed(history, "chart")
    matching = [e.resource for e in chart if e.name == name]
    problems = (
        [] if matching else [f"{name} was stored but is not among the {len(chart)} entries the other service saw"]
    )
    problems += [f"{name} changed on the way: {d}" for found in matching[:1] for d in differences(sent(write), found)]
    return finding(
        problems, f"{name} was read by the other service as it was written.", [write, *_of(history, "chart")]
    )


@check("summary_has_every_active_item", rule="R-JRN-02")
def summary_has_every_active_item(history: History) -> Finding:
    """The clinical summary holds every active item once, and none that was withdrawn."""
    active = names_written(history, "active")
    withdrawn = names_written(history, "withdrawn")
    accepted(history, "withdrawal")
    summary = listed(history, "summary")
    names = {e.name for e in summary}
    problems = [f"{name} is active and missing from the summary" for name in active if name not in names]
    problems += [f"{name} was withdrawn and is still in the summary" for name in withdrawn if name in names]
    problems += [f"{name} stands twice in the summary" for name in repeated(summary)]
    problems += [
        f"{name} is in the summary and nobody wrote it" for name in sorted(names - active.keys() - withdrawn.keys())
    ]
    passed = f"All {len(active)} active items are in the summary, and none of {len(withdrawn)} withdrawn."
    return finding(problems, passed, _of(history, "summary"))


@check("critical_information_comes_first_and_coded", rule="R-JRN-03")
def critical_information_comes_first_and_coded(history: History) -> Finding:
    """The first answer on opening the chart holds every critical allergy, coded, with its source and date."""
    allergies = names_written(history, "critical")
    opening = {e.name: e.resource for e in listed(history, "opening")}
    problems = []
    for name, write in allergies.items():
        shown = opening.get(name)
        if shown is None:
            problems.append(f"{name}, a critical allergy, is not in the first answer on opening the chart")
            continue
        if not codes(shown.get("code")):
            problems.append(f"{name} is shown without a code")
        problems += [f"{name} is not shown as it was recorded: {d}" for d in differences(sent(write), shown)]
    passed = f"All {len(allergies)} critical allergies came first, coded, with source and date."
    return finding(problems, passed, _of(history, "opening"))


@check("earlier_version_is_kept", rule="R-JRN-04A")
def earlier_version_is_kept(history: History) -> Finding:
    """After a correction the earlier entry can still be read, with its author; the current one is the corrected."""
    write, correction = accepted(history, "write"), accepted(history, "correction")
    first, current = read_back(history, "earlier"), read_back(history, "current")
    problems = [f"The earlier version is not as it was written: {d}" for d in differences(sent(write), first)]
    problems += [f"The current version is not the correction: {d}" for d in differences(sent(correction), current)]
    if not differences(sent(correction), first):
        problems.append("The earlier version reads as the corrected one")
    versions = [e.resource for e in listed(history, "history")]
    if len(versions) != 2:
        problems.append(f"The history lists {len(versions)} versions where two were written")
    elif [bool(differences(sent(correction), v)) for v in versions] != [False, True]:
        problems.append("The history does not list the corrected version first and the earlier version after it")
    evidence = [write, correction, *_of(history, "earlier"), *_of(history, "current"), *_of(history, "history")]
    return finding(problems, "The earlier version and its author are kept beside the correction.", evidence)


@check("stale_change_is_refused", rule="R-JRN-04B")
def stale_change_is_refused(history: History) -> Finding:
    """Each change gets a new, later version id, and a change to a version no longer current is refused with 412."""
    write, change = accepted(history, "write"), observed(history, "change")
    before, after = version_given(write), version_given(change)
    problems = []
    if not before or not after or before == after:
        problems.append(f"The version id was '{before}' before the change and '{after}' after it, expected a new one")
    elif before.isdigit() and after.isdigit() and int(after) <= int(before):
        problems.append(f"The version id fell from {before} to {after}")
    stale = answered(history, "stale")
    problems += not_refused(stale, [412], "it builds on a version that is no longer current")
    current = read_back(history, "current")
    problems += [f"The refused change left a trace: {d}" for d in differences(sent(change), current)]
    return finding(problems, "The stale change was refused and left no trace.", [write, change, stale])


@check("coded_content_survives", rule="R-JRN-05A")
def coded_content_survives(history: History) -> Finding:
    """Codes, values, units, times and Norwegian letters come back exactly as they were written."""
    problems, writes = [], history.labelled("write")
    reads = {name_of(e.resource() or {}): e for e in history.labelled("read")}
    for write in writes:
        name = stored_name(accepted(History(history.example, {}, (write,)), write.label))
        read = reads.get(name)
        if read is None or read.outcome != "ok":
            problems.append(f"{name} was written and cannot be read back")
        else:
            problems += [f"{name} came back changed: {d}" for d in differences(sent(write), read.resource() or {})]
    accepted(history, "write")
    passed = f"All {len(writes)} coded entries came back exactly as written."
    return finding(problems, passed, [*writes, *history.labelled("read")])


@check("unknown_code_is_refused", rule="R-JRN-05B")
def unknown_code_is_refused(history: History) -> Finding:
    """An entry with a code outside a required code set is refused, while the same entry with a right one is taken."""
    stored_name(accepted(history, "right"))
    wrong = answered(history, "wrong")
    code = fact(history, "wrong_code")
    problems = not_refused(wrong, [400, 422], f"'{code}' is not in the required code set")
    left = listed(history, "left")
    if left:
        problems.append(f"{len(left)} entries with the unknown code '{code}' are in the record, expected none")
    passed = f"The unknown code was refused: {describe(wrong)}."
    return finding(problems, passed, [*_of(history, "right"), wrong])


def _of(history: History, label: str) -> list[Exchange]:
    return list(history.labelled(label))
