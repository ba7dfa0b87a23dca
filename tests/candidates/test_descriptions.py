"""Candidate files: what is accepted, and what each fault says."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.candidates import list_candidates, load_candidate
from simulator.domain.candidate import Candidate
from simulator.errors import InputError

GOOD = """\
name: city-journal
title: City journal
base_url: https://journal.example.no/fhir/
auth: bearer
token_variable: CITY_JOURNAL_TOKEN
claims: [JRN, LEG]
"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Candidate]:
    """Loads the text as a candidate file."""

    def load_text(text: str) -> Candidate:
        path = tmp_path / "city-journal.yaml"
        path.write_text(text, encoding="utf-8")
        return load_candidate(str(path))

    return load_text


def test_file_becomes_candidate(load: Callable[[str], Candidate]) -> None:
    """A candidate file gives all that it says, the base URL without its last slash."""
    candidate = load(GOOD)
    assert candidate.base_url == "https://journal.example.no/fhir"
    assert (candidate.auth, candidate.token_variable) == ("bearer", "CITY_JOURNAL_TOKEN")
    assert candidate.claims == ("JRN", "LEG")
    assert candidate.start is None


def test_shipped_candidates_load() -> None:
    """Every candidate that comes with the bench can be loaded by its name and is started by the bench."""
    names = list_candidates()
    assert {"reference-journal", "sekmet"} <= set(names)
    for name in names:
        candidate = load_candidate(name)
        assert candidate.name == name
        assert candidate.start is not None
        assert candidate.start.install


def test_misspelt_name_gets_nearest() -> None:
    """A name that does not exist is answered with the nearest that does."""
    with pytest.raises(InputError, match=r"reference-jurnal.*Did you mean 'reference-journal'"):
        load_candidate("reference-jurnal")


def test_missing_file_is_named() -> None:
    """A path where there is no file is an input error that names it."""
    with pytest.raises(InputError, match=re.escape("nowhere/x.yaml")):
        load_candidate("nowhere/x.yaml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title:", "titel:", r"city-journal.yaml:2: unknown key 'titel'; did you mean 'title'"),
        ("https://", "ftp://", "yaml:3.*not a web address"),
        ("https://journal.example.no", "https://journal.example.no:port", "yaml:3.*not a web address"),
        ("https://", "https://nurse:hemmelig@", "user name or password"),
        ("/fhir/", "/fhir?x=1", "query or a fragment"),
        ("/fhir/", ":{port}/fhir", "without 'start' nothing chooses a port"),
        ("CITY_JOURNAL_TOKEN", "A1B2C3D4E5F6G7H8I9J0K1L2", "not the name of an environment variable"),
        ("CITY_JOURNAL_TOKEN", "eyJhbGciOiJub25l.e30", "not the name of an environment variable"),
        ("token_variable: CITY_JOURNAL_TOKEN\n", "", "go together"),
        ("auth: bearer\n", "", "go together"),
        ("auth: bearer", "auth: bearr", "'bearr' is not valid for 'auth'; did you mean 'bearer'"),
        ("https://", "http://", "may not travel over plain http"),
        ("claims:", "start: {command: ['x', '{prt}']}\nclaims:", r"'\{prt\}'; did you mean 'port'"),
        ("claims:", "start: {command: [x], files: {../x: y}}\nclaims:", "not a plain file name"),
        ("claims:", "start: {command: [x]}\nclaims:", "names no port"),
    ],
)
def test_fault_says_what_and_where(load: Callable[[str], Candidate], old: str, new: str, said: str) -> None:
    """Each fault in a candidate file is an input error with the line and what to do."""
    assert old in GOOD
    with pytest.raises(InputError, match=said):
        load(GOOD.replace(old, new))


@pytest.mark.parametrize("secret", ["hemmelig", "A1B2C3D4E5F6G7H8I9J0K1L2"])
def test_secret_in_file_is_not_repeated(load: Callable[[str], Candidate], secret: str) -> None:
    """A password or token written into the file by mistake does not turn up in the message about it."""
    text = GOOD.replace("https://", f"https://nurse:{secret}@").replace("CITY_JOURNAL_TOKEN", secret)
    with pytest.raises(InputError) as caught:
        load(text)
    assert secret not in str(caught.value)


def test_person_number_in_base_url(load: Callable[[str], Candidate], person_number: Callable[[int], str]) -> None:
    """A base URL with a person number in it is refused, and the number is not repeated."""
    number = person_number(80)
    with pytest.raises(InputError, match="national identity number") as caught:
        load(GOOD.replace("/fhir/", f"/{number}/"))
    assert number not in str(caught.value)
