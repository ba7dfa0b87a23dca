"""How verdicts add up."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.domain.verdict import VerdictOutcome, worst

outcomes = st.lists(st.sampled_from(["pass", "fail", "inconclusive", "error", "not_applicable"]))


def test_no_verdict_at_all_is_an_error() -> None:
    """No evidence is not a pass: a requirement without verdicts is an error of the bench."""
    assert worst([]) == "error"


def test_not_applicable_does_not_count() -> None:
    """What a candidate does not claim neither helps nor harms it."""
    assert worst(["not_applicable", "pass"]) == "pass"
    assert worst(["not_applicable"]) == "not_applicable"


@given(outcomes, outcomes)
def test_the_worst_of_two_parts_is_the_worst_of_all(a: list[VerdictOutcome], b: list[VerdictOutcome]) -> None:
    """Combining in steps gives the same as combining at once."""
    assert worst([*a, *b]) == worst([worst(part) for part in (a, b) if part])


@given(outcomes)
def test_only_passes_make_a_pass(parts: list[VerdictOutcome]) -> None:
    """A whole passes only when something passed and nothing that counts did otherwise."""
    assert (worst(parts) == "pass") == ("pass" in parts and set(parts) <= {"pass", "not_applicable"})
