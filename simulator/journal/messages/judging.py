"""Whom a message is from, to and about, and whether it says what its type demands; what is wrong refuses it."""

from simulator.journal.messages.addresses import Address
from simulator.journal.messages.arrival import Arrival
from simulator.journal.messages.desk import Desk, quoted
from simulator.journal.messages.parcel import Parcel, Party
from simulator.journal.messages.receipt import Fault, RefusedError
from simulator.journal.messages.words import DNR, ENH, FNR, Json, Kind
from simulator.journal.no_basis import is_synthetic_number
from simulator.journal.persons import in_use


def parties(desk: Desk, arrival: Arrival) -> tuple[Json, Json]:
    """Sender and receiver as References; raises RefusedError when the receiver is not here or the sender unknown."""
    parcel, known = arrival.parcel, arrival.known
    place = "Bundle.entry[0].resource"
    if len(parcel.receivers) != 1:
        raise RefusedError("T02", "a message has exactly one receiver", f"{place}.destination")
    to = parcel.receivers[0]
    receiver = _reference(desk, to, known)
    address = known.get(to.her)
    here = address is not None and address.endpoint.startswith(f"{desk.journal.base}/")
    if not (here if to.her in known else "reference" in receiver):
        raise RefusedError("E21", "the receiver is not one of this journal's", f"{place}.destination[0].receiver")
    if not parcel.sender:
        raise RefusedError("E20", "the sender is not named", f"{place}.sender")
    if parcel.sender.her in known and known[parcel.sender.her] is None:
        raise RefusedError("E20", "the sender is not in the address register", f"{place}.sender")
    return _reference(desk, parcel.sender, known), receiver


def _reference(desk: Desk, party: Party, known: dict[str, Address | None]) -> Json:
    """A party as one of the journal's Organizations, also by the number that the register has; else by its number."""
    address = known.get(party.her)
    own = desk.organisation(party, [(ENH, address.number)] if address and address.number else ())
    return {"reference": own} if own else party.logical()


def patient(desk: Desk, parcel: Parcel) -> tuple[str, list[Fault]]:
    """The record the message belongs to, and what is odd about how it names the patient; raises RefusedError."""
    own = str(parcel.patient.get("id", "")) if not parcel.patient.get("identifier") else ""
    if own and (desk.read(f"Patient/{own}") or {}).get("resourceType") == "Patient":
        return f"Patient/{own}", []
    numbers = parcel.numbers()
    if not numbers or not all(value for _, value in numbers):
        raise RefusedError("E30", "the message names no patient by number", "Bundle.entry.resource")
    if not all(is_synthetic_number(value) for _, value in numbers):
        raise RefusedError("E31", "the patient's number is not one", "Bundle.entry.resource")
    wanted = ",".join(f"{quoted(system)}|{value}" for _, value in numbers for system in (FNR, DNR))
    known = in_use(desk.find("Patient", ("identifier", wanted)))
    if len(known) != 1:
        raise RefusedError("E35", "no patient of this journal has the number", "Bundle.entry.resource")
    return f"Patient/{known[0]['id']}", _doubts(parcel.patient, known[0])


def _doubts(said: Json, known: Json) -> list[Fault]:
    """What makes one doubt that the number is the right patient's; refused when no part of the name is the same."""
    place = "Bundle.entry.resource.name"
    names, ours = _names(said), _names(known)
    if not names:
        return [Fault("E32", "the patient's name is missing", place)]
    if ours and not names & ours:
        raise RefusedError("E31", "the number belongs to somebody with another name", place)
    same = not ours or {n for n in names if n[0] == "family"} & ours
    return [] if same else [Fault("E36", "the patient has another family name here", place)]


def _names(patient: Json) -> set[tuple[str, str]]:
    """The words of a patient's names, as family or given ones."""
    found = set()
    for name in patient.get("name") or []:
        found |= {("family", str(name["family"]).casefold())} if name.get("family") else set()
        found |= {("given", word.casefold()) for given in name.get("given") or [] for word in str(given).split()}
    return found


def check_content(kind: Kind, parcel: Parcel) -> None:
    """Raises RefusedError unless there is a Communication with what its type demands."""
    content = parcel.communication
    if content is None:
        raise RefusedError("T02", "the message holds no Communication", "Bundle.entry")
    said = any(one.get("contentString") or one.get("contentAttachment") for one in content.get("payload") or [])
    if kind.content and not said and not parcel.parts:
        raise RefusedError("T02", "a message of this type carries health information", "Communication.payload")
