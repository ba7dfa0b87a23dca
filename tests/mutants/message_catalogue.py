"""Mutants of messages between organisations: what is acknowledged, filed, repeated and told wrongly."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from simulator.journal.app import JournalApp
from simulator.journal.http import Answer, Call
from simulator.journal.messages import judging, outbox, receive, ward, words
from simulator.journal.messages.addresses import Address, Addresses
from simulator.journal.messages.arrival import Arrival
from simulator.journal.messages.desk import Desk
from simulator.journal.messages.envelope import envelope
from simulator.journal.messages.parcel import Parcel
from simulator.journal.messages.receipt import RefusedError
from simulator.journal.messages.settling import Settled
from simulator.journal.messages.stays import Stay, Told
from simulator.journal.messages.stays import stays as told_over
from simulator.journal.messages.words import Kind
from tests.mutants.faults import Mutant, asked

TAKE_IN = "$process-message"


def acknowledges_unstored(app: JournalApp) -> None:
    """The receipt is given, and everything undone."""
    sound = app.journal.interactions[TAKE_IN]

    def apply(journal: Any, store: Any, call: Call) -> Answer:
        store.mark()
        answer = sound.apply(journal, store, call)
        store.undo()
        return answer

    app.journal.interactions[TAKE_IN] = replace(sound, apply=apply)


def files_with_somebody(_: JournalApp) -> None:
    """A message about nobody known is filed with the first patient there is."""
    sound = judging.patient

    def patient(desk: Desk, parcel: Parcel) -> Any:
        try:
            return sound(desk, parcel)
        except RefusedError:
            return f"Patient/{desk.find('Patient', ('gender', 'male,female'))[0]['id']}", []

    patch.object(judging, "patient", patient).start()


class _AnyKind(dict[str, Kind]):
    def get(self, key: str, _: Any = None) -> Any:
        return super().get(key) or self["DIALOG_NOTAT"]


def takes_any_type(_: JournalApp) -> None:
    """A message of an unknown type is taken for a note."""
    patch.object(receive, "kinds", lambda: _AnyKind(words.kinds())).start()


def takes_tests_for_real(call: Call) -> None:
    """The tag of a test is passed over."""
    call.resource.parcel = replace(call.resource.parcel, test=False)


def forgets_messages(_: JournalApp) -> None:
    """No message is known again."""
    for name in ("kept_id", "receipt_id"):
        patch.object(receive, name, lambda _: f"{uuid4()}"[:23]).start()


def reopens_by_repeat(_: JournalApp) -> None:
    """An admission told again puts whoever has been discharged back in hospital."""
    sound = receive._is_same

    def is_same(desk: Desk, parcel: Parcel) -> bool:
        found = sound(desk, parcel)
        if found and parcel.event == "LOG_INNLAGT":
            for stay in desk.find("Encounter", ("patient", judging.patient(desk, parcel)[0])):
                desk.change(stay | {"status": "in-progress"})
        return found

    patch.object(receive, "_is_same", is_same).start()


def remembers_the_last_only(_: JournalApp) -> None:
    """A repeated message is known again only while no other has come in between."""
    same, taken_in, last = receive._is_same, receive._taken_in, [""]

    def take_in(desk: Desk, arrival: Arrival) -> Any:
        last[0] = arrival.parcel.identity
        return taken_in(desk, arrival)

    def is_same(desk: Desk, parcel: Parcel) -> bool:
        return parcel.identity == last[0] and same(desk, parcel)

    patch.object(receive, "_taken_in", take_in).start()
    patch.object(receive, "_is_same", is_same).start()


def reopens(_: JournalApp) -> None:
    """Taking back that a patient is ready opens a stay that has ended."""
    sound = told_over

    def stays(messages: list[Told]) -> list[Stay]:
        found = sound(messages)
        for stay in found:
            if stay.messages[-1].says == "withdrawn":
                stay.end = ""
        return found

    patch.object(ward, "stays", stays).start()


def told_by_arrival(_: JournalApp) -> None:
    """The last message to arrive is taken for the last one sent."""
    sound = told_over

    def stays(messages: list[Told]) -> list[Stay]:
        return sound([replace(told, sent=place) for place, told in enumerate(messages)])

    patch.object(ward, "stays", stays).start()


def keeps_addresses(_: JournalApp) -> None:
    """Once known, where somebody receives is never asked for again."""
    sound = Addresses.service
    kept: dict[tuple[str, str], Address | None] = {}

    def service(self: Addresses, number: str, wanted: str) -> Address | None:
        key = (number, wanted)
        kept[key] = kept.get(key) or sound(self, number, wanted)
        return kept[key]

    patch.object(Addresses, "service", service).start()


def writes_to_anybody(_: JournalApp) -> None:
    """The service is passed over: any party of the organisation gets the message."""

    def service(self: Addresses, number: str, _: str) -> Address | None:
        told = self._neighbours.ask("adresseregisteret", f"kommunikasjonsparter?organisasjonsnummer={number}")[1]
        found = [Address(p["herId"], p["navn"], number, p["endepunkt"], "fhir") for p in told["kommunikasjonsparter"]]
        return found[0] if found else None

    patch.object(Addresses, "service", service).start()


def believes_all_is_well(_: JournalApp) -> None:
    """Whatever comes back, or nothing, is taken for a positive receipt."""
    patch.object(outbox, "settled_by", lambda *_: Settled("acknowledged")).start()


def tells_all_of_who(_: JournalApp) -> None:
    """A message that goes out has the whole Patient in it."""

    def whole_envelope(read: Any, communication: Any, *rest: Any) -> Any:
        bundle = envelope(read, communication, *rest)
        whole = read(communication["subject"]["reference"])
        for entry in bundle["entry"]:
            if entry["resource"]["resourceType"] == "Patient":
                entry["resource"] = whole
        return bundle

    patch.object(outbox, "envelope", whole_envelope).start()


MESSAGE_MUTANTS = (
    Mutant(
        "acknowledged-unstored",
        "R-SAM-01A",
        "Messages are acknowledged and not kept.",
        "The hospital believes that the municipality knows.",
        acknowledges_unstored,
    ),
    Mutant(
        "filed-with-somebody",
        "R-SAM-01B",
        "A message about an unknown patient is filed with another.",
        "A patient is treated for what somebody else has.",
        files_with_somebody,
    ),
    Mutant(
        "any-type",
        "R-SAM-01B",
        "A message of an unknown type is acknowledged.",
        "Nobody reads what the sender believes has been dealt with.",
        takes_any_type,
    ),
    Mutant(
        "test-in-chart",
        "R-SAM-01C",
        "A test message goes into the chart.",
        "Somebody acts on a question that nobody asked.",
        asked(TAKE_IN, takes_tests_for_real),
    ),
    Mutant(
        "message-forgotten",
        "R-SAM-03B",
        "A message sent again is taken for a new one.",
        "One request becomes two visits.",
        forgets_messages,
    ),
    Mutant(
        "stay-reopened",
        "R-SAM-02B",
        "Taking back that a patient is ready opens a stay that has ended.",
        "The municipality does not expect somebody who is at home already.",
        reopens,
    ),
    Mutant(
        "told-by-arrival",
        "R-SAM-02B",
        "The last message to arrive is taken for the last one sent.",
        "A late admission notice puts a discharged patient back in hospital.",
        told_by_arrival,
    ),
    Mutant(
        "reopened-by-repeat",
        "R-SAM-02C",
        "An admission that is told again opens a stay that has ended.",
        "Home care stays away from somebody who is at home.",
        reopens_by_repeat,
        neighbours=True,
    ),
    Mutant(
        "remembers-the-last",
        "R-SAM-03D",
        "A message sent again is known only while no other has come in between.",
        "The surgery is told that its question was refused, and asks once more by telephone.",
        remembers_the_last_only,
        neighbours=True,
    ),
    Mutant(
        "old-address",
        "R-SAM-04",
        "Messages keep going to the address that was known first.",
        "The message lies in a mailbox that nobody reads any more.",
        keeps_addresses,
        neighbours=True,
    ),
    Mutant(
        "any-service",
        "R-SAM-04",
        "A message goes to whatever service of the organisation comes first.",
        "The emergency clinic gets what the patient's own doctor should have read.",
        writes_to_anybody,
        neighbours=True,
    ),
    Mutant(
        "tells-all-of-who",
        "R-SAM-14D",
        "A message that goes out tells all that is known of the patient.",
        "NAV learns where somebody lives, and whom to call, who never told NAV.",
        tells_all_of_who,
        neighbours=True,
    ),
    Mutant(
        "all-is-well",
        "R-SAM-03C",
        "Whatever comes back, or nothing, is taken for a positive receipt.",
        "The message is gone, and nobody knows until the patient calls.",
        believes_all_is_well,
        neighbours=True,
    ),
)  # fmt: skip  a table
