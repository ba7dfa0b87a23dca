"""``python -m loadtests FOLDER``: seed the candidate, replay the window by the clock, record, and judge the run."""

import argparse
import gc
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import gevent
import locust  # noqa: F401  importing it makes sockets cooperative, which must come before anything opens one
import orjson
import polars as pl

from loadtests import account, guard, readback, recorder
from loadtests.client import Bounds, Connection, watch
from loadtests.engine import Engine, prepare
from loadtests.locustfile import Replay
from loadtests.seeding import Seeded, Seeder
from loadtests.target import Target, target
from loadtests.trace import Trace, make_trace, read_interactions
from loadtests.wire import Writer
from simulator.errors import BenchError, InputError, InterruptedRunError

_SEEDERS: Final = 4

Say = Callable[[str, int, int], None]


class Progress:
    """Tells how far the work has come, a few times a second, as JSON lines on standard error."""

    def __init__(self) -> None:
        self._last = 0.0

    def tell(self, stage: str, done: int, total: int) -> None:
        """Stage ``stage`` has done ``done`` of ``total``; said at most twice a second, and at the end."""
        now = time.monotonic()
        if done >= total or now - self._last >= 0.5:
            self._last = now
            sys.stderr.buffer.write(orjson.dumps({"stage": stage, "done": done, "of": total}) + b"\n")
            sys.stderr.buffer.flush()


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m loadtests", description=__doc__)
    made.add_argument("folder", type=Path, help="folder with interactions.parquet; results are written beside it")
    made.add_argument("--base-url", default="", help="FHIR base of the candidate")
    made.add_argument("--window-start", help="first instant replayed, ISO 8601 with offset")
    made.add_argument("--seconds", type=float, default=60.0, help="length of the window (default 60)")
    made.add_argument("--slots", type=int, default=128, help="requests in flight at most (default 128)")
    made.add_argument("--timeout", type=float, default=30.0, help="seconds an answer is waited for (default 30)")
    made.add_argument("--drain", type=float, default=60.0, help="seconds waited after the last release (default 60)")
    made.add_argument("--read-back", type=int, default=200, help="acknowledged writes read again (default 200)")
    made.add_argument("--token-variable", default="", help="environment variable that holds the bearer token")
    made.add_argument("--allow-remote", action="store_true", help="allow an address other than loopback")
    made.add_argument("--recover", action="store_true", help="make load.parquet of an interrupted run; send nothing")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run the load of one folder; the exit code is 0, 2 (wrong input) or 3 (interrupted, or the bench cannot say)."""
    options = parser().parse_args(arguments)
    try:
        if options.recover:
            _recover(options.folder)
        else:
            _run(options)
    except BenchError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def _run(options: argparse.Namespace) -> None:
    _check(options)
    aim = target(options.base_url, token_variable=options.token_variable, allow_remote=options.allow_remote)
    frame = read_interactions(options.folder)
    guard.refuse_real_numbers(frame)
    trace = make_trace(frame, _instant(options.window_start), options.seconds)
    window = {"window_start": options.window_start, "window_seconds": options.seconds, "base_url": options.base_url}
    record = recorder.Recorder(options.folder, trace.care.height, window)
    progress, bounds = Progress().tell, Bounds(timeout_s=options.timeout)
    writer = Writer(aim)
    try:
        with _on_signals(gevent.kill, gevent.getcurrent(), KeyboardInterrupt):
            seeder = _seed(trace, writer, aim, bounds, progress)
        before = account.usage()
        templates = [writer.template(row) for row in trace.care.iter_rows(named=True)]
        engine = Engine(trace, prepare(templates, seeder.references), seeder.references, record)
        prepared = account.usage().since(before)
    except (BenchError, KeyboardInterrupt) as error:
        record.discard()
        if isinstance(error, KeyboardInterrupt):
            raise InterruptedRunError("stopped while seeding; nothing was measured") from None
        raise
    replay = Replay(trace, engine, aim, bounds)
    used = _replay(replay, options, progress)
    load = record.finish(trace.care, trace.intended, time.monotonic_ns() - engine.start_ns if engine.start_ns else 0)
    counts = account.Account(
        intended=trace.care.height,
        slots=options.slots,
        slot_waits=engine.slot_waits,
        backlog_max=engine.backlog_max,
        in_flight=replay.in_flight,
        used=used,
        prepared=prepared,
        seeded=seeder.counts,
        interrupted=replay.stopped,
        window=window,
    )
    account.write(options.folder, account.describe(load, counts))
    if replay.stopped:
        raise InterruptedRunError(
            "the load run was stopped; what was done so far is in load.parquet, marked as partial"
        )
    _read_back(load, options, writer, Connection(aim, bounds))


def _read_back(load: pl.DataFrame, options: argparse.Namespace, writer: Writer, connection: Connection) -> None:
    helper = gevent.spawn(watch, [connection])
    chosen = readback.choose(load, options.read_back)
    try:
        with _on_signals(gevent.kill, gevent.getcurrent(), KeyboardInterrupt):
            readback.read_back(options.folder, chosen, writer, connection)
    except KeyboardInterrupt:
        raise InterruptedRunError(
            "stopped while reading back; what was measured is in load.parquet, whole", where=str(options.folder)
        ) from None
    finally:
        helper.kill()


def _seed(trace: Trace, writer: Writer, aim: Target, bounds: Bounds, progress: Say) -> Seeder:
    connections = [Connection(aim, bounds) for _ in range(_SEEDERS)]
    helper = gevent.spawn(watch, connections)
    seeder = Seeder(writer, connections, progress)
    try:
        seeder.seed(trace.seeds)
    finally:
        helper.kill()
        for connection in connections:
            connection.close()
    return seeder


def _replay(replay: Replay, options: argparse.Namespace, progress: Say) -> account.Usage:
    # A collection of a large heap would hold up releases for tens of milliseconds.
    gc.collect()
    gc.freeze()
    gc.disable()
    before = account.usage()
    with _on_signals(replay.stop):
        replay.run(options.slots, options.drain, progress)
    return account.usage().since(before)


@contextmanager
def _on_signals(action: Callable[..., object], *arguments: object) -> Iterator[None]:
    """Ctrl-C and SIGTERM lead to ``action`` meanwhile."""
    handlers = [gevent.signal_handler(number, action, *arguments) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    finally:
        for handler in handlers:
            handler.cancel()


def _recover(folder: Path) -> None:
    window: dict[str, Any] = recorder.window_of(folder)
    trace = make_trace(read_interactions(folder), _instant(window["window_start"]), float(window["window_seconds"]))
    load = recorder.recover(folder, trace.care, trace.intended)
    nothing = account.Usage(0.0, 0.0, 0.0)
    counts = account.Account(
        trace.care.height, 0, 0, 0, [], nothing, nothing, Seeded(), interrupted=True, window=window
    )
    account.write(folder, account.describe(load, counts))


def _check(options: argparse.Namespace) -> None:
    if not options.base_url or not options.window_start:
        raise InputError("--base-url and --window-start are needed", remedy="Give both, or --recover.")
    for name in ("seconds", "slots", "timeout"):
        if not getattr(options, name) > 0:
            raise InputError(f"--{name} is {getattr(options, name)}", expected="a number above 0")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"'{text}' is not an instant", expected="ISO 8601, e.g. 2026-01-12T08:00:00+01:00") from None
    if instant.tzinfo is None:
        raise InputError(f"'{text}' has no offset", expected="ISO 8601 with offset, e.g. 2026-01-12T08:00:00+01:00")
    return instant


if __name__ == "__main__":
    sys.exit(main())
