"""The simulated care: each event first looks things up, then writes what it records, then sends its message."""

from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from simulator.domain.systems import COMMON
from simulator.fhir.assumptions import assumption
from simulator.fhir.communication import communication
from simulator.fhir.contact import Birth, Contact, Made, Person, Slot
from simulator.fhir.elements import interaction_id, person_number_query
from simulator.fhir.past import Past
from simulator.fhir.patient import mother_of_newborn, newborn
from simulator.fhir.registry import Registry
from simulator.fhir.rows import Rows
from simulator.fhir.words import CHANGED, ORDER, SEARCHES, WRITES, Change, Create

_OSLO = "Europe/Oslo"
_FORMAT = "%Y-%m-%dT%H:%M:%S%:z"


def prepared(events: pl.DataFrame) -> pl.DataFrame:
    """The events with Oslo time as text, a key that is a pure function of episode and step, and the slot booked.

    The slot is the time the episode was booked for, else the event's own deadline. ``lone`` marks the only event of
    its episode.
    """
    length = pl.duration(minutes=int(assumption("appointment_minutes")))
    times = {"at": "at", "began": "began", "due": "due", "slot_start": "slot", "slot_end": "slot_end"}
    times["received"] = "received"
    return (
        events.with_columns(
            slot=pl.coalesce("appointment", "due"),
            received=pl.when((pl.col("system") != COMMON) & pl.col("message").is_not_null()).then("known"),
        )
        .with_columns(
            slot_end=pl.col("slot") + length,
            reminder=pl.col("reminder").fill_null(0),
            times=pl.int_range(pl.len()).over("episode", "step"),
            lone=pl.len().over("episode") == 1,
        )
        .with_columns(
            key=pl.concat_str("episode", "step", pl.col("times").cast(pl.String), separator="/"),
            **{name: pl.col(at).dt.convert_time_zone(_OSLO).dt.to_string(_FORMAT) for name, at in times.items()},
        )
    )


_COLUMNS = (
    "event",
    "resident",
    "key",
    "at",
    "began",
    "due",
    "slot_start",
    "slot_end",
    "episode",
    "lone",
    "role",
    "organisation",
    "staff",
    "receiver",
    "channel",
    "place",
    "reason",
    "message",
    "received",
    "reminder",
    "records",
    "reads",
)


