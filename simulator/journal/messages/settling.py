"""What an answer to a message of ours means: a receipt, or a delivery without one."""

from dataclasses import dataclass

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
    entries = bundle.get("entry") if bundle.get("type") == "message" else None
    resources = [e.get("resource") for e in entries or [] if isinstance(e, dict)]
    known = [r for r in resources if isinstance(r, dict)]
    header = known[0] if known and known[0].get("resourceType") == "MessageHeader" else {}
    event, response = header.get("eventCoding"), header.get("response")
    if not isinstance(response, dict) or not isinstance(event, dict) or event.get("code") != RECEIPT:
        return {}, ()
    outcomes = [r for r in [*known, *(header.get("contained") or [])] if r.get("resourceType") == "OperationOutcome"]
    return response, tuple(code for outcome in outcomes for code in error_codes(outcome))


def error_codes(outcome: Json) -> list[str]:
    """The codes of Volven 8221 in an OperationOutcome."""
    issues = [issue for issue in outcome.get("issue") or [] if isinstance(issue, dict)]
    codings = [c for issue in issues for c in (issue.get("details") or {}).get("coding") or [] if isinstance(c, dict)]
    return [str(c.get("code")) for c in codings if c.get("system") == ERRORS]
