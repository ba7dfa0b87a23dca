"""An example's own care: the words of pathways about a person of the study, rendered as the study's own care is."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from features.study import Resident, Row, Study, Written
from simulator.domain.systems import COMMON
from simulator.domain.tables import EVENTS
from simulator.fhir import render

Step = Mapping[str, Any]
BETWEEN = timedelta(minutes=10)
NOTHING = {
    **dict.fromkeys(("message", "receiver", "reason", "place", "due", "appointment", "known")),
    "system": COMMON,
    "reminder": 0,
}


def step(by: str, *records: str, at: str = "", **more: Any) -> dict[str, Any]:
    """Something that the role ``by`` records; ``at`` is another kind of organisation than the role's own.

    ``more`` are columns of an event; ``receiver`` is a kind of organisation, and ``later`` how long after the person's
    last event the step is done (ten minutes after the one before, when left out).
    """
    return {"role": by, "records": list(records), "at_kind": at or by.partition(".")[0], **more}


def tell(study: Study, resident: Resident, name: str, steps: Sequence[Step]) -> list[list[Written]]:
    """What each step writes about the resident, in order; all of them are one episode called ``name``."""
    last = max(resident.events, key=lambda event: event["at"])
    rows = [_event(last, resident, name, number, told) for number, told in enumerate(steps)]
    events = pl.DataFrame(rows, schema=EVENTS)
    people = study.population.filter(pl.col("resident") == resident.person["resident"])
    rendered = render(events, people, seed=study.seed, start=study.start)
    study.add(rendered)
    written = rendered.filter(pl.col("phase") == "care", pl.col("verb") != "search").to_dicts()
    return [[Written(row) for row in written if row["event"] == number] for number in range(len(steps))]


def _event(last: Row, resident: Resident, name: str, number: int, told: Step) -> Row:
    columns = {key: value for key, value in told.items() if key not in ("at_kind", "later")}
    at = last["at"] + (told["later"] if "later" in told else BETWEEN * (number + 1))
    receiver = told.get("receiver")
    own = {
        "event": number,
        "at": at,
        "began": at - timedelta(minutes=5),
        "wanted": at - timedelta(minutes=5),
        "pathway": "example",
        "episode": name,
        "step": str(number),
        "organisation": organisation(resident, told["at_kind"]),
        "staff": 0,
        "channel": "in-person",
        "reads": [],
    }
    found = {**dict.fromkeys(EVENTS), **last, **NOTHING, **own, **columns}
    found["receiver"] = organisation(resident, receiver) if receiver else None
    return {column: found[column] for column in EVENTS}


def organisation(resident: Resident, kind: str) -> str:
    """The key of the organisation of a kind that the resident belongs to; of the surgery by its list."""
    person = resident.person
    site = person["kommunenummer"] + (f".{person['replica']}" if person["replica"] else "")
    return f"{site}/gp/{person['fastlege']}" if kind == "gp" else f"{site}/{kind}"
