"""Journals with one fault each in how they deal with their neighbours."""

from typing import Any

from simulator.journal.access import secrecy
from simulator.journal.access.outside import HealthPersonnel
from simulator.journal.app import JournalApp
from simulator.journal.errors import FhirError
from simulator.journal.operations import elsewhere
from simulator.journal.register import follow, person
from simulator.journal.register.person import patient_of
from simulator.journal.register.progress import save
from tests.mutants import care_breaks
from tests.mutants.faults import Mutant, Resource, stores

Json = dict[str, Any]


def nobody_dies(_: JournalApp) -> None:
    def lives(document: Json, before: Json | None) -> Json:
        return patient_of({name: value for name, value in document.items() if name != "doedsdato"}, before)

    setattr(follow, "patient_of", lives)  # noqa: B010  replaced in this process only


def anybodys_document(app: JournalApp) -> None:
    """Two people may have one number here as well, as the rule against it would else stop the fault."""
    app.journal.persons.check = lambda *_: None  # type: ignore[method-assign]
    setattr(follow, "numbers_of", lambda _, asked: [asked])  # noqa: B010  replaced in this process only


def asks_once(_: JournalApp) -> None:
    """What the register does not answer rightly is not asked for again."""

    def forgets(data: Any, progress: Any) -> None:
        progress.wanted.clear() if progress.following in _SEEN else _SEEN.add(progress.following)
        save(data, progress)

    setattr(follow, "save", forgets)  # noqa: B010  replaced in this process only


_SEEN: set[int] = set()


def address_stays(_: JournalApp) -> None:
    sound = person._place

    def stays(patient: Json, document: Json, grade: str) -> None:
        if grade not in person.LABELS:
            sound(patient, document, grade)

    setattr(person, "_place", stays)  # noqa: B010  replaced in this process only


def believes_anybody(_: JournalApp) -> None:
    """Another journal's first answer is taken for the patient, whoever it is about."""

    def person(asked: Any, name: str) -> str:
        number = asked.numbers[0]
        found = asked._search(name, "Patient", identifier=f"{number['system']}|{number['value']}")
        return str(found[0]["id"]) if found else ""

    setattr(elsewhere._Asked, "_person", person)  # noqa: B010  replaced in this process only


def silence_is_nothing(app: JournalApp) -> None:
    """An outcome among the entries is left out."""
    sound = elsewhere._Asked.entries

    def entries(asked: Any, name: str) -> list[Json]:
        return [entry for entry in sound(asked, name) if entry["search"]["mode"] != "outcome"]

    setattr(elsewhere._Asked, "entries", entries)  # noqa: B010  replaced in this process only


def half_a_document(resource: Resource) -> None:
    """Bytes are stored by half."""
    data = str(resource.get("data", ""))
    resource["data"] = data[: len(data) // 8 * 4]


def unlinked(resource: Resource) -> None:
    """What a message answers is not stored."""
    resource.pop("inResponseTo", None)


def numbers_of_staff(_: JournalApp) -> None:
    setattr(secrecy, "for_citizen", lambda _: None)  # noqa: B010  replaced in this process only


def silence_is_guilt(_: JournalApp) -> None:
    """What HPR does not answer is taken for nothing known."""
    sound = HealthPersonnel.authorisations

    async def authorisations(register: HealthPersonnel, number: str) -> list[Json]:
        try:
            return await sound(register, number)
        except FhirError:
            return []

    setattr(HealthPersonnel, "authorisations", authorisations)  # noqa: B010  replaced in this process only


NEIGHBOUR_MUTANTS = (
    Mutant(
        "silence-is-guilt",
        "R-GRU-02B",
        "Whoever HPR does not answer about counts as not authorised.",
        "The whole night shift believes to have lost its licence, and nobody calls the right help desk.",
        silence_is_guilt,
        secured=True,
        neighbours=True,
    ),
    Mutant(
        "applied-twice",
        "R-INN-04C",
        "A transaction makes again what it asks to be made only once.",
        "Two case officers decide the same application, each in their own way.",
        care_breaks.everybody_anew,
        neighbours=True,
    ),
    Mutant(
        "numbers-of-staff",
        "R-INN-01B",
        "The log shows the citizen all it knows of who looked.",
        "A patient with a grudge has the nurse's number.",
        numbers_of_staff,
        secured=True,
        neighbours=True,
    ),
    Mutant(
        "half-a-sick-note",
        "R-SAM-14B",
        "Of a document's bytes the first half is stored.",
        "The sick note that the employer asks for cannot be opened.",
        stores("Binary", half_a_document),
        neighbours=True,
    ),
    Mutant(
        "answers-nothing",
        "R-SAM-14C",
        "A message is stored without the message that it answers.",
        "The nurse who was worried never learns what came of it.",
        stores("Communication", unlinked),
        neighbours=True,
    ),
    Mutant(
        "believes-anybody",
        "R-SAM-12B",
        "What another journal answers is shown, whoever it is about.",
        "The nurse gives insulin to somebody whose neighbour has diabetes.",
        believes_anybody,
        neighbours=True,
    ),
    Mutant(
        "silence-is-nothing",
        "R-SAM-13B",
        "That another journal does not answer is not told.",
        "The doctor takes it that the hospital knows nothing, and stops the anticoagulant.",
        silence_is_nothing,
        neighbours=True,
    ),
    Mutant(
        "nobody-dies",
        "R-GRU-01B",
        "The day of death that Folkeregisteret tells is passed over.",
        "A letter about the next appointment comes to the widow.",
        nobody_dies,
        neighbours=True,
    ),
    Mutant(
        "anybodys-document",
        "R-GRU-01C",
        "Whatever person document comes is taken for the one asked for.",
        "Two people's records become one, with the allergies of neither.",
        anybodys_document,
        neighbours=True,
    ),
    Mutant(
        "asks-once",
        "R-GRU-01C",
        "A person document that was not to be had is not asked for again.",
        "Somebody who died during an outage goes on being called in.",
        asks_once,
        neighbours=True,
    ),
    Mutant(
        "address-stays",
        "R-GRU-01D",
        "The address of somebody who is protected is kept and shown.",
        "The man she hides from finds her door.",
        address_stays,
        neighbours=True,
    ),
)
