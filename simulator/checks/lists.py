"""A list that was shown against what was written: all of it, nothing else, once each, and as it was last sent."""

from collections.abc import Iterable, Mapping

from simulator.checks.content import differences, patient_of
from simulator.checks.evidence import Entry, Resource, accepted, inconclusive, name_in, sent, stored_name
from simulator.domain.exchange import Exchange, History


def exactly(history: History, shown: list[Entry], wanted: Mapping[str, Exchange], where: str) -> list[str]:
    """What keeps a list from being the wanted resources (``Type/id`` -> the exchange that wrote it) and no others."""
    names = [entry.name for entry in shown]
    problems = [f"{name} is missing from {where}" for name in wanted if name not in names]
    problems += [f"{name} does not belong in {where}" for name in dict.fromkeys(names) if name not in wanted]
    problems += [f"{name} stands {names.count(name)} times in {where}" for name in wanted if names.count(name) > 1]
    return problems + changed(history, shown, wanted, where)


def changed(history: History, shown: Iterable[Entry], wanted: Mapping[str, Exchange], where: str) -> list[str]:
    """How what is shown differs from what was last sent of it."""
    return [
        f"{entry.name} is shown otherwise than written in {where}: {difference}"
        for entry in shown
        if entry.name in wanted
        for difference in differences(last_sent(history, wanted[entry.name]), entry.resource)
    ]


def last_sent(history: History, write: Exchange) -> Resource:
    """What was last sent of a resource: an update taken in after its creation counts."""
    name = stored_name(write)
    later = [
        e
        for e in history.exchanges
        if e.verb == "update" and e.outcome == "ok" and name_in(e.request.url) == name and e.number > write.number
    ]
    return sent(later[-1] if later else write)


def all_accepted(history: History, label: str) -> tuple[Exchange, ...]:
    """The exchanges of a label, every one of them taken in; inconclusive when one was not, or there is none."""
    exchanges = history.labelled(label)
    if not exchanges:
        inconclusive(f"Nothing was sent as '{label}', so there is no evidence.", attribution="bench")
    return tuple(accepted(History(history.example, {}, (e,)), e.label) for e in exchanges)


def about(entries: Iterable[Entry], patient: str) -> list[Entry]:
    """The entries about one patient (``Patient/id``)."""
    return [entry for entry in entries if name_in(patient_of(entry.resource)) == patient]
