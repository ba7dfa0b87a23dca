"""Checks of the open interface: it is what it says it is, explains errors, and keeps writes whole (SAM-06)."""

from typing import Any, Final

from simulator.checks.evidence import (
    Resource,
    answered,
    broken,
    describe,
    fact,
    finding,
    inconclusive,
    listed,
    name_given,
    name_in,
    names_written,
    not_refused,
    observed,
    read_back,
    rounds,
    tells_person_number,
    text_of,
    whole,
)
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

_LOCATIONS: Final[tuple[str, ...]] = ("location", "content-location")
ERRORS: Final = [400, 404, 405, 409, 410, 412, 422, 501]


@check("capability_statement_is_true", rule="R-SAM-06A")
def capability_statement_is_true(history: History) -> Finding:
    """The published CapabilityStatement covers what the study writes, and everything it claims is carried out."""
    metadata = observed(history, "metadata")
    claims = _claims(read_back(history, "metadata"), metadata)
    problems, used = [], fact(history, "types_written")
    for kind in used:
        missing = {"create", "read", "search-type"} - claims.get(kind, {}).keys()
        problems += [f"{kind} is written in the study and '{m}' is not claimed for it" for m in sorted(missing)]
    probes = history.labelled("claim")
    probed = {tuple(e.label.split(".")[1:]) for e in probes}
    for kind, claimed in claims.items():
        parameters = [word for word in claimed if claimed[word] and kind in used]
        wanted = [(kind, word) for word in (*parameters, *({"read", "search-type"} & claimed.keys()))]
        problems += [f"{'/'.join(claim)} is claimed and was not tried" for claim in wanted if claim not in probed]
    problems += [p for probe in probes for p in _untrue(probe)]
    if not probes:
        inconclusive("None of the claims was tried.", metadata)
    passed = f"{len(claims)} types are claimed and {len(probes)} claims were tried; all are true."
    return finding(problems, passed, [metadata, *probes[:20]])


def _claims(statement: Resource, metadata: Exchange) -> dict[str, dict[str, str]]:
    """Type -> what is claimed: interactions (with empty text) and search parameters (with their type)."""
    served = [rest for rest in statement.get("rest") or [] if rest.get("mode") == "server"]
    if statement.get("resourceType") != "CapabilityStatement" or not served:
        broken(f"{describe(metadata)} and it is not a CapabilityStatement of a server.", metadata)
    if statement.get("fhirVersion") != "4.0.1":
        broken(f"The CapabilityStatement is for FHIR {statement.get('fhirVersion')}, expected 4.0.1.", metadata)
    found: dict[str, dict[str, str]] = {}
    for resource in (resource for rest in served for resource in rest.get("resource") or []):
        words = {i.get("code", ""): "" for i in resource.get("interaction") or []}
        words |= {p.get("name", ""): p.get("type", "") for p in resource.get("searchParam") or []}
        found[resource.get("type", "")] = words
    return found


def _untrue(probe: Exchange) -> list[str]:
    """The problem when a claim did not hold: a read of an unknown id gives 404, a search gives a Bundle."""
    if whole(probe).label.endswith(".read"):
        return not_refused(probe, [404, 410], "nobody has written it")
    bundle = probe.resource() or {}
    if probe.outcome == "ok" and bundle.get("resourceType") == "Bundle":
        return []
    claim = "/".join(probe.label.split(".")[1:])
    return [f"{claim} is claimed, and {describe(probe)}"]


@check("errors_explain_themselves", rule="R-SAM-06B")
def errors_explain_themselves(history: History) -> Finding:
    """An unknown search parameter is refused on request, and every refusal says what is wrong and where."""
    listed(history, "control")
    stranger = answered(history, "unknown-parameter")
    problems = not_refused(stranger, [400], "the search parameter does not exist and strict handling was asked for")
    invalid = answered(history, "invalid")
    problems += not_refused(invalid, [400, 422], "what was sent is not valid")
    for refusal in (stranger, invalid, *history.labelled("refused")):
        problems += _unexplained(refusal, needs_place=refusal is invalid)
    evidence = [stranger, invalid, *history.labelled("refused")]
    return finding(problems, "Each refusal says what is wrong and where.", evidence)


