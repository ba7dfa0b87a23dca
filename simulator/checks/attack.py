"""Checks of an attack on one installation: it is restored in time and whole, and the others are unharmed (TIL-08)."""

from simulator.checks.content import differences
from simulator.checks.evidence import accepted, describe, fact, finding, inconclusive, listed, names_written, sent
from simulator.checks.lists import exactly
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding


@check("restored_whole_after_an_attack", rule="R-TIL-08A")
def restored_whole_after_an_attack(history: History) -> Finding:
    """After everything stored was spoilt, all that was there at the backup is restored within an hour."""
    known, limit = names_written(history, "known"), float(fact(history, "limit_s"))
    if "failed" in history.facts:
        return finding([f"An operation of the candidate's file failed: {fact(history, 'failed')}"], "", [])
    _really_spoilt(history, known)
    seconds, problems = _restored(history, known)
    evidence = [*history.labelled("back")[-3:], *history.labelled("restored")]
    if seconds is None:
        return finding(problems, "", evidence)
    late = len([e for e in history.labelled("late") if e.outcome == "ok"])
    told = f"{len(known)} entries were back {seconds:.1f} s after the attack"
    problems += [f"{told}, expected within {limit / 60:g} minutes"] if seconds > limit else []
    passed = (
        f"{told}, as they were at the backup; what was written after it ({late} entries here) rests on the next backup."
    )
    return finding(problems, passed, evidence)


def _really_spoilt(history: History, known: dict[str, Exchange]) -> None:
    """The attack hit what the installation works on: otherwise nothing was restored."""
    for kind in {e.type for e in known.values()} - {"Observation"}:
        before = exactly(history, listed(history, f"before.{kind}"), _of(known, kind), "the chart")
        if before:
            inconclusive(f"The chart is not whole even before the attack: {before[0]}.", *history.labelled("before"))
    fact(history, "attacked")
    shown = [e for e in history.labelled("spoilt") if e.outcome == "ok"]
    if shown or not fact(history, "spoilt"):
        inconclusive("It still answers when all in its folder is spoilt: what it stores lies elsewhere.", *shown[-1:])


def _restored(history: History, known: dict[str, Exchange]) -> tuple[float | None, list[str]]:
    """Seconds from the attack to the first whole chart, and what is wrong; None when it was never whole."""
    kinds = sorted({e.type for e in known.values()} - {"Observation"})
    problems = [f"The record was not back after {fact(history, 'waited')} s"]
    for attempt in dict.fromkeys(e.label.split(".")[1] for e in history.labelled("back")):
        exchanges = history.labelled(f"back.{attempt}")
        if len({e.label for e in exchanges}) < len(kinds) or any(e.outcome != "ok" for e in exchanges):
            continue
        shown = [(kind, listed(history, f"back.{attempt}.{kind}")) for kind in kinds]
        problems = [
            p for kind, entries in shown for p in exactly(history, entries, _of(known, kind), "the restored chart")
        ]
        if not problems:
            return exchanges[-1].finished - float(fact(history, "attacked")), _changed(history)
    return None, problems


def _changed(history: History) -> list[str]:
    """How the last entry before the backup, read by its name, differs from what was written."""
    write = accepted(history, "care")
    (read,) = history.labelled("restored")
    if read.outcome != "ok":
        return [f"What was written before the backup is not restored: {describe(read)}"]
    return [f"What was restored is not as written: {d}" for d in differences(sent(write), read.resource() or {})]


def _of(known: dict[str, Exchange], kind: str) -> dict[str, Exchange]:
    return {name: e for name, e in known.items() if e.type == kind}


@check("others_are_unharmed_by_an_attack", rule="R-TIL-08B")
def others_are_unharmed_by_an_attack(history: History) -> Finding:
    """While one installation is spoilt and restored, the others read and write, and nothing of theirs changes."""
    known = list(names_written(history, "elsewhere").values())
    if _harm(history, known, "ahead"):
        inconclusive("The others did not work even before the attack.", *history.labelled("ahead"))
    _really_spoilt(history, names_written(history, "known"))
    if not history.labelled("after"):
        inconclusive("The drill ended before the others were asked again.", *history.labelled("during"))
    problems = _harm(history, known, "during") + _harm(history, known, "after")
    (write,), read = history.labelled("during-write"), history.labelled("during-read")
    if write.outcome != "ok" or not read or read[0].outcome != "ok":
        problems.append(f"The others could not write during the attack: {describe(write)}")
    else:
        problems += [f"What others wrote during the attack changed: {d}" for d in _unlike(write, read[0])]
    passed = f"The others read {len(known)} entries before, during and after the attack, and wrote during it."
    return finding(problems, passed, [*history.labelled("during"), *history.labelled("after")])


def _harm(history: History, known: list[Exchange], label: str) -> list[str]:
    problems = []
    for number, write in enumerate(known, start=1):
        reads = history.labelled(f"{label}.{number}")
        if not reads or reads[0].outcome != "ok":
            problems.append(f"The others could not read: {describe(reads[0]) if reads else 'nothing was sent'}")
        else:
            problems += [f"An entry of the others changed: {d}" for d in _unlike(write, reads[0])]
    return problems


def _unlike(write: Exchange, read: Exchange) -> list[str]:
    return differences(sent(write), read.resource() or {})
