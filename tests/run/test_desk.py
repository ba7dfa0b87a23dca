"""The smaller jobs of the command line leave whole files or none."""

import errno
from pathlib import Path

import pytest

from simulator.errors import DiskFullError
from simulator.run.desk import publish_contract


def test_a_contract_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up under way leaves no half of a page, and the former one where there was one."""
    page, statement = publish_contract(tmp_path, "nb")
    before = page.read_bytes()
    statement.unlink()
    usual = Path.write_bytes

    def half(path: Path, data: bytes) -> int:
        usual(path, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    monkeypatch.setattr(Path, "write_text", lambda path, text, *_: half(path, text.encode()))
    with pytest.raises(DiskFullError):
        publish_contract(tmp_path, "nb")
    assert page.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [page.name]
