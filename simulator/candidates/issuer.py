"""The token service beside a candidate: where it is, and starting it with a key made for the run."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from simulator.candidates import process as processes
from simulator.candidates.oauth import write_fresh_key
from simulator.candidates.waiting import Beginning, wait_until_ready
from simulator.candidates.words import fill
from simulator.domain.candidate import Tokens
from simulator.errors import InputError

ISSUER_VARIABLE: Final = "JOURNALBENK_ISSUER"
"""Where the token service started beside a candidate answers, for the processes of the same run."""


def issuer_of(tokens: Tokens, environment: Mapping[str, str]) -> str:
    """The token service's address; raises InputError when it is started with a candidate that is not started."""
    if "{issuer_port}" not in tokens.issuer:
        return tokens.issuer.rstrip("/")
    found = environment.get(ISSUER_VARIABLE, "")
    if not found:
        raise InputError(
            "the token service beside the candidate is not started",
            expected=f"its address in {ISSUER_VARIABLE}",
            remedy="Let the bench start the candidate, or write the issuer's own address.",
        )
    return found


@dataclass(frozen=True, slots=True)
class Beside:
    """What a process beside the candidate adds: words for its command, and variables for the processes of the run."""

    words: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict, repr=False)


@contextmanager
def beside(tokens: Tokens | None, log: Path) -> Iterator[Beside]:
    """The token service answering for as long as the block lasts.

    One without ``command`` is taken to run already. The key that the bench proves itself with is made for the run and
    lies in a temporary folder. Raises CandidateError when the service does not start.
    """
    if tokens is None or not tokens.command:
        yield Beside({"issuer": tokens.issuer.rstrip("/")} if tokens else {})
        return
    port = processes.free_port()
    issuer = tokens.issuer.replace("{issuer_port}", str(port)).rstrip("/")
    with TemporaryDirectory(prefix="journalbenk-key-") as folder:
        private, public = write_fresh_key(Path(folder))
        words = {"issuer": issuer, "issuer_port": str(port), "jwks": str(public), "python": sys.executable}
        command = [fill(part, words) for part in tokens.command]
        with processes.started(command, Path(folder), log) as process:
            found = Beginning("the token service", f"{issuer}/.well-known/openid-configuration", log, process.poll)
            wait_until_ready(found)
            yield Beside(words, {ISSUER_VARIABLE: issuer, tokens.key_variable: str(private)})
