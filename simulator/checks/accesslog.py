"""Checks of the access log: every look is in it, and nobody can change it (INN-01, TIL-04)."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

from simulator.checks.content import instant
from simulator.checks.evidence import (
    Entry,
    Resource,
    accepted,
    broken,
    fact,
    finding,
    inconclusive,
    listed,
    names_written,
    not_refused,
    read_back,
)
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

# The clocks of bench and candidate may differ by this much before a look is taken for missing.
CLOCK_TOLERANCE: Final = timedelta(seconds=30)

KINDS: Final = {
    "search-type": "search",
    "search-system": "search",
    "history-instance": "history",
    "history-type": "history",
}
REFUSALS: Final = [400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 501]
"""Also that of a server that knows no PATCH (415), or no change without a condition (412, 428)."""


@check("every_look_is_in_the_access_log", rule="R-INN-01")
def every_look_is_in_the_access_log(history: History) -> Finding:
    """Every look at a resident's record, and every change of it, is in the access log the resident sees."""
    names_written(history, "patient")
    looks = [e for e in history.labelled("look") if e.outcome == "ok"]
    if not looks:
        inconclusive("Nobody's look at the record was answered.", *history.labelled("look"))
    since = datetime.fromtimestamp(looks[0].sent, UTC) - CLOCK_TOLERANCE
    log = [e for e in _last_log(history) if (_recorded(e) or since) >= since]
    made = Counter(_kind(look.verb) for look in looks)
    logged = Counter(_kind(code) for entry in log for code in _subtypes(entry.resource))
    problems = [
        f"{count} looks of the kind '{kind}' were made and {logged[kind]} are in the access log"
        for kind, count in made.items()
        if logged[kind] < count
    ]
    problems += [f"{e.name} does not say who looked" for e in log if not e.resource.get("agent")]
    problems += [f"{e.name} does not say when" for e in log if _recorded(e) is None]
    passed = f"All {len(looks)} looks are in the access log."
    return finding(problems, passed, [*looks, *history.labelled("log")])


def _last_log(history: History) -> list[Entry]:
    """The log as it was read last, all pages: labels are ``log.<attempt>.<page>``."""
    attempts = [int(e.label.split(".")[1]) for e in history.labelled("log")]
    if not attempts:
        inconclusive("The access log was not read.", attribution="bench")
    return listed(history, f"log.{max(attempts)}")


def _recorded(entry: Entry) -> datetime | None:
    return instant(entry.resource.get("recorded"))


def _kind(word: str) -> str:
    return KINDS.get(word, word)


def _subtypes(event: Resource) -> list[str]:
    return [str(c.get("code")) for c in event.get("subtype") or [] if isinstance(c, dict)]


@check("access_log_cannot_be_changed", rule="R-TIL-04")
def access_log_cannot_be_changed(history: History) -> Finding:
    """No entry of the access log can be changed or removed through the interface."""
    accepted(history, "look")
    if not _last_log(history):
        broken("The look is not in the access log, so there is nothing to protect.", *history.labelled("log"))
    name = fact(history, "log_entry")
    attempts = history.labelled("tamper")
    if not attempts:
        inconclusive("Nobody tried to change the access log.", attribution="bench")
    problems = [p for e in attempts for p in not_refused(e, REFUSALS, "the access log is not to be changed")]
    before, after = read_back(history, "entry-before"), read_back(history, "entry-after")
    if {k: v for k, v in before.items() if k != "meta"} != {k: v for k, v in after.items() if k != "meta"}:
        problems.append(f"{name} is not the same after the attempts")
    passed = f"{len(attempts)} attempts to change or remove {name} were refused."
    return finding(problems, passed, [*attempts, *history.labelled("entry-after")])
