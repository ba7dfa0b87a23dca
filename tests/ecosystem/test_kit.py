"""The neighbours' kit: behaviour on request, the log of what came and went, and the outbox."""

import asyncio
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import pytest
import requests

from simulator.ecosystem import outbox, received, street
from simulator.ecosystem.access import Access, Candidate
from simulator.ecosystem.behaviour import Behaviour, Behaviours
from simulator.ecosystem.outbox import Letter, Outbox
from simulator.ecosystem.received import Received
from simulator.ecosystem.tokens.service import TokenService
from tests.ecosystem.test_municipal import held, letter, send
from tests.ecosystem.test_reseptformidleren import message

NUMBER = "9144901"


@pytest.fixture
def hpr(bench: Any) -> Iterator[Any]:
    """The register of health personnel with one nurse in it, behaving well again afterwards."""
    bench.say("PUT", f"/facts/hpr/personer/{NUMBER}", {"authorisations": [{"profession": "SP"}]})
    bench.say("DELETE", "/received/hpr", status=204)
    yield bench
    bench.say("DELETE", "/behaviour/hpr", status=204)


def test_one_that_is_down_turns_everybody_away(hpr: Any) -> None:
    """503 while it is down, and an answer again after that."""
    hpr.say("PUT", "/behaviour/hpr", {"down": True})
    hpr.say("GET", f"/hpr/personer/{NUMBER}", status=503)
    hpr.say("DELETE", "/behaviour/hpr", status=204)
    assert hpr.say("GET", f"/hpr/personer/{NUMBER}")["hprNumber"] == NUMBER


def test_who_is_down_is_told_facts_and_by_the_bench_alone(hpr: Any) -> None:
    """What is entered meanwhile is so afterwards and stands in no log; under the own path nobody enters anything."""
    doctor = {"authorisations": [{"profession": "LE"}]}
    hpr.say("PUT", "/behaviour/hpr", {"down": True})
    hpr.say("PUT", f"/facts/hpr/personer/{NUMBER}", doctor)
    hpr.say("DELETE", "/behaviour/hpr", status=204)
    assert hpr.say("GET", "/received/hpr")["entries"] == []
    assert hpr.say("GET", f"/hpr/personer/{NUMBER}")["authorisations"][0]["profession"] == "LE"
    hpr.say("PUT", f"/hpr/personer/{NUMBER}", doctor, status=405)


@pytest.fixture
def archive(bench: Any) -> Iterator[Any]:
    """The archive, which keeps what it is sent under its own path, behaving well again afterwards."""
    bench.say("DELETE", "/received/arkiv", status=204)
    yield bench
    bench.say("DELETE", "/behaviour/arkiv", status=204)


@pytest.mark.parametrize(("line", "kept"), [("refused", 0), ("cut", 1)])
def test_a_dead_line_gives_no_answer(archive: Any, line: str, kept: int) -> None:
    """The connection ends without one; what was asked for has been done when the line was cut, else not."""
    archive.say("PUT", "/behaviour/arkiv", {"down": line})
    person = uuid4().hex
    with pytest.raises(requests.ConnectionError):
        send(archive, "arkiv", "JOURNALPOST", letter(person))
    assert archive.say("GET", "/received/arkiv")["entries"][-1]["status"] == 0
    assert len(held(archive, "arkiv", person)) == kept


