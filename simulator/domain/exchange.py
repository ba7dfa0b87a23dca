"""What was sent and what came back: the facts that every verdict and measurement rests on."""

from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["ok", "refused", "unknown"]
"""``ok``: answered 2xx or 304; ``refused``: answered otherwise; ``unknown``: no whole answer, it may have happened."""


@dataclass(frozen=True, slots=True)
class Request:
    """The HTTP request as sent; secrets in headers are masked."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """The HTTP response as received; ``body`` is cut at the sender's limit and then ``truncated``."""

    status: int
    headers: dict[str, str]
    """Header names in lower case."""
    body: str = ""
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One interaction carried out: numbered in the order sent within its history."""

    number: int
    interaction: str
    verb: str
    type: str
    request: Request
    response: Response | None
    outcome: Outcome
    sent: float
    """Seconds since 1970."""
    finished: float
    label: str = ""
    """What the sender calls it, so that a check can find it: ``chart.allergies``, ``write.2`` ..."""
    actor: str = ""
    """Role on whose behalf it was sent, e.g. ``legevakt.nurse``."""
    error: str = ""
    """Why there is no answer, when ``outcome`` is unknown."""

    def resource(self) -> dict[str, Any] | None:
        """The response body as a FHIR resource; None when there is none or it is not a JSON object."""
        import orjson  # noqa: PLC0415  only checks need it, and the noun stays light

        if self.response is None or not self.response.body:
            return None
        try:
            parsed = orjson.loads(self.response.body)
        except orjson.JSONDecodeError:
            return None
        return parsed if isinstance(parsed, dict) else None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something true in the simulated world that a check compares the exchanges with."""

    name: str
    value: Any
    """JSON-able."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one example (or one load run): its facts and its exchanges in order of sending."""

    example: str
    facts: dict[str, Any] = field(default_factory=dict)
    exchanges: tuple[Exchange, ...] = ()

    def labelled(self, prefix: str) -> tuple[Exchange, ...]:
        """The exchanges whose label is ``prefix`` or starts with ``prefix.``, in order."""
        return tuple(e for e in self.exchanges if e.label == prefix or e.label.startswith(f"{prefix}."))
