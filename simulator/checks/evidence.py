"""Finding evidence in a history: which exchange, what it said, which resources it named; and stopping without any."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import orjson

from simulator.domain.exchange import Exchange, History
from simulator.domain.person_number import is_valid
from simulator.domain.verdict import Attribution, Finding

Resource = dict[str, Any]

# A UUID may hold eleven digits in a row by chance, and is let through whole.
_PERSON_NUMBER: Final = re.compile(
    r"(?P<uuid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)|(?<!\d)\d{11}(?!\d)", re.IGNORECASE
)
_NAMED: Final = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/([A-Za-z0-9.-]{1,64}))?$")


class EarlyFindingError(Exception):
    """A check has its finding before its end, most often because evidence is missing."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource listed in an answer, with the exchange that listed it."""

    name: str
    """``Type/id``."""
    resource: Resource
    exchange: Exchange


def mask(text: str) -> str:
    """The text with every 11-digit run outside a UUID hidden: a message never repeats a person number."""
    return _PERSON_NUMBER.sub(lambda found: found["uuid"] or "[person number]", text)


def tells_person_number(text: str) -> bool:
    """Whether the text holds a person number: an eleven-digit run outside a UUID that is one by date and check digits.

    Other numbers of eleven digits are ids of the candidate's own.
    """
    return any(not found["uuid"] and is_valid(found[0]) for found in _PERSON_NUMBER.finditer(text))


def text_of(exchange: Exchange) -> str:
    """What an answer says, letters as letters however its JSON escapes them; what is no JSON as it is."""
    body = exchange.response.body if exchange.response else ""
    try:
        return orjson.dumps(orjson.loads(body)).decode()
    except orjson.JSONDecodeError:
        return body


def mentions(text: str, name: str) -> bool:
    """Whether a text holds a name (``Type/id``) or an id whole, and not only one that begins or ends alike."""
    return re.search(rf"(?<![A-Za-z0-9.-]){re.escape(name)}(?![A-Za-z0-9.-])", text) is not None


def describe(exchange: Exchange) -> str:
    """An exchange in a few words: what was sent and what came back."""
    sent = f"{exchange.request.method} {urlsplit(exchange.request.url).path}"
    if exchange.response is None:
        return f"{sent} had no whole answer ({exchange.error or 'no reason known'})"
    return f"{sent} was answered {exchange.response.status}{_diagnostics(exchange)}"


def _diagnostics(exchange: Exchange) -> str:
    outcome = exchange.resource() or {}
    issues = outcome.get("issue")
    if outcome.get("resourceType") != "OperationOutcome" or not isinstance(issues, list):
        return ""
    texts = [str(i.get("diagnostics") or i.get("code") or "") for i in issues if isinstance(i, dict)]
    return f" ({texts[0][:160]})" if texts and texts[0] else ""


def finding(problems: Sequence[str], passed: str, evidence: Iterable[Exchange]) -> Finding:
    """Fail with the first problem and how many more there are; pass without any."""
    numbers = tuple(dict.fromkeys(e.number for e in evidence))
    if not problems:
        return Finding("pass", passed, numbers)
    if len(problems) == 1:
        return Finding("fail", problems[0], numbers)
    more = f" And {len(problems) - 1} more of the kind."
    return Finding("fail", f"{problems[0].removesuffix('.')}.{more}", numbers)


def inconclusive(message: str, *evidence: Exchange, attribution: Attribution = "candidate") -> NoReturn:
    """Stop: there is not enough evidence to say pass or fail."""
    raise EarlyFindingError(Finding("inconclusive", message, tuple(e.number for e in evidence), attribution))


def broken(message: str, *evidence: Exchange) -> NoReturn:
    """Stop: the rule is broken whatever the rest shows."""
    raise EarlyFindingError(Finding("fail", message, tuple(e.number for e in evidence)))


def fact(history: History, name: str) -> Any:
    """A fact of the history; without it the check cannot be made."""
    if name not in history.facts:
        inconclusive(f"Nothing is known of '{name}' in this history.", attribution="bench")
    return history.facts[name]


def answered(history: History, label: str) -> Exchange:
    """The last exchange of that label that got a whole answer; inconclusive without one."""
    found = history.labelled(label)
    if not found:
        inconclusive(f"Nothing was sent as '{label}', so there is no evidence.", attribution="bench")
    whole = [e for e in found if e.response is not None]
    if not whole:
        unanswered(found[-1])
    return whole[-1]


def unanswered(exchange: Exchange) -> NoReturn:
    """Stop: there is no whole answer, or nothing could be sent because the candidate named nothing to send it to."""
    if not exchange.request.method:
        inconclusive(f"It could not be tried: {exchange.error}.", exchange)
    inconclusive(f"It may or may not have happened: {describe(exchange)}.", exchange, attribution="environment")


def whole(exchange: Exchange) -> Exchange:
    """The exchange, which got a whole answer; stops when it did not, for then nobody knows what became of it."""
    if exchange.response is None:
        unanswered(exchange)
    return exchange


def accepted(history: History, label: str) -> Exchange:
    """The exchange of that label, taken in by the candidate; inconclusive when it was refused: a precondition."""
    exchange = answered(history, label)
    if exchange.outcome != "ok":
        inconclusive(f"What the rule rests on was refused: {describe(exchange)}.", exchange)
    return exchange


def observed(history: History, label: str) -> Exchange:
    """The exchange of that label, which the rule says shall succeed; fail when it was refused."""
    exchange = answered(history, label)
    if exchange.outcome != "ok":
        broken(f"{describe(exchange)}, expected it to be carried out.", exchange)
    return exchange


