"""A sound journal of another make passes: what FHIR leaves free is told otherwise, and each right history stays so."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from simulator.checks.content import instant
from simulator.domain.exchange import Exchange
from tests.checks.conftest import BASE, Story

MODULES = [
    import_module(f"tests.checks.{path.stem}") for path in sorted(Path(__file__).parent.glob("test_*_check*.py"))
]
TABLES = [table for module in MODULES if isinstance(table := getattr(module, "RIGHT", None), dict)]
RIGHT = {name: tell for table in TABLES for name, tell in table.items()}

SPARING = {"other_bodies_get_what_law_allows", "extract_recognises_nobody"}
"""Rules that forbid a narrative, in which anything may stand."""

Change = Callable[[Any], Any]


def _everywhere(value: Any, change: Callable[[str, Any], Any], key: str = "") -> Any:
    """The value with every text in it changed, each by the name of the element it stands in."""
    if isinstance(value, dict):
        return {name: _everywhere(inner, change, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_everywhere(inner, change, key) for inner in value]
    return change(key, value)


def _absolute(key: str, value: Any) -> Any:
    return f"{BASE}/{value}" if key == "reference" and str(value)[:1].isupper() else value


def _of_a_version(key: str, value: Any) -> Any:
    return f"{value}/_history/7" if key == "reference" and str(value)[:1].isupper() else value


def _in_utc(_: str, value: Any) -> Any:
    moment = instant(value)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z") if moment else value


def _of_its_own(value: Any) -> Any:
    """Metadata and narrative that the server gives each resource."""
    if isinstance(value, list):
        return [_of_its_own(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    told = {name: _of_its_own(inner) for name, inner in value.items()}
    if value.get("resourceType") not in (None, "Bundle", "Parameters", "OperationOutcome", "Binary"):
        told["meta"] = {"versionId": "7", "lastUpdated": "2026-01-12T11:00:00.123Z", **told.get("meta", {})}
        told["text"] = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">…</div>'}
    return told


def _with_a_note(bundle: Any) -> Any:
    """A search answer with an OperationOutcome that only informs."""
    if not isinstance(bundle, dict) or bundle.get("type") != "searchset":
        return bundle
    note = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}
    return {**bundle, "entry": [*bundle.get("entry", []), {"resource": note, "search": {"mode": "outcome"}}]}


NARRATIVE = "metadata and narrative of its own"
BODIES: dict[str, Change] = {
    "absolute references": lambda body: _everywhere(body, _absolute),
    "references to versions": lambda body: _everywhere(body, _of_a_version),
    "times in UTC with fractions": lambda body: _everywhere(body, _in_utc),
    NARRATIVE: _of_its_own,
    "a note that only informs": _with_a_note,
    "letters escaped": lambda body: body,
}


def _retold(exchanges: list[Exchange], change: Change) -> Iterator[Exchange]:
    for exchange in exchanges:
        if exchange.response is None or exchange.resource() is None:
            yield exchange
        else:
            body = json.dumps(change(json.loads(exchange.response.body)), ensure_ascii=True)
            yield replace(exchange, response=replace(exchange.response, body=body))


@pytest.mark.parametrize(
    ("name", "how"), [(name, how) for name in RIGHT for how in BODIES if not (name in SPARING and how == NARRATIVE)]
)
def test_what_fhir_leaves_free_is_passed(name: str, how: str, story: Story) -> None:
    """References, times, letters and notes may be written in other ways than the reference journal's."""
    told = RIGHT[name](story)
    told.exchanges[:] = _retold(told.exchanges, BODIES[how])
    found = told.judged(name)
    assert (found.outcome, found.message) == ("pass", found.message)


def _headers(exchange: Exchange, change: Callable[[dict[str, str]], dict[str, str]]) -> Exchange:
    if exchange.response is None:
        return exchange
    return replace(exchange, response=replace(exchange.response, headers=change(exchange.response.headers)))


HEADERS: dict[str, Callable[[dict[str, str]], dict[str, str]]] = {
    "strong tags": lambda h: {n: v.removeprefix("W/") if n == "etag" else v for n, v in h.items()},
    "a place without host": lambda h: {n: v.removeprefix("http://127.0.0.1:1") for n, v in h.items()},
    "the place of the content": lambda h: {"content-location" if n == "location" else n: v for n, v in h.items()},
}


@pytest.mark.parametrize("how", HEADERS)
@pytest.mark.parametrize("name", RIGHT)
def test_headers_may_tell_it_otherwise(name: str, how: str, story: Story) -> None:
    """Where something was stored, and as which version, may be told in the other ways there are."""
    told = RIGHT[name](story)
    told.exchanges[:] = [_headers(exchange, HEADERS[how]) for exchange in told.exchanges]
    found = told.judged(name)
    assert (found.outcome, found.message) == ("pass", found.message)


def test_two_things_under_one_name_are_one_too_few(story: Story) -> None:
    """A candidate that calls everything alike has kept at most one of it."""
    story.fact(residents=["i-Patient-1", "i-Patient-2"], due=[])
    for number in "12":
        story.write("seed", {"resourceType": "Patient"}, number)
    first, second = story.exchanges
    story.exchanges[1] = replace(second, response=first.response)
    story.write("review.1", {"resourceType": "Procedure"}, "3")
    found = story.judged("medication_reviews_due_are_right")
    assert (found.outcome, found.attribution) == ("fail", "candidate")


def test_a_refusal_that_never_came_is_nobodys_fault(story: Story) -> None:
    """What should be refused and is not answered may have been refused: unknown, and not held against the candidate."""
    story.search("control").refuse("unknown-parameter", 400).refuse("invalid", 422).silence("refused.unknown", "read")
    found = story.judged("errors_explain_themselves")
    assert (found.outcome, found.attribution) == ("inconclusive", "environment")


def test_what_it_is_a_client_of_is_no_claim(story: Story) -> None:
    """A statement may tell first what its software asks of other servers."""
    served = {"type": "Patient", "interaction": [{"code": code} for code in ("create", "read", "search-type")]}
    rest = [{"mode": "client", "resource": [{"type": "Device"}]}, {"mode": "server", "resource": [served]}]
    statement = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": rest}
    story.fact(types_written=["Patient"]).read("metadata", statement, verb="capabilities")
    story.refuse("claim.Patient.read", 404, verb="read").search("claim.Patient.search-type")
    assert story.judged("capability_statement_is_true").outcome == "pass"


def test_a_server_without_patch_protects_its_log(story: Story) -> None:
    """A change refused for its form (415) or for want of a condition (428) is refused."""
    event = {"resourceType": "AuditEvent", "id": "9"}
    story.fact(log_entry="AuditEvent/9").read("look.1", {"resourceType": "Patient", "id": "1"}).search("log.1", event)
    story.read("entry-before", event).refuse("tamper.patch", 415).refuse("tamper.update", 428).read(
        "entry-after", event
    )
    assert story.judged("access_log_cannot_be_changed").outcome == "pass"


@pytest.mark.parametrize("place", ["http://[broken", "", "nowhere", "https://x.example/"])
def test_a_place_that_is_none_names_nothing(place: str, story: Story) -> None:
    """A Location from which nobody can tell what was stored leaves it unknown, whatever stands in it."""
    story.add("right", "create", f"{BASE}/Condition", sent={}, answer=(201, {}, {"location": place}))
    found = story.fact(wrong_code="X").refuse("wrong", 422).search("left").judged("unknown_code_is_refused")
    assert (found.outcome, found.attribution) == ("inconclusive", "candidate")
