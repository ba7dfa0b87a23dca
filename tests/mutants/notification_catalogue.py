"""Journals with one fault each in what they tell subscribers."""

from dataclasses import replace
from typing import Any

from simulator.journal.app import JournalApp
from simulator.journal.subscriptions import asking, events, notification, notifier, settling, state
from simulator.journal.subscriptions.delivery import Delivery
from simulator.journal.subscriptions.terms import Terms
from tests.mutants.faults import Fault, Mutant


def never_sent(kind: bytes) -> Fault:
    """Notifications of a type are taken for delivered without being sent."""

    def into(_: JournalApp) -> None:
        sound = Delivery.send

        def send(self: Delivery, url: str, body: bytes, headers: list[str], timeout: float) -> str:
            return "" if kind in body else sound(self, url, body, headers, timeout)

        Delivery.send = send  # type: ignore[method-assign]

    return into


def sent_twice(_: JournalApp) -> None:
    sound = Delivery.send

    def send(self: Delivery, url: str, body: bytes, headers: list[str], timeout: float) -> str:
        sound(self, url, body, headers, timeout)
        return sound(self, url, body, headers, timeout)

    Delivery.send = send  # type: ignore[method-assign]


def number_skipped(_: JournalApp) -> None:
    sound = state.notices

    def notices(*args: Any) -> list[state.Notice]:
        return [one._replace(number=one.number + (one.number > 1)) for one in sound(*args)]

    setattr(notifier, "notices", notices)  # noqa: B010  replaced in this process only


def number_told(_: JournalApp) -> None:
    notification.without_numbers = lambda resource: resource


def fire_and_forget(_: JournalApp) -> None:
    sound = settling.settle

    def settle(store: Any, outcome: Any, tries: int) -> Any:
        return sound(store, replace(outcome, problem=""), tries)

    setattr(notifier, "settle", settle)  # noqa: B010  replaced in this process only
    setattr(asking, "notices", lambda *_: [])  # noqa: B010  as above


def filters_ignored(_: JournalApp) -> None:
    Terms.meets = lambda *_: True  # type: ignore[method-assign]


def blocks_ignored(_: JournalApp) -> None:
    def concerns(self: events.Change, listener: events.Listener, indexer: Any) -> bool:
        return listener.terms.meets(self.after or self.before, indexer)

    events.Change.concerns = concerns  # type: ignore[method-assign]
    notification.sees = lambda *_: True


NOTIFICATION_MUTANTS = (
    Mutant(
        "no-handshake",
        "R-SAM-06F",
        "A subscription becomes active without its endpoint having been asked.",
        "Notices go to an address that somebody mistyped, and nobody is told that none arrive.",
        never_sent(b'"handshake"'),
    ),
    Mutant(
        "event-number-skipped",
        "R-SAM-06F",
        "The numbers of events have a hole.",
        "The board asks again and again for an event that never was.",
        number_skipped,
    ),
    Mutant(
        "told-twice",
        "R-SAM-06F",
        "Every notification is sent twice, under the same number.",
        "The ambulance is sent out twice.",
        sent_twice,
    ),
    Mutant(
        "no-heartbeat",
        "R-SAM-06F",
        "No heartbeat is sent while nothing happens.",
        "A board that has lost its connection looks like a quiet shift.",
        never_sent(b'"heartbeat"'),
    ),
    Mutant(
        "number-in-notification",
        "R-SAM-06G",
        "Resources are told with the person numbers that are in them.",
        "Person numbers end up in the logs of everybody who is told.",
        number_told,
    ),
    Mutant(
        "fire-and-forget",
        "R-SAM-07B",
        "What an endpoint did not take is neither told again nor kept.",
        "The receiving unit never hears of the patient, because its screen restarted just then.",
        fire_and_forget,
    ),
    Mutant(
        "filters-ignored",
        "R-INN-04B",
        "The filters of a subscription are passed over.",
        "A citizen hears of the neighbour's application.",
        filters_ignored,
    ),
    Mutant(
        "blocks-ignored-in-notices",
        "R-INN-02B",
        "What is blocked is told of like everything else.",
        "The medicines that a patient has hidden come up on a screen.",
        blocks_ignored,
        secured=True,
    ),
)  # fmt: skip  a table
