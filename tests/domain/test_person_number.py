"""Person numbers: the rules of Skatteetaten, the synthetic series, and the guard that finds all others."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.no import fodselsnummer

from simulator.domain.person_number import (
    CAPACITY,
    birth_date,
    check_digits,
    find_real_numbers,
    finish_numbers,
    is_synthetic,
    is_valid,
    make_numbers,
    read_number,
    sex,
)

PLUS_80 = ("10915596784", "26812297073", "16858399649", "17912099997")
PLUS_65 = ("12705825562", "19779998080", "13717404089")
SYNTHETIC_D = ("41814061033", "57912075186", "41667987421")
# Skatteetaten's own examples of the rule from 2032: valid under both rules, and under the new one only.
SAMPLES = ("02013299997", "30108299920", "02013299806")
SAMPLES_2032 = ("30108299939", "02013299903")
PLUS_40 = ("13527248013", "68467038838")
# Published in specifications as examples, with check digits that hold under no rule.
WRONG = ("13057444850", "05076600324")

# The same examples every time, no stopwatch, nothing left on disk.
QUIET = settings(deadline=None, derandomize=True, database=None)
days = st.dates(date(1900, 1, 1), date(2039, 12, 31))
ranks = st.integers(0, CAPACITY - 1)


def one(born: date, rank: int, *, male: bool = False, offset: int = 80) -> str:
    """One number of the synthetic series."""
    numbers = make_numbers(np.array([born], "datetime64[D]"), np.array([male]), np.array([rank]), np.array([offset]))
    return f"{numbers[0]:011}"


def real(nine: str, *, rest: int = 0) -> str | None:
    """A number with these nine digits whose first check sum leaves ``rest``: for tests of refusal only."""
    digits = [int(digit) for digit in nine]
    for first in range(10):
        if sum(w * d for w, d in zip((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), [*digits, first], strict=True)) % 11 != rest:
            continue
        weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
        second = -sum(w * d for w, d in zip(weights, [*digits, first], strict=True)) % 11
        return f"{nine}{first}{second}" if second < 10 else None
    return None


def unshifted(synthetic: str, *, offset: int, rest: int = 0) -> str:
    """The number that the person of a synthetic one would have outside the series (computed, never written down)."""
    for individual in range(int(synthetic[6:9]), 1000):
        found = real(f"{synthetic[:2]}{int(synthetic[2:4]) - offset:02}{synthetic[4:6]}{individual:03}", rest=rest)
        if found:
            return found
    raise AssertionError(synthetic)


@pytest.mark.parametrize("number", [*PLUS_80, *PLUS_65, *SYNTHETIC_D])
def test_published_synthetic_numbers_hold_under_both_rules(number: str) -> None:
    """Golden vectors of the two synthetic series, fødselsnummer and D-nummer, are valid and synthetic."""
    assert is_valid(number, rule="strict")
    assert is_valid(number, rule="2032")
    assert is_synthetic(number)
    assert find_real_numbers(number) == ()


@pytest.mark.parametrize("number", [*SAMPLES, *SAMPLES_2032, *PLUS_40])
def test_published_examples_outside_the_series_are_read_and_stopped(number: str) -> None:
    """Valid from 2032, most before as well, none synthetic; the guard finds each in a text."""
    assert is_valid(number, rule="2032")
    assert is_valid(number, rule="strict") == (number not in SAMPLES_2032)
    assert not is_synthetic(number)
    assert find_real_numbers(f"id {number}") == (3,)


@pytest.mark.parametrize("number", WRONG)
def test_published_examples_with_wrong_check_digits_are_refused(number: str) -> None:
    """Neither rule takes them."""
    assert not is_valid(number, rule="strict")
    assert not is_valid(number, rule="2032")


@QUIET
@given(days, ranks, st.integers(0, 10), st.integers(1, 9))
def test_any_wrong_digit_of_a_made_number_is_noticed(born: date, rank: int, place: int, more: int) -> None:
    """Whatever number and digit, a single mistake never gives another number of the strict rule."""
    number = one(born, rank)
    wrong = f"{number[:place]}{(int(number[place]) + more) % 10}{number[place + 1 :]}"
    assert not is_valid(wrong, rule="strict")


@QUIET
@given(st.integers(0, 10**9 - 1), st.integers(0, 3))
def test_finished_numbers_hold_under_the_rule_of_their_remainder(nine: int, remainder: int) -> None:
    """Remainder 0 holds under both rules, 1 to 3 under that from 2032 only; where no check digit exists it is said."""
    numbers, valid = finish_numbers(np.array([nine]), np.array([remainder]))
    number = f"{numbers[0]:011}"
    reading = read_number(number)
    if valid[0] and reading is not None:
        assert reading.relaxed
        assert reading.strict == (remainder == 0)
    assert bool(valid[0]) == (real(f"{nine:09}", rest=remainder) is not None)


@pytest.mark.parametrize("number", SYNTHETIC_D)
def test_day_plus_forty_is_a_d_number(number: str) -> None:
    """A first digit of 4 to 7 marks a D-nummer."""
    reading = read_number(number)
    assert reading is not None
    assert reading.kind == "dnr"


@pytest.mark.parametrize("number", PLUS_80)
@pytest.mark.parametrize("rest", [1, 2, 3])
def test_rests_one_to_three_hold_from_2032_only(number: str, rest: int) -> None:
    """The first check sum may leave 1, 2 or 3 under the rule from 2032, but not before."""
    found = next(n for i in range(1000) if (n := real(f"{number[:6]}{i:03}", rest=rest)))
    assert is_valid(found, rule="2032")
    assert not is_valid(found, rule="strict")


@pytest.mark.parametrize("position", range(11))
def test_a_changed_digit_breaks_the_strict_rule(position: int) -> None:
    """Any single wrong digit is noticed."""
    for number in PLUS_80:
        for digit in set("0123456789") - {number[position]}:
            changed = number[:position] + digit + number[position + 1 :]
            assert not is_valid(changed, rule="strict")


@pytest.mark.parametrize("text", ["", "1234567890", "123456789012", "2681229707x", "²6812297073", "00812297073"])
def test_other_texts_are_no_numbers(text: str) -> None:
    """Eleven ASCII digits with a possible date, or nothing."""
    assert read_number(text) is None
    assert not is_valid(text)


def test_thirty_first_of_february_is_no_date() -> None:
    """A day the month never has is refused, and 29 February outside every fourth year."""
    assert read_number("31822297073") is None
    assert read_number("29822397073") is None
    assert read_number("29822497073") is not None


def test_a_help_number_has_no_date() -> None:
    """A felles hjelpenummer begins with 8 or 9 and says nothing but its check digits."""
    number = next(n for i in range(1000) if (n := real(f"899999{i:03}")))
    reading = read_number(number)
    assert reading is not None
    assert (reading.kind, reading.month, reading.strict) == ("fhn", 0, True)
    assert birth_date(number) is None


def test_month_plus_forty_counts_as_not_synthetic() -> None:
    """Month + 40 has the form of a hospital's own H-number, so the guard stops it."""
    number = unshifted(PLUS_80[0], offset=40)
    assert not is_synthetic(number)
    assert find_real_numbers(number) == (0,)


