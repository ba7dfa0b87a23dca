"""Errors say what was found, what was expected, where, and what to do."""

import pytest

from simulator.errors import (
    BenchError,
    CandidateError,
    DiskFullError,
    InputError,
    OutputError,
    PersonNumberError,
    nearest,
)


def test_error_reads_as_one_message() -> None:
    """An error reads: where, what was found, what was expected, what to do."""
    error = InputError("population -3", expected="0 or more", where="people.csv:7", remedy="Correct the figure.")
    assert str(error) == "people.csv:7: population -3; expected 0 or more. Correct the figure."


def test_error_without_details_is_a_sentence() -> None:
    """An error with only what was found still ends as a sentence."""
    assert str(CandidateError("no answer")) == "no answer."


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (BenchError, 3),
        (InputError, 2),
        (PersonNumberError, 2),
        (OutputError, 2),
        (DiskFullError, 3),
        (CandidateError, 3),
    ],
)
def test_each_error_has_its_exit_code(kind: type[BenchError], code: int) -> None:
    """Wrong input ends with 2, what the bench cannot say with 3."""
    assert kind("x").exit_code == code


def test_nearest_names_the_word_that_was_meant() -> None:
    """A misspelt word gets the valid word nearest to it."""
    assert nearest("Tromso", ["Tromsø", "Oslo", "Bergen"]) == "did you mean 'Tromsø'?"


def test_nearest_lists_words_when_none_is_near() -> None:
    """With nothing similar, some valid words are listed."""
    assert nearest("xyz", ["b", "a"]) == "valid here: a, b"
