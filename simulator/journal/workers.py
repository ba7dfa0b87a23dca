"""Serves one journal with several processes: starts them on one socket, replaces one that dies, ends them together.

Each is a whole journal over the same database, whose writer takes turns with the others'. A process whose parent is
gone ends as if it had been asked to. When it is changed (SIGHUP) new interpreters serve first, with the program as it
is on the disk by then; the former processes then take nothing new, finish, and say goodbye.
"""

import contextlib
import multiprocessing
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from typing import Final

from simulator.journal import shelf
from simulator.journal.app import build_app
from simulator.journal.bulk.jobs import clear_unfinished
from simulator.journal.server import serve
from simulator.journal.settings import Settings
from simulator.journal.storage.migrations import migrate
from simulator.journal.storage.opening import database, own

_FORK: Final = multiprocessing.get_context("fork")
_GRACE_S: Final = 15.0
_LOOK_S: Final = 0.2
_FIRST_LOOK_S: Final = 0.02
_AGAIN_S: Final = 0.5
FRESH: Final = [sys.executable, "-m", "simulator.journal.workers"]
"""The command of a process that serves with the program on the disk; it is told the rest on its standard input."""
TEAM: Final = "team"
"""The file in the data folder that names the process to ask for a change, and how many there have been."""


def serve_with(settings: Settings, bound: socket.socket, announce: Callable[[], None]) -> None:
    """Serves with ``settings.workers`` processes until SIGTERM or SIGINT; ``announce`` is called when all are ready.

    Raises:
        InUseError: Another journal has the database open.
        TooNewError: A later journal made it.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    with own(settings.data):
        shelf.empty(settings.data)
        clear_unfinished(settings.data)
        kept = database(settings)
        connection = kept.connect(write=True)
        migrate(kept, connection)
        connection.close()
        bound.listen(4096)
        _Team(settings, bound).run(announce)


class _Fresh:
    """A process of a new interpreter, spoken to as one that was forked."""

    def __init__(self, settings: Settings, bound: socket.socket, lifeline: int, ready: int) -> None:
        told = pickle.dumps((settings, bound.fileno(), lifeline, ready))
        self._process = subprocess.Popen(FRESH, stdin=subprocess.PIPE, pass_fds=(bound.fileno(), lifeline, ready))
        assert self._process.stdin is not None
        self._process.stdin.write(told)
        self._process.stdin.close()
        self.terminate, self.kill = self._process.terminate, self._process.kill

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exitcode(self) -> int | None:
        return self._process.poll()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def join(self, timeout: float | None = None) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)


_Worker = ForkProcess | _Fresh


class _Team:
    def __init__(self, settings: Settings, bound: socket.socket) -> None:
        self.settings = settings
        self.bound = bound
        # The writing end stays with this process alone: when it closes, this process is gone.
        self.lifeline = os.pipe()
        self.ready = os.pipe()
        os.set_blocking(self.ready[0], False)
        self.going, self.asked, self.changes = True, False, 0

    def run(self, announce: Callable[[], None]) -> None:
        """Starts the processes, watches over them, changes them when asked, and ends them."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._ask)
        team: list[_Worker] = [self._start() for _ in range(self.settings.workers)]
        waiting = len(team)
        while self.going and waiting:
            time.sleep(_FIRST_LOOK_S)
            waiting -= self._heard()
            team = [process if process.is_alive() else self._replace(process) for process in team]
        if self.going:
            self._tell()
            announce()
        while self.going:
            time.sleep(_LOOK_S)
            team = [process if process.is_alive() else self._replace(process) for process in team]
            if self.asked:
                team = self._change(team)
        self._end(team)
        (self.settings.data / TEAM).unlink(missing_ok=True)

    def _start(self) -> _Worker:
        if self.changes or self.asked:
            return _Fresh(self.settings, self.bound, self.lifeline[0], self.ready[1])
        process = _FORK.Process(target=self._work)
        process.start()
        return process

    def _heard(self) -> int:
        """How many have said since the last time that they serve."""
        with contextlib.suppress(BlockingIOError):
            return len(os.read(self.ready[0], 1024))
        return 0

    def _come_to_serve(self, team: list[_Worker]) -> bool:
        """Waits until all of them serve; False when one of them has ended, or all are to end."""
        waiting = len(team)
        while self.going and waiting and all(process.is_alive() for process in team):
            time.sleep(_FIRST_LOOK_S)
            waiting -= self._heard()
        return not waiting

    def _change(self, team: list[_Worker]) -> list[_Worker]:
        """New processes serve before the former ones leave; if they do not come to serve the former ones stay."""
        self._heard()
        new = [self._start() for _ in team]
        self.asked = False
        leaving = team if self._come_to_serve(new) else new
        for process in leaving:
            os.kill(process.pid or 0, signal.SIGHUP if leaving is team else signal.SIGKILL)
        until = time.monotonic() + _GRACE_S
        for process in leaving:
            process.join(max(0.0, until - time.monotonic()))
            process.kill()
            process.join()
        if leaving is team:
            self.changes += 1
            self._tell()
        return new if leaving is team else team

    def _tell(self) -> None:
        (self.settings.data / TEAM).write_text(f"{os.getpid()} {self.changes}", encoding="ascii")

    @staticmethod
    def _end(team: list[_Worker]) -> None:
        """Asks until all have ended, since one that is only just starting does not hear; kills what does not end."""
        until = time.monotonic() + _GRACE_S
        while any(process.is_alive() for process in team) and time.monotonic() < until:
            for process in team:
                process.terminate()
            team[-1].join(_AGAIN_S)
        for process in team:
            process.kill()
            process.join()

    def _stop(self, *_: object) -> None:
        self.going = False

    def _ask(self, *_: object) -> None:
        self.asked = True

    def _replace(self, ended: _Worker) -> _Worker:
        if not self.going:
            return ended
        sys.stderr.write(f"journal: a worker ended with {ended.exitcode}; starting another\n")
        time.sleep(_LOOK_S)
        return self._start()

    def _work(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.close(self.lifeline[1])
        work(self.settings, self.bound, self.lifeline[0], self.ready[1])


def work(settings: Settings, bound: socket.socket, lifeline: int, ready: int) -> None:
    """Serves as one of several until told to end, or until the process at the other end of ``lifeline`` is gone."""
    threading.Thread(target=_follow, args=(lifeline,), daemon=True).start()
    serve(build_app(settings), bound, lambda: os.write(ready, b"."))


def _follow(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serves as a process that was started for a change."""
    settings, socket_number, lifeline, ready = pickle.load(sys.stdin.buffer)  # noqa: S301  its parent's own words
    work(settings, socket.socket(fileno=socket_number), lifeline, ready)


if __name__ == "__main__":
    main()
