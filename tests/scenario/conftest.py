"""Scenario files written into a folder, with one thing changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.figures import Figures

PATHWAY = """\
pathway: trial
title: {nb: Prøve, en: Trial}
requirements: [SAM-02]
who: {ages: 67-120, where: "age >= 67 AND home_care_hours > 0"}
demand:
  rate: figure hospital.stays_per_1000 / 1000
  weekday: hospital.acute_weekday
before: 14 d
parameters:
  pause: {value: 30 min, source: bench value, status: assumed}
steps:
  - id: first
    by: hospital.nurse
    sends: LOG_INNLAGT
    to: intake
    records: [admission]
  - id: second
    by: home-care.nurse
    channel: home
    after: {step: first, delay: "constant(2 h)"}
    needs: home-care-nurse
    takes: "lognormal(mean=parameter pause, cv=0.5)"
    within: {time: 24 h, of: first}
    reads: [summary]
    records: [visit]
"""

STUDY = """\
study: trial
title: {nb: Prøve, en: Trial}
municipalities: ["5501"]
start: 2026-01-12
days: 7
seed: 1
pathways: [trial.yaml]
staffing: {use: standard, factor: {home-care-nurse: 0.9}}
demand: {trial: 1.1}
conformance: {capabilities: [SAM], requirements: [SAM-02]}
load:
  window_start: 8.5 h
  window: 40 s
  people: 2
  limits:
    home-care.nurse: {p95_ms: 500, error_share: 0.001, status: assumed, source: bench value}
"""

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def figures() -> Figures:
    """The bench's own figures."""
    return Figures.load()


@pytest.fixture
def pathway_file(tmp_path: Path) -> Write:
    """Writes the trial pathway with the pairs (old, new) replaced; each old text must be there."""
    return lambda *changes: _write(tmp_path / "trial.yaml", PATHWAY, changes)


@pytest.fixture
def study_file(tmp_path: Path, pathway_file: Write) -> Write:
    """Writes the trial study beside its pathway, with the pairs (old, new) replaced."""
    pathway_file()
    return lambda *changes: _write(tmp_path / "study.yaml", STUDY, changes)


def _write(path: Path, text: str, changes: tuple[tuple[str, str], ...]) -> Path:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path
