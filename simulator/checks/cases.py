"""Checks of case work: incidents, coercion with time limits, claims to Helfo, applications followed (ADM, INN)."""

from decimal import Decimal
from typing import Any

from simulator.checks.evidence import accepted, broken, describe, fact, finding, listed, names_written, observed
from simulator.checks.lists import all_accepted, exactly
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding


@check("incident_reaches_the_quality_list", rule="R-ADM-06")
def incident_reaches_the_quality_list(history: History) -> Finding:
    """An incident (avvik) reported from the record is on the quality list until followed up, and is counted."""
    incidents, still = names_written(history, "incidents"), names_written(history, "open")
    accepted(history, "followed-up")
    problems = exactly(history, listed(history, "quality"), still, "the list of open incidents")
    count = total(observed(history, "count"))
    if count != len(incidents):
        problems.append(f"The statistics count {count} incidents, expected {len(incidents)}")
    passed = f"{len(incidents)} incidents are counted, {len(still)} of them open."
    return finding(problems, passed, [*history.labelled("quality"), *history.labelled("count")])


def total(count: Exchange) -> Any:
    """The number of matches a count was answered with; fail when it was not given."""
    bundle = count.resource() or {}
    if bundle.get("resourceType") != "Bundle" or not isinstance(bundle.get("total"), int):
        broken(f"{describe(count)} without a number of matches.", count)
    return bundle["total"]


@check("expired_coercion_is_not_valid", rule="R-ADM-07")
def expired_coercion_is_not_valid(history: History) -> Finding:
    """Of decisions on coercion only those whose time has not run out are found as valid, each with its last day."""
    valid, expired = names_written(history, "valid"), names_written(history, "expired")
    shown = listed(history, "in-force")
    names = {e.name for e in shown}
    problems = [f"{name} has run out and is still found as valid" for name in expired if name in names]
    problems += exactly(history, [e for e in shown if e.name not in expired], valid, "the list of decisions in force")
    problems += [
        f"{e.name} does not say when it ends" for e in shown if not (e.resource.get("period") or {}).get("end")
    ]
    passed = f"{len(valid)} decision in force is found, {len(expired)} that has run out is not."
    return finding(problems, passed, history.labelled("in-force"))


@check("claims_add_up", rule="R-ADM-08")
def claims_add_up(history: History) -> Finding:
    """The claims of a period are one for each contact, and add up to what the tariff gives."""
    claims = names_written(history, "claims")
    shown = listed(history, "period")
    problems = exactly(history, shown, claims, "the claims of the period")
    amounts = [Decimal(str((e.resource.get("total") or {}).get("value", 0))) for e in shown]
    owed = Decimal(str(fact(history, "owed")))
    if sum(amounts) != owed:
        problems.append(f"The claims add up to {sum(amounts)} NOK, expected {owed}")
    passed = f"{len(claims)} claims add up to {owed} NOK."
    return finding(problems, passed, history.labelled("period"))


@check("applicant_sees_the_case_as_it_is", rule="R-INN-04")
def applicant_sees_the_case_as_it_is(history: History) -> Finding:
    """The applicant sees the case in the state it is in at every step, and is told when it is decided."""
    all_accepted(history, "case")
    application, letter = names_written(history, "application"), names_written(history, "letter")
    notice = names_written(history, "notice")
    problems = []
    for number, state in enumerate(fact(history, "states"), start=1):
        seen = [e for e in listed(history, f"seen.{number}") if e.name in application]
        status = seen[0].resource.get("status") if seen else "nothing"
        if status != state:
            problems.append(f"At step {number} the applicant sees '{status}', expected '{state}'")
    problems += exactly(history, listed(history, "letters"), letter, "the applicant's letters")
    problems += exactly(history, listed(history, "notices"), notice, "the applicant's notices")
    passed = f"The applicant saw {' > '.join(fact(history, 'states'))}, and the letter with the decision."
    return finding(problems, passed, [*history.labelled("seen"), *history.labelled("letters")])
