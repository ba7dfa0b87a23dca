"""The neighbours beside a candidate: starting them, and finding them again from another process of the same run."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from simulator.candidates import process as processes
from simulator.candidates.issuer import Beside
from simulator.candidates.transport import Limits, NoAnswerError, Transport
from simulator.candidates.waiting import Beginning, wait_until_ready
from simulator.candidates.words import fill
from simulator.domain.candidate import Neighbours
from simulator.errors import CandidateError

NEIGHBOURS_VARIABLE: Final = "JOURNALBENK_NEIGHBOURS"
"""Where the neighbours started beside a candidate answer, for the processes of the same run."""


def address_of(neighbours: Neighbours, environment: Mapping[str, str]) -> str:
    """The neighbours' address; empty when they are started with a candidate that has not been started."""
    if "{" not in neighbours.address:
        return neighbours.address.rstrip("/")
    return environment.get(NEIGHBOURS_VARIABLE, "")


def who_answers(address: str) -> dict[str, str]:
    """What each neighbour at an address stands for, by name; raises CandidateError when they do not say."""
    transport = Transport(Limits(timeout_s=10.0))
    try:
        answer = transport.exchange("GET", f"{address}/ready", {"Accept": "application/json"})
        told: dict[str, str] = orjson.loads(answer.body)["neighbours"]
    except (NoAnswerError, orjson.JSONDecodeError, KeyError) as error:
        raise CandidateError(f"the neighbours do not say who they are ({error})", where=address) from None
    finally:
        transport.close()
    return told


@contextmanager
def around(
    neighbours: Neighbours | None, log: Path, service: Mapping[str, str], port: int | None = None
) -> Iterator[Beside]:
    """The neighbours answering for as long as the block lasts, those that are started on ``port`` or a free one.

    Those without ``command`` are taken to run already, perhaps in the process of the token service whose words are
    ``service``. Raises CandidateError when they do not start.
    """
    if neighbours is None:
        yield Beside()
        return
    chosen = str(port or processes.free_port()) if neighbours.command else ""
    address = fill(neighbours.address, {**service, "neighbours_port": chosen}).rstrip("/")
    words = {"neighbours": address, "neighbours_port": chosen, "python": sys.executable}
    found = Beside(words, {NEIGHBOURS_VARIABLE: address})
    if not neighbours.command:
        yield found
        return
    with TemporaryDirectory(prefix="journalbenk-neighbours-") as folder:
        command = [fill(part, {**service, **words}) for part in neighbours.command]
        with processes.started(command, Path(folder), log) as process:
            wait_until_ready(Beginning("the neighbours' process", f"{address}/ready", log, process.poll))
            yield found
