"""A candidate's own process: started without a shell in a group of its own, watched, and always stopped."""

import os
import secrets
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from simulator.errors import CandidateError, InputError, OutputError

STOP_S: Final = 10.0
_FIRST_PORT: Final = 10_000
_CLIENT_PORTS: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL_FIRST_CLIENT_PORT: Final = 32_768
_LOG_LINES: Final = 15
_LOG_BYTES: Final = 16 * 1024


def free_port() -> int:
    """A port on this machine that nothing uses right now, and that no outgoing connection will be given.

    The ports that the system hands to clients are left out: between this look and the candidate's start, any client on
    the machine could be given one.
    """
    below = _first_client_port()
    while True:
        port = secrets.choice(range(_FIRST_PORT, below))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def _first_client_port() -> int:
    """Where the ports begin that Linux hands to outgoing connections; elsewhere the usual beginning."""
    try:
        first = int(_CLIENT_PORTS.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        first = 0
    return first if first > 2 * _FIRST_PORT else _USUAL_FIRST_CLIENT_PORT


def refuse_taken(port: int) -> None:
    """Raises InputError when something already listens on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise InputError(
                f"port {port} cannot be used ({getattr(error, 'strerror', None) or error})",
                expected="a free port on 127.0.0.1",
                remedy="Stop what listens there, or leave the port out and a free one is chosen.",
            ) from None


def fresh_folder(path: Path) -> Path:
    """A new, empty folder; raises OutputError when it is taken or cannot be made."""
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        raise OutputError(
            "already exists", expected="a fresh folder for the candidate's data", where=str(path), remedy="Use another."
        ) from None
    except OSError as error:
        raise OutputError(f"cannot be made: {error.strerror}", where=str(path), remedy="Use another folder.") from None
    return path


@contextmanager
def started(command: list[str], data: Path, log: Path, install: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """The running process, working in ``data`` and writing to ``log``; it and its children end with the block."""
    with log.open("wb") as sink:
        try:
            process = subprocess.Popen(
                command, cwd=data, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
            )
        except OSError as error:
            raise CandidateError(
                f"'{command[0]}' cannot be started: {error.strerror}", remedy=install or "Check the 'start' command."
            ) from None
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, then end it and whatever it started; returns when it is gone."""
    try:
        _signal_group(process, signal.SIGTERM)
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it started at once, as a power cut would; returns when it is gone."""
    _signal_group(process, signal.SIGKILL)
    process.wait()


def log_tail(log: Path) -> str:
    """The last lines of a log, indented, for an error message."""
    if not log.is_file() or not log.stat().st_size:
        return "\n  (its log is empty)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _LOG_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return "".join(f"\n  | {line[:300]}" for line in lines[-_LOG_LINES:])


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return  # all of it is gone
