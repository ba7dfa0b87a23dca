"""Those who simulate: a station in this process, or in processes beside it; all alike to whoever asks them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
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
_BEGIN: Final = "begin"
"""Asked of a process before anything else: whose plan it is to simulate by."""


def crew_of(plan: Plan, workers: int, folder: Path, hands: "Sequence[Beside]" = ()) -> AbstractContextManager[Crew]:
    """A crew of this machine: of ``hands`` when there are any, else of processes that end with the block."""
    return _beside(plan, workers, folder, hands) if workers > 1 else _here(plan, folder)


@contextmanager
def hired(workers: int) -> "Iterator[list[Beside]]":
    """Processes that get ready to simulate while there is nothing to simulate yet; nobody for one worker.

    However the block ends, no process is left behind.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(_process()) for _ in range(workers)] if workers > 1 else []


@contextmanager
def _here(plan: Plan, folder: Path) -> Iterator[Crew]:
    with uncollected():
        yield [Here(Station(plan, folder))]


@contextmanager
def _beside(plan: Plan, workers: int, folder: Path, hands: "Sequence[Beside]") -> Iterator[Crew]:
    with nullcontext(hands) if hands else hired(workers) as crew:
        for colleague in crew:
            # What becomes of it is told by whatever is asked next.
            colleague.ask(_BEGIN, plan, folder)
        with at_work(crew):
            yield list(crew)


@contextmanager
def at_work(hands: "Sequence[Beside]") -> Iterator[None]:
    """A block that ends these processes when it ends badly: they write nothing into what is cleared away then."""
    try:
        yield
    except BaseException:
        for hand in hands:
            hand.dismiss()
        raise


class Beside:
    """A station in another process of this machine, waited for by a thread of its own."""

    far = False

    def __init__(self, process: BaseProcess, pipe: "Connection[Any, Any]") -> None:
        self.pid = process.pid
        self._process = process
        self._pipe = pipe
        self._caller = ThreadPoolExecutor(1)

    def ask(self, method: str | Callable[..., Any], *given: Any) -> "Future[Any]":
        """Have the process do it; the future raises BenchError when the process is no more.

        A method is one of its station; a function of a module is called as it is.
        """
        return self._caller.submit(self._call, method, given)

    def dismiss(self) -> None:
        """End the process, whatever it is doing."""
        self._caller.shutdown(wait=False, cancel_futures=True)
        self._process.terminate()
        self._process.join()
        self._caller.shutdown()
        self._pipe.close()

    def _call(self, method: str | Callable[..., Any], given: tuple[Any, ...]) -> Any:
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
def _process() -> Iterator[Beside]:
    # Spawned, not forked: the columns' library keeps threads that a fork would cut off.
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    with unheard():
        process.start()
    theirs.close()
    colleague = Beside(process, ours)
    try:
        yield colleague
    finally:
        colleague.dismiss()


def _serve(pipe: "Connection[Any, Any]") -> None:
    """What a worker process does: answer until whoever asks is gone."""
    station: Station | None = None
    with suppress(EOFError, BrokenPipeError), uncollected():
        while True:
            method, given = pipe.recv()
            if method == _BEGIN:
                station = Station(*given)
                pipe.send((True, None))
            else:
                pipe.send(_answer(method if callable(method) else getattr(station, method), given))


def _answer(act: Callable[..., Any], given: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, act(*given)
    except Exception as error:  # noqa: BLE001  raised again by whoever asked
        return False, error
