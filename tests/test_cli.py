"""The command line as a person meets it: one clear message, the right exit code, no traceback, nothing half-written."""

import os
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import IO

import pytest

from simulator.cli import main
from simulator.places import ROOT, SCENARIOS
from simulator.run import desk


def journalbenk(
    *arguments: str | Path, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "simulator", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False, timeout=120
    )


def candidate(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("population", "--municipality", "Tromsö"), "Tromsø"),
        (("population", "--municipality", "9999"), "9999"),
        (("population",), "--national"),
        (("simulate", "quickstrat"), "quickstart"),
        (("conformance", "--candidate", "reference-jornal"), "reference-journal"),
        (("conformance", "--requirement", "JRN-33"), "JRN-03"),
        (("conformance", "--requirement", "NFR-04"), "journalbenk run"),
        (("conformance", "--requirement", "NFR-09"), "user interface"),
        (("conformance", "--capability", "JRM"), "JRN"),
        (("report", "nowhere"), "manifest.json"),
        (("check", "nowhere.yaml"), "nowhere.yaml"),
        (("simulate", "--workers", "0"), "--workers"),
        (("simulate", "--seed", "-1"), "--seed"),
        (("simulate", "--seed", str(1 << 63)), "--seed"),
        (("simulat",), "simulat"),
    ],
)
def test_wrong_use_is_named_and_ends_with_2(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """A wrong name or option ends with exit code 2 and a message that says what is right."""
    done = journalbenk(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_shipped_scenarios_are_without_faults(tmp_path: Path) -> None:
    """Every scenario file the project ships passes its own check."""
    done = journalbenk("check", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_misspelt_key_is_found_with_file_and_line(tmp_path: Path) -> None:
    """A misspelt key in a study is named with its line and the nearest valid key."""
    study = (SCENARIOS / "studies" / "quickstart.yaml").read_text("utf-8").replace("seed:", "sede:")
    path = tmp_path / "mine.yaml"
    path.write_text(study, "utf-8")
    line = next(n for n, text in enumerate(study.splitlines(), 1) if text.startswith("sede:"))
    done = journalbenk("check", path, cwd=tmp_path)
    assert done.returncode == 2
    assert f"mine.yaml:{line}" in done.stderr
    assert "did you mean 'seed'?" in done.stderr


def test_candidate_that_does_not_answer_is_named(tmp_path: Path) -> None:
    """A candidate that nobody serves ends with exit code 3 and says which address was tried."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    path = candidate(tmp_path, f"name: mine\ntitle: Mine\nbase_url: http://127.0.0.1:{port}/fhir\n")
    done = journalbenk("conformance", "--candidate", path, cwd=tmp_path)
    assert done.returncode == 3
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_folder_is_refused(tmp_path: Path) -> None:
    """A second run into the same folder is refused before anything is simulated."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text("{}", "utf-8")
    done = journalbenk("simulate", "--out", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 2
    assert "not empty" in done.stderr


def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    """A folder that may not be written to ends with exit code 2 and what to do."""
    tmp_path.chmod(0o555)
    # Root may write anywhere; it gives up that right first, with a tool every Debian has (util-linux).
    rightless = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--reuid", "65534", "--clear-groups"]
    command = [*(rightless if os.geteuid() == 0 else []), sys.executable, "-m", "simulator", "simulate"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out")], capture_output=True, text=True, check=False, cwd="/", timeout=120
    )
    assert done.returncode == 2
    assert "--out" in done.stderr


def test_the_neighbours_say_where_they_answer(tmp_path: Path) -> None:
    """`serve ecosystem` names the address of each neighbour, and ends with Ctrl-C."""
    command = [sys.executable, "-m", "simulator", "serve", "ecosystem"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = _until(process.stdout, "(Ctrl-C stops them)")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert any("/hpr: " in line for line in lines)


def _until(stream: IO[str], last: str) -> list[str]:
    lines = []
    for line in stream:
        lines.append(line)
        if last in line:
            break
    return lines


def test_an_argument_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """A folder whose name is not UTF-8 ends with exit code 2 before anything is made, as no manifest could name it."""
    folder = os.fsencode(tmp_path) + b"/bad\xff.csv"
    command: list[str | bytes] = [
        sys.executable,
        "-m",
        "simulator",
        "population",
        "--municipality",
        "1151",
        "--out",
        folder,
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "argument 5" in done.stderr
    assert "is not UTF-8" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_stopping_before_there_is_a_run_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C where nothing is written yet ends with exit code 3 and says so, as in a run."""

    def stopped(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("simulator.run.desk.check", stopped)
    monkeypatch.setattr(sys, "argv", ["journalbenk", "check"])
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    assert "stopped by hand" in capsys.readouterr().err


SCRIPT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]["journalbenk"]
AS_SCRIPT = "import sys; from {0} import {1}; sys.exit({1}())".format(*SCRIPT.split(":"))


@pytest.mark.parametrize("started", [["-m", "simulator"], ["-c", AS_SCRIPT]], ids=["module", "script"])
@pytest.mark.parametrize("stopped", ["raise KeyboardInterrupt", "exec('raise KeyboardInterrupt')"])
def test_stopping_while_the_command_line_is_imported_is_said(started: list[str], stopped: str, tmp_path: Path) -> None:
    """Ctrl-C in the first moments, in a module's own text or in what it executes, ends as it does later."""
    (tmp_path / "typer.py").write_text(stopped, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, *started, "check"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "journalbenk: stopped by hand.\n")


def test_a_folder_with_nothing_to_check_is_a_fault(tmp_path: Path) -> None:
    """A folder without scenario or feature files does not pass for one without faults."""
    assert desk.check([tmp_path]) == ([f"{tmp_path}: holds no .yaml or .feature file"], 0)


def test_the_bench_s_own_files_are_known_by_any_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """A path from where one stands names the same file as a whole one, figures and requirements among them."""
    monkeypatch.chdir(ROOT)
    named = ["requirements.yaml", "contract.yaml", "defaults.yaml", "municipalities", "references"]
    faults, files = desk.check([Path("scenarios") / name for name in named])
    assert faults == []
    assert files > len(named)
