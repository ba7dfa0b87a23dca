"""The thread that writes, as other threads of the journal ask it."""

import asyncio
import threading
from pathlib import Path

import pytest

from simulator.journal import writer
from simulator.journal.app import build_app
from simulator.journal.settings import Settings


def test_a_thread_waits_for_its_work_unless_the_journal_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given what its work gives; while another holds the writer it waits, and gives up when told of the end."""
    monkeypatch.setattr(writer, "LOOK_S", 0.01)
    held, looked = threading.Event(), threading.Event()

    def ending() -> bool:
        looked.set()
        return len(asked) > 1

    asked: list[int] = []

    async def run() -> None:
        journal = build_app(Settings(tmp_path)).journal
        journal.start()
        wait = journal.writer.wait_for
        assert await asyncio.to_thread(wait, lambda _: 7, None, ending) == 7
        busy = journal.writer.submit(lambda _: held.wait(10))
        waiting = asyncio.create_task(asyncio.to_thread(wait, lambda _: 8, None, ending))
        await asyncio.to_thread(looked.wait, 10)
        assert not waiting.done()
        asked.extend((1, 2))
        with pytest.raises(writer.StoppedError):
            await waiting
        held.set()
        assert await busy
        await journal.stop()

    asyncio.run(run())