def test_one_that_is_wrong_answers_half(hpr: Any) -> None:
    """The answer breaks off in the middle."""
    whole = hpr.session.get(f"{hpr.address}/hpr/personer/{NUMBER}", timeout=10).content
    hpr.say("PUT", "/behaviour/hpr", {"wrong": True})
    answer = hpr.session.get(f"{hpr.address}/hpr/personer/{NUMBER}", timeout=10)
    assert answer.content == whole[: len(whole) // 2]


def test_one_that_is_slow_takes_that_much_longer(hpr: Any) -> None:
    """No answer comes before the seconds asked for have passed."""
    hpr.say("PUT", "/behaviour/hpr", {"slow_s": 0.2})
    answer = hpr.session.get(f"{hpr.address}/hpr/personer/{NUMBER}", timeout=10)
    assert answer.elapsed.total_seconds() >= 0.2


def test_what_came_is_written_down(hpr: Any) -> None:
    """Who looks sees method, address and status of each request, and nothing after it has been emptied."""
    hpr.say("GET", f"/hpr/personer/{NUMBER}?a=b")
    (entry,) = hpr.say("GET", "/received/hpr")["entries"]
    seen = (entry["direction"], entry["method"], entry["address"], entry["status"])
    assert seen == ("in", "GET", f"/hpr/personer/{NUMBER}?a=b", 200)
    hpr.say("DELETE", "/received/hpr", status=204)
    assert hpr.say("GET", "/received/hpr")["entries"] == []


@pytest.mark.parametrize("path", ["/behaviour/postkontoret", "/received/postkontoret"])
def test_an_unknown_neighbour_is_told_of(bench: Any, path: str) -> None:
    """404, with those that there are."""
    answer = bench.session.get(bench.address + path, timeout=10)
    assert answer.status_code == 404
    assert "hpr" in answer.json()["message"]


def test_a_misspelt_behaviour_is_refused(bench: Any) -> None:
    """What nobody can be asked for is not taken for nothing."""
    bench.say("PUT", "/behaviour/hpr", {"slwo_s": 1}, status=400)


def test_the_neighbours_say_who_they_are(bench: Any) -> None:
    """Each by its name with what it stands for."""
    assert "Helsepersonellregisteret" in bench.say("GET", "/ready")["neighbours"]["hpr"]


class Sender:
    """An outbox whose neighbour can be asked to misbehave, sending to a mailbox."""

    def __init__(self, mailbox: Any, audience: str = "") -> None:
        self.behaviours = Behaviours(["hpr"])
        self.received = Received(("hpr",), self.behaviours.unknown)
        access = Access(TokenService("http://127.0.0.1:1", []))
        access.candidate = Candidate(base_url=mailbox.address, audience=audience)
        self.outbox = Outbox("hpr", lambda: self.behaviours.of("hpr"), access, self.received)
        self.behaviours.changed.append(self._release)
        self.mailbox = mailbox

    async def _release(self, _: str) -> None:
        await self.outbox.release()

    async def send(self, *numbers: int, **subject: Any) -> None:
        """Sends these, each as a letter of its own."""
        for number in numbers:
            await self.outbox.post(Letter(self.mailbox.address, orjson.dumps(number), subject=subject))


@pytest.fixture
def sender(mailbox: Any) -> Iterator[Sender]:
    """A neighbour that sends."""
    found = Sender(mailbox)
    yield found
    found.outbox.close()


def test_letters_go_in_order(sender: Sender) -> None:
    """A neighbour that behaves well sends each once, as it comes."""
    asyncio.run(sender.send(10, 20))
    assert sender.mailbox.bodies == [10, 20]


def test_what_cannot_be_sent_while_down_is_sent_when_up(sender: Sender) -> None:
    """Nothing goes while it is down; all of it, in order, once it is up."""

    async def story() -> None:
        await sender.behaviours.behave("hpr", Behaviour(down=True))
        await sender.send(10, 20)
        assert sender.mailbox.kept == []
        await sender.behaviours.behave("hpr", Behaviour())

    asyncio.run(story())
    assert sender.mailbox.bodies == [10, 20]


def test_one_that_mixes_things_up_sends_the_later_first(sender: Sender) -> None:
    """Of two letters the second arrives before the first."""

    async def story() -> None:
        await sender.behaviours.behave("hpr", Behaviour(out_of_order=True))
        await sender.send(10, 20)

    asyncio.run(story())
    assert sender.mailbox.bodies == [20, 10]


def test_one_that_repeats_itself_sends_twice(sender: Sender) -> None:
    """The same letter arrives two times."""

    async def story() -> None:
        await sender.behaviours.behave("hpr", Behaviour(duplicate=True))
        await sender.send(10)

    asyncio.run(story())
    assert sender.mailbox.bodies == [10, 10]


def test_one_that_is_wrong_sends_half(sender: Sender) -> None:
    """What arrives breaks off in the middle."""

    async def story() -> None:
        await sender.behaviours.behave("hpr", Behaviour(wrong=True))
        await sender.send(1234)

    asyncio.run(story())
    assert [body for _, _, body in sender.mailbox.kept] == [b"12"]


def test_what_is_not_taken_is_tried_again(sender: Sender) -> None:
    """After a 500 the letter goes again before the next one."""
    sender.mailbox.answers.append(500)
    asyncio.run(sender.send(10, 20))
    assert sender.mailbox.bodies == [10, 10, 20]


def test_letters_wait_behind_one_that_is_not_taken(sender: Sender) -> None:
    """Order is kept also when the candidate fails again and again."""
    sender.mailbox.answers += [500, 500]

    async def story() -> None:
        await sender.send(10, 20)
        assert sender.mailbox.bodies == [10, 10]
        await sender.outbox.release()

    asyncio.run(story())
    assert sender.mailbox.bodies == [10, 10, 10, 20]


def test_an_answer_without_end_is_none(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an answer no more is taken than there is room for; the letter counts as not taken."""
    monkeypatch.setattr(outbox, "LONGEST", 1000)
    sender.mailbox.tells.append("x" * 2000)
    asyncio.run(sender.send(10))
    assert [entry["status"] for entry in sender.received._entries["hpr"]] == [0]
    assert len(sender.outbox.waiting) == 1


def test_what_waits_is_given_up_when_the_candidate_is_told_anew(bench: Any, mailbox: Any) -> None:
    """What one candidate, or example, left behind is not sent to the next."""
    bench.say("PUT", "/candidate", {"base_url": mailbox.address})
    note = {"patient": "Patient/1", "date": "2026-01-12", "text": "Sykmelding"}
    mailbox.answers.append(500)
    assert bench.say("POST", "/facts/nav/sykmeldinger", {**note, "number": "1"}) == {"statuses": [500]}
    bench.say("PUT", "/candidate", {"base_url": mailbox.address})
    assert bench.say("POST", "/facts/nav/sykmeldinger", {**note, "number": "2"}) == {"statuses": [200]}
    assert len(mailbox.kept) == 2


@pytest.mark.parametrize("whole", [True, False])
def test_a_request_that_breaks_off_is_none(archive: Any, whole: bool) -> None:
    """A body that was announced longer than it came is not acted upon, though what came can be read."""
    where, person = urlsplit(archive.address), uuid4().hex
    sent = orjson.dumps(message("JOURNALPOST", letter(person))) if whole else b""
    head = f"POST /arkiv/$process-message HTTP/1.1\r\nHost: x\r\nContent-Length: {len(sent) + 100}\r\n\r\n"
    with socket.create_connection((where.hostname, where.port)) as line:
        line.sendall(head.encode() + sent)
        line.shutdown(socket.SHUT_WR)
        line.settimeout(10)
        assert line.recv(100) == b""
    assert held(archive, "arkiv", person) == []
    assert archive.say("GET", "/received/arkiv")["entries"] == []


def test_a_request_that_is_too_long_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """413 beyond what there is room for, and nothing is done."""
    monkeypatch.setattr(street, "LONGEST", 10)
    parts = [{"type": "http.request", "body": b"12345678", "more_body": more} for more in (True, True, False)]
    sent: list[Any] = []

    async def receive() -> Any:
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    async def untouched(*_: Any) -> None:
        raise AssertionError("it was acted upon")

    kit = SimpleNamespace(name="hpr", behaviour=Behaviour())
    front = street.Street(untouched, {"hpr": cast("Any", (kit, None))})
    asyncio.run(front({"type": "http", "path": "/hpr/personer/1"}, receive, send))
    assert sent[0]["status"] == 413


def test_the_log_is_bounded_by_what_it_weighs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest entries go when bodies come to too much; the latest stay."""
    monkeypatch.setattr(received, "MOST_BYTES", 100)
    log = Received(("hpr",), Behaviours(["hpr"]).unknown)
    for number in range(5):
        log.note("hpr", "in", ("POST", f"/{number}"), b"x" * 40, 200)
    assert [entry["address"] for entry in log._entries["hpr"]] == ["/3", "/4"]


def test_nobody_is_known_by_what_another_was_given(sender: Sender) -> None:
    """A cookie that the candidate sets for one whom the neighbour calls for does not go with the next."""
    asyncio.run(sender.send(10, 20))
    assert [fields.get("Cookie") for _, fields, _ in sender.mailbox.kept] == [None, None]


def test_each_attempt_is_written_down(sender: Sender) -> None:
    """What went out stands in the log with the status it got."""
    sender.mailbox.answers.append(500)
    asyncio.run(sender.send(10, 20))
    entries = sender.received._entries["hpr"]
    assert [(e["direction"], e["body"], e["status"]) for e in entries] == [
        ("out", 10, 500),
        ("out", 10, 200),
        ("out", 20, 200),
    ]


def test_a_neighbour_proves_who_it_is_to_a_candidate_that_asks(mailbox: Any) -> None:
    """A system sends a bearer token; on somebody's behalf it sends a bound one with its proof."""
    sender = Sender(mailbox, audience=mailbox.address)
    person = {"pid": "13817204078", "name": "Kari Nordmann"}
    asyncio.run(sender.send(10))
    asyncio.run(sender.send(20, scope="patient/*.rs", person=person))
    sender.outbox.close()
    (_, system, _), (_, citizen, _) = mailbox.kept
    assert system["Authorization"].startswith("Bearer ey")
    assert citizen["Authorization"].startswith("DPoP ey")
    assert citizen["DPoP"]
