"""Resources at random from the tables of R4, mostly valid, and ways to spoil any JSON."""

from random import Random
from typing import Any, Final

from simulator.journal.definitions import Element, Type, types
from simulator.journal.supported import WRITABLE

Json = dict[str, Any]
TEXTS: Final = (
    "Kåre",
    "h",
    "Hansen",
    " ",
    "",
    "x" * 300,
    "\u0000",
    "\ud800",
    "\U0001f9d1\u200d\u2695\ufe0f",
    "a,b|c$d\\e",
    "'; DROP TABLE resource; --",
    "%00",
    "{r}",
    "?",
    "../../etc/passwd",
    "<div>",
    "13817299999",
    "urn:uuid:1",
    "null",
    "\n",
    "\u202e",
    "İ",
    "ß",
    "*",
    "%_",
)  # fmt: skip  a table
NUMBERS: Final = (0, 1, -1, 2**31 - 1, 2**31, 2**63, -(2**63) - 1, 2**64, 10**30, 0.1, 1e308, 5e-324, -0.0, 1.5)
DATES: Final = (
    "2026",
    "2026-02",
    "2026-02-29",
    "2024-02-29",
    "0001-01-01",
    "0000-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59.999999999+14:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-06-30T23:59:60Z",
    "2026-01-01T10:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T10:00:00.123456789012+01:00",
    "2026-13-01",
    "2026-1-1",
    "1800-01-01",
    "٢٠٢٦-01-01",
    "today",
)  # fmt: skip  a table
CODES: Final = (
    "active",
    "final",
    "P76",
    "male",
    "booked",
    "cancelled",
    "requested",
    "completed",
    "entered-in-error",
    "x y",
    "x",
)
SYSTEMS: Final = (
    "http://loinc.org",
    "urn:c",
    "urn:oid:2.16.578.1.12.4.1.4.1",
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
    "x y",
    "",
)  # fmt: skip  a table
POOLS: Final[dict[str, tuple[Any, ...]]] = {
    "boolean": (True, False),
    "integer": (0, 1, -1, 2**31 - 1),
    "positiveInt": (1, 7, 2**31 - 1),
    "unsignedInt": (0, 1, 7),
    "decimal": (0, 1.5, -1e20, 5e-324, 1e308, 2**70),
    "date": DATES[:7],
    "dateTime": DATES[:13],
    "instant": (DATES[7], DATES[8], DATES[9], DATES[11]),
    "time": ("10:00:00", "23:59:60"),
    "code": CODES,
    "id": ("a", "x-1", "A.b"),
    "base64Binary": ("aGVp", "QQ=="),
    "xhtml": ("<div>x</div>", '<div xmlns="http://www.w3.org/1999/xhtml"><p>y</p></div>'),
    "uuid": ("urn:uuid:00000000-0000-4000-8000-000000000000",),
    "oid": ("urn:oid:1.2.3",),
    "uri": ("urn:c", "http://x", "x\u0000y"),
    "url": ("http://127.0.0.1:9/x", "urn:c"),
    "canonical": ("http://x|1", "http://hl7.no/fhir/StructureDefinition/no-basis-Patient"),
    "string": TEXTS,
    "markdown": TEXTS,
}  # fmt: skip  a table
TEXTUAL: Final = frozenset({"string", "markdown", "uri", "canonical"})
PLAIN: Final = ("Hansen", "h", "urn:c", "x")
_PLAIN: Final = 0.85
_DEEPEST: Final = 5
_OPTIONAL: Final = 0.12
_ALWAYS: Final = frozenset({"id", "meta", "implicitRules", "contained", "extension", "modifierExtension"})