def read_back(history: History, label: str) -> Resource:
    """The resource an observed read gave; fail when it gave none."""
    exchange = observed(history, label)
    found = exchange.resource()
    if not found or "resourceType" not in found:
        broken(f"{describe(exchange)} without a FHIR resource in it.", exchange)
    return found


def sent(exchange: Exchange) -> Resource:
    """The resource that was sent in the request."""
    try:
        parsed = orjson.loads(exchange.request.body or "")
    except orjson.JSONDecodeError:
        inconclusive("What was sent is no longer in the history.", exchange, attribution="bench")
    return parsed if isinstance(parsed, dict) else {}


def name_in(url: str) -> str | None:
    """``Type/id`` at the end of a URL or reference, version left out."""
    match = _NAMED.search(_path(url)) or _NAMED.search(url)
    return f"{match[1]}/{match[2]}" if match else None


def _path(url: str) -> str:
    """The path of a URL; none when it is no URL."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def name_given(exchange: Exchange) -> str | None:
    """``Type/id`` the candidate gave to what was written, from Location or the body."""
    if exchange.response is None or exchange.outcome != "ok":
        return None
    headers = exchange.response.headers
    found = name_in(headers.get("location", "")) or name_in(headers.get("content-location", ""))
    return found or name_of(exchange.resource() or {})


def name_of(resource: Resource) -> str | None:
    """``Type/id`` of a resource."""
    kind, number = resource.get("resourceType"), resource.get("id")
    return f"{kind}/{number}" if isinstance(kind, str) and isinstance(number, str) else None


def version_given(exchange: Exchange) -> str | None:
    """The version id an answer names, from ETag, Location or meta."""
    if exchange.response is None:
        return None
    tag = exchange.response.headers.get("etag", "").removeprefix("W/").strip('"')
    if tag:
        return tag
    match = _NAMED.search(_path(exchange.response.headers.get("location", "")))
    meta = (exchange.resource() or {}).get("meta")
    return (match[3] if match else None) or (str(meta["versionId"]) if meta and "versionId" in meta else None)


def stored_name(exchange: Exchange) -> str:
    """The name given to an accepted write; inconclusive when the candidate named nothing."""
    name = name_given(exchange)
    if name is None:
        inconclusive(f"{describe(exchange)} without saying what it was stored as.", exchange)
    return name


def written(history: History, interaction: str) -> Exchange:
    """The exchange that carried out an interaction of the study."""
    for exchange in history.exchanges:
        if exchange.interaction == interaction and exchange.verb == "create":
            return exchange
    inconclusive("Something the study wrote was not sent in this example.", attribution="bench")


def names_written(history: History, fact_name: str) -> dict[str, Exchange]:
    """``Type/id`` -> writing exchange of every interaction listed in a fact; fail when two were given one name."""
    names: dict[str, Exchange] = {}
    for interaction in dict.fromkeys(fact(history, fact_name)):
        exchange = written(history, interaction)
        name = stored_name(exchange)
        if name in names:
            broken(f"{describe(exchange)} under {name}, which is something else already.", names[name], exchange)
        names[name] = exchange
    return names


def listed(history: History, label: str) -> list[Entry]:
    """Every matching resource in the answers of that label (all pages); fail when one is not a search answer."""
    exchanges = history.labelled(label)
    if not exchanges:
        inconclusive(f"Nothing was sent as '{label}', so there is no evidence.", attribution="bench")
    return [entry for exchange in exchanges for entry in _entries(exchange)]


def _entries(exchange: Exchange) -> list[Entry]:
    if exchange.response is None:
        unanswered(exchange)
    bundle = exchange.resource()
    if exchange.outcome != "ok" or not bundle or bundle.get("resourceType") != "Bundle":
        broken(f"{describe(exchange)}, expected a Bundle with what was found.", exchange)
    if exchange.response.truncated:
        inconclusive(f"{describe(exchange)}, too large to be kept whole.", exchange, attribution="bench")
    found = []
    for item in bundle.get("entry") or []:
        resource = item.get("resource") or {}
        mode = (item.get("search") or {}).get("mode", "match")
        if mode == "match" and resource.get("resourceType") != "OperationOutcome":
            name = name_of(resource) or name_in(item.get("fullUrl", "")) or "a resource without id"
            found.append(Entry(name, resource, exchange))
    return found


def repeated(entries: Iterable[Entry]) -> list[str]:
    """Names that are listed more than once."""
    names = [e.name for e in entries]
    return sorted({n for n in names if names.count(n) > 1})


def rounds(history: History, label: str) -> list[str]:
    """The rounds of a race whose labels are ``<label>.<round>.<runner>``; inconclusive without one."""
    found = list(dict.fromkeys(e.label.split(".")[1] for e in history.labelled(label)))
    if not found:
        inconclusive(f"Nothing was sent as '{label}', so there is no evidence.", attribution="bench")
    return found


def not_refused(exchange: Exchange, statuses: Sequence[int], why: str) -> list[str]:
    """The problem when an exchange was not refused with one of the statuses; empty when it was.

    One that was not answered may have been refused or not: inconclusive.
    """
    response = whole(exchange).response
    if response is not None and response.status in statuses:
        return []
    wanted = "/".join(map(str, statuses)) if len(statuses) < 4 else "a status that says why"
    return [f"{describe(exchange)}, expected it to be refused with {wanted}: {why}."]
