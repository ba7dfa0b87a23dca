"""Steps on what Folkeregisteret tells: events of life, an address that is protected, and a register that stumbles."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Resident
from simulator.checks.register import mismatches
from simulator.domain.codes import FNR, PROTECTED
from simulator.domain.person_number import check_digits, is_synthetic

REGISTER: Final = "folkeregisteret"
SEXES: Final = {"female": "kvinne", "male": "mann"}
PAUSE_S: Final = 0.1
AFTER_S: Final = 0.3
"""What a candidate gets after its look-up to make something of the answer."""
Document = dict[str, Any]


def document(resident: Resident, **changes: Any) -> Document:
    """The person document of a resident of the study, with some parts otherwise."""
    person = resident.person
    return {
        "identifikasjonsnummer": [{"foedselsEllerDNummer": person["person_number"], "status": "iBruk"}],
        "navn": {"fornavn": person["given_name"], "etternavn": person["family_name"]},
        "kjoenn": SEXES[person["sex"]],
        "foedselsdato": str(person["birth_date"]),
        "bostedsadresse": {
            "adressenavn": person["street"],
            "postnummer": person["postal_code"],
            "poststed": person["city"],
            "kommunenummer": person["kommunenummer"],
        },
    } | changes


def number_like(example: Example, number: str) -> str:
    """A synthetic number with the same date, that nobody of the study has."""
    taken = set(example.study.population["person_number"])
    for individual in range(500, 1000):
        digits = check_digits(f"{number[:6]}{individual}")
        found = f"{number[:6]}{individual}{digits[0]}{digits[1]}" if digits else ""
        if found and found not in taken and is_synthetic(found):
            return found
    raise AssertionError("every number of a day is taken")


def limit(example: Example, rule: str) -> float:
    """How long a candidate may take."""
    return example.catalogue.rules[rule].limit_s or 0


def until(done: Callable[[], bool], seconds: float) -> None:
    """Asks again and again, until it is so or the time is up."""
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(PAUSE_S)


def known(example: Example, case: str, **where: Any) -> Resident:
    """A resident whom the register and the record know; what is written is kept as ``known.<case>``."""
    resident = example.meet(_plain, record_Patient=1, **where)
    patient = resident.patient
    example.neighbours.tell(REGISTER, "personer", document(resident))
    body = {name: value for name, value in patient.resource.items() if name != "generalPractitioner"}
    example.send_as(patient, f"known.{case}", body)
    return resident


def _plain(resident: Resident) -> bool:
    """Somebody with one number, one name and an address."""
    resource = resident.patient.resource
    return resident.person["protection"] not in PROTECTED and len(resource["identifier"]) == 1


def happens(example: Example, kind: str, person: Document) -> None:
    """Something happens, and Folkeregisteret tells of it."""
    example.neighbours.tell(REGISTER, "hendelser", {"hendelsetype": kind, "person": person}, method="POST")


def look(example: Example, label: str, number: str) -> list[dict[str, Any]]:
    """Whom the record finds by a number."""
    pages = example.search("Patient", label, identifier=f"{FNR}|{number}")
    return [e["resource"] for page in pages for e in (page.resource() or {}).get("entry") or [] if "resource" in e]


def settle(example: Example, rule: str, people: dict[str, dict[str, str]], others: list[str]) -> None:
    """Waits until everybody is as the register says, or the time is up; then looks at all of them once more."""
    told = {p["number"]: p for p in people.values()}
    documents = {_current(one["body"]): _person(one["body"]) for one in example.facts[f"told.{REGISTER}"]}

    def all_there() -> bool:
        found = {number: look(example, "waiting", number) for number in told}
        return all(len(rows) == 1 and not mismatches(documents[number], rows[0]) for number, rows in found.items())

    until(all_there, limit(example, rule))
    example.know(people=people, others=others)
    for case, person in people.items():
        look(example, f"now.{case}", person["number"])
        if person.get("former"):
            look(example, f"former.{case}", person["former"])
    for case in others:
        look(example, f"now.{case}", example.facts[f"number.{case}"])


def _person(body: Document) -> Document:
    found: Document = body.get("person") or body
    return found


def _current(body: Document) -> str:
    rows = _person(body)["identifikasjonsnummer"]
    return next(str(row["foedselsEllerDNummer"]) for row in rows if row["status"] == "iBruk")


@given("residents whom both Folkeregisteret and the record know", target_fixture="folk")
def everybody_known(example: Example) -> dict[str, Resident]:
    """Four to whom something happens, and one to whom nothing does."""
    folk = {case: known(example, case) for case in ("first", "second", "third", "fourth", "bystander")}
    example.know(**{"number.bystander": folk["bystander"].person["person_number"]})
    return folk


@when("one takes another name, one moves, one dies, one gets a new number, and a child is born")
def life(example: Example, folk: dict[str, Resident]) -> None:
    """Five events, and a wait until the record has them."""
    name = {"fornavn": folk["first"].person["given_name"], "etternavn": "Nyhus"}
    home = {"adressenavn": "Nygata 17", "postnummer": "5003", "poststed": "Bergen", "kommunenummer": "4601"}
    day = max(event["at"] for event in folk["third"].events).date()
    old = str(folk["fourth"].person["person_number"])
    new = number_like(example, old)
    numbers = [
        {"foedselsEllerDNummer": new, "status": "iBruk"},
        {"foedselsEllerDNummer": old, "status": "opphoert"},
    ]
    child = _newborn(example, folk["first"])
    happens(example, "endringINavn", document(folk["first"], navn=name))
    happens(example, "endringIBostedsadresse", document(folk["second"], bostedsadresse=home))
    happens(example, "endringIDoedsfall", document(folk["third"], doedsdato=str(day)))
    happens(example, "endringIIdentifikasjonsnummer", document(folk["fourth"], identifikasjonsnummer=numbers))
    happens(example, "endringIFoedsel", child)
    people = {c: {"number": str(folk[c].person["person_number"])} for c in ("first", "second", "third")}
    people |= {"fourth": {"number": new, "former": old}, "child": {"number": _current(child)}}
    settle(example, "R-GRU-01B", people, ["bystander"])


def _newborn(example: Example, parent: Resident) -> Document:
    """A child born on the study's first day, who lives where the parent does."""
    day = example.study.start - timedelta(days=1)
    number = number_like(example, f"{day.day:02d}{day.month + 80:02d}{day.year % 100:02d}50000")
    numbers = [{"foedselsEllerDNummer": number, "status": "iBruk"}]
    name = {"fornavn": "Ask", "etternavn": str(parent.person["family_name"])}
    return document(parent, identifikasjonsnummer=numbers, navn=name, kjoenn="mann", foedselsdato=str(day))


