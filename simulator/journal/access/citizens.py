"""Citizens: their own record, and those of whom they represent (pasient- og brukerrettighetsloven §§ 3-4, 4-4).

A parent sees the record of a child below 12 wholly, from 12 only what a parent must handle, from 16 nothing, and only
when a parent is registered at the child's address (``homes``); a guardian of an adult, and somebody with power of
attorney (giver at least 16, receiver at least 18), sees it as the principal does. Nobody represents somebody with a
protected address. Age changes on the birthday, by the date in Norway.
"""

from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulator.journal.access.homes import lives_with
from simulator.journal.access.labels import NOT_FOR_PARENTS, NOT_YET
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
CHILD, YOUTH, ADULT = 12, 16, 18


def grants_of(relations: Relations, reader: Reader, pid: str, parents_home: str) -> tuple[Grant, ...]:
    """What a citizen may do: with his own record, and with those of people he represents.

    ``parents_home`` is ``either`` or ``own``: whether one parent at a child's address is enough for both (``homes``).
    """
    own = relations.patients(reader, pid)
    found = [Grant(f"Patient/{p['id']}", writes=OWN_WRITES, withheld=NOT_YET, address=True) for p in own]
    ages = [age_of(p) for p in own]
    adult = any(age is not None and age >= ADULT for age in ages)
    for link in relations.found(reader, "RelatedPerson", ("identifier", _numbers(pid))):
        child = _principal(relations, reader, link)
        granted = _by_age(child, _codes(link), adult=adult) if child else None
        if granted and child and _at_home(relations, reader, (child, link), parents_home):
            found.append(granted)
    return tuple(found)


def _at_home(relations: Relations, reader: Reader, pair: tuple[Json, Json], rule: str) -> bool:
    """Whether where they live lets somebody represent a child as its parent; of others it is not asked."""
    return not _is_parent(pair[1]) or lives_with(relations, reader, pair, _is_parent, rule)


def _numbers(pid: str) -> str:
    return f"urn:oid:2.16.578.1.12.4.1.4.1|{pid},urn:oid:2.16.578.1.12.4.1.4.2|{pid}"


def _principal(relations: Relations, reader: Reader, link: Json) -> Json | None:
    """The Patient that a RelatedPerson in force may represent, if there is one whose address is not protected."""
    if not _holds(link):
        return None
    kind, _, identity = relations.here(str(link["patient"].get("reference", ""))).partition("/")
    patients = relations.found(reader, "Patient", ("_id", identity)) if kind == "Patient" else []
    return patients[0] if patients and not is_labelled(patients[0]) else None


def _holds(link: Json) -> bool:
    return link.get("active") is True and in_force(link.get("period") or {})


def _codes(link: Json) -> set[Any]:
    return {c.get("code") for concept in link.get("relationship", ()) for c in concept.get("coding", ())}


def _is_parent(link: Json) -> bool:
    """Whether a RelatedPerson in force has parental responsibility."""
    return _holds(link) and bool(_codes(link) & PARENTS)


def _by_age(patient: Json, codes: set[Any], *, adult: bool) -> Grant | None:
    age, who = age_of(patient), f"Patient/{patient['id']}"
    if age is None:
        return None
    nothing: frozenset[str] = frozenset()
    if codes & PARENTS or (codes & GUARDIANS and age < YOUTH):
        if age >= YOUTH:
            return None
        kinds = RESTRICTED if age >= CHILD else None
        return Grant(who, kinds=kinds, writes=nothing, withheld=NOT_YET | NOT_FOR_PARENTS)
    if (codes & GUARDIANS and age >= ADULT) or (codes & PROXIES and age >= YOUTH and adult):
        return Grant(who, writes=nothing, withheld=NOT_YET)
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
