"""What a message says (PLO v1.6): logistics with the time of the event, reports as the text of their notes."""

from collections.abc import Iterator
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from simulator.journal.hodemelding.kith import (
    ADMISSION,
    APPLICATION,
    DISCHARGE,
    HEAD,
    LOGISTICS,
    META,
    NOTES,
    OID,
    PO,
    Element,
    add,
    child,
    children,
    local,
    namespace,
    value,
    zoned,
)
from simulator.journal.messages.receipt import RefusedError
from simulator.journal.messages.words import EVENT_TIME, Json

LOGISTIC: Final = {
    "LOG_INNLAGT": ("MeldingInnlagtPasient", "1", "Pasient innlagt"),
    "LOG_UTSKREVET": ("MeldingOmUtskrevetPasient", "2", "Pasient utskrevet"),
    "LOG_UTSKRIVNINGSKLAR": ("MeldingUtskrivningsklarPasient", "3", "Pasient utskrivningsklar"),
    "LOG_AVMELDING": ("AvmeldingUtskrivningsklarPasient", "4", "Avmelding av utskrivningsklar pasient"),
    "LOG_DOD": ("OrienteringOmDod", "13", "Pasienten er død"),
}
"""Element, and the event it tells of (Volven 9121)."""
WITHDRAWAL: Final = "C"
"""The Forsendelsesstatus (Volven 7309) of a message that takes back an earlier one."""
REPORTS: Final = {
    "INNLEGGELSESRAPPORT": (ADMISSION, "Innleggelsesrapport", None),
    "HELSEOPPL_SOKNAD": (APPLICATION, "HelseopplysningerVedSoknad", ("2", "Oppdaterte opplysninger", 9140)),
    "UTSKRIVNINGSRAPPORT": (DISCHARGE, "TverrfagligEpikrise", ("11", "Utskrivningsrapport", 9139)),
}
"""Namespace and root element, and the kind of content."""
STATES: Final = {False: {"V": "N", "DN": "Ny"}, True: {"V": WITHDRAWAL, "DN": "Kansellering"}}
_TOLD: Final = frozenset({"Notat", "BeskrivelseAvHendelse", "Merknad"})
_FRAME: Final = frozenset(
    {"Forsendelsesstatus", "TypeInnhold", "Hendelsekode", "TidspunktForHendelse", "Anslag", "UtTil"}
)
_NUMBERS: Final = frozenset({"Id", "TypeId", "TeleAddress", "TypeTelecom"})


def is_known(event: str) -> bool:
    """Whether messages of a type are read and written as XML."""
    return event in LOGISTIC or event in REPORTS


def read_content(root: Element, event: str, made: str) -> Json:
    """The payload and, of logistics, the time of the event, as parts of a Communication; raises RefusedError (T02)."""
    document = child(root, "Document", "RefDoc", "Content")
    content = next(children(document), None)
    space, name = (LOGISTICS, "Pasientlogistikk") if event in LOGISTIC else REPORTS[event][:2]
    if content is None or (namespace(content), local(content)) != (space, name):
        raise RefusedError("T02", f"a message of this type holds a {name} of PLO v1.6", "Document.RefDoc.Content")
    withdrawn = value(content, "InformasjonOmForsendelsen", "Forsendelsesstatus") == WITHDRAWAL
    found: Json = {"sent": made, "status": "entered-in-error" if withdrawn else "completed"}
    if event in LOGISTIC:
        found["extension"] = [{"url": EVENT_TIME, "valueDateTime": _event_time(content, event)}]
    texts = [words for one in content.iter() if local(one) in _TOLD and (words := (one.text or "").strip())]
    others = "\n".join(_others(content))
    payload = [{"contentString": words} for words in (*texts, others) if words]
    return found | ({"payload": payload} if payload else {})


