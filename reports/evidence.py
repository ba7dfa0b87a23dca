"""The exchanges a verdict rests on, cut down to what a person can read and cleaned of what must not be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reports.cleaning import Shown, body, headers, line
from simulator.domain.exchange import Exchange, History, Outcome
from simulator.domain.verdict import Verdict

# A failure is worth more room on the page than a pass; everything is in history.jsonl whatever is left out here.
_SHOWN: Final = {"fail": 6, "error": 4, "inconclusive": 4, "pass": 2, "not_applicable": 0}
_BODY: Final = {"fail": 6000, "error": 4000, "inconclusive": 4000, "pass": 1500, "not_applicable": 0}


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """One request and its answer, ready for the page."""

    number: int
    label: str
    actor: str
    method: str
    url: str
    request_headers: list[tuple[str, str]]
    request_body: Shown
    status: int | None
    response_headers: list[tuple[str, str]]
    response_body: Shown
    truncated: bool
    outcome: Outcome
    error: str
    milliseconds: float


def evidence_of(verdict: Verdict, histories: Mapping[str, History]) -> tuple[list[ExchangeView], int]:
    """The exchanges behind ``verdict`` in order, and how many of them were left out."""
    history = histories.get(verdict.example)
    wanted = set(verdict.evidence)
    found = [exchange for exchange in history.exchanges if exchange.number in wanted] if history else []
    shown = found[-_SHOWN[verdict.outcome] :] if _SHOWN[verdict.outcome] else []
    return [_view(exchange, _BODY[verdict.outcome]) for exchange in shown], len(wanted) - len(shown)


def seconds(history: History | None) -> float:
    """How long an example took on the wire, from its first request to its last answer."""
    if history is None or not history.exchanges:
        return 0.0
    return max(e.finished for e in history.exchanges) - min(e.sent for e in history.exchanges)


def _view(exchange: Exchange, limit: int) -> ExchangeView:
    response = exchange.response
    return ExchangeView(
        number=exchange.number,
        label=line(exchange.label, 80),
        actor=line(exchange.actor, 80),
        method=line(exchange.request.method, 20),
        url=line(exchange.request.url, 400),
        request_headers=headers(exchange.request.headers),
        request_body=body(exchange.request.body, limit),
        status=response.status if response else None,
        response_headers=headers(response.headers) if response else [],
        response_body=body(response.body if response else "", limit),
        truncated=bool(response and response.truncated),
        outcome=exchange.outcome,
        error=line(exchange.error),
        milliseconds=max(0.0, exchange.finished - exchange.sent) * 1000,
    )
