"""Checks of documents, each given histories that keep its rule and histories that break it."""

import hashlib
from base64 import b64encode
from typing import Any

import pytest

Json = dict[str, Any]
TEXT = "Utskrevet i god tilstand."
DATA = b64encode(TEXT.encode()).decode()
SHA1 = b64encode(hashlib.sha1(TEXT.encode(), usedforsecurity=False).digest()).decode()
BINARY = {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": DATA}
BUNDLE = {"resourceType": "Bundle", "id": "t"}
NOTE = {"resourceType": "OperationOutcome", "id": "w", "issue": [{"severity": "information", "code": "informational"}]}
WARNING = {"resourceType": "OperationOutcome", "id": "w", "issue": [{"severity": "warning", "code": "incomplete"}]}


def document(number: str = "epikrise-1", **attachment: Any) -> Json:
    """A document as a search lists it."""
    stated = {"contentType": "text/plain", "size": len(TEXT), "hash": SHA1} | attachment
    return {
        "resourceType": "DocumentReference",
        "id": number,
        "meta": {"source": "urn:community:sykehus"},
        "masterIdentifier": {"value": number},
        "content": [{"attachment": stated}],
    }


def bytes_of(story: Any, label: str, text: str = TEXT, media: str = "text/plain; charset=utf-8") -> Any:
    """An answer that is no JSON: the content itself."""
    story.add(label, "search", "http://127.0.0.1:1/fhir/Binary/b", answer=(200, {}, {"content-type": media}))
    last = story.exchanges[-1]
    object.__setattr__(last.response, "body", text)
    return story


def opened(story: Any, *, text: str = TEXT, media: str = "text/plain", resource: Json = BINARY) -> Any:
    """The content opened in both forms."""
    bytes_of(story, "opened.native.epikrise-1", text, media)
    return story.read("opened.resource.epikrise-1", resource)


def shared(story: Any, *documents: Json) -> Any:
    """A paper that was written and is found."""
    story.fact(papers={"epikrise-1": TEXT}, epikriser=["epikrise-1"]).write("paper.epikrise", BUNDLE)
    return story.search("found", *documents).search("epikriser", *documents)


def test_a_paper_found_and_whole(story: Any) -> None:
    """Exactly the current paper, with its size, hash and bytes: pass."""
    assert opened(shared(story, document())).judged("shared_documents_are_found_and_whole").outcome == "pass"


@pytest.mark.parametrize(
    "found",
    [(), (document(), document("older-1")), (document(size=3),), (document(hash="AAAA"),), (document(hash=None),)],
)
def test_papers_missing_too_many_or_misstated(story: Any, found: tuple[Json, ...]) -> None:
    """None, one that is superseded too, or a wrong size or hash: fail."""
    told = opened(shared(story, *found))
    assert told.judged("shared_documents_are_found_and_whole").outcome == "fail"


@pytest.mark.parametrize(
    "how", [{"text": TEXT[:8]}, {"media": "application/fhir+json"}, {"resource": BINARY | {"data": "AAAA"}}]
)
def test_content_cut_or_in_another_form(story: Any, how: Json) -> None:
    """Bytes that break off, another type, or a resource with other data: fail."""
    assert opened(shared(story, document()), **how).judged("shared_documents_are_found_and_whole").outcome == "fail"


def looks(story: Any, *, charge: bool = True, stranger: str = "", blocked: str = "", listing: str = "open-1") -> Any:
    """The nurse in charge, a stranger, and somebody who breaks the glass, each with both addresses."""
    story.fact(open="Sårstell.", blocked="Sperret samtale.").write("paper.open", BUNDLE)
    bytes_of(story, "charge.open", "Sårstell.") if charge else story.refuse("charge.open", 404, verb="search")
    story.search("charge.list", document("open-1"), *([document(listing)] if listing != "open-1" else []))
    for label, text in (("charge.blocked", blocked), ("stranger.open", stranger), ("stranger.blocked", "")):
        bytes_of(story, label, text) if text else story.refuse(label, 404, verb="search")
    story.refuse("stranger.list", 403, verb="search")
    bytes_of(story, "glass.open", "Sårstell.")
    return bytes_of(story, "glass.blocked", "Sperret samtale.")


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ({}, "pass"),
        ({"stranger": "Sårstell."}, "fail"),
        ({"blocked": "Sperret samtale."}, "fail"),
        ({"blocked": b64encode(b"Sperret samtale.").decode()}, "fail"),
        ({"listing": "blocked-1"}, "fail"),
        ({"charge": False}, "fail"),
    ],
)
def test_content_follows_its_document(story: Any, how: Json, outcome: str) -> None:
    """Given to whoever sees the document and nobody else: pass; more, or less: fail."""
    assert looks(story, **how).judged("content_follows_its_document").outcome == outcome


@pytest.mark.parametrize(
    ("found", "silent", "outcome"),
    [
        ((document(),), (WARNING,), "pass"),
        ((document(),), (), "fail"),
        ((document(),), (NOTE,), "fail"),
        ((), (WARNING,), "fail"),
        ((document() | {"meta": {}},), (WARNING,), "fail"),
        ((document(), document("blocked-1")), (WARNING,), "fail"),
    ],
)
def test_documents_elsewhere(story: Any, found: tuple[Json, ...], silent: tuple[Json, ...], outcome: str) -> None:
    """Found, marked and whole, and silence told of: pass; one of these lacking: fail."""
    story.fact(papers={"epikrise-1": TEXT}, community="sykehus").search("outside", *found)
    told = opened(story).search("silent", *silent)
    assert told.judged("documents_elsewhere_are_found_and_marked").outcome == outcome


def test_a_refusal_while_nobody_answers_is_no_silence(story: Any) -> None:
    """A candidate that refuses the question while nobody answers it says so, too: pass."""
    story.fact(papers={"epikrise-1": TEXT}, community="sykehus").search("outside", document())
    told = opened(story).refuse("silent", 503, verb="search")
    assert told.judged("documents_elsewhere_are_found_and_marked").outcome == "pass"
