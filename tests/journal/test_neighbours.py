"""The journal's way to its neighbours: asks, posts, and knows silence from an answer."""

from collections.abc import Iterator

import pytest
import requests

from simulator.journal.neighbours import Neighbours
from tests.signing import Signer, start_neighbours


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    """Running neighbours."""
    with start_neighbours(tmp_path_factory.mktemp("neighbours")) as found:
        yield found


def test_a_neighbour_is_asked_by_name(signer: Signer) -> None:
    """What a register knows comes back as JSON, and what it does not know as a status alone."""
    signer.authorise("9144903", "SP")
    neighbours = Neighbours(signer.issuer)
    status, person = neighbours.ask("hpr", "personer/9144903")
    assert (status, person["authorisations"][0]["profession"]) == (200, "SP")
    assert neighbours.ask("hpr", "personer/9") == (404, None)


def test_a_body_is_sent(signer: Signer) -> None:
    """A body makes it a POST, or what is asked for."""
    neighbours, wanted = Neighbours(signer.issuer), {"folkeregisteridentifikatorer": list[str]()}
    assert neighbours.ask("folkeregisteret", "personer/bulkoppslag", wanted) == (200, {"oppslag": []})
    status, told = neighbours.ask("facts", "hpr/personer/9144904", {"authorisations": []}, method="PUT")
    assert (status, told["hprNumber"]) == (200, "9144904")


def test_half_an_answer_is_silence(signer: Signer) -> None:
    """What cannot be read was not answered."""
    signer.authorise("9144903", "SP")
    requests.put(f"{signer.issuer}/behaviour/hpr", json={"wrong": True}, timeout=10)
    try:
        with pytest.raises(OSError, match="unexpected end"):
            Neighbours(signer.issuer).ask("hpr", "personer/9144903")
    finally:
        requests.delete(f"{signer.issuer}/behaviour/hpr", timeout=10)


def test_nobody_there_is_silence() -> None:
    """A neighbour that does not answer is an OSError, whatever asks."""
    with pytest.raises(OSError, match="refused"):
        Neighbours("http://127.0.0.1:9").ask("hpr", "personer/9")
