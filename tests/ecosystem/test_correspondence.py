"""What other systems write by themselves: sent as asked, again until answered, with what came back."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ecosystem.conftest import Server

SYSTEMS = ("sykehus", "helseplattformen", "fastlege")


def message(number: int) -> dict[str, Any]:
    """As much of a message as the system itself looks at."""
    return {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "MessageHeader", "id": f"m-{number}"}}]}


@pytest.fixture(params=SYSTEMS)
def write(request: pytest.FixtureRequest, bench: Any, mailbox: Server) -> Iterator[Any]:
    """Lets one of the systems write to the mailbox, which is the candidate."""
    bench.say("PUT", "/candidate", {"base_url": mailbox.address})

    def run(way: str, body: Any, **more: Any) -> Any:
        method = "PUT" if way.startswith("/") else "POST"
        path = f"{way}/{request.param}" if way.startswith("/") else f"/facts/{request.param}/{way}"
        return bench.say(method, path, body, **more)

    yield run
    bench.say("DELETE", f"/behaviour/{request.param}", status=204)


def test_what_is_written_goes_to_the_candidate_with_its_answer_kept(write: Any, mailbox: Server) -> None:
    """By its operation for messages; the answer is told by the message's id."""
    mailbox.tells = [{"resourceType": "Bundle"}]
    write("messages", {"messages": [message(1)]})
    assert [path for path, _, _ in mailbox.kept] == ["/$process-message"]
    told = write("receipts", {"messages": ["m-1", "m-2"]})
    assert told["answers"]["m-1"][-1] == {"status": 200, "body": {"resourceType": "Bundle"}}
    assert told["answers"]["m-2"] == []


def test_a_dead_line_holds_everything_back_until_it_is_up(write: Any, mailbox: Server) -> None:
    """Then it comes twice, last to first, when the system is asked to be so."""
    write("/behaviour", {"down": True})
    write("messages", {"messages": [message(3), message(4)]})
    assert mailbox.kept == []
    write("/behaviour", {"duplicate": True, "out_of_order": True})
    assert [one["entry"][0]["resource"]["id"] for one in mailbox.bodies] == ["m-4", "m-4", "m-3", "m-3"]


def test_what_is_no_message_is_not_sent(write: Any, mailbox: Server) -> None:
    """400, and none of them is sent."""
    write("messages", {"messages": [message(5), {"entry": []}]}, status=400)
    assert mailbox.kept == []
