"""Checks of contacts of every service, and of what is attached to them (JRN)."""

from simulator.checks.content import differences
from simulator.checks.evidence import (
    accepted,
    fact,
    finding,
    inconclusive,
    listed,
    names_written,
    read_back,
    sent,
    stored_name,
)
from simulator.checks.lists import all_accepted, exactly
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding


@check("every_service_finds_its_contacts", rule="R-JRN-06")
def every_service_finds_its_contacts(history: History) -> Finding:
    """Each service finds its own contacts with a person, and whoever opens the record finds those of all services."""
    all_accepted(history, "contact")
    services: list[list[str]] = fact(history, "services")
    if not services:
        inconclusive("No service had a contact.", attribution="bench")
    every = names_written(history, "contacts")
    problems = exactly(history, listed(history, "whole"), every, "the list of all contacts")
    for number, contacts in enumerate(services, start=1):
        own = {name: write for name, write in every.items() if write.interaction in contacts}
        where = f"the list of service {number} of {len(services)}"
        problems += exactly(history, listed(history, f"own.{number}"), own, where)
    passed = f"{len(services)} services each find their own of {len(every)} contacts."
    return finding(problems, passed, [*history.labelled("whole"), *history.labelled("own")])


@check("attachment_comes_back_whole", rule="R-JRN-08")
def attachment_comes_back_whole(history: History) -> Finding:
    """A tracing or an image that one organisation has stored is found by another and opened to the last byte."""
    upload = accepted(history, "upload")
    name = stored_name(upload)
    problems = [] if name in {e.name for e in listed(history, "list")} else [f"{name} is not in the list of documents"]
    opened = read_back(history, "open")
    problems += [f"What was opened is not what was stored: {d}" for d in differences(sent(upload), opened)]
    evidence = [upload, *history.labelled("list"), *history.labelled("open")]
    return finding(problems, f"{name} was found and opened to the last byte.", evidence)
