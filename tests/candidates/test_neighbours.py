"""The neighbours beside a candidate: described, started, told, asked to misbehave, and read."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.candidates import Neighbours, Running, load_candidate, running
from simulator.candidates.neighbourhood import around, who_answers
from simulator.domain.candidate import Candidate
from simulator.domain.candidate import Neighbours as Described
from simulator.errors import BenchError, CandidateError, InputError

COMMAND = ("{python}", "-m", "simulator.ecosystem", "--port", "{neighbours_port}")
BESIDE = Described("http://127.0.0.1:{neighbours_port}", COMMAND)
STARTED = """\
name: city-journal
title: City journal
base_url: http://127.0.0.1:{port}/fhir
neighbours:
  address: http://127.0.0.1:{neighbours_port}
  command: ["{python}", "-m", "somewhere", "{neighbours_port}"]
start:
  command: ["city", "{neighbours}"]
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where neighbours answer, started as a candidate's are."""
    with around(BESIDE, tmp_path_factory.mktemp("around") / "neighbours.log", {}) as found:
        yield found.words["neighbours"]


@pytest.fixture
def known() -> dict[str, Any]:
    """What has been written down as facts."""
    return {}


@pytest.fixture
def neighbours(address: str, known: dict[str, Any], candidate_at: Callable[..., Candidate]) -> Iterator[Neighbours]:
    """The neighbours of a candidate, as an example has them."""
    candidate = candidate_at("http://127.0.0.1:1/fhir", neighbours=Described(address))
    found = Neighbours(Running(candidate, candidate.base_url, {}, "", None), known.__setitem__)
    yield found
    found.behave_well()
    found.close()


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Candidate]:
    """Loads the text as a candidate file."""

    def load_text(text: str) -> Candidate:
        path = tmp_path / "city-journal.yaml"
        path.write_text(text, encoding="utf-8")
        return load_candidate(str(path))

    return load_text


def test_a_file_describes_neighbours(load: Callable[[str], Candidate]) -> None:
    """Address and command stand in the candidate as they stand in the file."""
    found = load(STARTED).neighbours
    assert found == Described(
        "http://127.0.0.1:{neighbours_port}", ("{python}", "-m", "somewhere", "{neighbours_port}")
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("address: http://127.0.0.1:{neighbours_port}", "address: http://127.0.0.1:9"), "go together"),
        (("address: http", "address: ftp"), "address"),
        (
            ('{neighbours_port}\n  command: ["{python}", "-m", "somewhere", "{neighbours_port}"]', "{issuer_port}"),
            "token service",
        ),
    ],
)
def test_wrong_neighbours_are_told(load: Callable[[str], Candidate], change: tuple[str, str], said: str) -> None:
    """What does not fit together is named with what was expected."""
    with pytest.raises(InputError, match=said):
        load(STARTED.replace(*change))


def test_neighbours_are_started_beside_a_candidate(program: Callable[..., Candidate], tmp_path: Path) -> None:
    """They answer within the block, the candidate is told where, and they are gone after it."""
    candidate = program("{neighbours}")
    with running(replace(candidate, neighbours=BESIDE), tmp_path / "run") as found:
        where = found.environment["JOURNALBENK_NEIGHBOURS"]
        assert "hpr" in who_answers(where)
    with pytest.raises(CandidateError):
        who_answers(where)


def test_neighbours_that_do_not_start_are_told_of(tmp_path: Path) -> None:
    """The error ends with the last words of their log."""
    broken = Described("http://127.0.0.1:{neighbours_port}", ("{python}", "-c", "raise SystemExit('no registers')"))
    with pytest.raises(CandidateError, match="no registers"), around(broken, tmp_path / "neighbours.log", {}):
        pytest.fail("they were taken to be up")


def test_they_are_told_where_the_candidate_is(neighbours: Neighbours) -> None:
    """Neighbours that send know whereto."""
    assert neighbours._ask("GET", "/candidate")["base_url"] == "http://127.0.0.1:1/fhir"


def test_what_is_asked_for_is_a_fact(neighbours: Neighbours, known: dict[str, Any]) -> None:
    """Each behaviour asked for stands in the history, in order, the good one at the end too."""
    neighbours.behave("hpr", down=True)
    neighbours.behave_well()
    assert known["behaviour.hpr"] == [{"down": True}, {}]


def test_what_they_received_is_a_fact(neighbours: Neighbours, known: dict[str, Any]) -> None:
    """What a neighbour was asked since it forgot is read, and written down."""
    neighbours.tell("hpr", "personer/9144902", {"authorisations": []})
    neighbours.forget("hpr")
    neighbours.ask("hpr", "personer/9144902")
    (entry,) = neighbours.received("hpr", least=1)
    assert (entry["method"], entry["address"], entry["status"]) == ("GET", "/hpr/personer/9144902", 200)
    assert known["received.hpr"] == [entry]


def test_a_neighbour_that_is_down_is_no_fault_of_the_candidate(neighbours: Neighbours) -> None:
    """What the bench itself cannot ask is an error of the bench."""
    neighbours.behave("hpr", down=True)
    with pytest.raises(BenchError, match="503"):
        neighbours.ask("hpr", "personer/9144902")
