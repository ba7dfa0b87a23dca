"""Holds a resource against R4: structure, cardinality, primitive formats, required bindings, reference targets.

http://hl7.org/fhir/R4/validation.html names these aspects; invariants are not held against. Of profiles, those of
HL7 Norway that a resource names are (``no_basis``).
"""

from typing import Any

from simulator.journal import no_basis
from simulator.journal.definitions import Element, Type, types
from simulator.journal.errors import FhirError, Issue, masked, refuse
from simulator.journal.primitives import CHECKS
from simulator.journal.soundness import DEEPEST, Soundness, is_coded, wrong_target

MOST_ISSUES = 25
_EXTENSION = Element("Extension", True, False, None, None, frozenset())
_PRIMITIVE_EXTRA = frozenset({"id", "extension"})


class Validator:
    """Finds what is wrong with a resource; one object serves every request."""

    def __init__(self) -> None:
        self.types = types()
        self.soundness = Soundness(self.types)

    def check(self, resource: dict[str, Any], expected: str) -> None:
        """Raises a 422 with every issue found (at most 25), or a 400 if it is not the type of the URL."""
        name = resource.get("resourceType")
        if name != expected:
            raise refuse(
                400,
                "invalid",
                f"the body is of type {name!r}, the URL says {expected}",
                f"{expected}.resourceType",
            )
        issues: list[Issue] = []
        if not self.soundness.is_sound(resource):
            self._resource(resource, expected, issues, 0)
        issues = issues or no_basis.check(resource)
        if issues:
            raise FhirError(422, issues[:MOST_ISSUES])

    def _resource(self, node: Any, place: str, issues: list[Issue], depth: int) -> None:
        name = node.get("resourceType") if type(node) is dict else None
        found = self.types.get(name) if type(name) is str else None
        if found is None or found.kind != "resource":
            issues.append(Issue("structure", f"resourceType {name!r} is not known here", place))
            return
        self._object(node, found, place, issues, depth)
        identity = node.get("id")
        if identity is not None and not CHECKS["id"](identity):
            issues.append(Issue("value", "an id has 1 to 64 of A-Z a-z 0-9 - .", f"{place}.id"))

    def _object(self, node: Any, kind: Type, place: str, issues: list[Issue], depth: int) -> None:
        if type(node) is not dict or not node:
            issues.append(Issue("structure", f"expected a JSON object with content, a {kind.name}", place))
            return
        if depth > DEEPEST:
            issues.append(Issue("too-costly", f"nested deeper than {DEEPEST} levels", place))
            return
        elements = kind.elements
        for key, value in node.items():
            element = elements.get(key)
            if element is None:
                self._other(key, node, kind, place, issues)
            elif element.many:
                self._list(value, element, f"{place}.{key}", issues, depth)
            else:
                self._value(value, element, f"{place}.{key}", issues, depth)
        lacking = [name for name in kind.required if name not in node and not self._present(name, node, kind)]
        issues.extend(Issue("required", f"{kind.name}.{name} is required", f"{place}.{name}") for name in lacking)
        for choice, keys in kind.choices.items():
            if sum(key in node for key in keys) > 1:
                issues.append(Issue("structure", f"only one {choice}[x] is allowed", f"{place}.{choice}"))

    def _present(self, name: str, node: dict[str, Any], kind: Type) -> bool:
        names = kind.choices.get(name, (name,))
        return any(key in node or f"_{key}" in node for key in names)

    def _list(self, value: Any, element: Element, place: str, issues: list[Issue], depth: int) -> None:
        if type(value) is not list or not value:
            issues.append(Issue("structure", "expected a JSON array with content", place))
            return
        nulls = element.type in CHECKS
        for index, item in enumerate(value):
            if item is not None or not nulls:
                self._value(item, element, f"{place}[{index}]", issues, depth)

    def _value(self, value: Any, element: Element, place: str, issues: list[Issue], depth: int) -> None:
        check = CHECKS.get(element.type)
        if check is not None:
            if not check(value):
                issues.append(Issue("value", f"{_shown(value)} is not a {element.type}", place))
            elif element.codes is not None and value not in element.codes:
                allowed = ", ".join(sorted(element.codes)[:20])
                issues.append(Issue("code-invalid", f"{_shown(value)} is not one of {allowed}", place))
            return
        if element.type == "Resource":
            self._resource(value, place, issues, depth + 1)
            return
        self._object(value, self.types[element.type], place, issues, depth + 1)
        if type(value) is dict:
            if element.codes is not None:
                self._coded(value, element, place, issues)
            if element.targets:
                self._target(value, element, place, issues)

    def _coded(self, value: dict[str, Any], element: Element, place: str, issues: list[Issue]) -> None:
        if is_coded(value, element.codes or frozenset()):
            return
        allowed = ", ".join(sorted(element.codes or ())[:20])
        issues.append(Issue("code-invalid", f"no coding is one of {allowed}", place))

    def _target(self, value: dict[str, Any], element: Element, place: str, issues: list[Issue]) -> None:
        wrong = wrong_target(value, element.targets)
        if wrong is not None:
            allowed = ", ".join(sorted(element.targets))
            issues.append(Issue("value", f"points at a {wrong}; allowed: {allowed}", f"{place}.reference"))

    def _other(self, key: str, node: dict[str, Any], kind: Type, place: str, issues: list[Issue]) -> None:
        """A key that is no element: ``resourceType``, or a primitive's id and extensions (``_birthDate``)."""
        if key == "resourceType" and kind.kind == "resource":
            return
        element = kind.elements.get(key[1:]) if key.startswith("_") else None
        if element is None or element.type not in CHECKS:
            issues.append(
                Issue("structure", f"{masked(key[:80])!r} is not an element of {kind.name}", f"{place}.{key[:80]}")
            )
            return
        extras = node[key] if element.many else [node[key]]
        if type(extras) is not list or not extras:
            issues.append(Issue("structure", "expected a JSON array with content", f"{place}.{key}"))
            return
        for extra in extras:
            if extra is None and element.many:
                continue
            if type(extra) is not dict or not extra or not _PRIMITIVE_EXTRA.issuperset(extra):
                issues.append(Issue("structure", "expected an object with id or extension", f"{place}.{key}"))
            elif "extension" in extra:
                self._list(extra["extension"], _EXTENSION, f"{place}.{key}", issues, 1)


def _shown(value: Any) -> str:
    return masked(repr(value)[:80])
