"""The registry: names, rules, crashes, missing evidence and person numbers."""

from typing import Any

import pytest

from simulator.checks import CHECKS, by_rule, check, judge
from simulator.checks.registry import CHECKS as REGISTRY
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding
from simulator.errors import InputError
from tests.checks.conftest import BASE, Story


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_an_empty_history_is_inconclusive(name: str) -> None:
    """No evidence is not a pass, for any check."""
    assert judge(name, History("nothing")).outcome == "inconclusive"


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_check_claims_something_in_a_sentence(name: str) -> None:
    """Each check says what it claims, as a sentence, and which rule it speaks for."""
    assert CHECKS[name].claim.endswith(".")
    assert CHECKS[name].rule.startswith("R-")


def test_each_rule_has_one_check() -> None:
    """No two checks speak for one rule, so that a verdict is traceable both ways."""
    rules = [c.rule for c in CHECKS.values()]
    assert len(rules) == len(set(rules))
    assert all(by_rule(rule).rule == rule for rule in rules)


def test_a_crashing_check_is_the_benchs_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that crashes gives an error attributed to the bench, never a failure of the candidate."""

    def crash(history: History) -> Finding:
        raise ZeroDivisionError(history.example)

    monkeypatch.delitem(REGISTRY, "crash", raising=False)
    check("crash", rule="R-NONE")(crash)
    found = judge("crash", History("story"))
    del REGISTRY["crash"]
    assert (found.outcome, found.attribution) == ("error", "bench")
    assert "ZeroDivisionError" in found.message


def test_messages_never_repeat_a_person_number() -> None:
    """An 11-digit number in a message is masked, whatever the check says."""
    number = "0" * 11

    def tell(_history: History) -> Finding:
        return Finding("fail", f"{number} is not right")

    check("tell", rule="R-NONE")(tell)
    found = judge("tell", History("story"))
    del REGISTRY["tell"]
    assert number not in found.message


def test_two_checks_of_one_name_are_refused() -> None:
    """A name stands for one check."""
    with pytest.raises(InputError, match="two checks"):
        check(next(iter(CHECKS)), rule="R-NONE")(lambda history: Finding("pass", history.example))


def test_an_unknown_check_names_the_nearest() -> None:
    """Asking for a check that does not exist gives the nearest name."""
    with pytest.raises(InputError, match="earlier_version_is_kept"):
        judge("earlier_version_is_lost", History("story"))


@pytest.mark.parametrize(
    ("bundle", "place"),
    [
        ({"entry": [None]}, "Patient.entry"),
        ({"entry": ["Patient/1"]}, "Patient.entry"),
        ({"link": ["next"], "entry": []}, "Patient.link"),
    ],
)
def test_what_is_no_json_of_fhir_is_the_candidates_failure(bundle: dict[str, Any], place: str, story: Story) -> None:
    """A check that stumbles over null or text where FHIR has an object fails the candidate, and says where."""
    answer = {"resourceType": "Bundle", "type": "searchset", **bundle}
    story.fact(patient=["i-Patient-1"]).write("patient", {"resourceType": "Patient", "id": "1"})
    story.add("lookup", "search", f"{BASE}/Patient/_search", answer=(200, answer, {}))
    found = story.judged("identity_number_stays_out_of_urls")
    assert (found.outcome, found.attribution) == ("fail", "candidate")
    assert f"no JSON of FHIR: {place}." in found.message


def test_a_check_that_stumbles_over_sound_answers_is_the_benchs_error(story: Story) -> None:
    """Where every answer is JSON of FHIR, the fault is the check's own."""
    story.fact(patient=[{}]).write("patient", {"resourceType": "Patient", "id": "1"})
    found = story.judged("identity_number_stays_out_of_urls")
    assert (found.outcome, found.attribution) == ("error", "bench")
