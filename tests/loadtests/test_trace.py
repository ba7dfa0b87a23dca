"""Cutting the interactions at the window, and who waits for whom."""

import errno
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from loadtests.guard import refuse_real_numbers
from loadtests.recorder import Recorder, recover
from loadtests.trace import make_trace, read_interactions
from simulator.domain.person_number import is_synthetic, is_valid
from simulator.errors import DiskFullError, InputError, OutputError, PersonNumberError


def test_the_window_decides_what_is_seeded_and_what_released(script: Any) -> None:
    """Before it, writes are seeded and reads left out; in it, all is released; after it, nothing."""
    who = script.patient(1)
    script.add("create", "Task", -5.0, resident=1, needs=[who], phase="care")
    script.add("search", "Task", -4.0, resident=1, needs=[who], phase="care")
    first = script.add("create", "Task", 0.0, resident=1, needs=[who])
    script.add("search", "Task", 9.5, resident=1, needs=[who])
    script.add("search", "Task", 10.0, resident=1, needs=[who])
    trace = make_trace(script.frame(), script.start, 10.0)
    assert [row["type"] for row in trace.seeds] == ["Patient", "Task"]
    assert trace.care["interaction"][0] == first
    assert trace.intended == [0, 9_500_000_000]
    assert trace.left_out == 1


def test_a_resident_and_a_reference_make_an_order(script: Any) -> None:
    """Same resident: one after another. Another's resource: after its create. Strangers: free."""
    a = script.add("create", "Task", 0.0, resident=1, event=1)
    script.add("create", "Task", 0.0, resident=1, event=2)
    script.add("create", "Task", 0.0, resident=2, event=3, needs=[a])
    script.add("create", "Task", 0.0, resident=3, event=4)
    script.add("create", "Task", 0.0, event=5)
    script.add("update", "Task", 0.0, event=5, target=a)
    trace = make_trace(script.frame(), script.start, 1.0)
    assert trace.waits == [0, 1, 1, 0, 0, 2]
    assert trace.followers == [(1, 2, 5), (), (), (), (5,), ()]


def test_an_empty_window_is_said_so(script: Any) -> None:
    """Nothing to release is an input error naming the window."""
    script.add("create", "Task", 5.0)
    with pytest.raises(InputError, match="no interaction falls"):
        make_trace(script.frame(), script.start - timedelta(days=1), 10.0)


def test_a_trace_without_what_it_needs_is_refused(script: Any) -> None:
    """A reference to an interaction that is not in the file is an input error."""
    script.add("create", "Task", 5.0, needs=["absent"])
    with pytest.raises(InputError, match="absent"):
        make_trace(script.frame(), script.start, 10.0)


@pytest.mark.parametrize("content", [None, b"not parquet"])
def test_an_unreadable_file_is_an_input_error(tmp_path: Path, content: bytes | None) -> None:
    """Missing, or not Parquet: one clear message."""
    if content is not None:
        (tmp_path / "interactions.parquet").write_bytes(content)
    with pytest.raises(InputError):
        read_interactions(tmp_path)
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "interactions.parquet")
    with pytest.raises(InputError, match="columns are missing"):
        read_interactions(tmp_path)


def _real_number() -> str:
    """A number outside the synthetic series, found by computation."""
    start = 1_01_80_00000
    numbers = (f"{n:011d}" for n in range(start, start + 2_000_000))
    return next(number for number in numbers if is_valid(number, rule="strict") and not is_synthetic(number))


@pytest.mark.parametrize("column", ["body", "query", "if_none_exist", "target"])
def test_a_real_person_number_stops_everything(script: Any, column: str) -> None:
    """Nothing is sent when a body, a query or criteria hold a number that could be real; it is not repeated."""
    number = _real_number()
    text = f'{{"value":"{number}"}}'
    script.add("create", "Task", 0.0, **{column: text.encode() if column == "body" else text})
    with pytest.raises(PersonNumberError) as error:
        refuse_real_numbers(script.frame())
    assert number not in str(error.value)


def test_what_was_recorded_survives_without_a_finish(script: Any, tmp_path: Path) -> None:
    """Columns are on disk as they are written: rows released but unanswered become unknown."""
    for i in range(3):
        script.add("create", "Task", float(i))
    trace = make_trace(script.frame(), script.start, 10.0)
    recorder = Recorder(tmp_path, 3, {})
    recorder.released[0], recorder.sent[0], recorder.done[0] = 1, 2, 3
    recorder.status[0] = 201
    recorder.name(0, "Task/1", "1")
    recorder.released[1] = 9
    recorder.flush()
    load = recover(tmp_path, trace.care, trace.intended)
    recorder.discard()
    assert load.select("status", "outcome", "done", "resource").rows() == [
        (201, "ok", 3, "Task/1"),
        (0, "unknown", 9, None),
    ]


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    """A second run into the same folder is refused while the first is there."""
    first = Recorder(tmp_path, 3, {})
    with pytest.raises(OutputError, match="under way"):
        Recorder(tmp_path, 3, {})
    first.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """No folder, no run: one clear message and nothing left behind."""
    with pytest.raises(OutputError, match="cannot be written"):
        Recorder(tmp_path / "absent", 3, {})


def test_a_full_disk_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When names can no longer be written, the error says the disk is full."""
    recorder = Recorder(tmp_path, 3, {})

    class Full:
        """A file on a full disk."""

        def write(self, _: str) -> None:
            """Fail as the system does."""
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(recorder, "_answers", Full())
        with pytest.raises(DiskFullError, match="full"):
            recorder.flush()
    recorder.discard()
