"""Checks of standard messages in envelopes: receipts (AppRec) in time and true, tests apart, stays right (SAM)."""

from dataclasses import dataclass
from typing import Any, Final

from simulator.checks.content import instant
from simulator.checks.evidence import Entry, answered, broken, describe, fact, finding, inconclusive, listed, sent
from simulator.checks.registry import check
from simulator.domain.codes import MESSAGE_ERROR, MESSAGE_TYPE
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

RECEIPT: Final = "APPREC"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an answer to a message says."""

    answers: str
    """The id of the message it answers."""
    code: str
    errors: tuple[str, ...]
    """Codes of Volven 8221."""


def receipt(exchange: Exchange) -> Receipt | None:
    """The receipt in an answer; None when it is none."""
    return receipt_in(exchange.resource() or {})


def receipt_in(bundle: dict[str, Any]) -> Receipt | None:
    """The receipt that a resource is; None when it is none."""
    entries = [e.get("resource") or {} for e in bundle.get("entry") or [] if isinstance(e, dict)]
    headers = [r for r in entries if r.get("resourceType") == "MessageHeader"]
    response = headers[0].get("response") if headers and bundle.get("type") == "message" else None
    if not isinstance(response, dict) or (headers[0].get("eventCoding") or {}).get("code") != RECEIPT:
        return None
    outcomes = [
        r for r in [*entries, *(headers[0].get("contained") or [])] if r.get("resourceType") == "OperationOutcome"
    ]
    issues = [issue for outcome in outcomes for issue in outcome.get("issue") or []]
    codings = [coding for issue in issues for coding in (issue.get("details") or {}).get("coding") or []]
    errors = tuple(str(c.get("code")) for c in codings if c.get("system") == MESSAGE_ERROR)
    return Receipt(str(response.get("identifier")), str(response.get("code")), errors)


def header_of(exchange: Exchange) -> dict[str, Any]:
    """The MessageHeader that was sent."""
    found: dict[str, Any] = sent(exchange)["entry"][0]["resource"]
    return found


def content_of(exchange: Exchange) -> dict[str, Any]:
    """The Communication that was sent."""
    resources = [entry["resource"] for entry in sent(exchange)["entry"]]
    return next(r for r in resources if r["resourceType"] == "Communication")


def _acknowledged(exchange: Exchange, what: str) -> list[str]:
    """What is wrong with the receipt of a message that should be taken in."""
    found = receipt(exchange)
    if found is None:
        return [f"{what}: {describe(exchange)} without a receipt (a message of type APPREC)"]
    return unlike_taken_in(what, found, header_of(exchange)["id"])


def unlike_taken_in(what: str, found: Receipt, identity: str) -> list[str]:
    """What keeps a receipt from telling that the message of that id was taken in."""
    if found.answers != identity:
        return [f"The receipt of {what} answers another message"]
    if found.code != "ok":
        return [f"{what} was refused ({', '.join(found.errors) or found.code}), expected it to be taken in"]
    return []


def kept(inbox: list[Entry], identifiers: list[dict[str, Any]]) -> list[Entry]:
    """The messages of the record that have one of some identifiers."""
    return [e for e in inbox if numbers(identifiers) & numbers(e.resource.get("identifier") or [])]


def numbers(identifiers: list[dict[str, Any]]) -> set[tuple[Any, Any]]:
    """System and value of identifiers."""
    return {(one.get("system"), one.get("value")) for one in identifiers}


def _kept(inbox: list[Entry], exchange: Exchange) -> list[Entry]:
    """The messages of the record that are the one sent."""
    return kept(inbox, content_of(exchange)["identifier"])


@check("standard_messages_are_acknowledged_and_kept", rule="R-SAM-01A")
def standard_messages_are_acknowledged_and_kept(history: History) -> Finding:
    """Each standard message gets a positive receipt in time, and is then in the record once, as it was sent."""
    limit = float(fact(history, "limit_s"))
    messages = [answered(history, f"message.{n}") for n in range(1, len(fact(history, "messages")) + 1)]
    inbox = listed(history, "inbox")
    problems, longest = [], 0.0
    for exchange in messages:
        kind = header_of(exchange)["eventCoding"]["code"]
        problems += _acknowledged(exchange, kind)
        took = exchange.finished - exchange.sent
        longest = max(longest, took)
        if took > limit:
            problems.append(f"The receipt of {kind} took {took:.1f} s, expected at most {limit:g} s")
        problems += _as_sent(inbox, exchange, kind)
    passed = f"{len(messages)} messages acknowledged, the slowest after {longest:.2f} s, and each in the record once."
    return finding(problems, passed, [*messages, *history.labelled("inbox")])


def _as_sent(inbox: list[Entry], exchange: Exchange, kind: str) -> list[str]:
    """What is wrong with how a message is kept."""
    kept = _kept(inbox, exchange)
    if len(kept) != 1:
        return [f"{kind} is in the record {len(kept)} times, expected once"]
    was, now = content_of(exchange), kept[0].resource
    codes = [
        c.get("code")
        for x in now.get("category") or []
        for c in x.get("coding") or []
        if c.get("system") == MESSAGE_TYPE
    ]
    texts = [p.get("contentString") for p in now.get("payload") or []]
    problems = [] if kind in codes else [f"{kind} is kept as {', '.join(map(str, codes)) or 'no type'}"]
    if instant(now.get("sent")) != instant(was["sent"]):
        problems.append(f"{kind} is kept as sent {now.get('sent')}, it was sent {was['sent']}")
    if any(p["contentString"] not in texts for p in was["payload"]):
        problems.append(f"The text of {kind} is not in the record")
    return problems


@check("what_cannot_be_taken_in_is_refused", rule="R-SAM-01B")
def what_cannot_be_taken_in_is_refused(history: History) -> Finding:
    """A message about nobody known, to nobody here or of no known type is refused with its code, and kept nowhere."""
    wrong: dict[str, list[str]] = fact(history, "wrong")
    sound = answered(history, "sound")
    problems = _acknowledged(sound, "The sound message")
    inbox, anywhere = listed(history, "inbox"), listed(history, "anywhere")
    if len(_kept(inbox, sound)) != 1:
        problems.append("The sound message is not in the record")
    exchanges = [sound]
    for label, codes in wrong.items():
        exchange = answered(history, label)
        exchanges.append(exchange)
        found = receipt(exchange)
        if found is None:
            problems.append(f"{label}: {describe(exchange)} without a receipt (a message of type APPREC)")
        elif found.code != "fatal-error" or not set(codes) & set(found.errors):
            said = ", ".join(found.errors) or found.code
            problems.append(f"{label} was answered with {said}, expected it to be refused with {' or '.join(codes)}")
        if _kept([*inbox, *anywhere], exchange):
            problems.append(f"{label} is in a record")
    passed = f"{len(wrong)} messages refused, each with its code, and the sound one taken in."
    return finding(problems, passed, [*exchanges, *history.labelled("anywhere")])


@check("test_messages_are_kept_apart", rule="R-SAM-01C")
def test_messages_are_kept_apart(history: History) -> Finding:
    """A test message is acknowledged and in nobody's record; a real one is."""
    test, real = answered(history, "test"), answered(history, "real")
    problems = [*_acknowledged(test, "The test message"), *_acknowledged(real, "The real message")]
    inbox, anywhere = listed(history, "inbox"), listed(history, "anywhere")
    if len(_kept(inbox, real)) != 1:
        problems.append("The real message is not in the record")
    if _kept([*inbox, *anywhere], test):
        problems.append("The test message is in a record")
    return finding(
        problems, "The test message was acknowledged and is in no record.", [test, real, *history.labelled("inbox")]
    )


