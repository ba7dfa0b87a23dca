"""Other agencies as systems beside the record: NAV, whose form writes sick notes into it, and child welfare.

NAV writes a sick note (sykmelding) as a Binary and a DocumentReference (Volven 9602 J01-2), made only once. Child
welfare (barnevernet) fetches the concerns that are addressed to its office, and answers whoever reported. Each does so
when the bench says what has happened.
"""

from base64 import b64encode
from typing import Annotated, Any, ClassVar, Final
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field
from starlette.routing import Route

from simulator.ecosystem.client import letter, search
from simulator.ecosystem.kit import Kit, Neighbour
from simulator.ecosystem.outbox import Reply
from simulator.ecosystem.wishes import Reference, Wish, understood

Json = dict[str, Any]
DOCUMENT_TYPES: Final = "urn:oid:2.16.578.1.12.4.1.1.9602"
SICK_NOTE: Final = {"system": DOCUMENT_TYPES, "code": "J01-2", "display": "Sykmelding"}
NOTE_ID: Final = "https://nav.example/sykmelding"
REPLY_ID: Final = "https://barnevern.example/tilbakemelding"


class SickNote(Wish):
    """A sick note that a doctor has signed in NAV's form."""

    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
    patient: Reference
    date: str
    text: str


class Fetch(Wish):
    """The office that looks into its inbox, and what it answers whoever reported."""

    office: Reference
    answer: str


class Nav(Neighbour):
    """NAV: its form, opened from the record, writes sick notes into it."""

    name: ClassVar[str] = "nav"

    def routes(self) -> list[Route]:
        """Sick notes, told by the bench."""
        return [Route("/facts/nav/sykmeldinger", understood(SickNote, self._write), methods=["POST"])]

    async def _write(self, note: SickNote) -> Json:
        replies = await self.kit.outbox.post(letter(self.kit, "", _bundle(note)))
        return {"statuses": [reply.status for reply in replies]}


def _bundle(note: SickNote) -> Json:
    """A transaction of the document's bytes and its DocumentReference."""
    binary, document = (f"urn:uuid:{uuid5(NAMESPACE_URL, f'{NOTE_ID}/{note.number}/{n}')}" for n in range(2))
    content = {
        "resourceType": "Binary",
        "contentType": "application/pdf",
        "data": b64encode(note.text.encode()).decode(),
    }
    reference = {
        "resourceType": "DocumentReference",
        "identifier": [{"system": NOTE_ID, "value": note.number}],
        "status": "current",
        "type": {"coding": [SICK_NOTE]},
        "subject": {"reference": note.patient},
        "date": note.date,
        "content": [{"attachment": {"contentType": "application/pdf", "url": binary, "title": "Sykmelding"}}],
    }
    once = {"method": "POST", "url": "DocumentReference", "ifNoneExist": f"identifier={NOTE_ID}|{note.number}"}
    entries = [
        {"fullUrl": binary, "resource": content, "request": {"method": "POST", "url": "Binary"}},
        {"fullUrl": document, "resource": reference, "request": once},
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


class ChildWelfare(Neighbour):
    """Child welfare (barnevernet): fetches the concerns addressed to it, and answers who reported."""

    name: ClassVar[str] = "barnevern"

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._answered: set[str] = set()

    def routes(self) -> list[Route]:
        """A look into the inbox, when the bench says so."""
        return [Route("/facts/barnevern/innboks", understood(Fetch, self._fetch), methods=["POST"])]

    async def _fetch(self, asked: Fetch) -> Json:
        """What was in the inbox, and what became of the answers to those not answered before."""
        status, concerns = await search(self.kit, "Communication", {"recipient": asked.office})
        fresh = [
            one for one in concerns if one.get("resourceType") == "Communication" and _key(one) not in self._answered
        ]
        replies: list[Reply] = []
        for concern in fresh:
            self._answered.add(_key(concern))
            replies += await self.kit.outbox.post(letter(self.kit, "", _answer(concern, asked)))
        return {"status": status, "inbox": concerns, "answers": [reply.status for reply in replies]}


def _key(concern: Json) -> str:
    return str(concern.get("id"))


def _answer(concern: Json, asked: Fetch) -> Json:
    """A transaction that makes the answer once: to the sender, about the same child, linked to the concern."""
    number = str(uuid5(NAMESPACE_URL, f"{REPLY_ID}/{_key(concern)}"))
    answer = {
        "resourceType": "Communication",
        "identifier": [{"system": REPLY_ID, "value": number}],
        "status": "completed",
        "inResponseTo": [{"reference": f"Communication/{_key(concern)}"}],
        "sender": {"reference": asked.office},
        "payload": [{"contentString": asked.answer}],
    }
    answer |= {"recipient": [concern["sender"]]} if "sender" in concern else {}
    answer |= {"subject": concern["subject"]} if "subject" in concern else {}
    once = {"method": "POST", "url": "Communication", "ifNoneExist": f"identifier={REPLY_ID}|{number}"}
    entry = {"fullUrl": f"urn:uuid:{number}", "resource": answer, "request": once}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
