"""A candidate's measured load fed back into a study: seconds by role, outages at their time of day, clear refusals."""

from pathlib import Path

import orjson
import polars as pl
import pytest

from simulator.domain.scenario import Study
from simulator.domain.systems import Outage
from simulator.domain.tables import LOAD
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.run.feedback import with_feedback
from simulator.run.simulation import Asked, simulate_study
from simulator.scenario import load_study

STUDY = """
study: slow
title: {nb: Ti trege sekunder, en: Ten slow seconds}
municipalities: ["5536"]
start: 2026-01-12
days: 1
seed: 1
pathways: [home-care-round]
baseline: at-once
alternatives:
  at-once: {}
  measured: {response: {from: RUN}}
"""


def measured(folder: Path, slow_ms: int, window_start: int = 30600) -> None:
    """A load run of 60 s, by default from half past eight: nurses wait, and nobody is answered in seconds 20 to 40."""
    (folder / "load").mkdir(parents=True)
    rows = [
        {
            **dict.fromkeys(LOAD),
            "profession": "home-care.nurse",
            "intended": second * 10**9,
            "done": second * 10**9 + slow_ms * 10**6,
            "status": 0 if 20 <= second < 40 else 200,
            "outcome": "unknown" if 20 <= second < 40 else "ok",
        }
        for second in range(60)
    ]
    pl.DataFrame(rows, schema=LOAD, strict=False).write_parquet(folder / "load" / "load.parquet")
    (folder / "manifest.json").write_bytes(orjson.dumps({"load_plan": {"window_start": window_start}}))


def study(folder: Path, run: str) -> Study:
    path = folder / "slow.yaml"
    path.write_text(STUDY.replace("RUN", run), "utf-8")
    return load_study(path, Figures.load())


def test_seconds_and_outages_of_a_run_become_the_studys(tmp_path: Path) -> None:
    """Ten measured seconds are what an interaction takes; twenty lost seconds are an outage at 08:30:20."""
    measured(tmp_path / "run", 10_000)
    fed = with_feedback(study(tmp_path, "run"))
    assert fed.alternatives["measured"].response.of("home-care.nurse") == pytest.approx(10)
    assert fed.alternatives["measured"].response.of("gp.doctor") == pytest.approx(10)
    assert fed.alternatives["measured"].outages == (Outage("common", 30620, 20),)
    assert fed.alternatives["at-once"].outages == ()


@pytest.mark.parametrize(
    ("sunday", "window_start", "at"),
    [
        ("2026-03-29", 30600, 7 * 3600 + 1820),
        ("2026-10-25", 30600, 9 * 3600 + 1820),
        ("2026-10-25", 86370, 25 * 3600 - 10),
    ],
)
def test_an_outage_keeps_its_time_of_day_when_clocks_change(
    tmp_path: Path, sunday: str, window_start: int, at: int
) -> None:
    """What was down at 08:30:20, or just before midnight, is so too on the Sundays of 23 and 25 hours."""
    measured(tmp_path / "run", 10_000, window_start)
    path = study(tmp_path, "run").path
    path.write_text(path.read_text("utf-8").replace("2026-01-12", sunday), "utf-8")
    fed = with_feedback(load_study(path, Figures.load()))
    assert fed.alternatives["measured"].outages == (Outage("common", at, 20),)


def test_a_run_later_than_the_period_gives_no_outage(tmp_path: Path) -> None:
    """A window of the second day has no time in a study of one day; its seconds count all the same."""
    measured(tmp_path / "run", 10_000, window_start=86400 + 30600)
    fed = with_feedback(study(tmp_path, "run"))
    assert fed.alternatives["measured"].outages == ()
    assert fed.alternatives["measured"].response.seconds == pytest.approx(10)


def test_a_run_is_found_by_name_too(tmp_path: Path) -> None:
    """Under the folder that runs are written to."""
    measured(tmp_path / "runs" / "yesterday", 2000)
    fed = with_feedback(study(tmp_path, "yesterday"), tmp_path / "runs")
    assert fed.alternatives["measured"].response.seconds == pytest.approx(2)


def test_a_run_without_load_is_refused(tmp_path: Path) -> None:
    """The message says what to run first."""
    with pytest.raises(InputError, match=r"'nothing' holds no measured load.*journalbenk load"):
        with_feedback(study(tmp_path, "nothing"))


def test_a_damaged_load_is_refused_with_its_place(tmp_path: Path) -> None:
    """What cannot be read is named, without a traceback."""
    measured(tmp_path / "run", 10_000)
    (tmp_path / "run" / "load" / "load.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"load\.parquet: the measured load cannot be read"):
        with_feedback(study(tmp_path, "run"))


def test_a_load_of_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """A table without a column that is read here is not called damaged."""
    measured(tmp_path / "run", 10_000)
    file = tmp_path / "run" / "load" / "load.parquet"
    pl.read_parquet(file).drop("profession").write_parquet(file)
    with pytest.raises(InputError, match=r"another version of journalbenk: it has no column profession.*anew"):
        with_feedback(study(tmp_path, "run"))


def test_ten_slow_seconds_lengthen_a_home_care_morning(tmp_path: Path) -> None:
    """A visit looks up four things and writes two: sixty seconds longer each, and nurses come later to the others."""
    measured(tmp_path / "run", 10_000)
    path = study(tmp_path, "run").path
    done = simulate_study(Asked(str(path), out=tmp_path / "out", replications=12))
    rows = orjson.loads((done.folder / "comparison.json").read_bytes())
    found = {(row["name"], row["over"]): row for row in rows}
    nurses = found["work.minutes", "home-care.nurse"]
    assert nurses["verdict"] == "higher"
    # What begins late enough to end after the period is not in it.
    assert nurses["low"] < found["work.steps", "home-care.nurse"]["value"] * 6 * 10 / 60 < nurses["high"]
    assert found["queue.minutes.mean", "home-care.nurse"]["verdict"] == "higher"
