"""Checks of what residents decide about their own record: blocking, and representation by age (INN-02, INN-03)."""

from simulator.checks.access import shows
from simulator.checks.evidence import (
    accepted,
    answered,
    broken,
    describe,
    fact,
    finding,
    inconclusive,
    names_written,
    observed,
    stored_name,
    text_of,
    written,
)
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

CHILD, YOUTH = 12, 16


@check("blocked_entry_is_hidden_in_every_channel", rule="R-INN-02")
def blocked_entry_is_hidden_in_every_channel(history: History) -> Finding:
    """An entry blocked for somebody is in no answer, count or refusal he gets, until he breaks the glass."""
    [name] = names_written(history, "blocked")
    if not any(shows(e, name) for e in history.labelled("before")):
        broken(f"The nurse in charge does not find {name} before it is blocked.", *history.labelled("before"))
    accepted(history, "consent")
    looks = history.labelled("look")
    problems = [f"{describe(e)} and shows {name}, which is blocked" for e in looks if shows(e, name)]
    problems += [
        f"{describe(e)} and tells that the blocked entry is there" for e in history.labelled("look.has") if _matches(e)
    ]
    problems += [f"{describe(e)} and counts the blocked entry" for e in history.labelled("count") if _matches(e)]
    blocked, absent = answered(history, "blocked-read"), answered(history, "absent-read")
    if blocked.response and absent.response and blocked.response.status != absent.response.status:
        problems.append(f"{describe(blocked)}, an entry that never was {absent.response.status}: the refusal tells")
    glass = history.labelled("glass")
    if not any(shows(e, name) for e in glass):
        problems.append(f"{name} is not found when the glass is broken")
    log = history.labelled("log")
    if not any(fact(history, "reason") in text_of(e) for e in log):
        problems.append("The broken glass is not in the access log the resident sees")
    passed = f"{name} is in none of {len(looks)} answers, and found when the glass is broken."
    return finding(problems, passed, [*looks, blocked, absent, *glass, *log])


def _matches(exchange: Exchange) -> bool:
    """Whether a search says that there is a match."""
    bundle = exchange.resource() or {}
    matches = [e for e in bundle.get("entry") or [] if (e.get("search") or {}).get("mode", "match") == "match"]
    return exchange.outcome == "ok" and bool(bundle.get("total") or matches)


@check("age_decides_what_parents_see", rule="R-INN-03")
def age_decides_what_parents_see(history: History) -> Finding:
    """A parent sees the record of a child below 12, not the diagnoses of one from 12, and nothing from 16."""
    observed(history, "own")
    children: dict[str, list[str]] = fact(history, "children")
    problems, evidence = [], []
    for text, entries in children.items():
        age = int(text)
        accepted(history, f"born.{text}")
        accepted(history, f"related.{text}")
        record = [answered(history, f"child.{text}")]
        diagnoses = list(history.labelled(f"diagnoses.{text}"))
        evidence += [*record, *diagnoses]
        names = [stored_name(written(history, entry)) for entry in entries]
        seen = [name for name in names if any(shows(e, name) for e in diagnoses)]
        opened = record[0].outcome == "ok"
        if age < CHILD and len(seen) < len(names):
            problems.append(f"The parent of a child of {age} does not see {len(names) - len(seen)} of its diagnoses")
        if age >= CHILD and seen:
            problems.append(f"The parent of a child of {age} sees its diagnosis {seen[0]}")
        if age >= YOUTH and opened:
            problems.append(f"The parent of a child of {age} still opens its record")
    if not children:
        inconclusive("There are no children.", attribution="bench")
    return finding(problems, "Age decided what the parent saw.", evidence)
