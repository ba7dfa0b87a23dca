"""Messages sent: to where the address register says, acknowledged or followed up, and never forgotten."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.journal.conftest import Client, Running, Store, start
from tests.journal.messaging import ENH, EVENTS, HER, Post, errors, status
from tests.journal.securing import Callers, attest
from tests.signing import Signer, start_neighbours

Json = dict[str, Any]
SERVICE = "urn:oid:2.16.578.1.12.4.1.1.8663"
SURGERY, OURS = "974600951", "964965226"
NURSE = ("13817204078", "9144900", "SP")


@dataclass
class Town:
    """A journal beside an address register and a message server with boxes."""

    signer: Signer
    journal: Running

    @property
    def neighbours(self) -> str:
        """Their address."""
        return self.signer.issuer

    def say(self, path: str, body: Any, method: str = "PUT") -> requests.Response:
        """Tells the neighbours something."""
        return requests.request(method, f"{self.neighbours}{path}", json=body, timeout=10)

    def moves(self, her: str, box: str, *, number: str = SURGERY, **more: Any) -> None:
        """A party of the register receives in a box from now on."""
        party = {"navn": "Legekontoret", "organisasjonsnummer": number, "tjenester": ["KA01"]}
        party |= {"endepunkt": f"{self.neighbours}/meldingstjener/{box}"} | more
        told = self.say(f"/facts/adresseregisteret/kommunikasjonsparter/{her}", party)
        assert told.status_code == 200, told.text

    def came(self, box: str) -> list[Json]:
        """The messages that came to a box."""
        entries = requests.get(f"{self.neighbours}/received/meldingstjener", timeout=10).json()["entries"]
        return [entry["body"] for entry in entries if entry["address"] == f"/meldingstjener/{box}"]


@pytest.fixture(scope="module")
def town(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One for all: it waits a second for a receipt, and sends again after a tenth of one."""
    folder: Path = tmp_path_factory.mktemp("town")
    with start_neighbours(folder) as signer:
        options = ["--neighbours", signer.issuer, "--receipt-within", "1", "--send-again", "0.1"]
        running = start(*store.options(str(folder / "data")), *options)
        yield Town(signer, running)
        assert running.stop() == 0
        assert running.process.stdout is not None
        running.process.stdout.close()


@pytest.fixture
def writer(town: Town) -> Iterator[Post]:
    """Somebody in the municipality with a resident to write about."""
    client = Client(town.journal.base)
    town.moves("200", "surgery")
    town.moves("300", "ours", number=OURS, endepunkt=f"{town.journal.base}/$process-message", tjenester=["KP02"])
    town.say("/behaviour/adresseregisteret", {})
    for box in ("surgery", "new"):
        town.say(f"/facts/meldingstjener/{box}", {"answer": "ok"})
    town.say("/received/meldingstjener", None, "DELETE")
    yield Post(client.send)
    client.session.close()


def organisation(post: Post, number: str, service: str) -> str:
    """An Organization of that number, made once."""
    resource = {
        "resourceType": "Organization",
        "identifier": [{"system": ENH, "value": number}],
        "type": [{"coding": [{"system": SERVICE, "code": service}]}],
        "name": f"Virksomhet {number}",
    }
    return f"Organization/{post.send('PUT', f'Organization?identifier={ENH}|{number}', resource).json()['id']}"


def written(post: Post, kind: str = "HELSEOPPLYSNINGER_LEGE", **more: Any) -> str:
    """A message from home care to the surgery, in the record."""
    communication = {
        "resourceType": "Communication",
        "status": "completed",
        "category": [{"coding": [{"system": EVENTS, "code": kind}]}],
        "subject": {"reference": post.patient},
        "sent": "2026-01-05T10:00:00+01:00",
        "sender": {"reference": organisation(post, OURS, "KP02")},
        "recipient": [{"reference": organisation(post, SURGERY, "KA01")}],
        "payload": [{"contentString": "Tilstanden er bedre."}],
    } | more
    return f"Communication/{post.send('POST', 'Communication', communication).json()['id']}"


