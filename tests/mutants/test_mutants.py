"""The catalogue of mutants is whole."""

from simulator.checks import CHECKS
from simulator.scenario.catalogue import load_catalogue
from tests.mutants.catalogue import MUTANTS
from tests.mutants.degenerate import DEGENERATE


def test_every_check_has_a_mutant() -> None:
    """No check is trusted that has never been seen to catch anything."""
    assert {m.rule for m in MUTANTS} == {c.rule for c in CHECKS.values()}


def test_every_mutant_has_a_name_of_its_own() -> None:
    """A kill is traced to one fault."""
    names = [m.name for m in MUTANTS] + list(DEGENERATE)
    assert len(names) == len(set(names))


def test_every_mutant_says_what_it_would_mean() -> None:
    """Each fault is told in words, with its consequence for a patient or a care worker."""
    assert all(m.description.endswith(".") and m.consequence.endswith(".") for m in MUTANTS)


def test_every_mutant_breaks_a_rule_of_the_contract() -> None:
    """Each fault belongs to a rule of the contract."""
    assert {m.rule for m in MUTANTS} <= set(load_catalogue().rules)