@check("late_messages_tell_the_right_stay", rule="R-SAM-02B")
def late_messages_tell_the_right_stay(history: History) -> Finding:
    """In whatever order its messages arrive, a stay begins with the admission and ends with the discharge for good."""
    began, ended = instant(fact(history, "admitted")), instant(fact(history, "discharged"))
    messages = [answered(history, f"message.{n}") for n in range(1, 5)]
    problems = [p for e in messages for p in _acknowledged(e, header_of(e)["eventCoding"]["code"])]
    for label, when in (("stays.before", "before"), ("stays.after", "after")):
        stays = [e.resource for e in listed(history, label) if _began(e.resource) == began]
        if len(stays) != 1:
            problems.append(f"{len(stays)} stays began with the admission {when} the late withdrawal, expected one")
        for stay in stays:
            end = instant((stay.get("period") or {}).get("end"))
            if stay.get("status") != "finished" or end != ended:
                problems.append(
                    f"The stay is {stay.get('status')} until {end} {when} the late withdrawal, expected {ended}"
                )
    return finding(
        problems,
        "The stay began and ended as it did, and was not opened again.",
        [*messages, *history.labelled("stays.after")],
    )


def _began(stay: dict[str, Any]) -> Any:
    return instant((stay.get("period") or {}).get("start"))


@check("repeated_message_gets_the_same_receipt", rule="R-SAM-03B")
def repeated_message_gets_the_same_receipt(history: History) -> Finding:
    """A message sent again is answered as the first time, and is in the record once."""
    first, again = answered(history, "first"), answered(history, "again")
    one, other = receipt(first), receipt(again)
    if one is None or one.code != "ok":
        if first.outcome == "ok":
            broken(f"{describe(first)} without a positive receipt.", first)
        inconclusive(f"What the rule rests on was refused: {describe(first)}.", first)
    problems = _acknowledged(again, "The repeated message")
    if one != other and not problems:
        problems.append("The second receipt says something else than the first")
    kept = _kept(listed(history, "inbox"), first)
    if len(kept) != 1:
        problems.append(f"The message is in the record {len(kept)} times, expected once")
    return finding(
        problems,
        "The message was acknowledged twice and is in the record once.",
        [first, again, *history.labelled("inbox")],
    )
