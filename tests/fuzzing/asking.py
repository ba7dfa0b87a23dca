"""Requests at random: writes, searches, patches, bundles, operations, and what is no request at all."""

import copy
import json
from random import Random
from typing import Any, Final
from urllib.parse import quote

from tests.fuzzing.channels import FHIR, Asked, Channels, as_json
from tests.fuzzing.material import CODES, DATES, NUMBERS, SYSTEMS, TEXTS, anything, spoil

Json = dict[str, Any]
PATCH: Final = "application/json-patch+json"
MODIFIERS: Final = (
    ":exact",
    ":contains",
    ":not",
    ":missing",
    ":identifier",
    ":below",
    ":above",
    ":text",
    ":in",
    ":Patient",
    ":x",
)
PREFIXES: Final = ("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap", "zz")
CONTROLS: Final = {
    "_sort": ("-date", "_id", "_lastUpdated", "name", "-x", ","),
    "_count": ("0", "1", "5", "-1", "99999999999", "1e3", "٣"),
    "_summary": ("true", "count", "data", "text", "false", "x"),
    "_elements": ("id", "name,code", "x", ","),
    "_total": ("none", "accurate", "estimate", "x"),
    "_format": ("json", "xml", "application/fhir+json", "x"),
    "_cursor": ("x", ""),
    "_since": DATES,
    "_at": DATES,
    "_type": ("Patient", "Patient,Condition", "x"),
    "_text": ("x",),
    "_filter": ("name eq x",),
    "_contained": ("true",),
    "_typeFilter": ("Patient?gender=male", "x?"),
    "period": ("2026-01", "x"),
    "project": ("p",),
    "code": ("P76",),
    "_outputFormat": ("ndjson", "x"),
    "_pretty": ("true",),
}  # fmt: skip  a table
HEADERS: Final = {
    "If-Match": ('W/"1"', 'W/"2"', '"1"', "*", "x", 'W/"99999999999999999999"', 'W/"1", W/"2"', ""),
    "If-None-Match": ('W/"1"', "*", "x"),
    "If-None-Exist": ("identifier=urn:c|x", "_id=a", "x=y", "", "?name=Hansen", "identifier=%00"),
    "If-Modified-Since": ("Wed, 21 Oct 2099 07:28:00 GMT", "x", "Wed, 99 Oct 0000 07:28:00 GMT"),
    "Prefer": (
        "return=minimal",
        "return=OperationOutcome",
        "handling=strict",
        "respond-async",
        "x;;=,",
        "return=x, handling=lenient",
    ),
    "Accept": ("*/*", "application/fhir+xml", "text/html", "", ";", "application/json;q=0"),
    "Content-Type": (
        "application/xml",
        "text/plain",
        "",
        "application/fhir+json; charset=latin-1",
        "application/x-www-form-urlencoded",
    ),
    "Accept-Language": ("en", "nb", "x" * 100),
    "X-Provenance": ("{}",),
    "X-Request-Id": ("1",),
}  # fmt: skip  a table
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO")
POINTERS: Final = (
    "",
    "/",
    "/meta",
    "/meta/security",
    "/meta/security/0",
    "/meta/security/0/code",
    "/meta/tag",
    "/id",
    "/resourceType",
    "/status",
    "/name",
    "/name/0",
    "/name/-",
    "/name/0/family",
    "/identifier/0/value",
    "/address",
    "/address/0/line/0",
    "/address/0/city",
    "/telecom/0/value",
    "/contact/0/address",
    "/active",
    "/gender",
    "/gender/x",
    "/subject/reference",
    "/patient",
    "/note",
    "/note/0/text",
    "/code/text",
    "/~2",
    "/~0",
    "/addres~73",
    "/name/9",
    "/extension/-",
    "/valueQuantity/value",
)  # fmt: skip  a table
SEGMENTS: Final = (
    "Patient",
    "Observation",
    "AuditEvent",
    "Nope",
    "metadata",
    "_history",
    "_search",
    "$everything",
    "$export",
    "$nope",
    "exports",
    "1",
    "cds-services",
    ".well-known",
    "..",
    "%2e%2e",
    "%00",
    "%ff",
    "a" * 70,
    "",
    ";x=1",
    "%2F",
    "æ",
    "13817299999",
    "order-check",
    "feedback",
)  # fmt: skip  a table
_SPOILT: Final = 0.5


