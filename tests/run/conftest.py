"""Small studies and the command line, for whole runs in a few seconds."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

STUDY = """\
study: small
title: {nb: Noen vinterdager, en: Some winter days}
municipalities: [MUNICIPALITIES]
start: 2026-01-12
days: DAYS
seed: 11
pathways: [gp-consultation, discharge-ready, home-care-round]
load:
  window_start: 8.5 h
  window: WINDOW
  people: PEOPLE
  limits:
    home-care.nurse: {p95_ms: 800, error_share: 0.01, status: assumed, source: bench value}
"""

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def write(path: Path, **values: str | int) -> Path:
    text = STUDY
    for word, value in values.items():
        text = text.replace(word.upper(), str(value))
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def islands(tmp_path: Path) -> Path:
    """One day in two of the smallest municipalities."""
    return write(tmp_path / "small.yaml", municipalities='"1151", "1856"', days=1, window="1 s", people=1)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Nine days in a town large enough for every kind of care to occur."""
    return write(tmp_path / "small.yaml", municipalities='"5601"', days=9, window="10 s", people=12)


@pytest.fixture
def journalbenk(tmp_path: Path) -> Command:
    """Runs the command line in a folder of its own."""

    def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "simulator", *map(str, arguments)]
        return subprocess.run(
            command, cwd=tmp_path, env=dict(os.environ), capture_output=True, text=True, check=False, timeout=300
        )

    return run
