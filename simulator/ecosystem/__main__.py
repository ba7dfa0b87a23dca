"""Starts the neighbours: ``python -m simulator.ecosystem --port 8090 --client bench=jwks.json``."""

import argparse
import socket
import sys

import uvicorn

from simulator.ecosystem.app import build_app
from simulator.ecosystem.line import Line
from simulator.ecosystem.tokens.clients import read_client
from simulator.errors import BenchError


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.ecosystem", description="Token service, registers and other neighbours."
    )
    parser.add_argument("--port", type=int, default=8090, help="port on 127.0.0.1 (8090; 0 picks a free one)")
    parser.add_argument(
        "--client", action="append", default=[], metavar="ID=FILE", help="a client and its public key set"
    )
    parser.add_argument(
        "--audience", default="", metavar="NAME", help="for whom a client's token is that names nobody (SMART clients)"
    )
    return parser.parse_args(words)


class _Server(uvicorn.Server):
    address = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to listen, then says so in one line."""
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(f"neighbours ready at {self.address}\n")
            sys.stdout.flush()


def main(words: list[str]) -> int:
    """Serves on loopback until told to stop; 2 with a line on stderr when it cannot start."""
    options = _arguments(words)
    try:
        clients = [read_client(text) for text in options.client]
    except BenchError as error:
        sys.stderr.write(f"ecosystem: {error}\n")
        return error.exit_code
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", options.port))
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"ecosystem: cannot listen on 127.0.0.1:{options.port} ({error}); choose another --port\n")
        return 2
    with bound:
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        config = uvicorn.Config(
            build_app(address, clients, options.audience),
            http=Line,
            log_level="error",
            access_log=False,
            ws="none",
        )
        server = _Server(config)
        server.address = address
        server.run(sockets=[bound])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
