"""Citizens: their own record, and those of whom they represent (pasient- og brukerrettighetsloven §§ 3-4, 4-4).

A parent sees the record of a child below 12 wholly, from 12 only what a parent must handle, from 16 nothing; a guardian
of an adult, and somebody with power of attorney (giver at least 16, receiver at least 18), sees it as the principal
does. Nobody represents somebody with a protected address. Age changes on the birthday, by the date in Norway.
"""

from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulator.journal.access.relations import Relations
from simulator.journal.access.secrecy import is_labelled
from simulator.journal.access.view import Grant
from simulator.journal.store import Reader

Json = dict[str, Any]
OSLO: Final = ZoneInfo("Europe/Oslo")
PARENTS: Final = frozenset({"PRN", "MTH", "FTH", "NMTH", "NFTH", "mor", "far", "medmor", "forelder"})
GUARDIANS: Final = frozenset({"GUARD", "verge"})
PROXIES: Final = frozenset({"POWATT", "HPOWATT", "fullmektig"})
OWN_WRITES: Final = frozenset({"Consent", "Communication", "Appointment"})
RESTRICTED: Final = frozenset({"Patient", "Appointment", "Immunization"})
"""What a parent still sees from 12 to 15: appointments and vaccinations (bench value)."""
NOT_YET: Final = frozenset({"NORU", "NORN_FFL", "NORN_KUT"})
"""Volven 9603: insight postponed, or refused for the person's own sake."""
NOT_FOR_PARENTS: Final = frozenset({"NORN_FOR", "NORN_FORANS", "NORN_UNGDOM"})
CHILD, YOUTH, ADULT = 12, 16, 18


def grants_of(relations: Relations, reader: Reader, pid: str) -> tuple[Grant, ...]:
    """What a citizen may do: with his own record, and with those of people he represents."""
    own = relations.patients(reader, pid)
    found = [Grant(f"Patient/{p['id']}", writes=OWN_WRITES, withheld=NOT_YET, address=True) for p in own]
    ages = [age_of(p) for p in own]
    adult = any(age is not None and age >= ADULT for age in ages)
    for link in relations.found(reader, "RelatedPerson", ("identifier", _numbers(pid))):
        granted = _represented(relations, reader, link, adult=adult)
        if granted is not None:
            found.append(granted)
    return tuple(found)


def _numbers(pid: str) -> str:
    return f"urn:oid:2.16.578.1.12.4.1.4.1|{pid},urn:oid:2.16.578.1.12.4.1.4.2|{pid}"


def _represented(relations: Relations, reader: Reader, link: Json, *, adult: bool) -> Grant | None:
    """What one RelatedPerson lets its person see of the patient; None for nothing."""
    if link.get("active") is not True or not in_force(link.get("period") or {}):
        return None
    kind, _, identity = str(link["patient"].get("reference", "")).rpartition("/")
    patients = relations.found(reader, "Patient", ("_id", identity)) if kind.endswith("Patient") else []
    if not patients or is_labelled(patients[0]):
        return None
    age = age_of(patients[0])
    codes = {c.get("code") for concept in link.get("relationship", ()) for c in concept.get("coding", ())}
    return _by_age(f"Patient/{identity}", age, codes, adult=adult)


def _by_age(patient: str, age: int | None, codes: set[Any], *, adult: bool) -> Grant | None:
    if age is None:
        return None
    nothing: frozenset[str] = frozenset()
    if codes & PARENTS or (codes & GUARDIANS and age < YOUTH):
        if age >= YOUTH:
            return None
        kinds = RESTRICTED if age >= CHILD else None
        return Grant(patient, kinds=kinds, writes=nothing, withheld=NOT_YET | NOT_FOR_PARENTS)
    if (codes & GUARDIANS and age >= ADULT) or (codes & PROXIES and age >= YOUTH and adult):
        return Grant(patient, writes=nothing, withheld=NOT_YET)
    return None


def age_of(patient: Json) -> int | None:
    """Whole years on today's date in Norway; None when the birth date is not known to the day."""
    try:
        born = date.fromisoformat(str(patient.get("birthDate")))
    except ValueError:
        return None
    today = datetime.now(OSLO).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def in_force(period: Json) -> bool:
    """Whether a period of dates holds today."""
    today = datetime.now(OSLO).date().isoformat()
    return str(period.get("start", "0"))[:10] <= today <= str(period.get("end", "9"))[:10]
