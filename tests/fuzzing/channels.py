"""Requests at random along the ways beside plain REST: messages as FHIR and as XML, subscriptions, documents."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from simulator.journal.hodemelding.content import LOGISTIC, REPORTS
from simulator.journal.hodemelding.translation import from_bundle
from simulator.journal.messages.words import kinds
from simulator.journal.subscriptions.topics import TOPICS
from tests.fuzzing.material import CODES, DATES, TEXTS, Material, anything, spoil
from tests.journal.messaging import FNR, HOME_CARE, HOSPITAL, hodemelding, message
from tests.journal.receiving import subscription

Json = dict[str, Any]
FHIR: Final = "application/fhir+json"
NAMED: Final[Json] = {"name": [{"family": "Hansen", "given": ["Kåre"]}]}
MEDIA: Final = ("application/pdf", "text/plain; charset=utf-8", "text/html", "image/png", "text/pl ain", "x", FHIR, "")
DOCUMENT_SEARCH: Final = (
    *("patient", "patient.identifier", "status", "type", "category", "date", "period", "setting", "facility", "event"),
    *("format", "security-label", "author.family", "author.given", "related", "identifier", "contenttype"),
)
FILTERS: Final = ("patient", "owner", "code", "status", "class", "location", "sender", "recipient", "x")
XML_BITS: Final = (
    *("<", "&", "&x;", "&#0;", "]]>", "<![CDATA[x]]>", "<!-- x -->", "<?x y?>", "\ud83d", "\u0000", '"', ' V="x"'),
    *('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "æ", "x" * 5000, "<a>" * 300, ' xmlns="urn:x"'),
)
SPOILT: Final = 0.35
ODD: Final = 0.12


@dataclass
class Asked:
    """One request: a method, a path below the base with its query (encoded), header fields and a body."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def as_json(value: Any) -> bytes:
    """JSON text with lone surrogates as escapes, and numbers of any size."""
    return json.dumps(value, allow_nan=False).encode()