def encoded(text: str) -> str:
    """The text as it stands in a query, lone surrogates and all."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="|:,$.*-")


class Asking:
    """Draws requests against a journal that says what it can be asked.

    Args:
        draw: The source of chance.
        statement: The journal's CapabilityStatement.
        known: References to resources that are there.
        words: Texts that a curious caller would search by.
        channels: Draws requests along other ways.
    """

    def __init__(
        self, draw: Random, statement: Json, known: list[str], words: tuple[str, ...], channels: Channels
    ) -> None:
        self.draw = draw
        self.known = known
        self.words = (*words, *TEXTS, *CODES)
        self.material = channels.material
        self.channels = channels
        rest = statement["rest"][0]
        self.kinds: dict[str, Json] = {one["type"]: one for one in rest["resource"]}
        self.operations = [f"${one['name']}" for one in rest.get("operation", ())]

    def request(self) -> Asked:
        """One request."""
        makers = {
            self.write: 22,
            self.patch: 9,
            self.search: 24,
            self.look: 13,
            self.remove: 2,
            self.bundle: 9,
            self.operation: 8,
            self.decision: 3,
            self.nonsense: 6,
            self.raw: 4,
            self.channels.one: 35,
        }  # fmt: skip  a table
        made: Asked = self.draw.choices([*makers], [*makers.values()])[0]()
        for name, values in HEADERS.items():
            if self.draw.random() < 0.04:
                made.headers[name] = self.draw.choice(values)
        return made

    def kind(self) -> str:
        often = ("Patient", "Condition", "Observation", "Consent", "Appointment", "Task", "Communication")
        return self.draw.choice(often if self.draw.random() < 0.5 else sorted(self.kinds))

    def reference(self) -> str:
        return self.draw.choice(self.known) if self.draw.random() < 0.9 else f"{self.kind()}/no-such"

    def resource(self, kind: str = "") -> Json:
        made = self.material.resource(kind)
        for _ in range(self.draw.randrange(3) if self.draw.random() < _SPOILT else 0):
            spoil(self.draw, made)
        return made

    def write(self) -> Asked:
        kind = self.kind() if self.draw.random() < 0.6 else ""
        body = self.resource(kind if kind != "AuditEvent" else "")
        kind = str(body.get("resourceType") or kind or "Patient")[:40]
        headers = {"Content-Type": FHIR}
        if self.draw.random() < 0.6:
            return Asked("POST", encoded(kind), headers, as_json(body))
        own = [one for one in self.known if one.startswith(f"{kind}/")]
        path = (
            self.draw.choice(own)
            if own and self.draw.random() < 0.7
            else f"{encoded(kind)}/new-{self.draw.randrange(50)}"
        )
        body["id"] = path.partition("/")[2]
        if self.draw.random() < 0.15:
            path = f"{encoded(kind)}?{self.query(kind)}"
        return Asked("PUT", path, headers, as_json(body))

    def steps(self) -> Any:
        """A JSON Patch, or what is none."""
        if self.draw.random() < 0.05:
            return anything(self.draw)
        made = []
        for _ in range(self.draw.randrange(1, 4)):
            step: Json = {"op": self.draw.choice(("add", "remove", "replace", "move", "copy", "test", "x"))}
            step["path"] = self.draw.choice(POINTERS)
            if self.draw.random() < 0.6:
                step["value"] = anything(self.draw)
            if step["op"] in {"move", "copy"}:
                step["from"] = self.draw.choice(POINTERS)
            made.append(step)
        return made

    def patch(self) -> Asked:
        path = self.reference() if self.draw.random() < 0.9 else f"{self.kind()}?{self.query(self.kind())}"
        return Asked("PATCH", path, {"Content-Type": PATCH}, as_json(self.steps()))

    def value(self, kind: str) -> str:
        """A value for a search parameter of a kind."""
        if kind in {"date", "quantity", "number"}:
            number = f"{self.draw.choice(NUMBERS)}|{self.draw.choice(SYSTEMS)}|kg"
            return self.draw.choice(PREFIXES) + (self.draw.choice(DATES) if kind == "date" else number)
        if kind == "reference" and self.draw.random() < 0.8:
            return self.reference()
        if kind == "token" and self.draw.random() < 0.5:
            return f"{self.draw.choice(SYSTEMS)}|{self.draw.choice(self.words)}"
        return self.draw.choice(self.words)

    def parameter(self, kind: str, depth: int = 0) -> tuple[str, str]:
        """A name, chained or reversed perhaps, and a value."""
        listed = self.kinds.get(kind, {}).get("searchParam")
        if not listed or self.draw.random() < 0.03:
            return self.draw.choice(TEXTS), self.draw.choice(TEXTS)
        one = self.draw.choice(listed)
        chance = self.draw.random()
        if one["type"] == "reference" and chance < 0.4 and depth < 6:
            target = self.kind()
            name, value = self.parameter(target, depth + 1)
            return f"{one['name']}{self.draw.choice((f':{target}', ''))}.{name}", value
        if chance < 0.45 and depth < 6:
            other = self.kind()
            back = [p for p in self.kinds[other].get("searchParam", ()) if p["type"] == "reference"]
            if back:
                name, value = self.parameter(other, depth + 1)
                return f"_has:{other}:{self.draw.choice(back)['name']}:{name}", value
        name = one["name"] + (self.draw.choice(MODIFIERS) if self.draw.random() < 0.2 else "")
        many = ",".join(self.value(one["type"]) for _ in range(1 + (self.draw.random() < 0.1)))
        return name, self.draw.choice(("true", "false", many)) if name.endswith(":missing") else many

    def query(self, kind: str) -> str:
        """The query of a search, encoded."""
        pairs = [self.parameter(kind) for _ in range(self.draw.choice((0, 1, 1, 2, 3)))]
        one = self.kinds.get(kind, {})
        for word, listed in (("_include", "searchInclude"), ("_revinclude", "searchRevInclude")):
            if one.get(listed) and self.draw.random() < 0.25:
                pairs.append((word, self.draw.choice((*one[listed], "x:y", "*"))))
        for name, values in CONTROLS.items():
            if self.draw.random() < 0.05:
                pairs.append((name, self.draw.choice(values)))
        return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs)

    def search(self) -> Asked:
        kind = self.kind()
        if self.draw.random() < 0.2:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            return Asked("POST", f"{kind}/_search", form, self.query(kind).encode())
        return Asked(self.draw.choice(("GET", "GET", "GET", "HEAD")), f"{kind}?{self.query(kind)}")

    def look(self) -> Asked:
        at = self.reference()
        kind = at.partition("/")[0]
        version = self.draw.choice(("1", "2", "0", "-1", "x", "9" * 20))
        path = self.draw.choice((at, at, f"{at}/_history", f"{at}/_history/{version}", f"{kind}/_history", "metadata"))
        return Asked("GET", path + (f"?{self.query(kind)}" if self.draw.random() < 0.3 else ""))

    def remove(self) -> Asked:
        return Asked(
            "DELETE", self.draw.choice((self.reference(), f"{self.kind()}?{self.query(self.kind())}", self.kind()))
        )

    def bundle(self) -> Asked:
        """A transaction, a batch, or a bundle of another type, whose entries are requests."""
        entries = []
        for number in range(self.draw.choice((0, 1, 2, 3, 6))):
            inner = self.draw.choice((self.write, self.patch, self.search, self.look, self.remove))()
            entry: Json = {"request": {"method": inner.method, "url": inner.path}}
            if inner.body and inner.method in {"POST", "PUT"} and inner.headers["Content-Type"] == FHIR:
                entry["resource"] = json.loads(inner.body)
                entry["fullUrl"] = f"urn:uuid:00000000-0000-4000-8000-00000000000{number}"
            if self.draw.random() < 0.1:
                entry["request"]["ifMatch"] = self.draw.choice(HEADERS["If-Match"])
            if self.draw.random() < 0.1:
                entry["request"]["ifNoneExist"] = self.draw.choice(HEADERS["If-None-Exist"])
            entries.append(entry)
        kind = self.draw.choice(
            ("transaction", "transaction", "batch", "batch", "message", "document", "collection", "x")
        )
        body: Json = {"resourceType": "Bundle", "type": kind, "entry": entries}
        if self.draw.random() < 0.4:
            spoil(self.draw, body)
        return Asked("POST", "", {"Content-Type": FHIR}, as_json(body))

    def message(self) -> Json:
        """A message: a header, and resources."""
        header = self.material.resource("MessageHeader")
        resources = [header, *(self.resource() for _ in range(self.draw.randrange(3)))]
        body: Json = {"resourceType": "Bundle", "type": "message", "entry": [{"resource": one} for one in resources]}
        if self.draw.random() < 0.4:
            spoil(self.draw, body)
        return body

    def operation(self) -> Asked:
        """An operation that the journal lists, where it belongs or not, with parameters, a resource or a message."""
        at = self.reference()
        kind = at.partition("/")[0]
        own = [f"${one['name']}" for one in self.kinds.get(kind, {}).get("operation", ())]
        name = self.draw.choice([*own, *self.operations, "$nope"])
        path = self.draw.choice((f"{at}/{name}", f"{kind}/{name}", name, name))
        if self.draw.random() < 0.5:
            return Asked("GET", f"{path}?{self.query(kind)}", {"Prefer": "respond-async"} if name == "$export" else {})
        given = self.resource(kind if kind in self.material.types else "")
        parameters = {
            "resourceType": "Parameters",
            "parameter": [{"name": "resource", "resource": given}, {"name": "mode", "valueCode": "create"}],
        }
        body = self.draw.choice((given, parameters, self.message(), anything(self.draw)))
        return Asked("POST", path, {"Content-Type": FHIR}, as_json(body))

    def decision(self) -> Asked:
        """A call of a CDS Hooks service, or feedback on a card."""
        order = self.resource("MedicationRequest")
        context = {"patientId": self.reference().partition("/")[2], "draftOrders": {"entry": [{"resource": order}]}}
        hook = self.draw.choice(("patient-view", "order-sign"))
        body: Json = {"hook": hook, "hookInstance": "1", "context": context}
        if self.draw.random() < 0.3:
            body = {"feedback": [{"card": "x", "outcome": "overridden", "overrideReason": {"reason": {"code": "x"}}}]}
        if self.draw.random() < 0.5:
            spoil(self.draw, body)
        service = self.draw.choice(("chart-opened", "order-check", "nope"))
        end = "/feedback" if "feedback" in body else ""
        return Asked("POST", f"cds-services/{service}{end}", {"Content-Type": "application/json"}, as_json(body))

    def nonsense(self) -> Asked:
        """Any method on any path."""
        path = "/".join(self.draw.choice(SEGMENTS) for _ in range(self.draw.randrange(1, 5)))
        path += "?" + self.draw.choice(("", "%", "&&&=", "a=%ff", "=x", "x" * 3000)) * (self.draw.random() < 0.3)
        return Asked(self.draw.choice(METHODS), quote(path, safe="/%?&=;$._-"))

    def raw(self) -> Asked:
        """A body that is no proper JSON, or no JSON at all."""
        good = as_json(copy.deepcopy(self.material.resource("Patient")))
        cut = good[: self.draw.randrange(len(good))]
        xml = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir">&e;</Patient>'
        bodies = (
            cut,
            b"",
            b"null",
            b"[]",
            b'"x"',
            b"\xff\xfe",
            b"\xef\xbb\xbf" + good,
            b"[" * 5000,
            b'{"a":' * 2000,
            xml,
            b'{"resourceType":"Patient","birthDate":1e999}',
            b'{"resourceType":"Patient","active":NaN}',
            b'{"resourceType":"Patient","resourceType":"Observation"}',
            good.replace(b"}", b",}", 1),
            b" " * 10_000 + good,
        )  # fmt: skip  a table
        body, kind = (
            self.draw.choice(bodies),
            self.draw.choice((FHIR, FHIR, "application/fhir+xml", "application/json", PATCH)),
        )
        path = self.draw.choice(("Patient", "Observation", "", "Patient/$validate", *self.operations, self.reference()))
        return Asked(self.draw.choice(("POST", "POST", "PUT", "PATCH")), path, {"Content-Type": kind}, body)
