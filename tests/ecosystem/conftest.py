"""The neighbours in a process of their own, and a client that is registered with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.signing import Signer, start_neighbours


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    """A registered client of running neighbours."""
    folder: Path = tmp_path_factory.mktemp("neighbours")
    with start_neighbours(folder) as found:
        yield found