def sent(post: Post, message: str, **parameters: Any) -> str:
    """Sends it; gives the Task."""
    given = [{"name": name, **value} for name, value in parameters.items()]
    body = {"resourceType": "Parameters", "parameter": given} if given else None
    answer = post.send("POST", f"{message}/$send-message", body)
    assert answer.status_code == 202, answer.text
    return f"Task/{answer.json()['id']}"


def until(post: Post, task: str, holds: Callable[[Json], bool]) -> Json:
    """The Task, once it is so."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found: Json = post.send("GET", task, None).json()
        if holds(found):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def state(task: Json) -> str:
    """How far it has come."""
    coding = task.get("businessStatus", {}).get("coding", [{}])
    return str(coding[0].get("code", ""))


def is_done(task: Json) -> bool:
    """It has been completed."""
    return bool(task["status"] == "completed")


def test_a_message_goes_where_the_register_says_and_is_acknowledged(town: Town, writer: Post) -> None:
    """The receiver gets the message with its type, text and patient, and the Task is completed by the receipt."""
    task = until(writer, sent(writer, written(writer)), is_done)
    assert state(task) == "acknowledged"
    (message,) = town.came("surgery")
    header, content, patient = (entry["resource"] for entry in message["entry"])
    assert header["id"] == task["id"]
    assert header["eventCoding"]["code"] == "HELSEOPPLYSNINGER_LEGE"
    assert header["sender"]["identifier"] == {"system": HER, "value": "300"}
    assert header["destination"][0]["receiver"]["identifier"] == {"system": HER, "value": "200"}
    assert content["payload"] == [{"contentString": "Tilstanden er bedre."}]
    assert patient["identifier"][0]["value"] == writer.number
    assert set(patient) == {"resourceType", "identifier", "name"}


def test_an_independent_model_of_r4_accepts_what_is_sent(town: Town, writer: Post) -> None:
    """The message is valid by the fhir.resources package."""
    until(writer, sent(writer, written(writer)), is_done)
    pytest.importorskip("fhir.resources.R4B.bundle").Bundle.model_validate(town.came("surgery")[0])


def test_the_next_message_goes_to_the_new_address(town: Town, writer: Post) -> None:
    """When HER-id and endpoint change, the message after goes to the new one, and nothing to the old."""
    until(writer, sent(writer, written(writer)), is_done)
    town.say("/facts/adresseregisteret/kommunikasjonsparter/200", None, "DELETE")
    town.moves("201", "new")
    try:
        until(writer, sent(writer, written(writer)), is_done)
        assert [len(town.came(box)) for box in ("surgery", "new")] == [1, 1]
    finally:
        town.say("/facts/adresseregisteret/kommunikasjonsparter/201", None, "DELETE")


def test_a_receiver_may_be_named_by_her_id_or_service(town: Town, writer: Post) -> None:
    """The one named gets it, whatever the Communication says of its recipient."""
    town.moves("210", "new", tjenester=["KP01"])
    message = written(writer)
    until(writer, sent(writer, message, receiver={"valueIdentifier": {"system": HER, "value": "210"}}), is_done)
    until(writer, sent(writer, message, service={"valueCoding": {"system": SERVICE, "code": "KP01"}}), is_done)
    town.say("/facts/adresseregisteret/kommunikasjonsparter/210", None, "DELETE")
    assert [len(town.came(box)) for box in ("surgery", "new")] == [0, 2]


def test_who_takes_xml_gets_xml(town: Town, writer: Post) -> None:
    """A party whose form is hodemelding gets the message as XML, and its AppRec ends the Task; here it is ourselves."""
    xml = {"endepunkt": f"{town.journal.base}/hodemelding", "format": "hodemelding", "tjenester": ["KP02"]}
    town.moves("300", "", number=OURS, **xml)
    receiver = {"valueIdentifier": {"system": HER, "value": "300"}}
    task = until(writer, sent(writer, written(writer, "LOG_INNLAGT"), receiver=receiver), is_done)
    assert state(task) == "acknowledged"
    came = writer.record("Communication")[-1]
    assert came["payload"] == [{"contentString": "Tilstanden er bedre."}]
    assert any(number["value"] == task["id"] for number in came["identifier"])
    cannot = sent(writer, written(writer, "DIALOG_NOTAT"), receiver=receiver)
    assert "XML" in until(writer, cannot, lambda t: t["status"] == "failed")["statusReason"]["text"]


def test_a_refusal_is_shown_with_its_error(town: Town, writer: Post) -> None:
    """A message that the receiver refuses is a failed Task, urgent, with the error of the receipt."""
    town.say("/facts/meldingstjener/surgery", {"answer": "refused", "error": "E31"})
    task = until(writer, sent(writer, written(writer)), lambda t: t["status"] == "failed")
    assert (state(task), task["priority"]) == ("refused", "urgent")
    assert "E31" in task["statusReason"]["text"]


def test_silence_is_told_of_and_the_message_sent_again(town: Town, writer: Post) -> None:
    """Without a receipt in time the Task says so, the same message goes again, and the receipt ends it."""
    town.say("/facts/meldingstjener/surgery", {"answer": "nothing"})
    name = sent(writer, written(writer))
    waiting = until(writer, name, lambda t: state(t) == "delivered")
    assert (waiting["status"], waiting["priority"]) == ("in-progress", "routine")
    silent = until(writer, name, lambda t: state(t) == "not-acknowledged")
    assert silent["priority"] == "urgent"
    town.say("/facts/meldingstjener/surgery", {"answer": "ok"})
    until(writer, name, is_done)
    assert {message["entry"][0]["resource"]["id"] for message in town.came("surgery")} == {silent["id"]}


def test_a_receipt_that_comes_later_ends_the_task(town: Town, writer: Post) -> None:
    """A receipt sent as a message of its own is for the message it names; for none, it is refused."""
    town.say("/facts/meldingstjener/surgery", {"answer": "nothing"})
    name = sent(writer, written(writer))
    until(writer, name, lambda t: state(t) == "delivered")
    receipt = writer.message("APPREC")
    header = receipt["entry"][0]["resource"]
    header["response"] = {"identifier": name.removeprefix("Task/"), "code": "ok"}
    assert writer.send("POST", "$process-message", receipt).status_code == 204
    assert writer.send("GET", name, None).json()["status"] == "completed"
    header["response"] = {"identifier": "nobody-sent-this", "code": "ok"}
    assert writer.send("POST", "$process-message", receipt).status_code == 404


def test_what_cannot_be_delivered_is_tried_again(town: Town, writer: Post) -> None:
    """While the register is down nothing is lost, and the message goes when it is up."""
    town.say("/behaviour/adresseregisteret", {"down": True})
    name = sent(writer, written(writer))
    until(writer, name, lambda t: state(t) == "not-delivered")
    town.say("/behaviour/adresseregisteret", {})
    until(writer, name, is_done)


def test_nobody_in_the_register_is_told_of(writer: Post) -> None:
    """A receiver that the register does not know is said to be without an address."""
    unknown = {"valueIdentifier": {"system": HER, "value": "999"}}
    name = sent(writer, written(writer), receiver=unknown)
    until(writer, name, lambda t: state(t) == "no-address")
    ended = writer.send("GET", name, None).json() | {"status": "cancelled"}
    assert writer.send("PUT", name, ended).status_code == 200


def test_an_answer_tells_what_it_answers(town: Town, writer: Post) -> None:
    """A message that answers one that came names it by the id its sender gave it."""
    question = writer.message("DIALOG_FORESPORSEL", to="300")
    header = question["entry"][0]["resource"]
    header["sender"] = {"identifier": {"system": HER, "value": "200"}}
    assert status(writer.post(question)) == "ok"
    (asked,) = writer.record("Communication")
    answers = [{"reference": f"Communication/{asked['id']}"}]
    until(writer, sent(writer, written(writer, "DIALOG_SVAR", inResponseTo=answers)), is_done)
    content = town.came("surgery")[-1]["entry"][1]["resource"]
    assert content["inResponseTo"] == [{"identifier": {"value": header["id"]}}]


@pytest.mark.parametrize(
    ("sender", "receiver", "code"), [("200", "7", "E21"), ("200", "200", "E21"), ("7", "300", "E20")]
)
def test_strangers_to_the_register_are_refused(writer: Post, sender: str, receiver: str, code: str) -> None:
    """Beside an address register a message is for a party that receives here, from a party it knows."""
    message = writer.message("LOG_INNLAGT", to=receiver)
    message["entry"][0]["resource"]["sender"] = {"identifier": {"system": HER, "value": sender}}
    assert errors(writer.post(message)) == [code]


def test_without_the_register_nothing_is_acknowledged(town: Town, writer: Post) -> None:
    """A message that cannot be judged is a 503, so that its sender tries again."""
    town.say("/behaviour/adresseregisteret", {"down": True})
    assert writer.send("POST", "$process-message", writer.message("LOG_INNLAGT", to="300")).status_code == 503


@pytest.mark.parametrize(
    "more",
    [
        {"category": [{"text": "brev"}]},
        {"sender": {"display": "Ingen"}},
        {"recipient": [{"display": "Ingen"}]},
        {"recipient": []},
    ],
)
def test_what_is_no_message_is_not_sent(writer: Post, more: Json) -> None:
    """A Communication without type, sender or receiver is refused, and makes no Task."""
    more = {name: value for name, value in more.items() if value} or {"recipient": [{"display": "x"}]}
    answer = writer.send("POST", f"{written(writer, **more)}/$send-message", None)
    assert answer.status_code == 422
    assert writer.record("Task") == []


@pytest.mark.parametrize("parameter", [7, [7], [{"name": []}], [{"name": "receiver", "valueIdentifier": "x"}]])
def test_odd_parameters_are_refused(writer: Post, parameter: Any) -> None:
    """What nobody can have meant is a 400."""
    body = {"resourceType": "Parameters", "parameter": parameter}
    assert writer.send("POST", f"{written(writer)}/$send-message", body).status_code == 400


def test_a_restart_forgets_no_message(town: Town, launch: Any, connect: Any, tmp_path: Path) -> None:
    """What was to be sent when the journal was killed is sent by the next one."""
    options = ["--neighbours", town.neighbours, "--send-again", "0.1"]
    town.say("/behaviour/adresseregisteret", {"down": True})
    first = launch(*options, data=tmp_path / "data")
    post = Post(connect(first.base).send)
    name = sent(post, written(post))
    first.kill()
    town.say("/behaviour/adresseregisteret", {})
    second = launch(*options, data=tmp_path / "data")
    until(Post(connect(second.base).send), name, is_done)


def test_who_may_not_see_a_message_cannot_send_it(town: Town, launch: Any) -> None:
    """In a secured journal a nurse without a relation is refused, and an integration is not."""
    running = launch("--issuer", town.neighbours, "--neighbours", town.neighbours)
    callers = Callers(town.signer, running.base)
    post = Post(lambda method, path, body: callers.send(callers.system(), method, path, body))
    message = written(post)
    nurse = callers.person(NURSE, attest(NURSE, post.number))
    assert callers.send(nurse, "POST", f"{message}/$send-message").status_code == 403
    until(post, sent(post, message), lambda task: task["status"] != "requested" or "businessStatus" in task)
    trail = callers.get(callers.system(), f"AuditEvent?entity={post.patient}").json()["entry"]
    assert "$send-message" in [e["resource"]["subtype"][0]["display"] for e in trail]
