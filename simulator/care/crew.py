"""Those who simulate: a station in this process, or in processes beside it; all alike to whoever asks them."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from simulator.care.calm import unheard
from simulator.care.colleague import Crew, Here
from simulator.care.garbage import uncollected
from simulator.care.plan import Plan
from simulator.care.station import Station
from simulator.errors import BenchError

_PATIENCE_S: Final = 5.0


def crew_of(plan: Plan, workers: int, folder: Path) -> AbstractContextManager[Crew]:
    """A crew of this machine. However the block ends, no process is left behind."""
    return _beside(plan, workers, folder) if workers > 1 else _here(plan, folder)


@contextmanager
def _here(plan: Plan, folder: Path) -> Iterator[Crew]:
    with uncollected():
        yield [Here(Station(plan, folder))]


@contextmanager
def _beside(plan: Plan, workers: int, folder: Path) -> Iterator[Crew]:
    with ExitStack() as stack:
        yield [stack.enter_context(_process(plan, folder)) for _ in range(workers)]


class Beside:
    """A station in another process of this machine, waited for by a thread of its own."""

    far = False

    def __init__(self, process: BaseProcess, pipe: "Connection[Any, Any]") -> None:
        self.pid = process.pid
        self._process = process
        self._pipe = pipe
        self._caller = ThreadPoolExecutor(1)

    def ask(self, method: str, *given: Any) -> "Future[Any]":
        """Have the process do it; the future raises BenchError when the process is no more."""
        return self._caller.submit(self._call, method, given)

    def dismiss(self) -> None:
        """End the process, whatever it is doing."""
        self._caller.shutdown(wait=False, cancel_futures=True)
        self._process.terminate()
        self._process.join()
        self._caller.shutdown()
        self._pipe.close()

    def _call(self, method: str, given: tuple[Any, ...]) -> Any:
        try:
            self._pipe.send((method, given))
            well, answer = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join(_PATIENCE_S)
            raise BenchError(
                f"a worker process ended while it simulated (exit code {self._process.exitcode})",
                remedy="It was killed, often for want of memory: take fewer --workers or fewer municipalities.",
            ) from None
        if well:
            return answer
        raise answer


@contextmanager
def _process(plan: Plan, folder: Path) -> Iterator[Beside]:
    # Spawned, not forked: the columns' library keeps threads that a fork would cut off.
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, plan, folder), daemon=True)
    with unheard():
        process.start()
    theirs.close()
    colleague = Beside(process, ours)
    try:
        yield colleague
    finally:
        colleague.dismiss()


def _serve(pipe: "Connection[Any, Any]", plan: Plan, folder: Path) -> None:
    """What a worker process does: answer until whoever asks is gone."""
    station = Station(plan, folder)
    with suppress(EOFError, BrokenPipeError), uncollected():
        while True:
            method, given = pipe.recv()
            pipe.send(_answer(getattr(station, method), given))


def _answer(act: Callable[..., Any], given: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, act(*given)
    except Exception as error:  # noqa: BLE001  raised again by whoever asked
        return False, error
