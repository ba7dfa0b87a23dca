"""Nothing of a secured journal is reached past the gate, whatever is added to it."""

import asyncio
from pathlib import Path

import pytest
import requests

from simulator.journal.access.scopes import FREE, LETTERS
from simulator.journal.app import INTERACTIONS, build_app
from simulator.journal.journal import Interaction
from simulator.journal.settings import Guard, Settings
from simulator.journal.supported import SUPPORTED
from tests.journal.securing import Callers, attest

OPEN_TO_ALL = {"capabilities", "smart-configuration", "cds-services"}


def test_only_what_tells_nothing_is_open_to_all() -> None:
    """Metadata, configuration and the list of decision services are answered to anybody; nothing else is."""
    assert {name for name, one in INTERACTIONS.items() if one.public} == OPEN_TO_ALL


def test_every_interaction_needs_a_scope() -> None:
    """Whatever is not open to all has its letter among the scopes, or is said to need none of its own."""
    guarded = {name for name, one in INTERACTIONS.items() if not one.public}
    assert guarded - LETTERS.keys() - FREE == set()


def interactions(settings: Settings) -> dict[str, Interaction]:
    """The interactions of a journal that has been built, started and stopped."""
    journal = build_app(settings).journal

    async def run() -> None:
        journal.start()
        await journal.stop()

    asyncio.run(run())
    return journal.interactions


def test_every_interaction_stands_behind_the_stage(tmp_path: Path) -> None:
    """A secured journal runs none of its interactions as they are; an open one runs them all so."""
    nobody = "http://127.0.0.1:9"
    secured = interactions(Settings(tmp_path / "secured", guard=Guard(nobody), neighbours=nobody))
    plain = interactions(Settings(tmp_path / "open", neighbours=nobody))
    assert {name for name, one in INTERACTIONS.items() if secured[name].apply is one.apply} == OPEN_TO_ALL
    assert all(plain[name] is one for name, one in INTERACTIONS.items())


@pytest.mark.parametrize("path", ["", "/1", "/1/_history", "/1/_history/1", "/_history", "/_search", "/$validate"])
def test_no_path_answers_without_a_token(callers: Callers, path: str) -> None:
    """Every type, by every method, is 401 (or a path that is not there) to somebody without a token."""
    for kind in ("Patient", "AuditEvent", SUPPORTED[0]):
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
            status = requests.request(method, f"{callers.base}/{kind}{path}", timeout=10).status_code
            assert status in {401, 404, 405}


def test_a_register_that_is_down_is_no_verdict(callers: Callers) -> None:
    """While HPR answers 503 a nurse is told so by 503, not that the authorisation is lacking."""
    someone = ("13817250763", "9144977", "SP")
    token = callers.person(someone, attest(someone, "13817250844"))
    address = f"{callers.signer.issuer}/behaviour/hpr"
    callers.signer.session.put(address, json={"down": True}, timeout=10)
    try:
        answer = callers.send(token, "GET", "Patient")
    finally:
        callers.signer.session.delete(address, timeout=10)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (503, "transient")