@dataclass(slots=True)
class Care:
    """Writes care events; what an episode has made is remembered for its later events."""

    seed: int
    before: str
    people: dict[int, Person]
    registry: Registry
    past: Past
    earlier: Rows
    """Where what must have been there before the period is written."""
    births: dict[int, list[Birth]] = field(default_factory=dict)
    """The children that residents bore, by mother, in order."""
    episodes: dict[str, dict[str, Made]] = field(default_factory=dict)

    def write(self, events: pl.DataFrame, rows: Rows) -> None:
        """Write a slice of prepared events."""
        for event in events.select(_COLUMNS).iter_rows(named=True):
            contact, key = self._contact(event), event["key"]
            if event["reads"]:
                self._look_up(contact, key, event["reads"], rows)
            if event["records"]:
                self._record(contact, key, event["records"], rows)
            if contact.message:
                self._send(contact, key, rows)

    def _contact(self, event: dict[str, Any]) -> Contact:
        organisation = self.registry.organisation
        start = event["slot_start"]
        return Contact(
            event=event["event"],
            person=self.people[event["resident"]],
            at=event["at"],
            began=event["began"],
            due=event["due"],
            before=self.before,
            role=event["role"],
            organisation=organisation(event["organisation"]),
            practitioner=self.registry.practitioner(event["organisation"], event["role"], event["staff"]),
            receiver=organisation(event["receiver"]),
            channel=event["channel"],
            reason=event["reason"],
            message=event["message"],
            slot=Slot(start, event["slot_end"]) if start else None,
            place=(event["organisation"], event["place"] or ""),
            made={} if event["lone"] else self.episodes.setdefault(event["episode"], {}),
            registry=self.registry,
            received=event["received"],
            child=self._child(event["resident"], event["at"][:10]),
            reminder=event["reminder"],
        )

    def _look_up(self, contact: Contact, key: str, reads: list[str], rows: Rows) -> None:
        person, about = contact.person, (contact.event, contact.person.resident)
        for word in reads:
            kind, rest = SEARCHES[word]
            if word == "identity":
                query = person_number_query(person.row["person_number"])
            else:
                query = f"patient=urn:uuid:{person.patient}{rest}"
            rows.search(interaction_id(self.seed, key, "read", word), kind, query, about, person.patient)

    def _record(self, contact: Contact, key: str, records: list[str], rows: Rows) -> None:
        about = (contact.event, contact.person.resident)
        for word in sorted(records, key=ORDER.__getitem__) if len(records) > 1 else records:
            for write in WRITES[word]:
                if isinstance(write, Create):
                    told = self._newborn(contact, key, rows) if write.newborn else contact
                    told.identity = identity = interaction_id(self.seed, key, write.name)
                    resource, name = write.make(told), write.kept or write.name
                    rows.create(identity, resource, about, conditional=write.once)
                    contact.made[name] = Made(identity, resource if name in CHANGED else {})
                else:
                    self._change(contact, key, write, rows)

    def _change(self, contact: Contact, key: str, write: Change, rows: Rows) -> None:
        made = contact.made.get(write.of) or (self._standing(contact.person, write.of) if write.standing else None)
        if made is None:
            if write.earlier is None:
                return
            made = Made(interaction_id(self.seed, key, "earlier", write.of), write.earlier(contact))
            self.earlier.create(made.interaction, made.resource, (-1, contact.person.resident))
        changed = write.change(made.resource, contact)
        identity = interaction_id(self.seed, key, "change", write.of)
        rows.update(identity, changed, (contact.event, contact.person.resident), made.interaction)
        contact.made[write.of] = again = Made(made.interaction, changed)
        if write.standing:
            contact.person.standing[write.of] = again

    def _newborn(self, contact: Contact, key: str, rows: Rows) -> Contact:
        """The contact as one with the newborn of the episode, whose birth may not have been told here."""
        if "newborn" not in contact.made:
            self._register(contact, key, rows)
        child_of = replace(contact.person, patient=contact.made["newborn"].interaction, service=None, medicines=[])
        visit = contact.made.get("newborn-visit")
        return replace(contact, person=child_of, made={"visit": visit} if visit else {})

    def _register(self, contact: Contact, key: str, rows: Rows) -> None:
        """A child born before the period has been in the record since, another is first heard of now; so its mother."""
        child = contact.child
        before = child is None or child.day <= self.before[:10]
        written, about = (self.earlier, -1) if before else (rows, contact.event)
        for name in ("newborn", "mother"):
            identity = interaction_id(self.seed, key, "earlier", name)
            told = replace(contact, identity=identity)
            resource = newborn(told) if name == "newborn" else mother_of_newborn(told)
            if child is None:
                resource.pop("birthDate", None)
            written.create(identity, resource, (about, contact.person.resident), conditional=name == "newborn")
            contact.made[name] = Made(identity, {})

    def _child(self, mother: int, day: str) -> Birth | None:
        """The last child that a resident has borne by a date."""
        return next((child for child in reversed(self.births.get(mother, ())) if child.day <= day), None)

    def _standing(self, person: Person, name: str) -> Made | None:
        """What the record held before the period, as the care has left it since."""
        return person.standing.get(name) or self.past.standing(person, name)

    def _send(self, contact: Contact, key: str, rows: Rows) -> None:
        contact.identity = interaction_id(self.seed, key, "message")
        resource = communication(contact)
        about = (contact.event, contact.person.resident)
        rows.create(contact.identity, resource, about, conditional=True)
        if not contact.reminder:
            contact.made[contact.message or ""] = Made(contact.identity, {})
