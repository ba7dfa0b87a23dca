"""``journalbenk simulate`` with alternatives and replications: figures with intervals, the same however it is run."""

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from simulator.domain.systems import ALL_INSIDE, Choice, Outage
from simulator.errors import InputError, InterruptedRunError
from simulator.figures import Figures
from simulator.measures.replications import Rule
from simulator.run import experiment
from simulator.run.describing import study_facts
from simulator.run.experiment import rule_of
from simulator.run.replication import task_of
from simulator.run.simulation import Asked, Simulated, simulate_study
from simulator.run.verify import verify
from simulator.scenario import load_study

STUDY = """
study: two-ways
title: {nb: I dag mot færre, en: Today against fewer}
municipalities: ["5534", "5536"]
start: 2026-01-12
days: 2
seed: 11
pathways: [home-care-round, gp-consultation]
interactions: counted
baseline: today
alternatives:
  today: {title: {nb: I dag, en: Today}}
  fewer: {title: {nb: Færre, en: Fewer}, staffing: {factor: {home-care-nurse: 0.3}}}
replications: {least: 2, most: 4, until: {measure: queue.minutes.mean, half_width: 0.01}}
"""
FIGURES = ("measurements.json", "comparison.json", "hours.json", "replications.json", "study.json")


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return list(orjson.loads((folder / name).read_bytes()))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "two-ways.yaml"
    path.write_text(STUDY, "utf-8")
    return path


