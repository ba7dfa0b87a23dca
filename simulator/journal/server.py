"""Serves a journal over HTTP with uvicorn until it is told to stop."""

import asyncio
import gc
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import uvicorn

from simulator.journal.allocator import steady
from simulator.journal.app import JournalApp
from simulator.journal.journal import Journal
from simulator.journal.protocol import JournalProtocol

# Shorter than the default 5 ms: the writer and the event loop hand the interpreter over often.
SWITCH_INTERVAL = 0.0005


GOODBYE_S = 2.0
"""How long a server that leaves others to serve still answers those who are connected, each with a goodbye."""


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready, and takes its leave when others go on serving (SIGHUP)."""

    announce: Callable[[], object]
    journal: Journal

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to listen, then says so."""
        await super().startup(sockets)
        if self.started:
            self.announce()

    def leave(self, *_: object) -> None:
        """From now on every answer is the last on its connection, and nobody new is let in."""
        self.journal.leaving = True
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends; one that takes its leave first waits for those who are connected to hear of it."""
        if self.journal.leaving:
            for server in self.servers:
                server.close()
            until = time.monotonic() + GOODBYE_S
            while self.server_state.connections and time.monotonic() < until:  # noqa: ASYNC110  a set of uvicorn's own
                await asyncio.sleep(0.02)
        await super().shutdown(sockets)


def ready(base: str) -> None:
    """Prints the one line that tells that a journal is served."""
    sys.stdout.write(f"journal ready at {base}\n")
    sys.stdout.flush()


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address.

    Raises:
        OSError: The address is in use or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    return found


def serve(app: JournalApp, bound: socket.socket, announce: Callable[[], object] | None = None) -> None:
    """Serves until SIGTERM or SIGINT, or until others serve in its place (SIGHUP).

    What was acknowledged is durable, what was under way is finished.

    ``announce`` is called when it serves; without it, a line is printed.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    steady()
    # The tables of R4 stay for good: the collector need not look through them again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    # Whoever sends what is no request is told so, and does not fill the log.
    options: dict[str, Any] = {"log_level": "error", "access_log": False, "server_header": False}
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=JournalProtocol,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=5,
        backlog=4096,
        proxy_headers=False,
        **options,
    )
    server = Server(config)
    server.journal = app.journal
    signal.signal(signal.SIGHUP, server.leave)
    server.announce = announce or (lambda: ready(app.journal.base))
    # uvicorn raises the signal again when it has shut down; the journal has then done what was asked.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    server.run(sockets=[bound])