def _event_time(content: Element, event: str) -> str:
    element, code, _ = LOGISTIC[event]
    told = child(content, element)
    if told is None:
        raise RefusedError("T02", f"a message of this type holds {element}", "Pasientlogistikk")
    events = [one for one in children(told) if local(one) == "TidsfestetHendelse"]
    right = [one for one in events if value(one, "Hendelsekode") == code] or events[-1:]
    moment = zoned(value(right[0], "TidspunktForHendelse")) if right else ""
    if not moment:
        raise RefusedError("T02", "the event has no time", f"{element}.TidsfestetHendelse.TidspunktForHendelse")
    return moment


def _others(content: Element) -> Iterator[str]:
    """What else the message says, a line for each: the element's name, and its text or the text of its code."""
    for one in content.iter():
        name = local(one)
        words = (one.text or "").strip() or str(one.get("DN") or one.get("OT") or "").strip()
        if words and name not in _TOLD | _FRAME | _NUMBERS and next(children(one), None) is None:
            yield f"{name}: {words}"


def write_content(root: Element, event: str, communication: Json) -> None:
    """Adds the document to a Hodemelding."""
    document = add(root, "Document", space=HEAD)
    reference = add(document, "RefDoc")
    add(reference, "IssueDate", V=communication["sent"])
    add(reference, "MsgType", V="XML", DN="XML-instans")
    place = add(reference, "Content")
    texts = [str(p["contentString"]) for p in communication.get("payload") or [] if "contentString" in p]
    times = [x["valueDateTime"] for x in communication.get("extension") or [] if x.get("url") == EVENT_TIME]
    moment = times[0] if times else communication["sent"]
    space, name = (LOGISTICS, "Pasientlogistikk") if event in LOGISTIC else REPORTS[event][:2]
    content = _root(place, space, name, withdrawn=communication.get("status") == "entered-in-error")
    (_write_logistics if event in LOGISTIC else _write_report)(content, event, moment, texts)


def _root(place: Element, space: str, name: str, *, withdrawn: bool) -> Element:
    names = {"p": space, "po": PO, "epj2": NOTES, "m1": META}
    made = etree.SubElement(place, f"{{{space}}}{name}", {}, names)
    add(add(made, "InformasjonOmForsendelsen", space=PO), "Forsendelsesstatus", **STATES[withdrawn])
    return made


def _write_logistics(content: Element, event: str, moment: str, texts: list[str]) -> None:
    element, code, name = LOGISTIC[event]
    told = add(content, element)
    if event == "LOG_UTSKREVET":
        # Where to is not known from the record; the schema wants the element.
        add(add(told, "UtskrevetTil", space=PO), "UtTil", OT="Ikke oppgitt")
    happened = add(told, "TidsfestetHendelse", space=PO)
    add(happened, "Hendelsekode", V=code, DN=name, S=f"{OID}.9121")
    if texts:
        add(happened, "BeskrivelseAvHendelse", texts[0])
    add(happened, "TidspunktForHendelse", V=moment)
    add(happened, "Anslag", "false")
    if texts[1:]:
        add(happened, "Merknad", "\n".join(texts[1:]))


def _write_report(report: Element, event: str, moment: str, texts: list[str]) -> None:
    kind = REPORTS[event][2]
    if kind is not None:
        code, words, table = kind
        add(add(report, "TypeInnholdIMelding", space=PO), "TypeInnhold", V=code, DN=words, S=f"{OID}.{table}")
    if event == "HELSEOPPL_SOKNAD":
        happened = add(add(report, "OpplysningOpphold", space=PO), "TidsfestetHendelse")
        add(happened, "TidspunktForHendelse", V=moment)
        add(happened, "Anslag", "false")
    note = add(add(report, "MedisinskfagligeOpplysninger", space=PO), "GenereltJournalnotat", space=NOTES)
    note.set("komponentID", str(uuid5(NAMESPACE_URL, f"{event}/{moment}/{'/'.join(texts)}")))
    note.set(f"{{{META}}}informasjonskategori", "Andre notater")
    note.set(f"{{{META}}}komponenttype", "2.16.578.1.12.4.1.6.13.11009.0")
    note.set(f"{{{META}}}basiskomponenttype", "EPJ dokument")
    for words in texts:
        add(add(note, "Journaltekst"), "Notat", words)
