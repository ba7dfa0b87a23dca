"""Stays in hospital as the logistics messages of a patient tell them, and what is to be done because of them."""

from typing import Final

from simulator.journal import dates
from simulator.journal.messages.desk import Desk
from simulator.journal.messages.stays import Stay, Told, stays
from simulator.journal.messages.words import EVENT_TIME, EVENTS, IDLE, WITHDRAWN_STATUS, Json, kinds

OPEN: Final = ("requested", "received", "accepted", "ready", "in-progress", "on-hold")
INPATIENT: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "code": "IMP",
    "display": "inpatient encounter",
}
DIED: Final = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/discharge-disposition", "code": "exp"}],
    "text": "Død",
}
WITHDRAWN, DISCHARGED = REASONS = ("Avmeldt", "Utskrevet")
MISTAKEN: Final = "entered-in-error"
OUT_OF_ORDER: Final = "Meldinger kom i feil rekkefølge"


class Ward:
    """One patient's stays.

    Args:
        desk: Finds and stores.
        patient: ``Patient/id``.
        hospital: Who sent the message that is being taken in, as a Reference.
    """

    def __init__(self, desk: Desk, patient: str, hospital: Json) -> None:
        self.desk = desk
        self.patient = patient
        self.hospital = hospital

    def overtaken(self, sent: str) -> bool:
        """Whether a message that was sent later is here already."""
        low = dates.span(sent)[0]
        return any(told.sent > low for told in self._told())

    def _told(self) -> list[Told]:
        """The logistics messages about the patient."""
        says = {kind.code: kind.stay for kind in kinds().values() if kind.stay}
        wanted = ",".join(f"{EVENTS}|{code}" for code in says)
        told = []
        for one in self.desk.find("Communication", ("patient", self.patient), ("category", wanted)):
            code = next(c["code"] for x in one["category"] for c in x["coding"] if c.get("code") in says)
            stay = str((one.get("encounter") or {}).get("reference", ""))
            if "sent" in one and one["status"] != WITHDRAWN_STATUS:
                at = _happened(one)
                told.append(Told(f"Communication/{one['id']}", says[code], dates.span(one["sent"])[0], at, stay))
        return told

    def follow(self) -> set[str]:
        """Brings the stays and what is to be done to what all messages say together; gives the stays' references."""
        taken: set[str] = set()
        for stay in stays(self._told()):
            name = next((told.stay for told in stay.messages if told.stay and told.stay not in taken), "")
            name = self._encounter(stay, name)
            taken.add(name)
            for told in stay.messages:
                self._counted(told, name, idle=told.name in stay.idle)
            for told in stay.messages:
                self._settle(told.name, *_fate(stay, told))
        return taken

    def _encounter(self, stay: Stay, name: str) -> str:
        there = (self.desk.read(name) if name else None) or {}
        wanted: Json = {
            **there,
            "resourceType": "Encounter",
            "status": "finished" if stay.end else "in-progress",
            "class": INPATIENT,
            "subject": {"reference": self.patient},
            "period": {"start": stay.start, **({"end": stay.end} if stay.end else {})},
        }
        wanted.setdefault("serviceProvider", self.hospital)
        if stay.died:
            wanted["hospitalization"] = {"dischargeDisposition": DIED}
        if not there:
            return self.desk.add(wanted)
        if wanted != there:
            self.desk.change(wanted)
        return name

    def _counted(self, told: Told, stay: str, *, idle: bool) -> None:
        """A message is tied to its stay, and marked when it changed nothing of it."""
        there = self.desk.read(told.name) or {}
        meta = there.get("meta") or {}
        others = [tag for tag in meta.get("tag") or [] if tag != IDLE]
        wanted = there | {"encounter": {"reference": stay}}
        wanted |= {"meta": {k: v for k, v in meta.items() if k != "tag"}}
        tags = [*others, IDLE] if idle else others
        wanted["meta"] |= {"tag": tags} if tags else {}
        if wanted != there:
            self.desk.change(wanted)

    def _settle(self, message: str, status: str, why: str) -> None:
        """Brings what is to be done because of a logistics message to where the stay has it; what people did, stays."""
        for task in self.desk.find("Task", ("focus", message), ("status:not", MISTAKEN)):
            reason = (task.get("statusReason") or {}).get("text")
            if (not status and not reason) or (task["status"] not in OPEN and reason not in REASONS):
                continue
            wanted = {name: value for name, value in task.items() if name != "statusReason"}
            wanted |= {"status": status, "statusReason": {"text": why}} if status else {"status": "requested"}
            if wanted["status"] == task["status"] or task["status"] in OPEN:
                if wanted != task:
                    self.desk.change(wanted | {"lastModified": self.desk.now()})
            else:
                self._anew(task, wanted)

    def _anew(self, task: Json, wanted: Json) -> None:
        """What ended because messages came late ended by mistake: it says so, and another takes its place."""
        at = {"lastModified": self.desk.now()}
        mistake = {"status": MISTAKEN, "statusReason": {"text": OUT_OF_ORDER}}
        self.desk.change(task | mistake | at)
        fresh = {name: value for name, value in wanted.items() if name not in {"id", "meta"}}
        self.desk.add(fresh | at)


def _happened(message: Json) -> str:
    """When what a message tells of happened: as it says itself, else when it was sent."""
    times = [x.get("valueDateTime") for x in message.get("extension") or [] if x.get("url") == EVENT_TIME]
    return str(next(filter(None, times), message["sent"]))


def _fate(stay: Stay, told: Told) -> tuple[str, str]:
    """How far the stay has brought what a message asked for: a status and why; neither while it is to be done."""
    if told.name in stay.withdrawn:
        return "cancelled", WITHDRAWN
    if stay.end:
        return "completed" if told.name == stay.ready else "cancelled", DISCHARGED
    return "", ""
