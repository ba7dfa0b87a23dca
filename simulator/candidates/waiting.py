"""Waiting until a process that was started beside a candidate answers."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulator.candidates import process as processes
from simulator.candidates.transport import Limits, NoAnswerError, Transport
from simulator.errors import CandidateError

PATIENCE_S: Final = 30.0
_PAUSE_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Beginning:
    """A process that is starting: what it is, the address that answers 200 once it is up, its log, its exit code."""

    what: str
    url: str
    log: Path
    poll: Callable[[], int | None]


def wait_until_ready(starting: Beginning) -> None:
    """Returns once it answers; raises CandidateError with the end of its log when it ends, or is not up in time."""
    transport = Transport(Limits(timeout_s=2.0))
    began, last = time.monotonic(), ""
    try:
        while time.monotonic() - began < PATIENCE_S and starting.poll() is None:
            try:
                answer = transport.exchange("GET", starting.url, {"Accept": "application/json"})
                if answer.status == 200:
                    return
                last = f"last answer: {answer.status}"
            except NoAnswerError as error:
                last = str(error)
            time.sleep(_PAUSE_S)
    finally:
        transport.close()
    remedy = f"See the log {starting.log}, which ends:{processes.log_tail(starting.log)}"
    raise CandidateError(
        f"{starting.what} did not start ({last})", expected="status 200", where=starting.url, remedy=remedy
    )
