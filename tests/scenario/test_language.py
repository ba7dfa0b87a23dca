"""The words inside the YAML: numbers, durations, distributions, hours, conditions."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.conditions import amount, condition, expression
from simulator.domain.scenario import OLDEST, Distribution, Hours, Number
from simulator.domain.tables import POPULATION
from simulator.scenario.expressions import ages, distribution, hours, number, seconds, weekdays, whole_days

PARAMETERS = {"pause": Number(1800.0, duration=True), "share": Number(0.25)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("45 min", Number(2700.0, duration=True)),
        ("4.2 d", Number(362880.0, duration=True)),
        ("parameter pause * 2", Number(3600.0, duration=True)),
        ("figure a.b * 1 d / figure c", Number(86400.0, ("a.b",), ("c",), duration=True)),
    ],
)
def test_durations_are_seconds_and_may_name_figures(text: str, found: Number) -> None:
    """Durations multiply with numbers and figures."""
    assert number(text, PARAMETERS, duration=True) == found


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("-3 h", "negative"),
        ("3 hours", "unknown unit 'hours'; did you mean 'h'|valid here"),
        ("3", "not a duration"),
        ("2 h * 3 h", "cannot be multiplied"),
        ("parameter pase", "unknown parameter 'pase'; did you mean 'pause'?"),
        ("soon", "is not a number"),
        ("1 d / 0", "division by zero"),
        ("99999999 y", "longer than 200 years"),
        ("9999999999999999", "too large"),
        ("1 h * " + " * ".join(["1e14"] * 25), "longer than 200 years"),
        ("150 y * 1000", "longer than 200 years"),
        ("1 h * " + " * ".join(["1e14"] * 25) + " * 0", "too large"),
    ],
)
def test_what_is_no_duration_says_why(text: str, complaint: str) -> None:
    """Each way of being wrong has its own words."""
    with pytest.raises(ValueError, match=complaint.replace("?", r"\?")):
        number(text, PARAMETERS, duration=True)


def test_small_numbers_are_read_as_yaml_writes_them() -> None:
    """YAML hands 0.00001 on as 1e-05."""
    assert number(0.00001) == number("1e-5") == Number(1e-5)
    assert number("2.5E+2 min", duration=True) == Number(15000.0, duration=True)


def test_a_duration_is_not_taken_for_a_plain_number() -> None:
    """A rate in minutes is a mistake."""
    with pytest.raises(ValueError, match="plain number"):
        number("3 min")


def test_distributions_are_read_with_their_figures_and_parameters() -> None:
    """Named and positional arguments; a plain duration is constant."""
    pause = Number(1800.0, duration=True)
    assert distribution("lognormal(mean=parameter pause, cv=0.6)", PARAMETERS) == Distribution("lognormal", pause, 0.6)
    assert distribution("exponential(30 min)", {}) == Distribution("exponential", pause)
    assert distribution("30 min", {}) == Distribution("constant", pause)
    assert distribution("uniform(low=0 s, high=30 min)", {}).high == pause


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("lognormal(mean=3 h)", "needs cv"),
        ("lognormal(mean=3 h, cv=0)", "above 0"),
        ("lognornal(mean=3 h, cv=1)", "did you mean 'lognormal'"),
        ("exponential(middle=3 h)", "'middle' is not part of exponential"),
        ("uniform(low=3 h, high=2 h)", "above high"),
    ],
)
def test_what_is_no_distribution_says_why(text: str, complaint: str) -> None:
    """Each way of being wrong has its own words."""
    with pytest.raises(ValueError, match=complaint):
        distribution(text, {})


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 23), st.integers(0, 59))
def test_hours_are_read_as_written(h1: int, m1: int, h2: int, m2: int) -> None:
    """Any two times of day make a span of up to a day."""
    found = hours(f"{h1:02d}:{m1:02d}-{h2:02d}:{m2:02d}")
    assert found == Hours(h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60)
    assert 0 < found.seconds <= 86400


@pytest.mark.parametrize("text", ["8-15", "08:00-25:00", "08:60-09:00", "morning"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    """Times outside the day are refused."""
    with pytest.raises(ValueError, match=text):
        hours(text)


def test_weekdays_and_ages_are_ranges() -> None:
    """Ranges include both ends, and must rise."""
    assert weekdays("mon-fri") == (0, 1, 2, 3, 4)
    assert weekdays("sat") == (5,)
    assert ages("67-120", OLDEST) == (67, 120)
    with pytest.raises(ValueError, match="did you mean 'fri'"):
        weekdays("mon-fry")
    with pytest.raises(ValueError, match="impossible"):
        ages("80-67", OLDEST)
    with pytest.raises(ValueError, match="impossible"):
        ages("-1", OLDEST)


def test_fixed_durations_name_no_figures() -> None:
    """A deadline is a number of seconds, known at once."""
    assert seconds("90 min") == 5400
    with pytest.raises(ValueError, match="names a figure"):
        seconds("figure gp.list_mean * 1 d")


def test_conditions_must_fit_the_columns_of_the_population() -> None:
    """A condition is true or false, of columns that exist."""
    assert condition("age >= 67 AND NOT nursing_home") == "age >= 67 AND NOT nursing_home"
    assert amount("CASE WHEN has_dementia THEN 2 ELSE 1 END")
    with pytest.raises(ValueError, match=r"unknown column 'home_care_hour'.*did you mean 'home_care_hours'"):
        condition("home_care_hour > 0")
    with pytest.raises(ValueError, match="true or false"):
        condition("age + 1")
    with pytest.raises(ValueError, match="a number is needed"):
        amount("nursing_home")
    with pytest.raises(ValueError, match="cannot be understood"):
        condition("age >=")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("age = MAX(age)", "MAX"),
        ("COUNT(*) > 2", "COUNT"),
        ("RANK() OVER (ORDER BY age) > 3", "OVER"),
        ("age IN (SELECT 3)", "SELECT"),
        ("birth_date > CURRENT_DATE", "CURRENT_DATE"),
        ("birth_date > now()", "now"),
    ],
)
def test_a_condition_looks_at_one_resident_on_any_day(text: str, word: str) -> None:
    """What depends on who else is there would change with the number of workers, and on today with the day."""
    with pytest.raises(ValueError, match=f"'{word}'"):
        condition(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("age - 67 > 5", [False, False, True]),
        ('"age" - 67 > 5', [False, False, True]),
        ("age * 10 >= 700", [False, True, True]),
        ("-age < household_size - 5", [False, True, True]),
        ("given_name = 'age'", [True, False, False]),
    ],
)
def test_ages_are_numbers_below_zero_and_above_255_too(text: str, found: list[bool]) -> None:
    """They are stored in eight bits, in which 3 - 67 is 192, and 80 * 10 is 32."""
    columns = {"age": [3, 70, 80], "household_size": [2, 1, 4], "given_name": ["age", "Kari", "Ola"]}
    people = pl.DataFrame(columns, schema={name: POPULATION[name] for name in columns})
    assert people.select(it=expression(condition(text)))["it"].to_list() == found


def test_functions_of_one_resident_are_taken() -> None:
    """Words and brackets are no functions, and what stands in quotes is no word."""
    assert condition("age IN (3, 4) AND NOT (COALESCE(ward, 'over (now)') = 'x' OR ABS(age - 3) > 2)")


@pytest.mark.parametrize(("text", "complaint"), [("36 h", "not whole days"), ("3661 d", "longer than 3660 days")])
def test_what_are_no_whole_days_says_why(text: str, complaint: str) -> None:
    """A warm-up is whole days, and no more of them than a period may have."""
    assert whole_days("3660 d") == 3660
    with pytest.raises(ValueError, match=complaint):
        whole_days(text)
