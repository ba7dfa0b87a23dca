"""MedicationStatement: the medicines list (no-basis-MedicationStatement 2.0.1)."""

from simulator.domain.codes import ATC, CONDITION_CODES, Medicine, profile
from simulator.fhir.assumptions import assumption
from simulator.fhir.contact import Contact, Person
from simulator.fhir.elements import Resource, concept, icpc2, ref
from simulator.figures.regimens import regimens


def regular_medicines(person: Person) -> list[tuple[Medicine, str | None]]:
    """The medicines a resident takes from before, each with the ICPC-2 code of the condition it is for."""
    found: dict[str, tuple[Medicine, str | None]] = {}
    for name, codes in CONDITION_CODES.items():
        if person.row[f"has_{name}"]:
            for medicine in regimens().of_condition[name]:
                found.setdefault(medicine.atc, (medicine, codes.icpc2))
    if person.row["has_polypharmacy_5plus_Rx_year"]:
        for medicine in regimens().further:
            if len(found) < assumption("medicines_in_polypharmacy"):
                found.setdefault(medicine.atc, (medicine, None))
    return list(found.values())


def regular_medicine(person: Person, medicine: Medicine, reason: str | None, since: str) -> Resource:
    """A medicine taken since before the period; ``since`` is a date."""
    resource = _statement(medicine, since, since)
    resource["subject"] = ref(person.patient)
    if person.doctor:
        resource["informationSource"] = ref(person.doctor)
    if reason:
        resource["reasonCode"] = [icpc2(reason)]
    return resource


def medicine_for(contact: Contact) -> Medicine:
    """The medicine that a contact is about: by its reason, else the first the person takes, else a common one."""
    by_reason = regimens().of_reason.get(contact.reason or "")
    return by_reason or next(iter(contact.person.medicines), regimens().added[0])


def medication_change(contact: Contact) -> Resource:
    """A medicine added in a contact, by its reason; else the next common one that the person does not take."""
    medicine = regimens().of_reason.get(contact.reason or "")
    if medicine is None:
        taken = {item.atc for item in contact.person.medicines}
        common = regimens().added
        medicine = next((m for m in common if m.atc not in taken), common[-1])
    resource = _statement(medicine, contact.at, contact.at)
    resource["subject"] = contact.subject
    resource["informationSource"] = ref(contact.author)
    if contact.encounter:
        resource["context"] = ref(contact.encounter)
    if contact.reason:
        resource["reasonCode"] = [icpc2(contact.reason)]
    contact.person.medicines.append(medicine)
    return resource


def _statement(medicine: Medicine, since: str, asserted: str) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "meta": {"profile": profile("MedicationStatement")},
        "status": "active",
        "medicationCodeableConcept": {**concept(ATC, (medicine.atc, medicine.name)), "text": medicine.name},
        "effectivePeriod": {"start": since},
        "dateAsserted": asserted,
        "dosage": [{"text": medicine.regimen}],
    }