class Channels:
    """Draws requests along each of these ways.

    Args:
        draw: The source of chance.
        material: Makes resources, and knows what is there.
        numbers: Person numbers of patients.
        endpoint: Where notifications may be sent.
    """

    def __init__(self, draw: Random, material: Material, numbers: tuple[str, ...], endpoint: str) -> None:
        self.draw = draw
        self.material = material
        self.numbers = numbers
        self.endpoint = endpoint

    def one(self) -> Asked:
        """A request along one of them."""
        ways = (self.message, self.edge, self.send_message, self.subscribe, self.events, self.document, self.find)
        return self.draw.choice(ways)()

    def of(self, kind: str) -> str:
        """A reference to something of a type, there or not."""
        own = [one for one in self.material.known if one.startswith(f"{kind}/")]
        return self.draw.choice([*own, f"{kind}/no-such"])

    def mostly(self, usual: Any, *odd: Any) -> Any:
        """What is usual, and now and then something odd."""
        return self.draw.choice(odd) if self.draw.random() < ODD else usual

    def number(self) -> str:
        """The person number of a patient, or what is none."""
        return str(self.mostly(self.draw.choice(self.numbers), "13817299999", "", "x"))

    def told(self, events: tuple[str, ...]) -> Json:
        """A message Bundle, mostly sound, under one of a few ids so that some come again."""
        extra: Json = {"identity": str(UUID(int=self.draw.randrange(2**128 if self.draw.random() < 0.8 else 20)))}
        extra["to"] = self.mostly(HOME_CARE, HOSPITAL, "1", "")
        extra["resident"] = self.mostly(NAMED, {"name": [{"family": "Annen"}]}, {"name": []}, {})
        extra["content"] = {"payload": [{"contentString": self.mostly("Hei.", *TEXTS)}]}
        if self.draw.random() < 0.2:
            extra["content"]["inResponseTo"] = [{"identifier": {"value": self.draw.choice(TEXTS)}}]
        if self.draw.random() < 0.3:
            extra["parts"] = [
                self.material.resource(self.draw.choice(("DocumentReference", "Observation", "Task", "")))
            ]
        sent = self.mostly(f"2026-01-0{self.draw.randrange(1, 10)}T10:00:00+01:00", *DATES)
        return message(self.number(), self.draw.choice(events), sent, **extra)

    def message(self) -> Asked:
        """$process-message: of any type, an AppRec among them."""
        told = self.told((*kinds(), "APPREC", "NOPE"))
        if self.draw.random() < 0.15:
            told["entry"][0]["resource"]["response"] = {
                "identifier": self.of("Task").partition("/")[2],
                "code": self.draw.choice(("ok", "fatal-error", "transient-error")),
            }
        for _ in range(self.draw.randrange(3) if self.draw.random() < SPOILT else 0):
            spoil(self.draw, told)
        return Asked("POST", "$process-message", {"Content-Type": FHIR}, as_json(told))

    def edge(self) -> Asked:
        """Hodemelding: as the journal would write it, or as a hospital does, often with something amiss."""
        chance = self.draw.random()
        if chance < 0.4:
            try:
                text = from_bundle(self.told((*LOGISTIC, *REPORTS))).decode()
            except (ValueError, KeyError, TypeError, AttributeError):  # what no journal would hold
                text = hodemelding(self.number())
        else:
            more = {
                "event": self.mostly(self.draw.choice([*LOGISTIC]), *kinds(), "NOPE"),
                "made": self.mostly("2026-01-05T10:11:12", *DATES),
                "at": self.mostly("2026-01-05T08:00:00", *DATES),
                "dispatch": self.mostly("N", "C", "x", ""),
                "encoding": self.mostly("UTF-8", "ISO-8859-1", "UTF-16", "x"),
                "status": self.mostly("", '<ProcessingStatus V="D"/>', "<ProcessingStatus/>"),
                "reference": self.mostly("", "<ConversationRef><RefToParent>x</RefToParent></ConversationRef>"),
            }
            text = hodemelding(self.number(), **more).replace("Nordås", "Hansen").replace("Kari", "Kåre")
        for _ in range(self.draw.randrange(1, 4) if self.draw.random() < SPOILT else 0):
            text = self.torn(text)
        media = self.mostly("application/xml", "text/xml", FHIR)
        return Asked("POST", "hodemelding", {"Content-Type": media}, text.encode("utf-8", "surrogatepass"))

    def torn(self, text: str) -> str:
        """A text with something put in, cut out, repeated, or an element's name changed."""
        here, there = sorted(self.draw.randrange(len(text) + 1) for _ in range(2))
        there = min(there, here + 80)
        how = self.draw.randrange(4)
        if how == 0:
            return text[:here] + self.draw.choice(XML_BITS) + text[here:]
        if how == 1:
            return text[:here] + text[there:]
        if how == 2:
            return text[:there] + text[here:]
        return text.replace(self.draw.choice(("Organisation", "Ident", "Id", "Patient", "V=")), "X", 1)

    def send_message(self) -> Asked:
        """$send-message of a Communication: one that is there, or a new one first."""
        if self.draw.random() < 0.5:
            event = {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.8279", "code": self.draw.choice([*kinds()])}]}
            sent = self.material.resource("Communication") | {"category": [event], "status": "completed"}
            sent |= {"sender": {"reference": self.of("Organization")}, "subject": {"reference": self.of("Patient")}}
            sent["recipient"] = [{"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.2", "value": HOSPITAL}}]
            return Asked("POST", "Communication", {"Content-Type": FHIR}, as_json(sent))
        receiver = {"system": "urn:oid:2.16.578.1.12.4.1.2", "value": self.draw.choice((HOSPITAL, HOME_CARE, "1"))}
        given: Json = {
            "resourceType": "Parameters",
            "parameter": [{"name": "receiver", "valueIdentifier": receiver}],
        }
        body = self.draw.choice((given, given, {}, anything(self.draw)))
        path = f"{self.of('Communication')}/$send-message"
        return Asked("POST", path, {"Content-Type": FHIR}, as_json(body) if body else b"")

    def subscribe(self) -> Asked:
        """A Subscription to a topic, made or asked for again."""
        topic = self.draw.choice(list(TOPICS.values()))
        filters = [f"patient={self.of('Patient')}"]
        if self.draw.random() < 0.3:
            filters.append(f"{self.draw.choice(FILTERS)}={self.draw.choice((*TEXTS, *CODES))}")
        content = self.draw.choice(("empty", "id-only", "id-only", "full-resource", "x"))
        end = self.endpoint if self.draw.random() < 0.9 else self.draw.choice(("http://192.0.2.1/x", "x", "urn:c"))
        extras: Json = {"heartbeat": self.draw.choice((0, 1, 60)), "count": self.draw.choice((1, 20))}
        asked = subscription(topic.name, end, *filters, content=content, **extras)
        if self.draw.random() < SPOILT:
            spoil(self.draw, asked)
        if self.draw.random() < 0.7:
            return Asked("POST", "Subscription", {"Content-Type": FHIR}, as_json(asked))
        at = self.of("Subscription")
        return Asked("PUT", at, {"Content-Type": FHIR}, as_json(asked | {"id": at.partition("/")[2]}))

    def events(self) -> Asked:
        """$status and $events."""
        at = self.of("Subscription")
        odd = ("0", "1", "-1", "9" * 30, "x", "")
        query = {"eventsSinceNumber": self.draw.choice(odd), "eventsUntilNumber": self.draw.choice(odd)}
        content = {"content": self.draw.choice(("empty", "id-only", "full-resource", "x"))}
        path = self.draw.choice(
            (f"{at}/$events?{urlencode(query | content)}", f"{at}/$status", "Subscription/$status", at)
        )
        return Asked("GET", path)

    def document(self) -> Asked:
        """ITI-68, by any Accept and in any version, and content written as bytes or as a resource."""
        at = self.of("Binary")
        accept = {"Accept": self.draw.choice((*MEDIA, "*/*"))}
        if self.draw.random() < 0.6:
            end = self.draw.choice(("", "", "/_history/1", "/_history", "?_format=json", "?_format=application/pdf"))
            return Asked("GET", at + end, accept)
        context = self.draw.choice((self.of("Patient"), self.of("DocumentReference"), "x", "Patient?name=x"))
        path = self.draw.choice(("Binary", "Binary", at))
        method = "POST" if path == "Binary" else "PUT"
        if self.draw.random() < 0.5:
            fields = {"Content-Type": self.draw.choice(MEDIA), "X-Security-Context": context}
            return Asked(method, path, fields | accept, self.draw.choice((b"%PDF", b"\x00\xff", b"", b"{}")))
        content = {"contentType": self.draw.choice(MEDIA), "data": b64encode(b"hei").decode()}
        body = {"resourceType": "Binary", "securityContext": {"reference": context}, **content}
        return Asked(method, path, {"Content-Type": FHIR}, as_json(body | ({} if path == "Binary" else {"id": at[7:]})))

    def find(self) -> Asked:
        """ITI-67, with MHD's parameters in the body or in the address, and what others hold of somebody."""
        if self.draw.random() < 0.3:
            at = self.of("Patient")
            paths = ("$outside-documents", "$outside-document?document=x", "$elsewhere", "$summary", "$everything")
            return Asked("GET", f"{at}/{self.draw.choice(paths)}")
        pairs = [(self.draw.choice(DOCUMENT_SEARCH), self._searched()) for _ in range(self.draw.randrange(1, 4))]
        if self.draw.random() < 0.4:
            query = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs)
            return Asked("GET", f"DocumentReference?{query}")
        form = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs)
        fields = {"Content-Type": "application/x-www-form-urlencoded"}
        return Asked("POST", "DocumentReference/_search", fields, form.encode())

    def _searched(self) -> str:
        """A value to search documents by; numbers among them, which only a body may hold."""
        return self.draw.choice((f"{FNR}|{self.number()}", self.of("Patient"), "current", *TEXTS, *DATES, *CODES))
