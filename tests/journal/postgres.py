"""A PostgreSQL server of the tests' own, on a socket in a temporary folder; no port is opened."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import asyncpg
import uvloop

USER = "postgres"
NUMBERS = count(1)
UNFLUSHED = ("-c", "fsync=off", "-c", "full_page_writes=off")
"""The server is never killed here, the journal is: what the server has taken in it keeps without waiting for a disk."""


def programs() -> Path | None:
    """The folder of Debian's newest PostgreSQL server, or of the one on the path; None when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def server() -> Iterator[str]:
    """A running server's socket folder."""
    folder = programs()
    assert folder is not None, "PostgreSQL is not installed: sudo apt-get install postgresql"
    # The server refuses to run as root; Debian's package brings the user for it.
    user = USER if os.geteuid() == 0 else None
    data = Path(tempfile.mkdtemp(prefix="journal-pg-"))
    if user:
        shutil.chown(data, user)
    made = [str(folder / "initdb"), "-D", str(data / "db"), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    subprocess.run(made, check=True, capture_output=True, user=user, cwd="/")
    run = [str(folder / "postgres"), "-D", str(data / "db"), "-k", str(data), "-c", "listen_addresses="]
    with subprocess.Popen(
        [*run, "-c", "max_connections=300", "-c", "shared_buffers=64MB", *UNFLUSHED],
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            until = time.monotonic() + 30
            while not (data / ".s.PGSQL.5432").exists() and time.monotonic() < until:
                time.sleep(0.05)
            yield str(data)
        finally:
            # A fast shutdown: it ends whoever is still connected.
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
            shutil.rmtree(data, ignore_errors=True)


def new_database(folder: str) -> str:
    """The URL of a fresh, empty database."""
    name = f"journal{next(NUMBERS)}"
    uvloop.run(_create(folder, name))
    return f"postgresql://{USER}@/{name}?host={folder}"


async def _create(folder: str, name: str) -> None:
    for attempt in range(100):
        try:
            wire = await asyncpg.connect(f"postgresql://{USER}@/postgres?host={folder}")
            break
        except (OSError, asyncpg.CannotConnectNowError):
            if attempt == 99:
                raise
            await asyncio.sleep(0.1)
    await wire.execute(f"CREATE DATABASE {name}")
    await wire.close()
