"""The load generator as a part of a run: how it ended is told."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from simulator.domain.scenario import LoadPlan
from simulator.errors import BenchError, InputError
from simulator.figures import Figures
from simulator.run import load
from simulator.run.folder import RunFolder
from simulator.run.job import Job
from simulator.run.progress import Silent


@pytest.mark.parametrize(
    ("ending", "kind", "words"),
    [
        ((-9, '{"stage": "seeding", "done": 1, "of": 2}'), BenchError, "could not be run: killed by signal 9"),
        ((2, "--seconds is 0."), InputError, "could not be run: --seconds is 0"),
        ((3, "the candidate accepted none."), BenchError, "could not be run: the candidate accepted none"),
    ],
)
def test_how_the_generator_ended_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: tuple[int, str], kind: type[BenchError], words: str
) -> None:
    """By the signal that killed it, as its last line says only how far it had come, or by its own last words."""

    def process(_: list[str], log: Path, **__: Any) -> int:
        log.parent.mkdir()
        log.write_text(ending[1], "utf-8")
        return ending[0]

    monkeypatch.setattr(load, "run_process", process)
    system = cast("Any", SimpleNamespace(base_url="http://x", candidate=SimpleNamespace(token_variable="")))
    plan = cast("LoadPlan", SimpleNamespace(window_seconds=1))
    folder = RunFolder.create(tmp_path / "a", "x")
    with pytest.raises(kind, match=words) as told:
        load.replay(folder, system, plan, datetime.now(UTC), Job(Figures.load(), Silent()))
    assert type(told.value) is kind
