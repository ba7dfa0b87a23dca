"""Contacts of the past as resources: encounters with their diagnosis, observations, notes, courses and letters."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from simulator.domain.codes import CONDITION_CODES, HL7_TERMINOLOGY, ICPC2_NAMES, Medicine
from simulator.fhir.assumptions import assumption
from simulator.fhir.communication import communication
from simulator.fhir.condition import diagnosis
from simulator.fhir.contact import Contact, Made, Person
from simulator.fhir.document import discharge_summary, note
from simulator.fhir.elements import interaction_id
from simulator.fhir.encounter import admission, consultation, discharged, home_visit
from simulator.fhir.medication import medication_change
from simulator.fhir.observation import blood_pressure, heart_rate
from simulator.fhir.past_plan import Kind, Planned
from simulator.fhir.registry import Registry
from simulator.figures.regimens import regimens
from simulator.streams import stream

_RESOLVED: Final = {"coding": [{"system": f"{HL7_TERMINOLOGY}condition-clinical", "code": "resolved"}]}
_LASTING: Final = {codes.icpc2 for codes in CONDITION_CODES.values()}
_PASSING: Final = tuple(code for code in ICPC2_NAMES if code not in _LASTING)
_STAFF: Final = 8
_MINUTES: Final[dict[Kind, int]] = {"gp": 20, "home": 25, "ward": 15, "stay": 60}


class _Place(NamedTuple):
    """Where a contact of a kind is, and with whom."""

    organisation: str
    role: str
    channel: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the record knows of somebody for long, each with the date it began."""

    problems: list[tuple[str, str]]
    """ICPC-2 codes."""
    medicines: list[tuple[Medicine, str]]
    services: dict[Kind, str]


class PastContacts:
    """Writes the contacts of one resident before a day."""

    def __init__(self, person: Person, registry: Registry, seed: int, known: Known) -> None:
        self._person, self._registry, self._seed = person, registry, seed
        self._known = known
        self._keyed = stream(seed, "record", "contact", person.resident)

    def write(self, planned: Planned, place: int, start: date) -> Iterator[Made]:
        """The resources of one contact, each after what it refers to; ``place`` is its number among all."""
        contact = self._contact(planned, place)
        match planned.kind:
            case "stay":
                yield from self._stay(contact, planned, place)
            case "gp":
                yield self._make(contact, "consultation", consultation)
            case _:
                yield self._make(contact, "visit", home_visit if planned.kind == "home" else consultation)
        if contact.reason in _PASSING:
            yield self._past(self._make(contact, "diagnosis", diagnosis))
            ends = planned.at + timedelta(days=int(assumption("past_acute_medicine_days")))
            if planned.kind == "gp" and contact.reason in regimens().of_reason and ends.date() < start:
                yield self._course(contact, ends)
        if self._keyed.uniform(place, 1) < assumption("past_vital_signs_share"):
            yield self._make(contact, "blood-pressure", blood_pressure)
            yield self._make(contact, "heart-rate", heart_rate)
        if planned.kind != "stay":
            yield self._make(contact, "note", note)

    def _contact(self, planned: Planned, place: int) -> Contact:
        where = self._place(planned.kind)
        staff = 0 if where.role == "gp.doctor" else int(self._keyed.uniform(place, 2) * _STAFF)
        began = planned.at - timedelta(minutes=_MINUTES[planned.kind])
        # Nothing is before the day of birth, nor before the day a service began.
        began = max(began, planned.at.replace(hour=0, minute=0))
        electronic = planned.kind == "gp" and self._keyed.uniform(place, 3) < assumption("past_electronic_share")
        return Contact(
            event=-1,
            person=self._person,
            at=_text(planned.at),
            began=_text(began),
            due=None,
            before=_text(began),
            role=where.role,
            organisation=self._registry.organisation(where.organisation),
            practitioner=self._registry.practitioner(where.organisation, where.role, staff),
            receiver=None,
            channel="electronic" if electronic else where.channel,
            reason=self._reason(planned.at, place),
            message=None,
            slot=None,
            made={},
            registry=self._registry,
            identity=f"past/{planned.kind}/{planned.number}",
        )

    def _place(self, kind: Kind) -> _Place:
        site = self._person.site
        match kind:
            case "home":
                return _Place(f"{site}/home-care", "home-care.nurse", "home")
            case "ward":
                return _Place(f"{site}/nursing-home", "nursing-home.nurse", "ward")
            case "stay":
                return _Place(f"{site}/hospital", "hospital.doctor", "ward")
            case _:
                list_number = self._person.row["fastlege"]
                office = f"{site}/gp/{list_number}" if list_number >= 0 else f"{site}/legevakt"
                return _Place(office, "gp.doctor" if list_number >= 0 else "legevakt.doctor", "in-person")

    def _reason(self, at: datetime, place: int) -> str:
        """One of the problems known by then, or something that passes."""
        day = at.date().isoformat()
        known = [code for code, since in self._known.problems if since <= day]
        draw = self._keyed.uniform(place, 4)
        if known and self._keyed.uniform(place, 5) < assumption("past_lasting_share"):
            return known[int(draw * len(known))]
        return _PASSING[int(draw * len(_PASSING))]

    def _stay(self, contact: Contact, planned: Planned, place: int) -> Iterator[Made]:
        """A finished stay with its epikrise, sent to the GP where there is one; it never outlasts the last day."""
        length = timedelta(days=1 + int(self._keyed.uniform(place, 6) * 2 * (assumption("past_stay_days") - 1)))
        begin = self._make(contact, "admission", admission)
        born = datetime.fromisoformat(self._person.row["birth_date"]).replace(tzinfo=planned.at.tzinfo)
        came = max(planned.at - length, min(born, planned.at))
        ended = discharged({**begin.resource, "period": {"start": _text(came)}}, contact)
        contact.made["admission"] = Made(begin.interaction, ended)
        yield contact.made["admission"]
        yield self._make(contact, "discharge-summary", discharge_summary)
        if self._person.office:
            contact.message, contact.receiver = "EPIKRISE", self._person.office
            contact.person = self._as_of(planned.at)
            yield self._make(contact, "epikrise", communication)

    def _course(self, contact: Contact, ends: datetime) -> Made:
        """A course of medicine prescribed then and long since ended."""
        made = self._make(contact, "medication", medication_change)
        self._person.medicines.pop()
        period = {"start": contact.at, "end": _text(ends)}
        return Made(made.interaction, {**made.resource, "status": "completed", "effectivePeriod": period})

    def _as_of(self, at: datetime) -> Person:
        """The person with the medicines and services of that day, for what a letter of then tells."""
        day = at.date().isoformat()
        medicines = [medicine for medicine, since in self._known.medicines if since <= day]
        cared = self._known.services.get("home", "9999") <= day
        hours = self._person.row["home_care_hours"] if cared else 0.0
        return replace(self._person, medicines=medicines, row={**self._person.row, "home_care_hours": hours})

    def _past(self, made: Made) -> Made:
        return Made(made.interaction, {**made.resource, "clinicalStatus": _RESOLVED})

    def _make(self, contact: Contact, name: str, make: Any) -> Made:
        """One resource, remembered under its name; its id is derived from the contact's and that name."""
        key = contact.identity
        contact.identity = interaction_id(self._seed, "record", self._person.resident, f"{key}/{name}")
        made = contact.made[name] = Made(contact.identity, make(contact))
        contact.identity = key
        return made


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
