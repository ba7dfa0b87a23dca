"""Runs against candidates that are hostile, and runs that are interrupted or of a part."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest

from simulator.domain.verdict import Verdict
from simulator.histories import read_histories, read_verdicts
from simulator.run import campaign
from simulator.run.campaign import exit_code, folders_of
from simulator.run.load import LoadResult

pytestmark = pytest.mark.slow

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def manifest(folder: Path) -> dict[str, Any]:
    return dict(orjson.loads((folder / "manifest.json").read_bytes()))


def test_an_interrupted_run_is_readable(town: Path, tmp_path: Path) -> None:
    """Ctrl-C in the middle of conformance leaves a partial run with a report, exit code 3, and nothing running."""
    command = [sys.executable, "-m", "simulator", "run", str(town), "--out", str(tmp_path / "a")]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    history = tmp_path / "a" / "history.jsonl"
    deadline = time.monotonic() + 120
    while not (history.exists() and history.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 3, said
    assert "stopped by hand" in said
    assert "Traceback" not in said
    assert manifest(tmp_path / "a")["state"] == "partial"
    assert read_histories(history)
    assert (tmp_path / "a" / "report.html").exists()


def test_runs_of_several_candidates_go_beside_each_other(tmp_path: Path) -> None:
    """Each into a folder of its candidate's name within --out, wherever its file is; one alone into --out itself."""
    mine = tmp_path / "elsewhere" / "file.yaml"
    mine.parent.mkdir()
    mine.write_text("name: mine\ntitle: Mine\nbase_url: http://127.0.0.1:1/fhir\n", "utf-8")
    out = tmp_path / "out"
    named = [str(mine), "reference-journal", str(mine)]
    assert folders_of(named, out) == [out / "mine", out / "reference-journal", out / "mine-2"]
    assert folders_of(named[:1], out) == [out]
    assert folders_of(named, None) == [None] * 3


def test_a_candidate_described_wrongly_is_told_of_before_the_first_is_run(
    journalbenk: Command, islands: Path, tmp_path: Path
) -> None:
    """Nothing has been simulated for the others by then."""
    named = ["--candidate", "reference-journal", "--candidate", "reference-jornal"]
    done = journalbenk("run", islands, *named, "--out", tmp_path / "a")
    assert done.returncode == 2
    assert "no candidate is called 'reference-jornal'" in done.stderr
    assert not (tmp_path / "a").exists()


def test_an_empty_load_window_is_named_and_loses_nothing(journalbenk: Command, islands: Path, tmp_path: Path) -> None:
    """A window in which nothing happens is wrong input; what was simulated before is there, with a report."""
    done = journalbenk("load", islands, "--out", tmp_path / "a")
    assert done.returncode == 2
    assert "nothing happens in the load window of 1 s" in done.stderr
    assert manifest(tmp_path / "a")["state"] == "partial"
    assert (tmp_path / "a" / "report.html").exists()


class Hostile(BaseHTTPRequestHandler):
    """Answers everything wrongly, in the way the server was told."""

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        """Answer, or not."""
        kind = self.server.kind  # type: ignore[attr-defined]
        if kind == "closes":
            self.connection.close()
        elif kind == "endless":
            self.send_response(200)
            self.send_header("Content-Type", "application/fhir+json")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b" " * 65536)
            except OSError:
                return


@pytest.mark.parametrize("kind", ["closes", "endless"])
def test_a_hostile_candidate_is_named_in_one_message(
    kind: str, journalbenk: Command, islands: Path, tmp_path: Path
) -> None:
    """A candidate that is no FHIR server ends the run with one message and exit code 3, and a partial run.

    What else may answer, and what is said of it, is tried without a run (tests/candidates/test_capability.py).
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    server.kind = kind  # type: ignore[attr-defined]
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    path = tmp_path / "mine.yaml"
    path.write_text(f"name: mine\ntitle: Mine\nbase_url: http://127.0.0.1:{server.server_port}/fhir\n", "utf-8")
    try:
        done = journalbenk("conformance", "--candidate", path, "--study", islands, "--out", tmp_path / "a")
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert f":{server.server_port}" in done.stderr
    assert manifest(tmp_path / "a")["state"] == "partial"


@pytest.mark.parametrize(
    ("of_the_study", "said"),
    [("", (1, {"NFR-04": "fail"}, ["R-NFR-04A"])), ("conformance: {capabilities: [JRN]}\n", (0, {}, []))],
)
def test_what_load_says_of_requirements_is_told_and_counts(
    islands: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of_the_study: str, said: tuple[int, Any, list[str]]
) -> None:
    """Also in a run of load alone a broken one is written down, named and an exit code; not one that nobody chose."""
    islands.write_text(islands.read_text("utf-8") + of_the_study, "utf-8")
    broken = Verdict("NFR-04", "NFR", "SHALL", "R-NFR-04A", "c", "The load part", "fail", "candidate", "Slow.", ())
    monkeypatch.setattr(campaign, "make_timeline", lambda *_: {})
    monkeypatch.setattr(campaign, "run_load", lambda *_: LoadResult("met", ("pass",), (broken,)))
    options = campaign.Options(str(islands), "reference-journal", out=tmp_path / "a", conformance=False)
    result = campaign.run_campaign(options)
    written = [verdict.rule for verdict in read_verdicts(tmp_path / "a" / "verdicts.jsonl")]
    assert (result.exit_code, result.outcomes, written) == said


@pytest.mark.parametrize(
    ("outcomes", "load", "code"),
    [
        (["pass"], "met", 0),
        (["pass", "not_applicable"], "", 0),
        (["pass", "fail", "error"], "met", 1),
        (["pass"], "not_met", 1),
        (["pass", "inconclusive"], "met", 3),
        (["pass"], "not_said", 3),
        (["pass"], "undecided", 3),
    ],
)
def test_exit_codes_tell_failed_from_unknown(outcomes: list[str], load: str, code: int) -> None:
    """A failure is 1 whatever else is unknown; what the bench cannot say is 3, never a pass."""
    assert exit_code(outcomes, load) == code


def test_a_study_chooses_what_is_tested(journalbenk: Command, town: Path, tmp_path: Path) -> None:
    """The requirements a study names are tested and no others; the command line may ask for another part."""
    town.write_text(town.read_text("utf-8") + "conformance: {requirements: [JRN-03, TIL-04]}\n", "utf-8")
    journalbenk("conformance", "--study", town, "--out", tmp_path / "a")
    journalbenk("conformance", "--study", town, "--capability", "GRU", "--out", tmp_path / "b")
    tested = [{v.requirement for v in read_verdicts(tmp_path / run / "verdicts.jsonl")} for run in "ab"]
    assert tested == [{"JRN-03", "TIL-04"}, {"GRU-01", "GRU-02", "GRU-03"}]


def test_a_taken_port_is_named(journalbenk: Command) -> None:
    """Serving on a port that is in use ends with one message naming the port."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        done = journalbenk("serve", "--port", port)
    assert done.returncode == 2, done.stderr
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr
