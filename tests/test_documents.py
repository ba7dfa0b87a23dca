"""YAML documents: checked data with file and line in every error."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from simulator.documents import read
from simulator.domain.person_number import check_digits
from simulator.errors import InputError


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rate: float
    kind: str = "a"


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    inner: list[Inner]


def write(folder: Path, text: str) -> Path:
    path = folder / "x.yaml"
    path.write_text(text, "utf-8")
    return path


def real_number() -> str:
    """A number that could be somebody's, found by trying, so that none is written down."""
    tries = ((nine, check_digits(nine)) for nine in (f"010180{individual:03}" for individual in range(500)))
    return next(f"{nine}{digits[0]}{digits[1]}" for nine, digits in tries if digits)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(write(folder, text)).as_model(Outer)
    return str(caught.value)


def test_document_becomes_a_model(tmp_path: Path) -> None:
    """A valid document is the model it describes."""
    model = read(write(tmp_path, "title: å\ninner:\n  - {rate: 1.5}\n")).as_model(Outer)
    assert (model.title, model.inner[0].rate) == ("å", 1.5)


def test_misspelt_key_names_line_and_nearest_word(tmp_path: Path) -> None:
    """An unknown key is refused with its line and the nearest valid key of that place."""
    message = refusal(tmp_path, "title: x\ninner:\n  - rate: 1\n    kimd: b\n")
    assert "x.yaml:4: unknown key 'kimd'; did you mean 'kind'?" in message


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    """Two faults give one error that names both."""
    message = refusal(tmp_path, "titel: x\ninner:\n  - rate: much\n")
    assert "'title' is missing" in message
    assert "x.yaml:3" in message
    assert "did you mean 'title'?" in message


def test_key_written_twice_is_refused(tmp_path: Path) -> None:
    """A key given twice is refused with both lines, for the second would silently win."""
    message = refusal(tmp_path, "title: a\ntitle: b\ninner: []\n")
    assert "x.yaml:2: 'title' is written twice (first on line 1)" in message


def test_broken_yaml_names_the_line(tmp_path: Path) -> None:
    """Text that is not YAML is refused with its line."""
    assert "x.yaml:2: not valid YAML" in refusal(tmp_path, "title: x\ninner: ]\n")


@pytest.mark.parametrize("text", ["[" * 200_000, "- " * 100_000, "{a: " * 100_000])
def test_what_lies_too_deep_is_refused(text: str, tmp_path: Path) -> None:
    """A hundred thousand lists in one another are refused, and do not end the process."""
    assert "x.yaml" in refusal(tmp_path, text)


def test_a_date_outside_the_calendar_names_the_line(tmp_path: Path) -> None:
    """A thirteenth month is refused with its line."""
    assert "x.yaml:2: '2026-13-12' is not in the calendar" in refusal(tmp_path, "title: x\nstart: 2026-13-12\n")


def test_a_number_that_could_be_real_is_refused(tmp_path: Path) -> None:
    """A person number outside the synthetic series is refused with its line, and is not repeated."""
    number = real_number()
    message = refusal(tmp_path, f"title: x\nnote: {number}\n")
    assert "x.yaml:2: a person number outside the synthetic series" in message
    assert number not in message


def test_unsafe_yaml_is_refused(tmp_path: Path) -> None:
    """A document cannot run code."""
    assert "not valid YAML" in refusal(tmp_path, "title: !!python/object/apply:os.getcwd []\n")


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    """A file in another encoding is refused with the position."""
    path = tmp_path / "x.yaml"
    path.write_bytes("title: Tromsø".encode("latin-1"))
    with pytest.raises(InputError, match="is not UTF-8"):
        read(path)


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    """A missing file is refused with the nearest file of that folder."""
    write(tmp_path, "title: x")
    (tmp_path / "quickstart.yaml").write_text("a: 1", "utf-8")
    with pytest.raises(InputError, match="Did you mean 'quickstart'"):
        read(tmp_path / "quickstrat.yaml")


def test_empty_document_is_refused_by_the_model(tmp_path: Path) -> None:
    """An empty file is not a document of any kind."""
    assert "x.yaml" in refusal(tmp_path, "")


def test_an_alias_within_itself_is_refused(tmp_path: Path) -> None:
    """A list that holds itself is refused, as no end of it could be read."""
    assert "an alias stands within what it stands for" in refusal(tmp_path, "title: &a [*a]\n")


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    """A few lines that stand for a thousand million items are refused before they are counted out."""
    more = "".join(f"b{n}: &l{n} [{','.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 10))
    assert "more than 200000 keys and items" in refusal(tmp_path, "title: &l0 [x, x]\n" + more)


def test_a_fault_in_one_of_several_types_is_named_by_what_is_written(tmp_path: Path) -> None:
    """The place of a fault is told in the words of the file, without the types that were tried."""

    class Choice(BaseModel):
        title: list[int] | str

    with pytest.raises(InputError) as caught:
        read(write(tmp_path, "title: [x]\n")).as_model(Choice)
    assert "x.yaml:1: 'title.0': Input should be a valid integer" in str(caught.value)
    assert "list[" not in str(caught.value)