def _unexplained(refusal: Exchange, *, needs_place: bool) -> list[str]:
    outcome = whole(refusal).resource() or {}
    issues = [i for i in outcome.get("issue") or [] if isinstance(i, dict)]
    if outcome.get("resourceType") != "OperationOutcome" or not issues:
        return [f"{describe(refusal)} without an OperationOutcome"]
    if not all(i.get("severity") and i.get("code") for i in issues):
        return [f"{describe(refusal)} with an issue that lacks severity or code"]
    if needs_place and not any(i.get("expression") or i.get("location") for i in issues):
        return [f"{describe(refusal)} without naming the element that is wrong"]
    return [f"{describe(refusal)} and repeats a person number"] if tells_person_number(text_of(refusal)) else []


@check("identity_number_stays_out_of_urls", rule="R-SAM-06C")
def identity_number_stays_out_of_urls(history: History) -> Finding:
    """A person is found by national identity number sent in the body, and no URL the candidate makes holds it."""
    patient = next(iter(names_written(history, "patient")))
    lookup = answered(history, "lookup")
    found = [e.name for e in listed(history, "lookup")]
    problems = [] if found == [patient] else [f"The number found {len(found)} people, expected exactly the one"]
    for exchange in history.exchanges:
        if tells_person_number(exchange.request.url):
            problems.append("A URL that was sent holds a person number")
        problems += [f"{describe(exchange)}, and {place} holds a person number" for place in _exposed(exchange)]
    return finding(problems, "The person was found, and no URL holds the number.", [lookup])


def _exposed(exchange: Exchange) -> list[str]:
    """Which URLs of an answer hold a person number; the self link repeats the question and is the asker's own."""
    if exchange.response is None:
        return []
    headers = exchange.response.headers
    urls: dict[str, str] = {name: headers[name] for name in _LOCATIONS if name in headers}
    body: dict[str, Any] = exchange.resource() or {}
    if body.get("resourceType") == "Bundle":
        urls |= {f"the {link.get('relation')} link": link.get("url", "") for link in body.get("link") or []}
        urls |= {f"fullUrl {n}": e.get("fullUrl", "") for n, e in enumerate(body.get("entry") or [])}
    return [place for place, url in urls.items() if place != "the self link" and tells_person_number(url)]


@check("transaction_is_all_or_nothing", rule="R-SAM-06D")
def transaction_is_all_or_nothing(history: History) -> Finding:
    """Of a bundle with one faulty part nothing is kept; of a sound one everything, with its references in place."""
    bad, good = answered(history, "faulty"), observed(history, "sound")
    problems = not_refused(bad, ERRORS, "one of its parts is faulty")
    left = listed(history, "after-faulty")
    if left:
        problems.append(f"{len(left)} parts of the refused bundle were kept, expected none")
    kept = listed(history, "after-sound")
    if len(kept) != fact(history, "parts"):
        problems.append(f"{len(kept)} parts of the sound bundle were kept, expected {fact(history, 'parts')}")
    names = {e.name for e in kept}
    linked = [(e.name, str(e.resource["partOf"].get("reference", ""))) for e in kept if e.resource.get("partOf")]
    loose = [(name, reference) for name, reference in linked if name_in(reference) not in names]
    problems += [f"{name} refers to {r or 'nothing'}, expected the other part of the bundle" for name, r in loose]
    if kept and not linked:
        problems.append("The reference between the parts of the sound bundle was lost")
    return finding(problems, "The faulty bundle left nothing, the sound one everything.", [bad, good])


@check("conditional_create_makes_one", rule="R-SAM-06E")
def conditional_create_makes_one(history: History) -> Finding:
    """When several services register the same person at once, there is one person afterwards."""
    race = history.labelled("race")
    if all(e.outcome != "ok" for e in race):
        inconclusive("None of the simultaneous registrations was answered with success.", *race)
    problems = [p for number in rounds(history, "race") for p in _people_made(history, number)]
    return finding(problems, f"{len(race)} registrations, several at once, made one person each time.", race)


def _people_made(history: History, number: str) -> list[str]:
    race = history.labelled(f"race.{number}")
    taken = [e for e in race if e.outcome == "ok"]
    found = listed(history, f"found.{number}")
    problems = [] if len(found) == 1 else [f"{len(found)} people carry the identity number, expected one"]
    made = [e for e in taken if e.response is not None and e.response.status == 201]
    if len(made) > 1:
        problems.append(f"{len(made)} of {len(race)} registrations were answered 201 Created, expected one")
    names = {name_given(e) for e in taken} - {None}
    if len(names) > 1:
        problems.append(f"The services were told {len(names)} different names of one person")
    fell_over = [e for e in race if e.response is not None and e.response.status >= 500]
    return problems + [f"{describe(e)}, expected 200, 201 or 412" for e in fell_over]
