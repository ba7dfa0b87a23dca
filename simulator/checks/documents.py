"""Checks of documents: found and whole, what others hold (SAM-05), and content that follows its document (TIL-02)."""

import hashlib
from base64 import b64encode
from typing import Any

from simulator.checks.content import warns
from simulator.checks.evidence import (
    Entry,
    Resource,
    broken,
    describe,
    fact,
    finding,
    inconclusive,
    listed,
    observed,
    text_of,
    whole,
)
from simulator.checks.lists import all_accepted
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding


@check("shared_documents_are_found_and_whole", rule="R-SAM-05A")
def shared_documents_are_found_and_whole(history: History) -> Finding:
    """A search by person and status finds exactly the current documents, and each comes with its size and hash."""
    all_accepted(history, "paper")
    papers: dict[str, str] = fact(history, "papers")
    shown = _by_number(listed(history, "found"))
    problems = _exactly(shown, papers, "the resident's current papers")
    problems += _exactly(_by_number(listed(history, "epikriser")), fact(history, "epikriser"), "the current epikriser")
    for number, text in papers.items():
        if number in shown:
            problems += _agrees(number, shown[number], text)
            problems += _whole(history, number, text)
            problems += _as_resource(history, number, text)
    opened = history.labelled("opened")
    return finding(problems, f"{len(papers)} current papers were found and came whole.", opened)


@check("content_follows_its_document", rule="R-TIL-02D")
def content_follows_its_document(history: History) -> Finding:
    """Content is given to whoever may see its document; that of a blocked one to nobody but by override."""
    all_accepted(history, "paper")
    texts = {name: str(fact(history, name)) for name in ("open", "blocked")}
    for label in ("charge.open", "glass.open", "glass.blocked"):
        if not _tells(observed(history, label), texts[label.partition(".")[2]]):
            broken(f"{describe(observed(history, label))} and does not give the content.", observed(history, label))
    problems, looks = [], []
    for label, name in (("charge", "blocked"), ("stranger", "open"), ("stranger", "blocked")):
        for exchange in (*history.labelled(f"{label}.{name}"), *history.labelled(f"{label}.list")):
            looks.append(whole(exchange))
            if _tells(exchange, texts[name]):
                problems.append(f"{describe(exchange)} and gives content that is not for this caller")
    seen = {number for e in history.labelled("charge.list") for number in _numbers(e)}
    problems += [f"The list shows the nurse in charge the blocked paper {n}" for n in seen if n.startswith("blocked-")]
    if not any(number.startswith("open-") for number in seen):
        broken("The nurse in charge does not find the paper that is open.", *history.labelled("charge.list"))
    return finding(problems, f"Content was given as its document is shown, in {len(looks)} looks.", looks)


@check("documents_elsewhere_are_found_and_marked", rule="R-SAM-05B")
def documents_elsewhere_are_found_and_marked(history: History) -> Finding:
    """What other communities share is found whole and marked with its source; that they do not answer is told."""
    papers: dict[str, str] = fact(history, "papers")
    observed(history, "outside")
    shown = _by_number(listed(history, "outside"))
    problems = _exactly(shown, papers, "the papers held elsewhere")
    for number, text in papers.items():
        if number in shown:
            source = str((shown[number].get("meta") or {}).get("source") or "")
            if fact(history, "community") not in source:
                problems.append(f"{number} does not say that it is from {fact(history, 'community')}")
            problems += _agrees(number, shown[number], text)
            problems += _whole(history, number, text)
    silent = whole(_last(history, "silent"))
    if silent.outcome == "ok" and not _warned(silent):
        problems.append(
            f"{describe(silent)} while nobody elsewhere answered, and does not say that anything is missing"
        )
    passed = f"{len(papers)} papers held elsewhere were found whole, and silence was told of."
    return finding(problems, passed, [*history.labelled("outside"), *history.labelled("opened"), silent])


def _by_number(entries: list[Entry]) -> dict[str, Resource]:
    found = {}
    for entry in entries:
        number = str((entry.resource.get("masterIdentifier") or {}).get("value") or entry.name)
        if number in found:
            broken(f"{number} is listed twice.", entry.exchange)
        found[number] = entry.resource
    return found


def _exactly(shown: dict[str, Resource], wanted: Any, where: str) -> list[str]:
    problems = [f"{number} is missing from {where}" for number in wanted if number not in shown]
    return problems + [f"{number} does not belong in {where}" for number in shown if number not in wanted]


def _agrees(number: str, document: Resource, text: str) -> list[str]:
    """Whether the size and hash that a document states are those of its text."""
    content = text.encode()
    digest = b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    attachment = ((document.get("content") or [{}])[0]).get("attachment") or {}
    stated = [("size", len(content)), ("hash", digest)]
    return [
        f"The {name} of {number} is {attachment.get(name)}, and that of its content {right}"
        for name, right in stated
        if attachment.get(name) != right
    ]


def _whole(history: History, number: str, text: str) -> list[str]:
    """Whether the content came as its bytes and in its own type."""
    exchange = whole(_last(history, f"opened.native.{number}"))
    if exchange.outcome != "ok" or exchange.response is None:
        return [f"{describe(exchange)}, expected the content of {number}"]
    media = exchange.response.headers.get("content-type", "")
    problems = [] if media.startswith("text/plain") else [f"The content of {number} came as '{media}'"]
    if exchange.response.body != text:
        problems.append(f"The content of {number} is not what was stored: {len(exchange.response.body)} characters")
    return problems


def _as_resource(history: History, number: str, text: str) -> list[str]:
    """Whether who asks for FHIR gets the content as a Binary."""
    exchange = whole(_last(history, f"opened.resource.{number}"))
    resource = exchange.resource() or {}
    if resource.get("resourceType") == "Binary" and resource.get("data") == b64encode(text.encode()).decode():
        return []
    return [f"{describe(exchange)}, expected a Binary with the content of {number}"]


def _last(history: History, label: str) -> Exchange:
    found = history.labelled(label)
    if not found:
        inconclusive(f"Nothing was sent as '{label}', so there is no evidence.", attribution="bench")
    return found[-1]


def _tells(exchange: Exchange, text: str) -> bool:
    said = text_of(exchange)
    return text in said or b64encode(text.encode()).decode() in said


def _numbers(exchange: Exchange) -> list[str]:
    entries = (exchange.resource() or {}).get("entry") or []
    return [str(((e.get("resource") or {}).get("masterIdentifier") or {}).get("value")) for e in entries]


def _warned(exchange: Exchange) -> bool:
    """Whether an answer warns, alone or among others."""
    resource = exchange.resource() or {}
    return any(map(warns, [resource, *((e.get("resource") or {}) for e in resource.get("entry") or [])]))
