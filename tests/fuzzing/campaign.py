"""A campaign: drawn requests to an open and to a secured journal until the time is over, each answer judged."""

import contextlib
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzzing.asking import Asking
from tests.fuzzing.channels import Asked, Channels
from tests.fuzzing.material import Material
from tests.fuzzing.oracle import INSIDES, wrong
from tests.fuzzing.site import Got, Site
from tests.fuzzing.street import Passing

ROUND: Final = 150
"""Examples on one planting, after which people and secrets are planted anew."""
WEIGHTS: Final = (40, 24, 8, 8, 5, 5, 5, 5)
_PEOPLE_AND_TYPES: Final = 400


@dataclass
class Tally:
    """What a campaign has seen: requests by status, and the failures with the request that showed each."""

    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def note(self, caller: str, asked: Asked, got: Got, problems: list[str]) -> None:
        """Counts an answer, and keeps what was wrong."""
        self.requests += 1
        self.statuses[str(got.status)] += 1
        if problems:
            told = {"caller": caller, "method": asked.method, "path": asked.path, "headers": asked.headers}
            body = asked.body[:3000].decode("utf-8", "replace")
            answer = got.body[:1500].decode("utf-8", "replace")
            self.failures.append(told | {"body": body, "status": got.status, "answer": answer, "problems": problems})


def remember(site: Site, got: Got) -> None:
    """What was made is known from now on, so that later requests are about it."""
    place = got.headers.get("location", "")
    if got.status == 201 and "/_history/" in place:
        site.known.append(place.removeprefix(f"{site.base}/").partition("/_history/")[0])
        if len(site.known) > _PEOPLE_AND_TYPES:
            del site.known[_PEOPLE_AND_TYPES // 2]


def spares(site: Site, caller: str, asked: Asked) -> bool:
    """Whether a system would move a planted secret into somebody's sight, which is no fault of the journal's."""
    at = asked.path.partition("?")[0]
    return caller == "system" and asked.method == "PATCH" and (at in site.planted or "?" in asked.path)


def one(site: Site, statement: dict[str, Any], draw: Random, tally: Tally) -> list[str]:
    """Sends one drawn request as a drawn caller; what was wrong with the answer."""
    channels = Channels(draw, Material(draw, site.known), site.numbers, site.receiver.url)
    asking = Asking(draw, statement, site.known, site.words, channels)
    caller = draw.choices(site.callers, WEIGHTS[: len(site.callers)])[0]
    asked = asking.request()
    if spares(site, caller.name, asked):
        return []
    got = site.send(caller, asked)
    problems = wrong(site.numbers, (caller.name, caller.forbidden), asked, got)
    tally.note(caller.name, asked, got, problems)
    remember(site, got)
    return problems


def passes(site: Site, draw: Random, tally: Tally) -> list[str]:
    """Sends one drawn request to the neighbours; what was wrong with the answer: a failure, or a line of code."""
    asked = Passing(draw, Material(draw, site.known), site.numbers).request()
    got = site.send(site.callers[0], asked, site.neighbours)
    problems = [f"status {got.status}"] if got.status >= 500 else []
    problems += ["the answer tells of insides"] if INSIDES.search(got.body) else []
    tally.note("neighbours", asked, got, problems)
    return problems


def fuzz(site: Site, seconds: float, number: int = 1) -> Tally:
    """Draws requests until the time is over; a failing example is made smaller before the next round begins.

    They go to the journal, or to its neighbours where the site is theirs.
    """
    tally, until = Tally(), time.monotonic() + seconds
    statement = site.statement()
    while time.monotonic() < until:
        run = settings(
            max_examples=ROUND,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )

        @seed(number)
        @run
        @given(st.integers(0, 2**63))
        def sends(drawn: int) -> None:
            if time.monotonic() < until:
                draw = Random(drawn)
                assert (passes(site, draw, tally) if site.neighbours else one(site, statement, draw, tally)) == []

        with contextlib.suppress(AssertionError, ExceptionGroup):
            sends()
        number += 1
        tally.failures += [{"caller": "subscriber", "problems": [told]} for told in whispered(site)]
        site.plant(site)
    return tally


def whispered(site: Site) -> list[str]:
    """What notifications told that is secret from somebody, or whose number it is; they are forgotten then."""
    received = [orjson.dumps(one) for one in site.receiver.got]
    site.receiver.got.clear()
    secrets = {word for caller in site.callers for word in (*caller.forbidden, *site.numbers)}
    return [f"a notification tells '{word}'" for word in secrets if any(word.encode() in body for body in received)]


def afterwards(site: Site) -> list[str]:
    """What is wrong when all has been sent: the journal gone, failures on stderr, a broken audit trail."""
    found = []
    if site.process.poll() is not None:
        return [f"the journal ended with {site.process.returncode}"]
    if site.send(site.callers[0], Asked("GET", "metadata")).status != 200:
        found.append("the journal no longer answers")
    site.process.terminate()
    code = site.process.wait(timeout=30)
    if code != 0:
        found.append(f"the journal ended with {code}")
    log = site.log.read_text()
    if log:
        found.append(f"the journal wrote on stderr: {log[-2000:]}")
    command = [sys.executable, "-m", "simulator.journal", "--verify", *site.place]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    if checked.returncode != 0 or "chained" not in checked.stdout:
        found.append(f"the audit trail does not verify: {checked.stdout}{checked.stderr}")
    return found


def written(tallies: dict[str, Tally], problems: dict[str, list[str]], out: Path) -> None:
    """Writes what a campaign found."""
    rows = {
        name: {
            "requests": tally.requests,
            "by_status": dict(sorted(tally.statuses.items())),
            "failures": tally.failures,
            "afterwards": problems[name],
        }
        for name, tally in tallies.items()
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