@QUIET
@given(days, ranks, st.booleans(), st.sampled_from([80, 65]))
def test_made_numbers_say_what_they_were_made_of(born: date, rank: int, male: bool, offset: int) -> None:
    """Date, sex and series can be read back, and the check digits are Skatteetaten's."""
    number = one(born, rank, male=male, offset=offset)
    assert birth_date(number) == born
    assert sex(number) == ("male" if male else "female")
    assert is_valid(number, rule="strict")
    assert is_synthetic(number)
    reading = read_number(number)
    assert reading is not None
    assert reading.series == f"+{offset}"
    assert check_digits(number[:9]) == (int(number[9]), int(number[10]))


@QUIET
@given(days, ranks)
def test_python_stdnum_agrees_on_check_digits(born: date, rank: int) -> None:
    """An independent library computes the same two check digits."""
    number = one(born, rank)
    assert fodselsnummer.calc_check_digit1(number) == number[9]
    assert fodselsnummer.calc_check_digit2(number) == number[10]


@QUIET
@given(st.integers(0, 1999), st.sampled_from([80, 65]))
def test_no_number_of_a_date_comes_twice(day: int, offset: int) -> None:
    """Every rank of a date and sex gives another number."""
    born = np.full(2 * CAPACITY, np.datetime64(date(1999, 1, 1) + timedelta(day)))
    male = np.repeat([False, True], CAPACITY)
    rank = np.tile(np.arange(CAPACITY), 2)
    numbers = make_numbers(born, male, rank, np.full(2 * CAPACITY, offset))
    assert len(np.unique(numbers)) == 2 * CAPACITY


