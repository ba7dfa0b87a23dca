"""Checks of access: tokens, attests, relations, overrides, operators, addresses (TIL-01, 02, 06, 07; GRU-02)."""

from typing import Final

from simulator.checks.evidence import (
    accepted,
    answered,
    broken,
    describe,
    fact,
    finding,
    inconclusive,
    listed,
    names_written,
    not_refused,
    observed,
    text_of,
    whole,
)
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

UNKNOWN: Final = [401]
DENIED: Final = [401, 403]
SILENT: Final = 503
HIDDEN: Final = [401, 403, 404, 410]


@check("wrong_tokens_open_nothing", rule="R-TIL-01A")
def wrong_tokens_open_nothing(history: History) -> Finding:
    """Every token or proof that is expired, forged, replayed or for somebody else is refused with 401."""
    tried = _tried(history)
    problems = [p for e, fault in tried for p in not_refused(e, UNKNOWN, f"its token or proof is wrong ({fault})")]
    passed = f"{len(tried)} wrong tokens and proofs were refused, the sound one taken."
    return finding(problems, passed, [exchange for exchange, _ in tried])


@check("wrong_attests_open_nothing", rule="R-TIL-01B")
def wrong_attests_open_nothing(history: History) -> Finding:
    """An attest that is too old, about another patient, or by somebody without authorisation opens no record."""
    tried = _tried(history)
    problems = [p for e, fault in tried for p in not_refused(e, HIDDEN, f"the attest does not hold ({fault})")]
    passed = f"{len(tried)} attests that do not hold opened nothing."
    return finding(problems, passed, [exchange for exchange, _ in tried])


def _tried(history: History) -> list[tuple[Exchange, str]]:
    """Every wrong attempt with its fault; what is sound must have been taken, and each attempt answered."""
    observed(history, "sound")
    tried = history.labelled("wrong")
    if not tried:
        inconclusive("Nothing wrong was tried.", attribution="bench")
    for exchange in tried:
        whole(exchange)
    return [(exchange, exchange.label.partition(".")[2]) for exchange in tried]


@check("no_data_without_a_relation", rule="R-TIL-02A")
def no_data_without_a_relation(history: History) -> Finding:
    """Who has no relation to a patient finds nothing about the patient by any path; who has one does."""
    return _blind(history, "a nurse without a relation")


@check("operators_see_no_clinical_content", rule="R-TIL-06")
def operators_see_no_clinical_content(history: History) -> Finding:
    """Whoever runs the system finds nothing about a patient by any path; the nurse in charge does."""
    return _blind(history, "an operator")


@check("case_officer_sees_the_case_only", rule="R-TIL-02C")
def case_officer_sees_the_case_only(history: History) -> Finding:
    """A case officer finds the services that a decision is about, and nothing clinical by any path."""
    found = history.labelled("services")
    missing = [name for name in names_written(history, "services") if not any(shows(e, name) for e in found)]
    if missing:
        broken(f"The case officer does not find the service {missing[0]}.", *found)
    return _unseen(history, list(names_written(history, "clinical")), "a case officer")


def _blind(history: History, who: str) -> Finding:
    """Nothing at all of the patient's is shown to ``stranger``."""
    return _unseen(history, [*names_written(history, "patient"), *names_written(history, "own")], who)


def _unseen(history: History, names: list[str], who: str) -> Finding:
    """Nothing of some names is in any answer to ``stranger``, and all of it is found by ``relation``."""
    treating = history.labelled("relation")
    unseen = [name for name in names if not any(shows(exchange, name) for exchange in treating)]
    if unseen:
        broken(f"The nurse in charge does not find {unseen[0]}.", *treating)
    looks = history.labelled("stranger")
    if not looks:
        inconclusive("Nobody looked.", attribution="bench")
    problems = []
    for exchange in looks:
        whole(exchange)
        problems += [f"{describe(exchange)} and shows {name} to {who}" for name in names if shows(exchange, name)]
    return finding(problems, f"{len(looks)} looks by {who} found nothing, the nurse in charge everything.", looks)