class Material:
    """Makes resources; ``known`` are references to resources that are there."""

    def __init__(self, draw: Random, known: list[str]) -> None:
        self.draw = draw
        self.known = known
        self.types = types()

    def resource(self, kind: str = "") -> Json:
        """A resource of a type, or of any; most are valid."""
        kind = kind or self.draw.choice(WRITABLE)
        made: Json = {"resourceType": kind} | self.object(self.types[kind], 0)
        if self.draw.random() < 0.1:
            code = self.draw.choice(("R", "V", "NOPE"))
            made["meta"] = {"security": [{"system": SYSTEMS[3], "code": code}], "tag": [{"code": "t"}]}
        if self.draw.random() < 0.05:
            made["contained"] = [self.resource(self.draw.choice(("Patient", "Organization"))) | {"id": "c"}]
        return made

    def object(self, kind: Type, depth: int) -> Json:
        """An object of a type: what it must have, and some of the rest."""
        chosen = [self.one_of(kind, name) for name in kind.required]
        for name, element in kind.elements.items():
            wanted = self.draw.random() < _OPTIONAL / (1 + depth)
            taken = element.choice and any(kind.elements[one].choice == element.choice for one in chosen)
            if wanted and name not in _ALWAYS and name not in chosen and not taken:
                chosen.append(name)
        return {name: self.element(kind.elements[name], depth) for name in chosen}

    def one_of(self, kind: Type, name: str) -> str:
        """The name of an element, or one of those that a choice is between."""
        return self.draw.choice(kind.choices[name]) if name in kind.choices else name

    def element(self, element: Element, depth: int) -> Any:
        """The value of an element, as a list where it is one."""
        value = self.value(element, depth)
        if not element.many:
            return value
        return [value] + [self.value(element, depth) for _ in range(self.draw.random() < 0.2)]

    def value(self, element: Element, depth: int) -> Any:
        """One value of an element."""
        if element.codes:
            return self.coded(element, sorted(element.codes))
        if element.type in POOLS:
            plain = element.type in TEXTUAL and self.draw.random() < _PLAIN
            return self.draw.choice(PLAIN if plain else POOLS[element.type])
        if element.type == "Reference":
            return self.reference(element)
        if element.type == "Resource":
            return {"resourceType": "Patient"}
        if depth > _DEEPEST:
            return {"id": "deep"}
        return self.object(self.types[element.type], depth + 1) or {"id": "x"}

    def coded(self, element: Element, codes: list[str]) -> Any:
        """A code of a required binding, in the element's form."""
        system, _, word = self.draw.choice(codes).rpartition("|")
        coding = {"system": system, "code": word}
        return word if element.type == "code" else coding if element.type == "Coding" else {"coding": [coding]}

    def reference(self, element: Element) -> Json:
        """A reference, mostly to what is there and of a type that fits."""
        fitting = [one for one in self.known if one.partition("/")[0] in element.targets or not element.targets]
        if fitting and self.draw.random() < 0.8:
            return {"reference": self.draw.choice(fitting)}
        kind = self.draw.choice(sorted(element.targets) or ["Patient"])
        odd = (
            "urn:uuid:00000000-0000-4000-8000-000000000000",
            "#c",
            f"{kind}/no-such",
            f"{kind}?identifier=x",
            "http://x/y",
        )
        return {"reference": self.draw.choice(odd)}


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every node of a JSON document but its root."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [found for key, value in pairs for found in ((*path, key), *places(value, (*path, key)))]


def anything(draw: Random, depth: int = 0) -> Any:
    """Any JSON."""
    choice = draw.randrange(8 if depth < 3 else 5)
    if choice < 2:
        return draw.choice(TEXTS)
    if choice < 5:
        return draw.choice((None, True, False, draw.choice(NUMBERS), draw.choice(DATES)))
    if choice == 5:
        return [anything(draw, depth + 1) for _ in range(draw.randrange(3))]
    return {draw.choice((*TEXTS, "reference", "code", "id", "extension")): anything(draw, depth + 1) for _ in range(2)}


def spoil(draw: Random, node: Any) -> None:
    """Changes one node of a document in place: replaced, removed, doubled, renamed, wrapped or nested deep."""
    found = places(node)
    if not found:
        return
    *way, last = draw.choice(found)
    for step in way:
        node = node[step]
    how = draw.randrange(6)
    if how == 1:
        del node[last]
    elif how == 2 and isinstance(node, list):
        node.append(node[last])
    elif how == 3 and isinstance(node, dict):
        node[draw.choice((f"_{last}", f"{last}x", "resourceType", "extension", "contained", ""))] = node.pop(last)
    elif how == 4:
        node[last] = [node[last]] if draw.random() < 0.5 else {"extension": [node[last]]}
    elif how == 5 and draw.random() < 0.1:
        for _ in range(draw.choice((3, 80))):
            node[last] = {"extension": [{"url": "u", "valueReference": {"identifier": node[last]}}]}
    else:
        node[last] = anything(draw)