def test_ranks_beyond_the_capacity_are_refused() -> None:
    """Nobody gets a number that does not exist."""
    with pytest.raises(ValueError, match="ranks"):
        one(date(1970, 7, 1), CAPACITY)


@pytest.mark.parametrize("offset", [0, 40])
def test_only_synthetic_series_can_be_made(offset: int) -> None:
    """There is no way to make a number a person may have."""
    with pytest.raises(ValueError, match="synthetic"):
        one(date(1970, 7, 1), 0, offset=offset)


def test_birth_dates_before_1900_are_read() -> None:
    """Individual numbers 500 to 749 belong to 1854-1899 where the year says so."""
    number = next(n for i in range(500, 750) if (n := real(f"018190{i:03}")))
    assert birth_date(number) == date(1890, 1, 1)


@QUIET
@given(days, ranks, st.sampled_from([0, 1, 2, 3]))
def test_the_guard_finds_every_real_number(born: date, rank: int, rest: int) -> None:
    """Whatever valid number outside the series is in a text, under either rule, its place is told."""
    number = unshifted(one(born, rank), offset=80, rest=rest)
    assert find_real_numbers(f'{{"value": "{number}"}}') == (11,)


@pytest.mark.parametrize(
    ("before", "gap", "after"),
    [
        ("identifier=urn:oid:2.16.578.1.12.4.1.4.1|", "", "&x=1"),
        ("identifier=x%7C", "", ""),
        ("identifier=%20", "", ""),
        ("født ", " ", "."),
        ("", "-", ""),
        ("", "+", ""),
        ("", "%20", ""),
        ("11111111111 and ", "", ""),
    ],
)
def test_the_guard_finds_numbers_however_written(before: str, gap: str, after: str) -> None:
    """In a URL, percent-encoded, with a gap after the date, after other digits."""
    number = unshifted(PLUS_80[0], offset=80)
    text = f"{before}{number[:6]}{gap}{number[6:]}{after}"
    assert find_real_numbers(text) == (len(before.encode()),)
    assert find_real_numbers(text.encode()) == (len(before.encode()),)


def test_the_guard_leaves_other_numbers_alone() -> None:
    """Longer runs of digits, telephone numbers, instants and synthetic numbers are no person's."""
    number = unshifted(PLUS_80[0], offset=80)
    text = f"1{number} {number}1 +4700123456 2026-01-12T08:31:00.000+01:00 {' '.join(PLUS_80 + PLUS_65)}"
    assert find_real_numbers(text) == ()


def test_the_guard_leaves_uuids_alone() -> None:
    """Eleven digits inside a UUID are no person's, beside one they are."""
    number = unshifted(PLUS_80[0], offset=80)
    uuid = f"urn:uuid:3749e2b4-09f0-8188-88db-{number}a"
    assert find_real_numbers(uuid) == ()
    assert find_real_numbers(f"{uuid} {number}") == (len(uuid) + 1,)
