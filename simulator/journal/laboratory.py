"""Orders to the laboratory, and its answers: an order goes out once, and an older answer replaces no newer one.

An active order coded by LOINC is sent as REQ_LAB, stored with the write. What the laboratory answers (SVAR_LAB) may
come twice and in any order: written by what identifies it, the answer issued last stands. An answer is linked to its
order and completes it. A person named by number alone, as measurements from home name theirs, is looked up.
"""

from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import orjson

from simulator.journal import dates
from simulator.journal.access.stage import check_target
from simulator.journal.access.words import PERSON_SYSTEMS
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.interactions.common import criteria, written
from simulator.journal.interactions.update import conditional_id
from simulator.journal.journal import Interaction, Journal
from simulator.journal.messages.desk import MOST, quoted
from simulator.journal.persons import in_use
from simulator.journal.prescriptions import outbox
from simulator.journal.prescriptions.links import Link, linked, same_patient
from simulator.journal.prescriptions.messages import person_in
from simulator.journal.prescriptions.passing import wake
from simulator.journal.store import Found, Store

Json = dict[str, Any]
RECEIVER: Final = "laboratorium"
EVENTS: Final = (outbox.ORDERED,)
ORDER: Final = "ServiceRequest"
REPORT: Final = "DiagnosticReport"
ANSWERS: Final = frozenset({"Observation", REPORT})
LOINC: Final = "http://loinc.org"
NUMBER: Final = "https://journalbenk.example/fhir/sid/laboratory-order"
LINK: Final = Link("basedOn", NUMBER, outbox.ORDERED, ORDER)
DONE: Final = frozenset({"final", "amended", "corrected"})
CARRIED: Final = ("resourceType", "status", "intent", "priority", "code", "authoredOn", "note")


def answering(interaction: Interaction) -> Interaction:
    """A write interaction that knows answers of a laboratory and measurements from home."""

    def apply(journal: Journal, store: Any, call: Call) -> Answer:
        if call.kind == ORDER and journal.neighbours is not None:
            answer = interaction.apply(journal, store, call)
            order(store, call.identity or "")
            wake(journal, RECEIVER)
            return answer
        if call.kind not in ANSWERS or call.interaction not in {"create", "update"}:
            return interaction.apply(journal, store, call)
        standing = newer(journal, store, call)
        if standing is not None:
            return written(journal, call, standing, 200)
        call.resource = linked(store, named(journal, store, call), LINK)
        answer = interaction.apply(journal, store, call)
        complete(store, call)
        return answer

    return replace(interaction, apply=apply)


def order(store: Store, request: str) -> None:
    """Stores the message that orders a test, unless it has been ordered before."""
    there = store.find(ORDER, request) if request else None
    wanted: Json = orjson.loads(there.content) if there and there.content else {}
    codings = (wanted.get("code") or {}).get("coding") or ()
    if (wanted.get("status"), wanted.get("intent")) != ("active", "order"):
        return
    sent = any(one.event == outbox.ORDERED for one in outbox.about(store, request))
    if sent or not any(coding.get("system") == LOINC for coding in codings):
        return
    number, subject = str(uuid4()), {"identifier": identifier} if (identifier := person_in(store, wanted)) else {}
    carried = {name: wanted[name] for name in CARRIED if name in wanted}
    named_so = {"identifier": [{"system": NUMBER, "value": number}], "subject": subject}
    outbox.post(store, outbox.ORDERED, request, number, carried | named_so)


def newer(journal: Journal, store: Store, call: Call) -> Found | None:
    """What stands already and was issued later than this answer, which is written by what identifies it."""
    issued = call.resource.get("issued")
    if call.interaction != "update" or not criteria(call) or not issued:
        return None
    call.identity = call.identity or conditional_id(journal, store, call)
    there = store.find(call.kind, call.identity)
    if there is None or not there.content:
        return None
    check_target(call, there)
    stands = orjson.loads(there.content).get("issued")
    return there if stands and instant_of(stands) > instant_of(issued) else None


def instant_of(text: str) -> int:
    """Milliseconds since 1970 of an instant."""
    return dates.span(text)[0]


def named(journal: Journal, store: Store, call: Call) -> Json:
    """The answer with a reference to the patient whose number it names; for systems only, who may see every patient.

    Raises:
        FhirError: 422, nobody in the record has the number.
    """
    resource: Json = call.resource
    subject = resource.get("subject") or {}
    identifier = subject.get("identifier") or {}
    if "reference" in subject or identifier.get("system") not in PERSON_SYSTEMS:
        return resource
    if call.view is not None and not call.view.everybody:
        return resource
    query = ("identifier", f"{identifier['system']}|{quoted(str(identifier.get('value')))}")
    search = journal.search_of("Patient", call.view).parser.parse("Patient", [query], strict=True)
    known = in_use([orjson.loads(hit.content) for hit in journal.finder.after(store, search, 0, MOST)])
    if len(known) != 1:
        words = "nobody in this record has this number" if not known else "several have this number"
        raise refuse(422, "not-found", words, f"{call.kind}.subject")
    return resource | {"subject": subject | {"reference": f"Patient/{known[0]['id']}"}}


def complete(store: Store, call: Call) -> None:
    """Completes the order that a final report answers."""
    answer: Json = call.resource
    if answer["resourceType"] != REPORT or answer.get("status") not in DONE:
        return
    for one in answer.get("basedOn") or ():
        there = store.find(ORDER, str(one.get("reference", "")).removeprefix(f"{ORDER}/"))
        wanted: Json = orjson.loads(there.content) if there and there.content else {}
        if wanted.get("status") == "active" and "identifier" in one and same_patient(wanted, answer):
            now = store.put(wanted | {"status": "completed"}, there, "PUT")
            call.record.touch(f"{ORDER}/{wanted['id']}", now.patient)
