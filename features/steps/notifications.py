"""Steps on notifications: subscribing to a topic, what then happens, and what the subscriber was told."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from pytest_bdd import given, then, when

from features.callers import citizen, signed_in
from features.consents import blocking
from features.example import Example
from features.study import Resident, Written
from features.telling import step
from simulator.candidates import Received, Receiver
from simulator.domain.subscriptions import BACKPORT, TOPIC
from simulator.domain.verdict import Finding

CONTACTS: Final = 3
HEARTBEAT_S: Final = 1
QUIET_S: Final = 2.6
PATIENCE_S: Final = 6.0
LOOKS: Final = 25
PAUSE_S: Final = 0.2
DARK_S: Final = 0.6
SUBSCRIBER: Final = "legevakt-tavle"
TYPES: Final = "http://hl7.org/fhir/resource-types"


@pytest.fixture
def receiver(example: Example) -> Iterator[Receiver]:
    """The subscriber's endpoint; a candidate on another machine could not reach it."""
    host = urlsplit(example.session.running.base_url).hostname or ""
    if not _is_here(host):
        why = Finding("not_applicable", "The candidate runs on another machine and cannot reach the bench's endpoint.")
        example.leave_out(dict.fromkeys(example.rules, why))
    found = Receiver()
    yield found
    found.close()


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def subscribe(
    example: Example, receiver: Receiver, topic: str, *residents: Resident, content: Sequence[str] = ("id-only",)
) -> None:
    """Subscribe to a topic about some residents, with the first content that is taken; wait until it is active."""
    for wanted in content:
        body = _subscription(example, receiver, topic, residents, wanted)
        asked = example.send("create", "Subscription", f"subscribe.{wanted}", body=body)
        if asked.outcome == "ok":
            break
    else:
        return
    for _ in range(LOOKS):
        looked = example.send("read", "Subscription", "subscription", target=asked.interaction)
        if (looked.resource() or {}).get("status") != "requested":
            break
        example.wait(PAUSE_S)


def _subscription(
    example: Example, receiver: Receiver, topic: str, residents: Sequence[Resident], content: str
) -> dict[str, Any]:
    """A Subscription by rest-hook in the R4 form of the backport."""
    patients = ",".join(example.session.reference(resident.patient.id) or "Patient/ukjent" for resident in residents)
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "Varsel",
        "criteria": TOPIC + topic,
        "_criteria": {"extension": [{"url": f"{BACKPORT}filter-criteria", "valueString": f"patient={patients}"}]},
        "channel": {
            "extension": [{"url": f"{BACKPORT}heartbeat-period", "valueUnsignedInt": HEARTBEAT_S}],
            "type": "rest-hook",
            "endpoint": receiver.url,
            "header": [f"{Receiver.HEADER}: {SUBSCRIBER}"],
            "payload": "application/fhir+json",
            "_payload": {"extension": [{"url": f"{BACKPORT}payload-content", "valueCode": content}]},
        },
    }


def events_in(told: Sequence[Received]) -> int:
    """How many events were told of, those told again counted again."""
    return sum(
        _type(one.body) == "event-notification" and len(_parameters(one.body, "notification-event")) for one in told
    )


def _parameters(body: Any, name: str) -> list[dict[str, Any]]:
    entries = body.get("entry") if isinstance(body, dict) else None
    status = entries[0].get("resource") if isinstance(entries, list) and entries else None
    listed = status.get("parameter") if isinstance(status, dict) else None
    return [one for one in listed or [] if isinstance(one, dict) and one.get("name") == name]


def _type(body: Any) -> str:
    return next((str(one.get("valueCode")) for one in _parameters(body, "type")), "")


def hear(example: Example, receiver: Receiver, expected: int) -> None:
    """Wait until so many events were told of, or it is too late; what was told is a fact."""
    taken = any(e.outcome == "ok" for e in example.exchanges if e.label.startswith("subscribe."))
    receiver.wait(lambda told: events_in(told) >= expected, PATIENCE_S if taken else 0.0)
    example.know(notifications=receiver.told())


def _ask(example: Example, operation: str, label: str) -> None:
    """Ask after the subscription, or for its events."""
    name = next(
        (e.interaction for e in example.exchanges if e.label.startswith("subscribe.") and e.outcome == "ok"), ""
    )
    base, reference = example.session.running.base_url, example.session.reference(name)
    if reference:
        example.keep(example.session.follow(f"{base}/{reference}/{operation}", label=label))


@given("a resident whose contacts legevakt's board subscribes to")
def board(example: Example, receiver: Receiver) -> None:
    """The resident, a neighbour, and the subscription."""
    resident, neighbour = example.meet(record_Patient=1), example.meet(record_Patient=1)
    example.seed([resident.patient, neighbour.patient])
    example.know(subscriber=SUBSCRIBER, heartbeat_s=HEARTBEAT_S)
    subscribe(example, receiver, "encounter-end", resident)


@when("contacts of the resident and of a neighbour are over, and then nothing happens for a while")
def contacts_end(example: Example, receiver: Receiver) -> None:
    """The neighbour's in between; the quiet lasts longer than two signs of life."""
    resident, neighbour = example.residents
    other = example.tell(step("legevakt.nurse", "consultation"), about=neighbour)
    mine = example.tell(*[step("legevakt.nurse", "consultation")] * CONTACTS, about=resident)
    example.know(expected=[_contact(written).id for written in mine])
    for number, written in enumerate([mine[0], other[0], *mine[1:]], start=1):
        example.write(_contact(written), f"contact.{number}")
    hear(example, receiver, CONTACTS)
    example.wait(QUIET_S)
    example.know(notifications=receiver.told(), quiet_s=QUIET_S)
    _ask(example, "$status", "status")


