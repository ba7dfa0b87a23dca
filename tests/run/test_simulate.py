"""``journalbenk simulate``: the same seed gives the same bytes, in any number of processes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from simulator.domain.tables import EVENTS, INTERACTIONS, POPULATION

DIGESTS = ("population_digest", "timeline_digest", "interactions_digest")


def manifest(folder: Path) -> dict[str, Any]:
    return dict(orjson.loads((folder / "manifest.json").read_bytes()))


def digests(folder: Path) -> list[str]:
    said = manifest(folder)
    return [said[name] for name in DIGESTS]


def test_digests_depend_on_the_seed_alone(journalbenk: Callable[..., Any], islands: Path, tmp_path: Path) -> None:
    """Twice with one seed and with other numbers of workers the digests are equal; with another seed all differ."""
    for name, seed, workers in (("a", 5, 1), ("b", 5, 1), ("c", 5, 2), ("d", 6, 1)):
        done = journalbenk("simulate", islands, "--seed", seed, "--workers", workers, "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "a") == digests(tmp_path / "b") == digests(tmp_path / "c")
    assert not set(digests(tmp_path / "a")) & set(digests(tmp_path / "d"))
    same = [(tmp_path / name / "events.parquet").read_bytes() for name in ("a", "b", "c")]
    assert same[0] == same[1] == same[2]


def test_a_simulated_run_holds_the_promised_tables(
    journalbenk: Callable[..., Any], islands: Path, tmp_path: Path
) -> None:
    """Population, events and interactions have the columns that other tools are promised."""
    journalbenk("simulate", islands, "--out", tmp_path / "a")
    for name, schema in (("population", POPULATION), ("events", EVENTS), ("interactions", INTERACTIONS)):
        frame = pl.read_parquet(tmp_path / "a" / f"{name}.parquet")
        assert dict(frame.schema) == {
            column: kind if isinstance(kind, pl.DataType) else kind() for column, kind in schema.items()
        }
        assert frame.height > 0
    said = manifest(tmp_path / "a")
    assert said["state"] == "complete"
    assert {use["status"] for use in said["assumed"]} == {"assumed"}


def test_interactions_may_be_counted_instead_of_rendered(
    journalbenk: Callable[..., Any], islands: Path, tmp_path: Path
) -> None:
    """A study that only counts has the same events and as many interactions of care, and writes none."""
    counted = tmp_path / "counted.yaml"
    counted.write_text(islands.read_text("utf-8") + "interactions: counted\n", "utf-8")
    for study, name in ((islands, "a"), (counted, "b")):
        done = journalbenk("simulate", study, "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
    written = pl.read_parquet(tmp_path / "a" / "interactions.parquet").filter(pl.col("phase") == "care").height
    said = manifest(tmp_path / "b")
    assert said["interactions_counted"] == written > 100
    assert said["timeline_digest"] == manifest(tmp_path / "a")["timeline_digest"]
    assert not (tmp_path / "b" / "interactions.parquet").exists()


def test_a_study_that_only_counts_is_not_sent_to_a_candidate(
    journalbenk: Callable[..., Any], islands: Path, tmp_path: Path
) -> None:
    """``run`` refuses it before anything is made, with what to do."""
    islands.write_text(islands.read_text("utf-8") + "interactions: counted\n", "utf-8")
    done = journalbenk("run", islands, "--out", tmp_path / "a")
    assert done.returncode == 2
    assert "journalbenk simulate" in done.stderr
    assert not (tmp_path / "a").exists()
