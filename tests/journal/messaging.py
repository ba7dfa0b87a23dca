"""Message Bundles for tests: a hospital, a home-care service, and a resident with a synthetic number."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import requests

from simulator.domain.person_number import check_digits
from simulator.journal.hodemelding.content import LOGISTIC

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
HER = "urn:oid:2.16.578.1.12.4.1.2"
ENH = "urn:oid:2.16.578.1.12.4.1.4.101"
EVENTS = "urn:oid:2.16.578.1.12.4.1.1.8279"
ERRORS = "urn:oid:2.16.578.1.12.4.1.1.8221"
HTEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
ORDER = "https://journalbenk.example/fhir/CodeSystem/message-order"
HOSPITAL, HOME_CARE = "8094001", "8094002"
SENT = "2026-01-05T10:00:00+01:00"
Json = dict[str, Any]
_NUMBERS = (
    f"{nine}{digits[0]}{digits[1]}"
    for individual in count(100)
    if (digits := check_digits(nine := f"0183{40 + individual % 50}{individual % 400 + 100:03d}")) is not None
)


def fresh_number() -> str:
    """A synthetic person number that no other test has."""
    return next(_NUMBERS)


DOCUMENT = """<?xml version="1.0" encoding="{encoding}"?>
<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24">
  <MsgInfo>
    <Type V="{event}" DN="En melding"/>
    <MIGversion>v1.2 2006-05-24</MIGversion>
    <GenDate>{made}</GenDate>
    <MsgId>{identity}</MsgId>
    {status}
    {reference}
    <Sender><Organisation><OrganisationName>UNN</OrganisationName>
      <Ident><Id>59</Id><TypeId V="HER" S="2.16.578.1.12.4.1.1.9051" DN="HER-id"/></Ident>
      <Organisation><OrganisationName>Ortopedisk avdeling</OrganisationName>
        <Ident><Id>{sender}</Id><TypeId V="HER" S="2.16.578.1.12.4.1.1.9051" DN="HER-id"/></Ident>
      </Organisation></Organisation></Sender>
    <Receiver><Organisation><OrganisationName>Sykepleietjenesten</OrganisationName>
      <Ident><Id>{receiver}</Id><TypeId V="HER" S="2.16.578.1.12.4.1.1.9051" DN="HER-id"/></Ident>
    </Organisation></Receiver>
    <Patient><FamilyName>Nordås</FamilyName><GivenName>Kari</GivenName>
      <Ident><Id>{number}</Id><TypeId V="FNR" S="2.16.578.1.12.4.1.1.8116" DN="Fødselsnummer"/></Ident>
    </Patient>
  </MsgInfo>
  <Document><RefDoc><MsgType V="XML" DN="XML-instans"/><Content>
    <p1:Pasientlogistikk xmlns:p1="http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01"
        xmlns="http://www.kith.no/xmlstds/po/poKomponent/2012-04-01">
      <InformasjonOmForsendelsen><Forsendelsesstatus V="{dispatch}"/></InformasjonOmForsendelsen>
      <p1:{element}>
        <TidsfestetHendelse><Hendelsekode V="1"/><TidspunktForHendelse V="2026-01-05T08:00:00"/></TidsfestetHendelse>
        <TidsfestetHendelse><Hendelsekode V="{code}"/><BeskrivelseAvHendelse>Slik gikk det.</BeskrivelseAvHendelse>
          <TidspunktForHendelse V="{at}"/><Anslag>false</Anslag></TidsfestetHendelse>
      </p1:{element}>
    </p1:Pasientlogistikk>
  </Content></RefDoc></Document>