def _contact(written: Sequence[Written]) -> Written:
    return next(w for w in written if w.type == "Encounter")


@then("the board was asked first, was told of each contact once and in order, and heard signs of life afterwards")
def board_told(example: Example) -> None:
    """Neither more nor less."""
    example.holds("R-SAM-06F")


@given("a resident whose messages home care's system subscribes to")
def messages(example: Example, receiver: Receiver) -> None:
    """With everything in the notification where the candidate gives that, otherwise with references."""
    resident = example.meet(record_Patient=1)
    example.seed([resident.patient])
    subscribe(example, receiver, "message-received", resident, content=("full-resource", "id-only"))


@when("a message comes that has the resident's fødselsnummer in its text")
def message_comes(example: Example, receiver: Receiver) -> None:
    """As people write it."""
    told = example.tell(step("gp.doctor", "note", message="DIALOG_HELSEFAGLIG", receiver="home-care"))
    message = next(w for w in told[0] if w.type == "Communication")
    number = example.resident.person["person_number"]
    text = [{"contentString": f"Gjelder {number}. Ber om vurdering av tjenestetilbudet."}]
    example.know(expected=[message.id])
    example.send_as(message, "message", {**message.resource, "payload": text})
    hear(example, receiver, 1)


@then("home care's system is told of it without the number")
def told_without_number(example: Example) -> None:
    """Told, and not the number."""
    example.holds("R-SAM-06G")


@given("a resident on the way to a unit whose screen subscribes to contacts")
def screen(example: Example, receiver: Receiver) -> None:
    """An ambulance, and who will take over."""
    resident = example.meet(record_Patient=1)
    example.seed([resident.patient])
    example.know(limit_s=example.catalogue.rules["R-SAM-07B"].limit_s)
    subscribe(example, receiver, "encounter-end", resident)


@when("the crew writes contacts before, while and after the screen is down")
def dark_screen(example: Example, receiver: Receiver) -> None:
    """The unit's system asks for what it may have missed when it has waited as long as it may."""
    told = example.tell(*[step("ambulance.crew", "visit")] * CONTACTS)
    contacts = [_contact(written) for written in told]
    example.know(expected=[contact.id for contact in contacts])
    before, meanwhile, after = contacts
    example.write(before, "contact.1")
    hear(example, receiver, 1)
    receiver.down()
    example.write(meanwhile, "contact.2")
    example.wait(DARK_S)
    receiver.up()
    example.write(after, "contact.3")
    hear(example, receiver, CONTACTS)
    _ask(example, "$events?eventsSinceNumber=1", "missed")


@then("the unit knows of each of them within seconds of its screen being up")
def nothing_missed(example: Example) -> None:
    """Each of them."""
    example.holds("R-SAM-07B")


@given("two residents who apply for home care, and a subscription by one of them")
def applicants(example: Example, receiver: Receiver) -> None:
    """Both applications are in the record before."""
    residents = [example.meet(record_Patient=1) for _ in range(2)]
    for number, resident in enumerate(residents, start=1):
        told = example.tell(
            step("citizen", "service-request", staff=-1, channel="electronic"),
            step("intake.case-officer", "service-decision", "decision-letter"),
            about=resident,
        )
        example.write(_application(told), f"application.{number}", actor="citizen")
        example.know(**{f"decision.{number}": [_application(told).id]})
    example.know(limit_s=example.catalogue.rules["R-INN-04B"].limit_s)
    subscribe(example, receiver, "referral-state", residents[0])


def _application(told: Sequence[Sequence[Written]]) -> Written:
    return next(w for written in told for w in written if w.type == "ServiceRequest" and w.row["verb"] == "create")


@when("both cases are decided")
def cases_decided(example: Example, receiver: Receiver) -> None:
    """The other one first."""
    for number in (2, 1):
        application = example.study.added(example.facts[f"decision.{number}"][0])
        example.change(application, f"decided.{number}", {"status": "completed"}, actor="intake.case-officer")
    hear(example, receiver, 1)
    example.wait(PAUSE_S)
    example.know(notifications=receiver.told())


@then("the one is told of the own case, and of no other")
def applicant_told(example: Example) -> None:
    """At once, and nothing of the neighbour's."""
    example.holds("R-INN-04B")


@given("two residents whose medicines a system subscribes to")
def medicines(example: Example, receiver: Receiver) -> None:
    """Each with a medicine in the record."""
    residents = [example.meet(record_MedicationStatement=2) for _ in range(2)]
    for resident in residents:
        example.seed([w for w in resident.written(phase="record") if w.type != "MedicationStatement"])
    subscribe(example, receiver, "medication-list", *residents)


@when("one of them blocks the medicines, and medicines of both are written")
def block_medicines(example: Example, receiver: Receiver) -> None:
    """One of each kind before and after: what is told before the block shows that it would have been."""
    one, other = example.residents
    (first, hidden), (control, _) = ([*r.written("MedicationStatement", phase="record")][:2] for r in (one, other))
    example.know(told=[first.id, control.id], blocked=[hidden.id])
    example.write(first, "medicine.1")
    hear(example, receiver, 1)
    with signed_in(example, citizen(one)):
        example.send("create", "Consent", "consent", body=_all_medicines(one.patient.id))
    example.write(hidden, "medicine.2")
    example.write(control, "medicine.3")
    hear(example, receiver, 2)


def _all_medicines(patient: str) -> dict[str, Any]:
    """The resident's decision that nobody shall see the medicines."""
    return blocking(patient, **{"class": [{"system": TYPES, "code": "MedicationStatement"}]})


@then("the system is told of the other's only")
def blocked_untold(example: Example) -> None:
    """Not a word of what is blocked."""
    example.holds("R-INN-02B")
