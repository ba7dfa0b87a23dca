"""Serves one journal with several processes: starts them on one socket, replaces one that dies, ends them together.

Each is a whole journal over the same database, whose writer takes turns with the others'. A process whose parent is
gone ends as if it had been asked to.
"""

import multiprocessing
import os
import signal
import socket
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
_AGAIN_S: Final = 0.5


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


class _Team:
    def __init__(self, settings: Settings, bound: socket.socket) -> None:
        self.settings = settings
        self.bound = bound
        # The writing end stays with this process alone: when it closes, this process is gone.
        self.lifeline = os.pipe()
        self.ready = _FORK.Semaphore(0)
        self.going = True

    def run(self, announce: Callable[[], None]) -> None:
        """Starts the processes, watches over them, and ends them."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        team = [self._start() for _ in range(self.settings.workers)]
        waiting = len(team)
        while self.going:
            time.sleep(0.02 if waiting else _LOOK_S)
            while waiting and self.ready.acquire(block=False):
                waiting -= 1
                if not waiting:
                    announce()
            team = [process if process.is_alive() else self._replace(process) for process in team]
        self._end(team)

    def _start(self) -> ForkProcess:
        process = _FORK.Process(target=self._work)
        process.start()
        return process

    @staticmethod
    def _end(team: list[ForkProcess]) -> None:
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

    def _replace(self, ended: ForkProcess) -> ForkProcess:
        if not self.going:
            return ended
        sys.stderr.write(f"journal: a worker ended with {ended.exitcode}; starting another\n")
        time.sleep(_LOOK_S)
        return self._start()

    def _work(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.close(self.lifeline[1])
        threading.Thread(target=self._follow, daemon=True).start()
        serve(build_app(self.settings), self.bound, self.ready.release)

    def _follow(self) -> None:
        os.read(self.lifeline[0], 1)
        os.kill(os.getpid(), signal.SIGTERM)