</MsgHead>"""


def message(number: str, event: str, sent: str = SENT, **more: Any) -> Json:
    """A message Bundle about a resident; ``more``: ``identity``, ``to``, ``content``, ``resident``, ``parts``."""
    identity = more.get("identity") or str(uuid4())
    header: Json = {
        "resourceType": "MessageHeader",
        "id": identity,
        "eventCoding": {"system": EVENTS, "code": event},
        "source": {"endpoint": "https://hospital.example/messages"},
        "sender": {"identifier": {"system": HER, "value": HOSPITAL}, "display": "UNN Tromsø"},
        "destination": [
            {
                "endpoint": "https://municipality.example/messages",
                "receiver": {"identifier": {"system": HER, "value": more.get("to", HOME_CARE)}},
            }
        ],
        "focus": [{"reference": "urn:uuid:content"}],
    }
    content = {
        "resourceType": "Communication",
        "status": "completed",
        "subject": {"reference": "urn:uuid:patient"},
        "sent": sent,
        "payload": [{"contentString": "Meldingens tekst."}],
    } | more.get("content", {})
    resident: Json = {"resourceType": "Patient", "name": [{"family": "Nordås", "given": ["Kari"]}]}
    if number:
        resident["identifier"] = [{"system": FNR, "value": number}]
    entries = [header, content, resident | more.get("resident", {}), *more.get("parts", [])]
    names = [identity, "content", "patient", *(f"part-{n}" for n in range(len(entries) - 3))]
    return {
        "resourceType": "Bundle",
        "type": "message",
        "timestamp": sent,
        "entry": [{"fullUrl": f"urn:uuid:{n}", "resource": e} for n, e in zip(names, entries, strict=True)],
    }


def hodemelding(number: str, event: str = "LOG_INNLAGT", **more: Any) -> str:
    """A message in XML as a hospital sends it; ``more`` replaces the places in the template by name."""
    element, code, _ = LOGISTIC.get(event, ("MeldingInnlagtPasient", "1", ""))
    usual = {
        "event": event,
        "element": element,
        "code": code,
        "made": "2026-01-05T10:11:12",
        "at": "2026-01-05T08:00:00",
        "identity": str(uuid4()),
        "status": "",
        "reference": "",
        "sender": HOSPITAL,
        "receiver": HOME_CARE,
        "number": number,
        "dispatch": "N",
        "encoding": "UTF-8",
    }
    return DOCUMENT.format(**usual | more)


@dataclass
class Post:
    """Sends messages about one resident of a journal to its home-care service.

    Attributes:
        send: Sends a request: method, path, body.
    """

    send: Callable[[str, str, Any], requests.Response]
    number: str = field(default_factory=fresh_number)
    patient: str = ""

    def __post_init__(self) -> None:
        home_care = {
            "resourceType": "Organization",
            "identifier": [{"system": HER, "value": HOME_CARE}],
            "name": "Hjemmetjenesten",
        }
        # Conditional, as several tests share one journal.
        found = self.send("PUT", f"Organization?identifier={HER}|{HOME_CARE}", home_care)
        assert found.status_code in {200, 201}, found.text
        resident = {
            "resourceType": "Patient",
            "identifier": [{"system": FNR, "value": self.number}],
            "name": [{"family": "Nordås", "given": ["Kari"]}],
        }
        self.patient = f"Patient/{self.send('POST', 'Patient', resident).json()['id']}"

    def message(self, event: str, sent: str = SENT, **more: Any) -> Json:
        """A message about the resident, or whoever has the ``number``; ``more`` as of the function of this name."""
        return message(more.pop("number", self.number), event, sent, **more)

    def post(self, message: Json) -> Json:
        """Sends a message; gives the receipt."""
        answer = self.send("POST", "$process-message", message)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def tell(self, event: str, sent: str = SENT, **more: Any) -> Json:
        """Makes and sends a message; gives the receipt."""
        return self.post(self.message(event, sent, **more))

    def record(self, kind: str, query: str = "") -> list[Json]:
        """What the resident's record holds of a type."""
        answer = self.send("GET", f"{kind}?patient={self.patient}{query}", None)
        assert answer.status_code == 200, answer.text
        return [entry["resource"] for entry in answer.json().get("entry", ())]


def status(receipt: Json) -> str:
    """``ok`` or ``fatal-error``."""
    return str(receipt["entry"][0]["resource"]["response"]["code"])


def errors(receipt: Json) -> list[str]:
    """The error codes of a receipt (Volven 8221)."""
    outcomes = [e["resource"] for e in receipt["entry"] if e["resource"]["resourceType"] == "OperationOutcome"]
    codings = [c for outcome in outcomes for issue in outcome["issue"] for c in issue["details"]["coding"]]
    return [c["code"] for c in codings if c["system"] == ERRORS]
