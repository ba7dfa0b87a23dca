"""The thread that writes, as other threads of the journal ask it."""

import asyncio
import gc
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest

from simulator.journal import writer
from simulator.journal.app import build_app
from simulator.journal.errors import FhirError, refuse
from simulator.journal.settings import Settings
from simulator.journal.store import Store


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


def test_a_refused_write_leaves_nothing_behind(tmp_path: Path) -> None:
    """What was refused is let go of when its answer is, without a search for garbage."""
    kept: list[weakref.ref[Any]] = []

    class Body:
        """Stands for what a request brought along."""

    def work() -> Any:
        body = Body()
        kept.append(weakref.ref(body))

        def refused(_: Store) -> None:
            raise refuse(412, "conflict", f"not with {body}")

        return refused

    async def run() -> None:
        journal = build_app(Settings(tmp_path)).journal
        journal.start()
        gc.disable()
        try:
            with pytest.raises(FhirError) as told:
                await journal.writer.submit(work())
            assert told.value.status == 412
            del told
            await journal.writer.flush()
            assert kept[0]() is None
        finally:
            gc.enable()
        await journal.stop()

    asyncio.run(run())