@then("each is in the record as Folkeregisteret says, and nobody else has changed")
def as_told(example: Example) -> None:
    """As it says."""
    example.holds("R-GRU-01B")


@when("Folkeregisteret repeats itself and mixes up the order of two names")
def stumbles(example: Example, folk: dict[str, Resident]) -> None:
    """Two names in a row, each told twice and the later one first."""
    example.neighbours.behave(REGISTER, duplicate=True, out_of_order=True)
    for family in ("Mellomdal", "Endelig"):
        name = {"fornavn": folk["first"].person["given_name"], "etternavn": family}
        happens(example, "endringINavn", document(folk["first"], navn=name))
    _asked(example, "feed")


@when("one dies while Folkeregisteret is down")
def outage(example: Example, folk: dict[str, Resident]) -> None:
    """The candidate asks, gets no answer, and has to ask again."""
    example.neighbours.behave(REGISTER, down=True)
    day = max(event["at"] for event in folk["second"].events).date()
    happens(example, "endringIDoedsfall", document(folk["second"], doedsdato=str(day)))
    _asked(example, "feed")


@when("Folkeregisteret answers with somebody else's data about one who takes another name")
def wrong_answer(example: Example, folk: dict[str, Resident]) -> None:
    """While it does so the person stays as is; afterwards all is settled."""
    example.neighbours.behave(REGISTER, wrong=True)
    name = {"fornavn": folk["third"].person["given_name"], "etternavn": "Riktig"}
    happens(example, "endringINavn", document(folk["third"], navn=name))
    _asked(example, "bulkoppslag")
    example.wait(AFTER_S)
    look(example, "meanwhile.third", str(folk["third"].person["person_number"]))
    example.neighbours.behave_well()
    people = {c: {"number": str(folk[c].person["person_number"])} for c in ("first", "second", "third")}
    example.know(untouched=["third"], **{"number.fourth": folk["fourth"].person["person_number"]})
    settle(example, "R-GRU-01C", people, ["fourth", "bystander"])


def _asked(example: Example, what: str) -> None:
    """Waits until the candidate has asked the register, or the time for it is up."""
    example.neighbours.forget(REGISTER)

    def asked() -> bool:
        return any(what in entry["address"] for entry in example.neighbours.received(REGISTER))

    until(asked, limit(example, "R-GRU-01C"))


@then("each is in the record as Folkeregisteret means, and at no time as somebody else")
def as_meant(example: Example) -> None:
    """As it means."""
    example.holds("R-GRU-01C")


@given("two neighbours whom both Folkeregisteret and the record know", target_fixture="folk")
def neighbours_known(example: Example) -> dict[str, Resident]:
    """Two who live in the same street."""
    street = {"adressenavn": "Skjulestien 5", "postnummer": "9008", "poststed": "Tromsø", "kommunenummer": "5501"}
    folk = {case: known(example, case) for case in ("protected", "neighbour")}
    for resident in folk.values():
        happens(example, "endringIBostedsadresse", document(resident, bostedsadresse=street))
    example.know(street=street)
    return folk


@when("one gets a strictly protected address (kode 6), and later loses the protection")
def hides(example: Example, folk: dict[str, Resident]) -> None:
    """The protection is seen, looked past, lifted, and seen to be lifted."""
    street = example.facts["street"]
    graded = document(folk["protected"], bostedsadresse=street, graderingsnivaa="strengtFortrolig")
    happens(example, "endringIAdressebeskyttelse", graded)
    _until_told(example, folk["protected"], graded)
    example.send("read", "Patient", "hidden", target=folk["protected"].patient.id)
    example.search("Patient", "by-address", address=street["adressenavn"])
    lifted = document(folk["protected"], bostedsadresse=street)
    happens(example, "endringIAdressebeskyttelse", lifted)
    _until_told(example, folk["protected"], lifted)
    example.send("read", "Patient", "lifted", target=folk["protected"].patient.id)


def _until_told(example: Example, resident: Resident, wanted: Document) -> None:
    def there() -> bool:
        read = example.send("read", "Patient", "waiting", target=resident.patient.id)
        return not mismatches(wanted, read.resource() or {})

    until(there, limit(example, "R-GRU-01D"))


@then("the address is nowhere to be seen as long as it is protected")
def nowhere(example: Example) -> None:
    """Nowhere."""
    example.holds("R-GRU-01D")
