"""The reference journal as foreign clients meet it: open, and secured by SMART Backend Services."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journal.conftest import start
from tests.signing import Signer, start_neighbours

AUDIENCE = "journal"
"""Whom tokens are for: clients of SMART Backend Services do not say."""


@dataclass(frozen=True)
class Secured:
    """A secured journal and the client that is registered at its token service."""

    base: str
    signer: Signer


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an open journal."""
    running = start("--data", str(tmp_path_factory.mktemp("open")))
    yield running.base
    assert running.stop() == 0
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """A secured journal beside its token service."""
    folder: Path = tmp_path_factory.mktemp("secured")
    with start_neighbours(folder, "--audience", AUDIENCE) as signer:
        running = start("--data", str(folder / "data"), "--issuer", signer.issuer, "--audience", AUDIENCE)
        yield Secured(running.base, signer)
        assert running.stop() == 0
        assert running.process.stdout is not None
        running.process.stdout.close()
