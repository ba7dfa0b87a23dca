"""Steps on people: numbers from 2032, moving, and booking a time."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from pytest_bdd import given, then, when

from features.appointments import appointment, taken_by, unnumbered, wanting_times
from features.example import Example
from features.study import Resident
from simulator.domain.interaction import Interaction
from simulator.domain.person_number import WEIGHTS_2, read_number
from simulator.streams import derived_id

BOOKERS: Final = 6
NEEDING: Final = 4
REGISTRARS: Final = 6
HOUR: Final = timedelta(hours=1)
MUNICIPALITIES: Final = (("4601", "Bergen"), ("5501", "Tromsø"))
OPPOSITE: Final = {"female": "male", "male": "female"}


@given("a newcomer whose fødselsnummer follows the rules from 2032 and says nothing of gender")
def newcomer_2032(example: Example) -> None:
    """Somebody of the study who is not yet in the record."""
    patient = example.meet(_has_later_number, record_Patient=1).patient
    example.seed([patient], leaving_out=[patient])


def _has_later_number(resident: Resident) -> bool:
    return number_from_2032(resident.patient.resource["identifier"][0]["value"]) is not None


@when("the newcomer is registered and looked up")
def register(example: Example) -> None:
    """The study's own person, given a number valid only from 2032, and the other gender than its digits would say."""
    person = example.resident.patient.resource
    identifier = {**person["identifier"][0], "value": number_from_2032(person["identifier"][0]["value"])}
    person |= {"identifier": [identifier], "gender": OPPOSITE[person["gender"]]}
    example.send("create", "Patient", "register", body=person)
    example.search("Patient", "lookup", identifier=f"{identifier['system']}|{identifier['value']}")


def number_from_2032(number: str) -> str | None:
    """A number of the same date and series that holds only under the rule from 2032; None if there is none."""
    nine = number[:9]
    for first in range(10):
        digits = [int(d) for d in f"{nine}{first}"]
        second = -sum(w * d for w, d in zip(WEIGHTS_2, digits, strict=True)) % 11
        reading = read_number(f"{nine}{first}{second}") if second < 10 else None
        if reading is not None and reading.relaxed and not reading.strict and reading.synthetic:
            return f"{nine}{first}{second}"
    return None


@then("the newcomer is found with gender and birth date as registered")
def newcomer_found(example: Example) -> None:
    """As registered."""
    example.holds("R-GRU-01")


@given("a resident registered with kommunenummer")
def registered(example: Example) -> None:
    """Anybody of the study."""
    example.write(example.meet(record_Patient=1).patient, "write")


@when("the resident moves to another municipality")
def move(example: Example) -> None:
    """The former address ends, another begins."""
    resident = example.resident
    old = str(resident.person["kommunenummer"])
    code, name = next(m for m in MUNICIPALITIES if m[0] != old)
    day = max(event["at"] for event in resident.events).date().isoformat()
    former = resident.patient.resource["address"][0]
    present = _with_municipality(former, old, code) | {"district": name, "city": name, "period": {"start": day}}
    addresses = [{**former, "use": "old", "period": {"end": day}}, present]
    example.know(old_municipality=old, new_municipality=code)
    example.change(resident.patient, "move", {"address": addresses})
    example.send("vread", "Patient", "earlier", target=resident.patient.id)
    example.send("read", "Patient", "current", target=resident.patient.id)


def _with_municipality(value: Any, old: str, new: str) -> Any:
    """A copy of an address with one kommunenummer for another."""
    if isinstance(value, dict):
        return {k: new if (k, v) == ("code", old) else _with_municipality(v, old, new) for k, v in value.items()}
    return [_with_municipality(v, old, new) for v in value] if isinstance(value, list) else value


@then("both the former and the present kommunenummer can be read")
def both_kept(example: Example) -> None:
    """Each where it belongs."""
    example.holds("R-GRU-03")


@given("residents who see the same free times with a fastlege")
def free_times(example: Example) -> None:
    """The times of some appointments of the study, and the residents they are for, who want all of them."""
    wanting_times(example, BOOKERS, "identifier")


@when("all of them book each time at the same moment")
def book_at_once(example: Example) -> None:
    """Each books the time under its identifier, unless somebody has it."""
    for number, host in enumerate(example.residents, start=1):
        given = appointment(host).resource
        identifier = given["identifier"][0]
        time = f"{identifier['system']}|{identifier['value']}"
        once = (("If-None-Exist", f"identifier={quote(time, safe=':|/')}"),)
        bookings = []
        for resident in example.residents:
            body = {**given, "participant": taken_by(resident, given)}
            bookings.append(example.interaction("create", "Appointment", body=body, headers=once))
        example.together(bookings, f"booking.{number}", actor="citizen")
        example.search("Appointment", f"booked.{number}", identifier=time)


@then("each time belongs to one of them")
def one_has_it(example: Example) -> None:
    """One."""
    example.holds("R-INN-05")


@given("a newcomer whom no service knows, and a resident known to the record")
def unknown_and_known(example: Example) -> None:
    """Two people of the study, one of whom is not yet in the record."""
    newcomer, resident = (example.meet(record_Patient=1).patient for _ in range(2))
    example.seed([newcomer], leaving_out=[newcomer])
    example.write(resident, "known")


@when("all register the newcomer at the same moment, and the resident is given the newcomer's fødselsnummer")
def register_without_asking(example: Example) -> None:
    """None sets a condition: that a person has one record is the record's part."""
    newcomer, resident = (r.patient for r in example.residents)
    bare = replace(newcomer.interaction, headers=())
    example.together([replace(bare, id=derived_id("registered", bare.id, n)) for n in range(REGISTRARS)], "registered")
    number = newcomer.resource["identifier"][0]
    example.search("Patient", "found", identifier=f"{number['system']}|{number['value']}")
    example.change(resident, "taken", {"identifier": [number]})
    example.send("read", "Patient", "after", target=resident.id)


@then("the newcomer has one record, and the resident's is as before")
def one_record(example: Example) -> None:
    """One person, one record."""
    example.holds("R-JRN-01B")


@given("residents who need the same fastlege to be present")
def need_present(example: Example) -> None:
    """Residents with appointments in the study."""
    wanting_times(example, NEEDING, "start")


@when("all of them book the same hour, one books from the middle of it, and one from its end")
def book_presence(example: Example) -> None:
    """Each booking says that resident and fastlege are required; nobody sets a condition."""
    start = datetime.fromisoformat(appointment(example.residents[0]).resource["start"])
    example.together([_needing(example, r, start) for r in example.residents], "needed", actor="citizen")
    for label, later in (("within", HOUR / 2), ("after", HOUR)):
        booking = _needing(example, example.residents[-1], start + later, doctor_alone=True)
        example.together([booking], label, actor="citizen")


def _needing(example: Example, resident: Resident, start: datetime, *, doctor_alone: bool = False) -> Interaction:
    """An hour with the first resident's fastlege; the fastlege's own, without a resident, where that is asked."""
    given = unnumbered(example.residents[0])
    doctor = given["participant"][1]["actor"]
    actors = [doctor] if doctor_alone else [{"reference": f"urn:uuid:{resident.patient.id}"}, doctor]
    body = given | {"start": start.isoformat(), "end": (start + HOUR).isoformat(), "status": "booked"}
    body["participant"] = [{"actor": actor, "required": "required", "status": "accepted"} for actor in actors]
    return example.interaction("create", "Appointment", body=body)


@then("the fastlege has the first and the last, and no two at once")
def one_place(example: Example) -> None:
    """Nobody is at two places."""
    example.holds("R-INN-05D")
