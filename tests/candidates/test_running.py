"""Candidates that are started: made ready, watched, and always stopped."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.candidates import Running, running
from simulator.candidates import process as processes
from simulator.domain.candidate import Candidate
from simulator.errors import CandidateError, InputError, OutputError

Describe = Callable[..., Candidate]


def is_alive(pid: int) -> bool:
    """Whether the process goes on existing; one that was told to end is given a moment to be gone."""
    patience = time.monotonic() + 5.0
    while _exists(pid):
        if time.monotonic() > patience:
            return True
        time.sleep(0.01)
    return False


def _exists(pid: int) -> bool:
    """Whether the process exists and is not just waiting to be forgotten."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_started_candidate_answers_and_is_stopped(program: Describe, tmp_path: Path) -> None:
    """A candidate with 'start' answers within the block and is gone after it."""
    with running(program(), tmp_path / "run") as found:
        pid = int((tmp_path / "run" / "data" / "pid").read_text())
        assert isinstance(found, Running)
        assert found.capability["fhirVersion"] == "4.0.1"
        assert found.log == tmp_path / "run" / "candidate.log"
        assert is_alive(pid)
    assert not is_alive(pid)


@pytest.mark.parametrize("problem", [RuntimeError, KeyboardInterrupt])
def test_stopped_with_its_children_on_exception(
    program: Describe, tmp_path: Path, problem: type[BaseException]
) -> None:
    """An error or Ctrl-C in the block stops the candidate and what it started."""
    data = tmp_path / "run" / "data"

    def block() -> None:
        with running(program("--child"), tmp_path / "run"):
            pids.extend(int((data / name).read_text()) for name in ("pid", "child.pid"))
            raise problem

    pids: list[int] = []
    with pytest.raises(problem):
        block()
    assert len(pids) == 2
    assert not any(is_alive(pid) for pid in pids)


def test_stubborn_candidate_is_killed(program: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A candidate that ignores the request to end is ended all the same."""
    monkeypatch.setattr(processes, "STOP_S", 0.2)
    with running(program("--stubborn"), tmp_path / "run"):
        pid = int((tmp_path / "run" / "data" / "pid").read_text())
    assert not is_alive(pid)


def test_early_exit_shows_the_log(program: Describe, tmp_path: Path) -> None:
    """A candidate that ends before it is ready gives an error with exit code, advice and its last words."""
    broken = program(text="import sys; sys.exit('the disk is missing')", install="Install the disk.")
    with pytest.raises(CandidateError, match=r"(?s)exit code 1.*Install the disk\..*the disk is missing"):
        running(broken, tmp_path / "run").__enter__()


def test_missing_command_says_how_to_install(program: Describe, tmp_path: Path) -> None:
    """A command that is not on the machine is answered with the candidate file's advice."""
    described = program(install="Install it with the extra.")
    assert described.start is not None
    missing = Candidate(
        name="x",
        title="X",
        base_url=described.base_url,
        start=type(described.start)(command=("{bin}/no-such-program",), install="Install it with the extra."),
    )
    with pytest.raises(CandidateError, match=r"cannot be started.*Install it with the extra\."):
        running(missing, tmp_path / "run").__enter__()


def test_never_ready_is_an_error_and_stopped(program: Describe, tmp_path: Path) -> None:
    """A candidate that stays up without answering is given up and stopped; the wait is told of."""
    waits: list[float] = []
    silent = program(text="import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)", timeout_s=0.5)
    with pytest.raises(CandidateError, match=r"not ready after 0\.5 s"):
        running(silent, tmp_path / "run", on_wait=waits.append).__enter__()
    assert not is_alive(int((tmp_path / "run" / "data" / "pid").read_text()))
    assert waits


def test_port_in_use(program: Describe, tmp_path: Path) -> None:
    """A port that something listens on is refused before anything is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} cannot be used.*Stop what listens"):
            running(program(), tmp_path / "run", port=port).__enter__()
    assert not (tmp_path / "run").exists()


def test_data_folder_must_be_fresh(program: Describe, tmp_path: Path) -> None:
    """A candidate never starts on another run's data."""
    (tmp_path / "run" / "data").mkdir(parents=True)
    with pytest.raises(OutputError, match="already exists"):
        running(program(), tmp_path / "run").__enter__()


def test_start_files_are_filled_in(program: Describe, tmp_path: Path) -> None:
    """The files of 'start' are written with port, data folder and base URL, and their other braces left alone."""
    described = program(files={"settings.yaml": "url: {base_url}\ndata: {data}\nother: {on: false} {x}\n"})
    with running(described, tmp_path / "run") as found:
        text = (tmp_path / "run" / "data" / "settings.yaml").read_text()
    assert text == f"url: {found.base_url}\ndata: {tmp_path / 'run' / 'data'}\nother: {{on: false}} {{x}}\n"


def test_missing_token_is_found_before_the_start(
    program: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its token a candidate is not even started."""
    monkeypatch.delenv("STAND_IN_TOKEN", raising=False)
    described = program()
    locked = Candidate(
        name="x",
        title="X",
        base_url=described.base_url,
        start=described.start,
        auth="bearer",
        token_variable="STAND_IN_TOKEN",
    )
    with pytest.raises(InputError, match="STAND_IN_TOKEN is not set"):
        running(locked, tmp_path / "run").__enter__()
    assert [path.name for path in tmp_path.iterdir()] == ["program.py"]


def test_candidate_without_start_must_answer(tmp_path: Path) -> None:
    """A candidate that is only described by its address must be there."""
    nowhere = Candidate(name="x", title="X", base_url=f"http://127.0.0.1:{processes.free_port()}/fhir")
    with pytest.raises(CandidateError, match=r"nothing answers at the address.*Check that it is running"):
        running(nowhere, tmp_path).__enter__()


def test_free_port_is_none_that_the_system_gives_to_clients() -> None:
    """A port chosen for a candidate cannot be taken by an outgoing connection before the candidate has started."""
    with socket.create_server(("127.0.0.1", 0)) as handed_out:
        given_to_clients = handed_out.getsockname()[1]
    chosen = {processes.free_port() for _ in range(20)}
    assert len(chosen) > 1
    lowest = processes._first_client_port()
    assert all(port < lowest <= given_to_clients for port in chosen)
