"""NAV and child welfare as clients of a candidate: what they send, and what they make of what they get."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest

NOTE = {"number": "n-1", "patient": "Patient/1", "date": "2026-01-12T09:00:00+01:00", "text": "Sykmelding"}
FETCH = {"office": "Organization/9", "answer": "Mottatt"}


@pytest.fixture
def candidate(bench: Any, mailbox: Any) -> Iterator[Any]:
    """Neighbours that take the mailbox for the candidate."""
    bench.say("PUT", "/candidate", {"base_url": mailbox.address})
    yield mailbox
    for name in ("nav", "barnevern"):
        bench.say("DELETE", f"/behaviour/{name}", status=204)


def test_a_sick_note_goes_as_one_transaction(bench: Any, candidate: Any) -> None:
    """The bytes and the reference to them, which is to be made only once."""
    assert bench.say("POST", "/facts/nav/sykmeldinger", NOTE) == {"statuses": [200]}
    (bundle,) = candidate.bodies
    binary, document = bundle["entry"]
    assert (bundle["type"], binary["resource"]["resourceType"]) == ("transaction", "Binary")
    assert document["resource"]["content"][0]["attachment"]["url"] == binary["fullUrl"]
    assert document["resource"]["type"]["coding"][0]["code"] == "J01-2"
    assert document["request"]["ifNoneExist"].endswith("|n-1")


def test_a_sick_note_is_the_same_however_often_it_is_sent(bench: Any, candidate: Any) -> None:
    """Twice on request, and equal each time."""
    bench.say("PUT", "/behaviour/nav", {"duplicate": True})
    bench.say("POST", "/facts/nav/sykmeldinger", NOTE)
    first, second = candidate.bodies
    assert first == second


def test_child_welfare_answers_each_concern_once(bench: Any, candidate: Any) -> None:
    """It asks for what is addressed to its office, answers the sender, and not again when it looks again."""
    concern = {"resourceType": "Communication", "id": "c-1", "sender": {"reference": "Organization/2"}}
    inbox = {"resourceType": "Bundle", "entry": [{"resource": concern}]}
    candidate.tells += [inbox, {}, inbox]
    told = bench.say("POST", "/facts/barnevern/innboks", FETCH)
    assert (told["inbox"], told["answers"]) == ([concern], [200])
    assert bench.say("POST", "/facts/barnevern/innboks", FETCH)["answers"] == []
    (path, _, asked), (_, _, sent), _ = candidate.kept
    assert path == "/Communication/_search"
    assert parse_qs(asked.decode())["recipient"] == ["Organization/9"]
    answer = orjson.loads(sent)["entry"][0]["resource"]
    assert answer["inResponseTo"] == [{"reference": "Communication/c-1"}]
    assert answer["recipient"] == [{"reference": "Organization/2"}]


def test_child_welfare_reads_every_page_of_its_inbox(bench: Any, candidate: Any) -> None:
    """A candidate may make pages of what it is asked for; a link that leads elsewhere is not followed."""
    concerns = [{"resourceType": "Communication", "id": f"p-{n}"} for n in range(2)]
    following = [{"relation": "self", "url": "x"}, {"relation": "next", "url": f"{candidate.address}/page?2"}]
    astray = [{"relation": "next", "url": "http://127.0.0.1:1/"}]
    candidate.tells.append({"entry": [{"resource": concerns[0]}], "link": following})
    candidate.pages["/page?2"] = {"entry": [{"resource": concerns[1]}], "link": astray}
    told = bench.say("POST", "/facts/barnevern/innboks", FETCH)
    assert (told["status"], told["inbox"], told["answers"]) == (200, concerns, [200, 200])


@pytest.mark.parametrize("answer", [[], {"entry": {"a": 1}}, {"entry": [1, {"resource": 2}]}, {"entry": [], "link": 1}])
def test_a_candidate_may_answer_anything(bench: Any, candidate: Any, answer: Any) -> None:
    """Nothing is made of what has no form, and the neighbour goes on."""
    candidate.tells += [answer, answer]
    assert bench.say("POST", "/facts/barnevern/innboks", FETCH) == {"status": 200, "inbox": [], "answers": []}
    applied = {"number": "a-1", "resource": {"resourceType": "ServiceRequest"}}
    assert bench.say("POST", "/facts/helsenorge/soknader", applied) == {"statuses": [200], "names": [""]}


@pytest.mark.parametrize(("path", "body"), [("nav/sykmeldinger", FETCH), ("barnevern/innboks", NOTE)])
def test_what_is_not_understood_is_refused(bench: Any, path: str, body: Any) -> None:
    """The bench is told when it says nonsense."""
    bench.say("POST", f"/facts/{path}", body, status=400)