@check("override_is_logged_with_its_reason", rule="R-TIL-02B")
def override_is_logged_with_its_reason(history: History) -> Finding:
    """Breaking the glass opens the record for a reason only, and the resident's log tells who did it and why."""
    [name] = names_written(history, "patient")
    refused, opened = history.labelled("without-reason"), history.labelled("with-reason")
    problems = [f"{describe(e)} although no reason was given" for e in refused if shows(e, name)]
    opening = observed(history, "with-reason")
    if not shows(opening, name):
        broken(f"{describe(opening)} and does not show the record.", opening)
    log = history.labelled("log")
    if not log:
        inconclusive("The access log was not read.", attribution="bench")
    if not any(fact(history, "reason") in text_of(e) for e in log):
        problems.append("The reason is not in the access log the resident sees")
    passed = "The record opened for the reason only, and the reason is in the resident's log."
    return finding(problems, passed, [*refused, *opened, *log])


@check("lost_authorisation_ends_access", rule="R-GRU-02")
def lost_authorisation_ends_access(history: History) -> Finding:
    """A clinician whose authorisation is taken away in HPR has no access two seconds later, whatever the token says."""
    before = observed(history, "before")
    after = history.labelled("after")
    if not after:
        inconclusive("Nobody looked after the authorisation was lost.", attribution="bench")
    whole(after[-1])
    problems = not_refused(after[-1], DENIED, "the authorisation was taken away two seconds before")
    return finding(problems, "Access ended with the authorisation.", [before, *after])


@check("silent_register_is_told", rule="R-GRU-02B")
def silent_register_is_told(history: History) -> Finding:
    """While HPR does not answer nobody is let in on its word, which is told as such; afterwards all is as before."""
    looks = [observed(history, "up.1"), observed(history, "up.2")]
    down = answered(history, "down")
    problems = [] if all(listed(history, label) for label in ("up.1", "up.2")) else ["The nurse is shown nothing"]
    assert down.response is not None
    if down.response.status != SILENT:
        problems.append(f"{describe(down)} while HPR did not answer, expected {SILENT}")
    return finding(problems, "HPR's silence was told, and ended with it.", [*looks, down])


@check("protected_address_is_never_shown", rule="R-TIL-07")
def protected_address_is_never_shown(history: History) -> Finding:
    """An address protected by code 6 is in no answer: read, earlier version, history, search or include."""
    accepted(history, "protect")
    return _hidden(history)


@check("lifted_address_is_not_told_afterwards", rule="R-TIL-07B")
def lifted_address_is_not_told_afterwards(history: History) -> Finding:
    """When the protection has been lifted the new address is shown, and the protected one in no version of any path."""
    accepted(history, "protect")
    accepted(history, "lift")
    street: str = fact(history, "open")
    looks = history.labelled("look.patient")
    if not any(street in text_of(e) for e in looks):
        broken("The address that is open now is not shown.", *looks)
    return _hidden(history)


def _hidden(history: History) -> Finding:
    """No look shows a secret, and no search by it finds the resident, whom the looks do find."""
    [name] = names_written(history, "patient")
    secrets: list[str] = fact(history, "secrets")
    looks = history.labelled("look")
    if not any(shows(exchange, name) for exchange in looks):
        broken("The nurse in charge does not find the resident at all.", *looks)
    problems = []
    for exchange in looks:
        said = text_of(whole(exchange))
        problems += [f"{describe(exchange)} and tells the protected address" for secret in secrets if secret in said]
    found = [e for e in history.labelled("by-address") if shows(e, name)]
    problems += [f"{describe(exchange)} and finds the resident by the protected address" for exchange in found]
    return finding(problems, f"The address is in none of {len(looks)} answers.", [*looks, *found])


def shows(exchange: Exchange, name: str) -> bool:
    """Whether an answer holds the resource of that name (``Type/id``), alone or among others."""
    resource = exchange.resource() if exchange.outcome == "ok" else None
    if not resource:
        return False
    parts = [resource, *(entry.get("resource") or {} for entry in resource.get("entry") or [])]
    return any(f"{part.get('resourceType')}/{part.get('id')}" == name for part in parts)