@pytest.fixture(scope="module")
def done(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulate_study(Asked(str(study), out=tmp_path_factory.mktemp("done") / "run", lang="nb"))


@pytest.mark.slow
def test_a_study_gives_the_same_bytes_again_in_any_number_of_processes(
    done: Simulated, study: Path, tmp_path: Path
) -> None:
    """Figures, differences, hours and the care kept are equal to the last byte, here and in two processes."""
    again = simulate_study(Asked(str(study), workers=2, out=tmp_path / "again"))
    for name in (*FIGURES, "events.parquet"):
        assert (again.folder / name).read_bytes() == (done.folder / name).read_bytes(), name


def test_figures_have_what_other_tools_are_promised(done: Simulated) -> None:
    """Each row has name, value, low, high, unit, n and over, beside the alternative it belongs to."""
    found = rows(done.folder, "measurements.json")
    assert {tuple(row) for row in found} == {("alternative", "name", "over", "unit", "value", "low", "high", "n")}
    assert {row["alternative"] for row in found} == {"today", "fewer"}
    assert all(row["low"] <= row["value"] <= row["high"] for row in found if row["low"] is not None)


def test_fewer_hands_let_people_wait_longer(done: Simulated) -> None:
    """The paired interval of the wait leaves out zero, and what nobody's hands change is exactly the same."""
    found = {(row["name"], row["over"]): row for row in rows(done.folder, "comparison.json")}
    wait = found["queue.minutes.mean", "home-care.nurse"]
    assert wait["verdict"] == "higher"
    assert 0 < wait["low"] < wait["difference"] < wait["high"]
    assert found["work.minutes", "gp.doctor"]["verdict"] == "same"


def test_the_rule_says_how_often(done: Simulated) -> None:
    """A precision that is not reached ends at the most that is allowed, and the study says so."""
    said = orjson.loads((done.folder / "study.json").read_bytes())["replications"]
    assert (said["made"], said["reason"]) == (4, "most")
    assert done.replications == 4


def test_the_page_is_there_in_the_language_asked_for(done: Simulated) -> None:
    """With pictures as files of their own and a checklist."""
    assert '<html lang="nb">' in done.report.read_text("utf-8")
    assert sorted(path.name for path in (done.folder / "pictures").iterdir()) == ["day.nb.svg", "intervals.nb.svg"]
    assert (done.folder / "stress-des.nb.md").read_text("utf-8").count("\n## ") == 24


def test_verify_computes_a_study_again(done: Simulated, tmp_path: Path) -> None:
    """Means and differences follow from the replications; one that was changed is found by name."""
    assert verify(done.folder)[0] == []
    stored = rows(done.folder, "measurements.json")
    stored[0]["value"] += 1
    for name in ("manifest.json", "replications.parquet", "comparison.json", "study.json"):
        (tmp_path / name).write_bytes((done.folder / name).read_bytes())
    (tmp_path / "measurements.json").write_bytes(orjson.dumps(stored))
    for name in ("population.parquet", "events.parquet"):
        (tmp_path / name).symlink_to(done.folder / name)
    assert [fault.split(":")[0] for fault in verify(tmp_path)[0]] == ["measurements.json"]


def test_verify_counts_the_people_again(done: Simulated, tmp_path: Path) -> None:
    """A fit that says otherwise than the people is named by its target."""
    shutil.copytree(done.folder, tmp_path, dirs_exist_ok=True)
    rows = orjson.loads((tmp_path / "population-fit.json").read_bytes())
    rows[0]["made"] += 1
    (tmp_path / "population-fit.json").write_bytes(orjson.dumps(rows))
    (fault,) = verify(tmp_path)[0]
    assert fault.startswith("population-fit.json: made of residents is")


def test_verify_names_a_file_that_was_cut(done: Simulated, tmp_path: Path) -> None:
    """Nothing is said of a run whose own description is not whole, but which file that is."""
    shutil.copytree(done.folder, tmp_path, dirs_exist_ok=True)
    whole = (tmp_path / "study.json").read_bytes()
    (tmp_path / "study.json").write_bytes(whole[: len(whole) // 2])
    (fault,) = verify(tmp_path)[0]
    assert fault.startswith("study.json: not JSON")


def test_only_the_municipalities_asked_for_are_simulated(study: Path, tmp_path: Path) -> None:
    """One of two municipalities, once: no intervals, and nobody from the other."""
    asked = Asked(str(study), out=tmp_path / "one", municipalities=("Lyngen",), replications=1)
    folder = simulate_study(asked).folder
    assert pl.read_parquet(folder / "population.parquet")["kommunenummer"].unique().to_list() == ["5536"]
    assert {row["verdict"] for row in rows(folder, "comparison.json")} == {"too-few"}
    asked_of = orjson.loads((folder / "manifest.json").read_bytes())["asked"]
    assert asked_of == {"study": str(study), "municipalities": ["Lyngen"]}


def test_a_municipality_outside_the_study_is_refused(study: Path, tmp_path: Path) -> None:
    """The message names the option and the nearest municipality of the study."""
    with pytest.raises(InputError, match=r"--municipality: 'Tromsø' is not in the study"):
        simulate_study(Asked(str(study), out=tmp_path / "none", municipalities=("Tromsø",)))
    assert not (tmp_path / "none").exists()


def test_every_replication_has_its_own_seed_and_the_first_the_studys(study: Path) -> None:
    """Alternatives share the seed of a replication."""
    found = load_study(study, Figures.load())
    seeds = [[task_of(found.alternatives[name], name, n).study.seed for n in range(3)] for name in ("today", "fewer")]
    assert seeds[0] == seeds[1]
    assert seeds[0][0] == found.seed
    assert len(set(seeds[0])) == 3


def test_a_study_is_repeated_as_it_says_or_as_asked(study: Path) -> None:
    """Once without alternatives, five times with, by its own rule, or as often as the command line says."""
    found = load_study(study, Figures.load())
    assert rule_of(found, None).most == 4
    assert rule_of(found, 7) == Rule(7, 7)
    assert rule_of(replace(found, replications=None), None).most == experiment.UNASKED
    assert rule_of(replace(found, replications=None, alternatives={}), None).most == 1


def test_what_was_done_before_a_stop_is_readable(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after the second replication, the figures of two are there and the page calls itself partial."""
    take = experiment.Experiment._take

    def stop_at_three(self: experiment.Experiment, outcomes: list[Any]) -> None:
        if self.made == 2:
            raise KeyboardInterrupt
        take(self, outcomes)

    monkeypatch.setattr(experiment.Experiment, "_take", stop_at_three)
    with pytest.raises(InterruptedRunError):
        simulate_study(Asked(str(study), out=tmp_path / "part"))
    said = orjson.loads((tmp_path / "part" / "study.json").read_bytes())["replications"]
    assert (said["made"], said["reason"]) == (2, "stopped")
    assert {row["n"] for row in rows(tmp_path / "part", "measurements.json")} == {2}
    assert orjson.loads((tmp_path / "part" / "manifest.json").read_bytes())["state"] == "partial"
    assert "stopped after 2 replications" in (tmp_path / "part" / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_ctrl_c_ends_with_exit_code_3_and_leaves_no_process(study: Path, tmp_path: Path) -> None:
    """A signal in the midst of many replications: one message, exit code 3, a partial run and nothing put aside."""
    long = study.with_name("long.yaml")
    long.write_text(STUDY.replace("days: 2", "days: 200").replace("most: 4", "most: 400"), "utf-8")
    command = [sys.executable, "-m", "simulator", "simulate", str(long), "--out", str(tmp_path / "cut")]
    process = subprocess.Popen([*command, "--workers", "2"], stderr=subprocess.PIPE, text=True)
    while not list((tmp_path / "cut").glob("care-*/people.arrow")):
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 3, said
    assert "stopped by hand" in said
    assert "Traceback" not in said
    assert orjson.loads((tmp_path / "cut" / "manifest.json").read_bytes())["state"] == "partial"
    assert [path.name for path in (tmp_path / "cut").iterdir() if path.name.startswith((".", "care-"))] == []


def test_pathways_out_of_events_in_life_are_simulated(tmp_path: Path) -> None:
    """A study of births and deaths is handed the lives of its people."""
    path = tmp_path / "lives.yaml"
    path.write_text(
        "study: lives\ntitle: {nb: Liv, en: Lives}\nmunicipalities: ['5530']\nstart: 2026-01-12\ndays: 14\nseed: 3\n"
        "pathways: [newborn-visit, death]\ninteractions: counted\n",
        "utf-8",
    )
    told = simulate_study(Asked(str(path), out=tmp_path / "run", lang="en"))
    steps = pl.read_parquet(told.folder / "events.parquet")["step"]
    assert {"born", "visit", "reported"} <= set(steps)


@pytest.mark.slow
def test_a_study_spread_over_its_processes_gives_the_same_bytes(
    done: Simulated, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a nation's is: processes that are ready beforehand make the people, tell their lives and simulate."""
    monkeypatch.setattr("simulator.run.replication.LARGE", 1)
    again = simulate_study(Asked(str(study), workers=2, out=tmp_path / "again", lang="nb"))
    for name in (*FIGURES, "events.parquet", "population.parquet", "population-fit.json"):
        assert (again.folder / name).read_bytes() == (done.folder / name).read_bytes(), name
    assert sorted(path.name for path in again.folder.iterdir()) == sorted(path.name for path in done.folder.iterdir())


@pytest.mark.parametrize("until", ["simulator.run.timeline.counted", "simulator.run.replication.measure_care"])
def test_what_is_given_up_leaves_nobody_at_work(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    """Ctrl-C while people are made, or while care is measured, ends the processes and clears away what they left."""

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("simulator.run.replication.LARGE", 1)
    monkeypatch.setattr(until, stopped)
    before = set(active_children())
    with pytest.raises(InterruptedRunError, match="stopped by hand"):
        simulate_study(Asked(str(study), workers=2, out=tmp_path / "cut"))
    assert set(active_children()) == before
    assert not [path.name for path in (tmp_path / "cut").iterdir() if path.is_dir() and path.name != "pictures"]
    assert orjson.loads((tmp_path / "cut" / "manifest.json").read_bytes())["state"] == "partial"


def test_where_everybody_is_inside_is_told() -> None:
    """All use the common journal in a study by itself and in an alternative; not where it is down or somebody left."""
    whole = load_study("quickstart", Figures.load())
    down = replace(whole, outages=(Outage("common", 0, 60),))
    left = replace(whole, participation=replace(ALL_INSIDE, kinds={"gp": Choice("own")}))
    every = {"whole": whole, "down": down, "left": left}
    assert study_facts(whole, 1)["inside"] == [""]
    assert study_facts(down, 1)["inside"] == []
    assert study_facts(replace(whole, alternatives=every, baseline="whole"), 1)["inside"] == ["whole"]
