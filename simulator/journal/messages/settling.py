"""What an answer to a message of ours means: a receipt, or a delivery without one."""

from dataclasses import dataclass
from typing import Any

from simulator.journal.messages.words import ERRORS, RECEIPT, Json


@dataclass(frozen=True, slots=True)
class Settled:
    """How far a message has come, with the endpoint it was delivered to and the errors of its receipt."""

    state: str
    endpoint: str = ""
    errors: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether there is more to do."""
        return self.state not in {"acknowledged", "refused"}


def settled_by(identity: str, endpoint: str, status: int, answer: Json | None) -> Settled:
    """What an endpoint's answer means for the message of an id."""
    if not 200 <= status < 300:
        return Settled("not-delivered", endpoint, (f"HTTP {status}" if status else "ingen svar",))
    response, errors = receipt_in(answer or {})
    if response.get("identifier") != identity:
        return Settled("delivered", endpoint)
    return settled_as(response, errors, endpoint)


def settled_as(response: Json, errors: tuple[str, ...], endpoint: str = "") -> Settled:
    """What a receipt means."""
    code = response.get("code")
    if code == "transient-error":
        return Settled("not-delivered", endpoint, errors)
    return Settled("refused" if code == "fatal-error" else "acknowledged", endpoint, errors)


def receipt_in(bundle: Json) -> tuple[Json, tuple[str, ...]]:
    """The response of a receipt and its error codes; empty for anything else."""
    entries = _dicts(bundle.get("entry")) if bundle.get("type") == "message" else []
    known = _dicts([entry.get("resource") for entry in entries])
    header = known[0] if known and known[0].get("resourceType") == "MessageHeader" else {}
    event, response = header.get("eventCoding"), header.get("response")
    if not isinstance(response, dict) or not isinstance(event, dict) or event.get("code") != RECEIPT:
        return {}, ()
    parts = [*known, *_dicts(header.get("contained"))]
    outcomes = [part for part in parts if part.get("resourceType") == "OperationOutcome"]
    return response, tuple(code for outcome in outcomes for code in error_codes(outcome))


def error_codes(outcome: Json) -> list[str]:
    """The codes of Volven 8221 in an OperationOutcome."""
    details = _dicts([issue.get("details") for issue in _dicts(outcome.get("issue"))])
    codings = [coding for one in details for coding in _dicts(one.get("coding"))]
    return [str(coding.get("code")) for coding in codings if coding.get("system") == ERRORS]


def _dicts(value: Any) -> list[Json]:
    """The objects of a list; none of what is no list, since nobody has held a receipt against R4."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
