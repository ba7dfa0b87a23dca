"""A run's people and care, made once; and the features run against one mutant or the sound journal."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from simulator.candidates import load_candidate, running
from simulator.care import simulate
from simulator.domain.verdict import Verdict
from simulator.fhir import render
from simulator.figures import Figures
from simulator.histories import read_verdicts
from simulator.places import FEATURES, ROOT
from simulator.population import make_population
from simulator.scenario.studies import load_study

FILES = ("population.parquet", "events.parquet", "interactions.parquet", "manifest.json")
CANDIDATE = """
name: {name}
title: A candidate that is wrong on purpose
base_url: http://127.0.0.1:{{port}}/fhir
{auth}
start:
  command: ["{{python}}", "-m", "{module}", {words}"--port", "{{port}}", "--data", "{{data}}"{neighbours}]
  ready: /metadata
  timeout_s: 60
operations:
  backup: ["{{python}}", "-m", "{module}", {which}"backup", "{{file}}", "--data", "{{data}}"]
  restore: ["{{python}}", "-m", "{module}", {which}"restore", "{{file}}", "--data", "{{data}}"]
  serve: ["{{python}}", "-m", "{module}", {words}"--workers", "2", "--port", "{{port}}",
    "--data", "{{data}}"{neighbours}]
  change: ["{{python}}", "-m", "{module}", {which}"change", "--data", "{{data}}"]
"""

SECURED = """auth: helseid
tokens:
  issuer: http://127.0.0.1:{issuer_port}
  client_id: bench
  key_variable: MUTANTS_CLIENT_KEY
  people: true
  command: ["{python}", "-m", "simulator.ecosystem", "--port", "{issuer_port}", "--client", "bench={jwks}"]"""

# A process of neighbours costs a start, so only the faults in dealing with them have one of their own.
NEIGHBOURS = """
neighbours:
  address: http://127.0.0.1:{neighbours_port}
  command: ["{python}", "-m", "simulator.ecosystem", "--port", "{neighbours_port}"]"""
SHARED = """
neighbours:
  address: http://127.0.0.1:{issuer_port}"""

Judged = Callable[..., list[Verdict]]


@pytest.fixture(scope="session")
def people_and_care(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a part of the quickstart study: everybody with a message about them, and every 25th other."""
    folder = tmp_path_factory.mktemp("study")
    figures = Figures.load()
    study = load_study("quickstart", figures)
    population = make_population(figures, study.municipalities, study.seed)
    events = simulate(study, population, figures)
    messaged = events.filter(pl.col("message").is_not_null())["resident"].unique()
    kept = pl.col("resident").is_in(messaged.to_list()) | (pl.col("resident") % 25 == 0)
    part = events.filter(kept)
    render(part, population, figures, seed=study.seed, start=study.start).write_parquet(folder / "interactions.parquet")
    population.write_parquet(folder / "population.parquet")
    part.write_parquet(folder / "events.parquet")
    (folder / "manifest.json").write_text(f'{{"seed": {study.seed}}}')
    return folder


@pytest.fixture(scope="session")
def judged(people_and_care: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    """Runs the features against a mutant (or "" for the sound journal); gives the verdicts."""

    def run(
        name: str, requirement: str = "", within: str = "20", *, secured: bool = False, neighbours: bool = True
    ) -> list[Verdict]:
        folder = tmp_path_factory.mktemp(name or "sound")
        for file in FILES:
            (folder / file).symlink_to(people_and_care / file)
        yaml = folder / "candidate.yaml"
        module, words = ("tests.mutants", f'"{name}", ') if name else ("simulator.journal", "")
        access = '"--issuer", "{issuer}", ' if secured else "" if name else '"--open", '
        auth = SECURED if secured else "auth: none"
        beside = SHARED if secured else NEIGHBOURS if neighbours else ""
        also = ', "--neighbours", "{neighbours}"' if beside else ""
        which = words
        words += access
        told = {"name": name or "sound", "module": module, "words": words, "which": which}
        yaml.write_text(CANDIDATE.format(**told, auth=auth + beside, neighbours=also))
        with running(load_candidate(str(yaml)), folder) as candidate:
            settings = {
                "JOURNALBENK_RUN": str(folder),
                "JOURNALBENK_CANDIDATE": str(yaml),
                "JOURNALBENK_BASE_URL": candidate.base_url,
                "JOURNALBENK_REQUIREMENT": requirement,
                "JOURNALBENK_ANSWER_WITHIN": within,
            }
            command = [sys.executable, "-m", "pytest", str(FEATURES), "-q", "--import-mode=importlib"]
            with (folder / "features.log").open("wb") as log:
                subprocess.run(
                    command,
                    env={**os.environ, **candidate.environment, **settings},
                    cwd=ROOT,
                    stdout=log,
                    stderr=log,
                    check=False,
                )
        return read_verdicts(folder / "verdicts.jsonl")

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        yield run
