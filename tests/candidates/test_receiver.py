"""The bench's endpoint for notifications."""

from collections.abc import Iterator

import pytest
import requests

from simulator.candidates import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint that is up."""
    found = Receiver()
    yield found
    found.close()


def test_what_came_is_kept_in_order(receiver: Receiver) -> None:
    """Body, path and the header asked for, whether the body is JSON or not."""
    for body in ('{"a": 1}', "ikke json"):
        assert requests.post(receiver.url, body, headers={Receiver.HEADER: "tavle"}, timeout=5).status_code == 200
    told = receiver.told()
    assert [one["body"] for one in told] == [{"a": 1}, "ikke json"]
    assert {(one["path"], one["subscriber"]) for one in told} == {("/varsel", "tavle")}
    assert told[0]["at"] <= told[1]["at"]


def test_nobody_listens_while_it_is_down(receiver: Receiver) -> None:
    """Down it takes nothing, and up again it is at the same address with what it had."""
    requests.post(receiver.url, "{}", timeout=5)
    receiver.down()
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.post(receiver.url, "{}", timeout=5)
    receiver.up()
    requests.post(receiver.url, "{}", timeout=5)
    assert receiver.wait(lambda told: len(told) == 2, 5)
    assert not receiver.wait(lambda told: len(told) == 3, 0)
