"""What the index says about a resource: for each search parameter the values found at its paths.

The rows are a pure function of the resource, so an update removes exactly the rows of the version before.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

from simulator.journal import dates
from simulator.journal.definitions import Parameter, Path, parameters

Row = tuple[Any, ...]
Rows = dict[str, set[Row]]
Put = Callable[[Rows, int, Any, Path], None]

HUMAN_NAME: Final = ("text", "family", "given", "prefix", "suffix")
ADDRESS: Final = ("text", "line", "city", "district", "state", "postalCode", "country")


@lru_cache(maxsize=2048)
def normalized(text: str) -> str:
    """Case and accents left out, white space made single (R4 search.html#string)."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.casefold().split())


def leaves(node: Any, steps: tuple[str, ...]) -> list[Any]:
    """Every value at the end of a path, lists opened on the way."""
    nodes = node if type(node) is list else (node,)
    for step in steps:
        found: list[Any] = []
        for one in nodes:
            value = one.get(step) if type(one) is dict else None
            if type(value) is list:
                found += value
            elif value is not None:
                found.append(value)
        nodes = found
    return [one for one in nodes if one is not None]


def relative(reference: str, base: str) -> str:
    """A reference as ``Type/id`` when it points into this journal, otherwise as it stands; its version left out."""
    if reference.startswith(base) and reference[len(base) : len(base) + 1] == "/":
        reference = reference[len(base) + 1 :]
    return reference.split("/_history/")[0]


def token(value: Any, path: Path) -> Iterator[tuple[str, str]]:
    """The (system, code) pairs of a value; an absent system or code is an empty string."""
    kind = path.leaf
    if kind == "CodeableConcept":
        for coding in value.get("coding", ()):
            yield coding.get("system", ""), coding.get("code", "")
    elif kind == "Coding":
        yield value.get("system", ""), value.get("code", "")
    elif kind == "Identifier":
        yield value.get("system", ""), value.get("value", "")
    elif kind == "ContactPoint":
        if path.where is None or value.get("system") == path.where:
            yield value.get("system", ""), value.get("value", "")
    elif kind == "boolean":
        yield "", "true" if value else "false"
    elif kind == "exists":
        yield "", "true"
    else:
        yield path.system or "", value


def texts(value: Any, path: Path) -> Iterator[str]:
    """The strings of a value: a name and an address are searched by any of their parts."""
    if path.leaf in {"HumanName", "Address"}:
        for key in HUMAN_NAME if path.leaf == "HumanName" else ADDRESS:
            yield from leaves(value.get(key), ())
    else:
        yield value


class Indexer:
    """Extracts index rows; ``numbers`` gives each parameter's number in the database."""

    def __init__(self, numbers: dict[str, int], base: str) -> None:
        self.base = base
        self.numbers = numbers
        self.kinds: dict[str, Put] = {
            "token": self._token,
            "string": self._string,
            "date": self._date,
            "reference": self._reference,
            "uri": self._uri,
            "quantity": self._quantity,
        }
        # By type and first step: what is put in for which parameter, of the values at the further steps of which path.
        self.plans: dict[str, dict[str, list[tuple[Put, int, tuple[str, ...], Path]]]] = {}
        for name, found in parameters().items():
            plan = self.plans.setdefault(name, defaultdict(list))
            for parameter in found.values():
                for path in parameter.paths:
                    put = self.kinds[parameter.kind]
                    plan[path.steps[0]].append((put, numbers[parameter.key], path.steps[1:], path))

    def rows(self, resource: dict[str, Any]) -> Rows:
        """The rows of a resource by index table, each beginning with the parameter's number."""
        found: Rows = defaultdict(set)
        plan = self.plans[resource["resourceType"]]
        for key, node in resource.items():
            if key not in plan:
                continue
            for put, number, steps, path in plan[key]:
                if key == "meta" and steps[0] not in node:
                    continue
                for value in leaves(node, steps):
                    put(found, number, value, path)
        return found

    def references(self, resource: dict[str, Any], parameter: Parameter) -> Iterator[str]:
        """What a resource's reference parameter points at, as ``Type/id`` where it is in this journal."""
        for path in parameter.paths:
            for value in leaves(resource, path.steps):
                text = value if isinstance(value, str) else value.get("reference")
                if text:
                    yield relative(text, self.base)

    def patients(self, resource: dict[str, Any]) -> list[str]:
        """The patients that a resource is about, each as ``Type/id``."""
        kind = resource["resourceType"]
        if kind == "Patient":
            return [f"Patient/{resource.get('id')}"]
        parameter = parameters()[kind].get("patient")
        found = self.references(resource, parameter) if parameter else ()
        return sorted({target for target in found if target.startswith("Patient/")})

    def _token(self, found: Rows, number: int, value: Any, path: Path) -> None:
        for system, code in token(value, path):
            found["idx_token"].add((number, code, system))

    def _string(self, found: Rows, number: int, value: Any, path: Path) -> None:
        for text in texts(value, path):
            found["idx_string"].add((number, normalized(text), text))

    def _date(self, found: Rows, number: int, value: Any, _: Path) -> None:
        span = dates.indexed(value)
        if span is not None:
            found["idx_date"].add((number, *span))

    def _reference(self, found: Rows, number: int, value: Any, _: Path) -> None:
        if isinstance(value, str):
            found["idx_reference"].add((number, relative(value, self.base)))
            return
        text = value.get("reference")
        if text and not text.startswith("#"):
            found["idx_reference"].add((number, relative(text, self.base)))
        identifier = value.get("identifier")
        if identifier:
            # The number's negative is the parameter's :identifier form.
            found["idx_token"].add((-number, identifier.get("value", ""), identifier.get("system", "")))

    def _uri(self, found: Rows, number: int, value: Any, _: Path) -> None:
        found["idx_token"].add((number, value, ""))

    def _quantity(self, found: Rows, number: int, value: Any, _: Path) -> None:
        if "value" in value:
            unit = value.get("code") or value.get("unit", "")
            found["idx_quantity"].add((number, float(value["value"]), value.get("system", ""), unit))
