"""Features that did not come to their end are no run, whatever verdicts had fallen by then."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.candidates import Running, load_candidate
from simulator.domain.scenario import Selection
from simulator.domain.verdict import Verdict
from simulator.errors import BenchError
from simulator.histories import Recorder
from simulator.run import conformance
from simulator.run.folder import RunFolder
from simulator.run.progress import Silent


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[Verdict]]:
    """Runs features that pass one example and then end with an exit code."""
    folder = RunFolder.create(tmp_path / "run", "small")
    running = Running(load_candidate("reference-journal"), "http://127.0.0.1:1/fhir", {}, "", None)

    def run(code: int) -> list[Verdict]:
        def process(_command: object, log: Path, **_: object) -> int:
            log.write_text("so far so good\n", "utf-8")
            recorder = Recorder(folder.path)
            verdict = Verdict("JRN-03", "JRN", "SHALL", "R-JRN-03", "check", "example", "pass", "candidate", "", ())
            recorder.verdict(verdict)
            recorder.close()
            return code

        monkeypatch.setattr(conformance, "run_process", process)
        return conformance.run_features(folder, running, "reference-journal", Silent(), Selection())

    return run


def test_what_somebodys_own_tests_are_run_with_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's options for pytest neither choose among the examples nor end them at the first failure."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x")
    examples = tmp_path / "features"
    examples.mkdir()
    text = "def test_one():\n    assert False\n\n\ndef test_other():\n    assert False\n"
    (examples / "test_examples.py").write_text(text, "utf-8")
    monkeypatch.setattr(conformance, "FEATURES", examples)
    monkeypatch.setattr(conformance, "read_verdicts", lambda _: [None])
    folder = RunFolder.create(tmp_path / "run", "small")
    running = Running(load_candidate("reference-journal"), "http://127.0.0.1:1/fhir", {}, "", None)
    conformance.run_features(folder, running, "reference-journal", Silent(), Selection())
    assert "2 failed" in (folder.path / "features.log").read_text("utf-8")


@pytest.mark.parametrize("code", [-9, 2, 3, 4, 5])
def test_features_that_were_cut_off_are_no_run(ended: Callable[[int], list[Verdict]], code: int) -> None:
    """Killed, interrupted or broken features may lack any verdict, so those that fell are not taken for all."""
    with pytest.raises(BenchError, match="the features could not be run"):
        ended(code)


@pytest.mark.parametrize("code", [0, 1])
def test_features_that_came_to_their_end_are_a_run(ended: Callable[[int], list[Verdict]], code: int) -> None:
    """Passed or failed, the verdicts that fell are the run's."""
    assert [v.outcome for v in ended(code)] == ["pass"]
