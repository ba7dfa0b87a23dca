"""Tells quickly that nothing is wrong with a resource; what is wrong, and where, ``validation`` then looks for.

Almost every resource that comes is sound. Each type becomes a function that looks at the elements there are, without
keeping account of places and words. What it does not call sound may still be so (a primitive with an extension).
"""

import re
from collections.abc import Callable
from typing import Any, Final

from simulator.journal.definitions import Element, Type
from simulator.journal.primitives import CHECKS, ID

DEEPEST: Final = 60
"""How deep elements may lie in one another."""
RELATIVE: Final = re.compile(r"([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(/_history/[A-Za-z0-9\-.]{1,64})?")

Test = Callable[[Any, int], bool]
"""Whether a value at a depth is sound."""


def is_coded(value: dict[str, Any], codes: frozenset[str]) -> bool:
    """Whether one of the codings, where there are any, is among the codes of a required binding."""
    codings = value.get("coding", [value] if "code" in value else [])
    if type(codings) is not list or not codings:
        return True
    return any(type(coding) is dict and f"{coding.get('system')}|{coding.get('code')}" in codes for coding in codings)


def wrong_target(value: dict[str, Any], targets: frozenset[str]) -> str | None:
    """The type that a relative reference points at although it may not."""
    reference = value.get("reference")
    found = RELATIVE.fullmatch(reference) if type(reference) is str else None
    return found[1] if found and found[1] not in targets else None


class Soundness:
    """The tests of every type."""

    def __init__(self, types: dict[str, Type]) -> None:
        self._plans: dict[str, dict[str, _Plan]] = {name: {} for name in types}
        self._objects = {name: _object(kind, self._plans[name]) for name, kind in types.items()}
        self._resources = {name: test for name, test in self._objects.items() if types[name].kind == "resource"}
        for name, kind in types.items():
            self._plans[name].update({key: self._plan(element) for key, element in kind.elements.items()})
            if kind.kind == "resource":
                self._plans[name]["resourceType"] = (_anything, False, None)

    def is_sound(self, resource: Any, depth: int = 0) -> bool:
        """Whether a resource is surely one that R4 allows."""
        name = resource.get("resourceType") if type(resource) is dict else None
        test = self._resources.get(name) if type(name) is str else None
        if test is None or not test(resource, depth):
            return False
        identity = resource.get("id")
        return identity is None or (type(identity) is str and ID.fullmatch(identity) is not None)

    def _plan(self, element: Element) -> "_Plan":
        return self._test(element), element.many, element.choice

    def _test(self, element: Element) -> Test:
        check, codes, targets = CHECKS.get(element.type), element.codes, element.targets
        if check is not None:
            return _primitive(check, codes)
        if element.type == "Resource":
            return lambda value, depth: self.is_sound(value, depth + 1)
        inner = self._objects[element.type]
        if codes is None and not targets:
            return lambda value, depth: inner(value, depth + 1)
        return lambda value, depth: (
            inner(value, depth + 1)
            and (codes is None or is_coded(value, codes))
            and (not targets or wrong_target(value, targets) is None)
        )


_Plan = tuple[Test, bool, str | None]
"""The test of an element's value, whether it is a list of values, and of which choice it is one."""


def _anything(_: Any, __: int) -> bool:
    return True


def _primitive(check: Callable[[Any], bool], codes: frozenset[str] | None) -> Test:
    if codes is None:
        return lambda value, _: check(value)
    allowed = frozenset(code for code in codes if check(code))
    return lambda value, _: type(value) is str and value in allowed


def _object(kind: Type, plans: dict[str, _Plan]) -> Test:
    """The test of a type; ``plans`` are filled in when every type has its test."""
    plain = tuple(name for name in kind.required if name not in kind.choices)
    chosen_of = tuple(frozenset(kind.choices[name]) for name in kind.required if name in kind.choices)

    def test(node: Any, depth: int) -> bool:
        if type(node) is not dict or not node or depth > DEEPEST:
            return False
        chosen: list[str] = []
        for key, value in node.items():
            plan = plans.get(key)
            if plan is None:
                return False
            one, many, choice = plan
            if many and (type(value) is not list or not value):
                return False
            for item in value if many else (value,):
                if not one(item, depth):
                    return False
            if choice is not None:
                if choice in chosen:
                    return False
                chosen.append(choice)
        return all(map(node.__contains__, plain)) and not any(names.isdisjoint(node) for names in chosen_of)

    return test
