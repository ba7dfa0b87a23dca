"""Checks of the right to prescribe: what HPR lets somebody prescribe is taken in, and nothing else (LEG-07)."""

from typing import Final

from simulator.checks.evidence import (
    describe,
    finding,
    inconclusive,
    listed,
    not_refused,
    observed,
    stored_name,
)
from simulator.checks.lists import exactly
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

REFUSED: Final = [403, 422]


@check("prescribing_follows_the_register", rule="R-LEG-07")
def prescribing_follows_the_register(history: History) -> Finding:
    """What HPR lets somebody prescribe is taken in; what is outside, or comes after the right was lost, is refused."""
    allowed, outside = history.labelled("allowed"), history.labelled("outside")
    if not allowed or not outside:
        inconclusive("Nothing was prescribed.", attribution="bench")
    orders = {stored_name(observed(history, e.label)): e for e in allowed}
    lost = history.labelled("lost")
    problems = [p for e in outside for p in _taken(e, "HPR gives no right to prescribe it")]
    problems += [p for e in lost for p in _taken(e, "the right was taken away two seconds before")]
    problems += exactly(history, listed(history, "orders"), orders, "the prescriptions")
    passed = f"{len(orders)} prescriptions stand, and {len(outside) + len(lost)} without a right were refused."
    return finding(problems, passed, [*allowed, *outside, *lost, *history.labelled("orders")])


def _taken(exchange: Exchange, why: str) -> list[str]:
    problems = not_refused(exchange, REFUSED, why)
    if not problems and (exchange.resource() or {}).get("resourceType") != "OperationOutcome":
        problems.append(f"{describe(exchange)}, without an OperationOutcome that says why")
    return problems
