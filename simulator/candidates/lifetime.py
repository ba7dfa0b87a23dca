"""A candidate ready to be asked: started here with a fresh data folder, or found running at its address."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import Popen
from typing import Any, Final
from urllib.parse import urlsplit

from simulator.candidates import process as processes
from simulator.candidates.authentication import authorization, token_of
from simulator.candidates.capability import read_capability, software_of
from simulator.candidates.issuer import beside
from simulator.candidates.neighbourhood import around
from simulator.candidates.transport import Limits, NoAnswerError, Transport
from simulator.candidates.words import fill, values_for
from simulator.domain.candidate import Candidate, Start
from simulator.errors import CandidateError

_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 0.5
_PROBE: Final = Limits(timeout_s=10.0)

OnWait = Callable[[float], None]
"""Told the seconds waited so far, now and then, while a candidate starts."""


@dataclass(frozen=True, slots=True)
class Running:
    """A candidate that answers, and what it says of itself."""

    candidate: Candidate
    base_url: str
    capability: dict[str, Any]
    """Its CapabilityStatement."""
    software: str
    """Name and version from the CapabilityStatement; empty when it gives none."""
    log: Path | None
    """What the process wrote; None when it was not started here."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables that other processes of the run need: where token service and neighbours are, and with which key."""


@contextmanager
def running(
    candidate: Candidate, folder: Path, *, port: int | None = None, on_wait: OnWait | None = None
) -> Iterator[Running]:
    """The candidate, answering, for as long as the block lasts.

    One with ``start`` is started on ``port`` (or a free one) with a fresh data folder ``folder/data`` and its log in
    ``folder/candidate.log``, and is stopped whatever happens in the block. Raises CandidateError when it does not
    start, does not answer or is not FHIR R4, InputError when its token is missing, OutputError for the folder.
    """
    if candidate.start is None:
        yield attach(candidate)
        return
    headers = authorization(token_of(candidate))
    chosen = port or urlsplit(candidate.base_url.replace("{port}", "0")).port or processes.free_port()
    processes.refuse_taken(chosen)
    data = processes.fresh_folder(folder.resolve() / "data")
    log = folder.resolve() / "candidate.log"
    words = values_for(candidate.base_url, chosen, data)
    with (
        beside(candidate.tokens, log.with_name("token-service.log")) as service,
        around(candidate.neighbours, log.with_name("neighbours.log"), service.words) as others,
    ):
        own = words | service.words | others.words
        for name, text in candidate.start.files.items():
            (data / name).write_text(fill(text, own), encoding="utf-8")
        command = [fill(part, own) for part in candidate.start.command]
        with processes.started(command, data, log, candidate.start.install) as process:
            starting = Starting(candidate.name, candidate.start, words["base_url"], headers, process, log)
            wait_until_ready(starting, on_wait)
            found = attach(candidate, words["base_url"], log=log)
            yield replace(found, environment={**service.environment, **others.environment})


def attach(candidate: Candidate, base_url: str = "", *, log: Path | None = None) -> Running:
    """The candidate as it already runs at ``base_url`` (its own, if left out).

    Raises CandidateError when it does not answer or is not FHIR R4, InputError when its token is missing.
    """
    base = (base_url or candidate.base_url).rstrip("/")
    headers = authorization(token_of(candidate))
    transport = Transport(_PROBE)
    try:
        capability = read_capability(transport, base, headers)
    finally:
        transport.close()
    return Running(candidate, base, capability, software_of(capability), log)


@dataclass(frozen=True, slots=True)
class Starting:
    """A process that is starting, and how to see that it is ready."""

    name: str
    start: Start
    base_url: str
    headers: dict[str, str]
    process: Popen[bytes]
    log: Path


def wait_until_ready(starting: Starting, on_wait: OnWait | None = None) -> None:
    """Returns when it answers at its ready path; raises CandidateError when it ends, or takes longer than it may."""
    start, url = starting.start, starting.base_url + starting.start.ready
    transport = Transport(Limits(timeout_s=min(2.0, start.timeout_s), max_body=64 * 1024))
    began, pause, last = time.monotonic(), _FIRST_PAUSE_S, ""
    try:
        while (waited := time.monotonic() - began) < start.timeout_s:
            status = starting.process.poll()
            if status is not None:
                raise _early_exit(starting, status)
            try:
                answer = transport.exchange("GET", url, {"Accept": "application/fhir+json", **starting.headers})
                if answer.status == 200 and starting.process.poll() is None:
                    return
                last = f"last answer: {answer.status}"
            except NoAnswerError as error:
                last = str(error)
            if on_wait is not None:
                on_wait(waited)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
    finally:
        transport.close()
    raise CandidateError(
        f"{starting.name} was started but was not ready after {start.timeout_s:g} s ({last})",
        expected="status 200",
        where=url,
        remedy=f"See its log {starting.log}, which ends:{processes.log_tail(starting.log)}",
    )


def _early_exit(starting: Starting, status: int) -> CandidateError:
    how = f"ended with exit code {status}" if status >= 0 else f"was ended by signal {-status}"
    advice = f"{starting.start.install} " if starting.start.install else ""
    return CandidateError(
        f"{starting.name} {how} before it was ready",
        expected="a server that stays up",
        remedy=f"{advice}Its log {starting.log} ends:{processes.log_tail(starting.log)}",
    )
