"""Checks of access that comes and goes: teams, a parent's home, operators' tickets (ADM-04, INN-03, TIL-06)."""

from simulator.checks.access import shows
from simulator.checks.evidence import (
    accepted,
    broken,
    describe,
    fact,
    finding,
    inconclusive,
    names_written,
    observed,
    text_of,
    whole,
)
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding


@check("membership_gives_and_ends_access", rule="R-ADM-04B")
def membership_gives_and_ends_access(history: History) -> Finding:
    """A member of a care team finds the record, and nothing before the membership or after its end."""
    names = _record(history)
    accepted(history, "team")
    _found(history, "member", names, "A member of the care team")
    accepted(history, "end")
    looks = [*_looks(history, "before"), *_looks(history, "after")]
    problems = _seen(looks, names, "somebody who is not a member of the team")
    return finding(problems, f"{len(names)} entries were found by a member, and by nobody before or after.", looks)


@check("home_decides_for_parents", rule="R-INN-03B")
def home_decides_for_parents(history: History) -> Finding:
    """A parent sees the record of the small child at home, and nothing of one at whose address no parent lives."""
    observed(history, "own")
    for label in ("born.home", "born.away", "related.home", "related.away"):
        accepted(history, label)
    _found(history, "home", list(names_written(history, "home")), "The parent at home")
    looks = _looks(history, "away")
    names = list(names_written(history, "away"))
    problems = _seen(looks, names, "a parent, though no parent lives at the child's address")
    return finding(problems, "The parent saw the child at home, and nothing of the other.", looks)


@check("tickets_open_one_record_for_a_while", rule="R-TIL-06B")
def tickets_open_one_record_for_a_while(history: History) -> Finding:
    """A ticket lets an operator read one patient's record until it ends, and the resident's log tells why."""
    names, others = _record(history), list(names_written(history, "others"))
    accepted(history, "ticket")
    _found(history, "with", names, "An operator with a ticket")
    accepted(history, "end")
    looks = [*_looks(history, "without"), *_looks(history, "after")]
    problems = _seen(looks, names, "an operator without a ticket in force")
    beside = _looks(history, "beside")
    problems += _seen(beside, others, "an operator whose ticket is for somebody else")
    log = _looks(history, "log")
    if not any(fact(history, "reason") in text_of(e) for e in log):
        problems.append("The ticket's reason is not in the access log the resident sees")
    passed = f"The ticket opened {len(names)} entries of one patient until it ended, and the log tells why."
    return finding(problems, passed, [*looks, *beside, *log])


def _record(history: History) -> list[str]:
    return [*names_written(history, "patient"), *names_written(history, "own")]


def _looks(history: History, label: str) -> tuple[Exchange, ...]:
    """Every answered look of that label; inconclusive when there is none, or one had no whole answer."""
    found = history.labelled(label)
    if not found:
        inconclusive(f"Nothing was sent as '{label}', so there is no evidence.", attribution="bench")
    return tuple(map(whole, found))


def _found(history: History, label: str, names: list[str], who: str) -> None:
    """Stop with a failure unless everything is shown: who hides everything controls nothing."""
    looks = _looks(history, label)
    unseen = [name for name in names if not any(shows(exchange, name) for exchange in looks)]
    if unseen:
        broken(f"{who} does not find {unseen[0]}.", *looks)


def _seen(looks: tuple[Exchange, ...] | list[Exchange], names: list[str], who: str) -> list[str]:
    return [f"{describe(e)} and shows {name} to {who}" for e in looks for name in names if shows(e, name)]
