"""Cohorts by query: exactly who was asked for, the same every time, and clear words when there are too few."""

import polars as pl
import pytest

from simulator.errors import InputError
from simulator.population import check_cohort, choose_cohort

WHERE = "sex = 'female' AND age > 80 AND has_heart_failure AND home_care_hours > 0"


def test_everybody_chosen_meets_the_condition(tromso: pl.DataFrame) -> None:
    """A cohort has the size asked for, holds nobody twice, and the condition holds for each."""
    cohort = choose_cohort(tromso, WHERE, 40, 7)
    assert cohort["resident"].n_unique() == cohort.height == 40
    assert cohort.schema == tromso.schema
    assert set(cohort["sex"]) == {"female"}
    assert (cohort["age"] > 80).all()
    assert cohort["has_heart_failure"].all()
    assert (cohort["home_care_hours"] > 0).all()


def test_a_cohort_is_drawn_by_key(tromso: pl.DataFrame) -> None:
    """The seed decides who; the order of the residents does not, and a larger count holds the smaller."""
    first, again = (set(choose_cohort(f, WHERE, 20, 7)["resident"]) for f in (tromso, tromso.reverse()))
    assert first == again
    assert first < set(choose_cohort(tromso, WHERE, 30, 7)["resident"])
    assert first != set(choose_cohort(tromso, WHERE, 20, 8)["resident"])


def test_without_a_count_all_who_match_are_chosen(tromso: pl.DataFrame) -> None:
    """Everybody for whom the condition holds, in order; everybody at all without one."""
    assert choose_cohort(tromso, "nursing_home", None, 7).equals(tromso.filter(pl.col("nursing_home")))
    assert choose_cohort(tromso, "", None, 7).equals(tromso)


def test_asking_for_too_many_says_how_many_there_are(tromso: pl.DataFrame) -> None:
    """The message names the number asked for and the number there is."""
    held = choose_cohort(tromso, WHERE, None, 7).height
    with pytest.raises(InputError, match=rf"{held + 1} residents asked for.* holds for {held} of {tromso.height}"):
        choose_cohort(tromso, WHERE, held + 1, 7)
    with pytest.raises(InputError, match=f"there are {tromso.height}"):
        choose_cohort(tromso, "", tromso.height + 1, 7)


def test_a_condition_nobody_meets_is_said(tromso: pl.DataFrame) -> None:
    """An impossible condition or a misspelt value ends in a message, not in an empty file."""
    for where in ("age > 130", "sex = 'femal'"):
        with pytest.raises(InputError, match="--where"):
            choose_cohort(tromso, where, None, 7)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("has_heart_failur", "did you mean 'has_heart_failure'"),
        ("age >", "cannot be understood"),
        ("age + 1", "true or false"),
        ("age > 'old'", "does not fit"),
    ],
)
def test_a_wrong_condition_is_explained(where: str, said: str) -> None:
    """An unknown column is answered with the nearest one, a syntax error with what is wrong, and nothing is made."""
    with pytest.raises(InputError, match=said):
        check_cohort(where, None)


def test_a_count_below_one_is_refused() -> None:
    """Nobody can be asked for."""
    with pytest.raises(InputError, match="--count"):
        check_cohort("", 0)
