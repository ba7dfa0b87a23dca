"""An installed wheel works as a checkout does: scenarios, features and texts are inside."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from simulator.places import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    with zipfile.ZipFile(folder / done.stdout.split()[-1]) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, cwd: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "simulator", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_the_wheel_holds_no_tests(installed: Path) -> None:
    """What is installed is the bench, not its tests."""
    assert not (installed / "tests").exists()


def test_the_installed_bench_checks_its_own_scenarios(installed: Path, tmp_path: Path) -> None:
    """The scenarios are in the wheel and are found there."""
    done = run(installed, tmp_path, "check")
    assert done.returncode == 0, done.stderr


def test_the_installed_bench_tests_a_candidate(installed: Path, town: Path, tmp_path: Path) -> None:
    """Features, contract and texts are in the wheel: a requirement is tested and reported in bokmål."""
    arguments = ("conformance", "--study", str(town), "--requirement", "JRN-03", "--out", "out", "--lang", "nb")
    done = run(installed, tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    assert 'lang="nb"' in (tmp_path / "out" / "report.html").read_text("utf-8")
    features = (tmp_path / "out" / "features.log").read_text("utf-8")
    assert "1 passed" in features
