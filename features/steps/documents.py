"""Steps on documents: papers others look up, content that follows the document, and papers held elsewhere."""

import hashlib
from base64 import b64encode
from typing import Any, Final

from pytest_bdd import given, then, when

from features.callers import Nurse, signed_in
from features.example import Example
from features.steps.access import REASON, elsewhere
from features.study import Resident
from simulator.domain.codes import DISCLOSURE, DOCUMENT_TYPE, EPIKRISE, FNR, LETTER_TYPE
from simulator.streams import derived_id

PAPERS: Final = "https://journalbenk.example/identifier/paper"
TEXT: Final = "text/plain; charset=utf-8"
FHIR: Final = "application/fhir+json"
BLOCKED: Final = "NORS"
CURRENT, OLDER = "current", "superseded"
SHARING: Final = "dokumentdeling"


def paper(example: Example, name: str, kind: tuple[str, str], text: str, **more: Any) -> None:
    """Send a document and its content in one piece; each refers to the other, and size and hash are stated."""
    resident: Resident = more.pop("about", example.resident)
    content = text.encode()
    digest = b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    index, binary = (derived_id("paper", example.name, name, part) for part in ("index", "content"))
    attachment = {"contentType": TEXT, "url": f"urn:uuid:{binary}", "size": len(content), "hash": digest}
    document = {
        "resourceType": "DocumentReference",
        "masterIdentifier": {"system": PAPERS, "value": name_of(example, name)},
        "status": more.get("status", CURRENT),
        "type": {"coding": [{"system": DOCUMENT_TYPE, "code": kind[0], "display": kind[1]}]},
        "subject": {"reference": f"urn:uuid:{resident.patient.id}"},
        "date": "2026-01-12T10:00:00+01:00",
        "securityLabel": [{"coding": [{"system": DISCLOSURE, "code": more.get("label", "N")}]}],
        "content": [{"attachment": attachment | {"title": kind[1]}}],
    }
    held: dict[str, Any] = {"resourceType": "Binary", "contentType": TEXT, "data": b64encode(content).decode()}
    held["securityContext"] = {"reference": f"urn:uuid:{index}"}
    entries = [
        {"fullUrl": f"urn:uuid:{number}", "resource": resource, "request": {"method": "POST", "url": url}}
        for number, resource, url in ((index, document, "DocumentReference"), (binary, held, "Binary"))
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    example.send("transaction", "", f"paper.{name}", body=bundle, needs=(resident.patient.id,))


def name_of(example: Example, name: str) -> str:
    """A paper's own number, told by its word."""
    return f"{name}-{derived_id('paper', example.name, example.resident.patient.id)[:8]}"


def open_each(example: Example, label: str, pages: list[Any]) -> None:
    """Open what each document of some pages leads to: the content by its own type, and as a resource."""
    for page in pages:
        for entry in (page.resource() or {}).get("entry") or []:
            document = entry.get("resource") or {}
            for content in document.get("content") or []:
                attachment = content.get("attachment") or {}
                number = (document.get("masterIdentifier") or {}).get("value", "nameless")
                for form, media in (("native", attachment.get("contentType") or "*/*"), ("resource", FHIR)):
                    url = str(attachment.get("url") or "")
                    example.keep(example.session.follow(url, label=f"{label}.{form}.{number}", accept=media))


@given("a resident with a letter, an epikrise, and an older epikrise that it replaces")
def with_papers(example: Example) -> None:
    """Somebody else has an epikrise too, which nobody asks for."""
    resident, other = example.meet(), example.meet()
    example.seed([resident.patient, other.patient])
    texts = {"letter": "Vedtak om hjemmesykepleie. Klagefrist fire uker.", "epikrise": "Utskrevet, kontroll om 6 uker."}
    paper(example, "letter", LETTER_TYPE, texts["letter"])
    paper(example, "epikrise", EPIKRISE, texts["epikrise"])
    paper(example, "older", EPIKRISE, "Utskrevet, kontroll om 4 uker.", status=OLDER)
    paper(example, "others", EPIKRISE, "Gjelder en annen.", about=other)
    example.know(papers={name_of(example, name): text for name, text in texts.items()})
    example.know(epikriser=[name_of(example, "epikrise")])


@when("the hospital looks up the resident's current papers and opens each")
def hospital_looks(example: Example) -> None:
    """All current ones, and the epikriser among them; the number of the person stands in no address."""
    who: dict[str, Any] = {"patient.identifier": f"{FNR}|{example.resident.person['person_number']}", "status": CURRENT}
    pages = example.search("DocumentReference", "found", actor="hospital.doctor", **who)
    kind = f"{DOCUMENT_TYPE}|{EPIKRISE[0]}"
    example.search("DocumentReference", "epikriser", actor="hospital.doctor", **who, type=kind)
    open_each(example, "opened", pages)


@then("they are the current ones, and each is whole")
def whole(example: Example) -> None:
    """By size, hash and every letter."""
    example.holds("R-SAM-05A")


@when("papers are written, one of them blocked (sperret), and opened by different people")
def papers_and_people(example: Example, nurse: Nurse) -> None:
    """The nurse in charge, a nurse from elsewhere with the address in hand, and one who breaks the glass."""
    texts = {"open": "Sårstell hver tredje dag.", "blocked": "Samtale om vold i nære relasjoner."}
    paper(example, "open", EPIKRISE, texts["open"])
    paper(example, "blocked", EPIKRISE, texts["blocked"], label=BLOCKED)
    example.know(open=texts["open"], blocked=texts["blocked"])
    addresses = {name: _content_of(example, name) for name in texts}
    stranger = elsewhere(example, nurse)
    callers = {
        "charge": nurse.caller(example.resident),
        "stranger": stranger.caller(example.resident),
        "glass": stranger.caller(example.resident, "BTG", **REASON),
    }
    for label, caller in callers.items():
        with signed_in(example, caller):
            example.chart("DocumentReference", f"{label}.list")
            for name, address in addresses.items():
                example.keep(example.session.follow(address, label=f"{label}.{name}", accept=TEXT))


def _content_of(example: Example, name: str) -> str:
    """Where the content of a paper lies."""
    return example.session.reference(derived_id("paper", example.name, name, "content")) or "Binary/nowhere"


@then("each opens what they may see, and nothing else")
def content_follows(example: Example) -> None:
    """Content as the document."""
    example.holds("R-TIL-02D")


@given("a resident of whom a hospital holds an epikrise and a paper that is blocked")
def held_elsewhere(example: Example) -> None:
    """Another resident has an epikrise there too."""
    resident, other = example.meet(), example.meet()
    example.seed([resident.patient, other.patient])
    text = "Epikrise: innlagt med lungebetennelse, ferdigbehandlet. Ærbødigst legen."
    names = {name: name_of(example, name) for name in ("epikrise", "blocked", "others")}
    example.know(papers={names["epikrise"]: text}, community="sykehus")
    held = [_held(names["epikrise"], text), _held(names["blocked"], "Sperret samtale.", BLOCKED)]
    for person, documents in ((resident, held), (other, [_held(names["others"], "Gjelder en annen.")])):
        told = {"person": person.person["person_number"], "documents": documents}
        example.neighbours.tell(SHARING, "documents", told)


def _held(number: str, text: str, label: str = "N") -> dict[str, str]:
    told = {"id": number, "community": "sykehus", "type": EPIKRISE[0], "title": EPIKRISE[1], "text": text}
    return told | {"date": "2026-01-10T12:00:00+01:00", "label": label}


@when("home care looks for papers elsewhere, also while nobody there answers")
def look_elsewhere(example: Example) -> None:
    """Once while all is well, once while document sharing is down."""
    address = f"{example.session.reference(example.resident.patient.id)}/$outside-documents"
    pages = [example.keep(example.session.follow(address, label="outside"))]
    open_each(example, "opened", pages)
    example.neighbours.behave(SHARING, down=True)
    example.keep(example.session.follow(address, label="silent"))
    example.neighbours.behave_well(SHARING)


@then("the epikrise is found whole with where it is from, and nobody believes that there is none")
def found_elsewhere(example: Example) -> None:
    """Found, whole, marked; and silence told of."""
    example.holds("R-SAM-05B")
