"""YAML in, checked data out; every error names the file, the line and the nearest valid word."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml.composer import Composer

from simulator.domain.person_number import find_real_numbers
from simulator.errors import InputError, PersonNumberError, at, nearest

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML built without libyaml is right all the same, and seven times slower.
    from yaml import SafeLoader  # type: ignore[assignment]

ModelT = TypeVar("ModelT", bound=BaseModel)
Location = tuple[str | int, ...]

MAX_BYTES = 8 * 1024 * 1024
MAX_PLACES = 200_000
"""Keys and items of one file, those that aliases repeat counted each time."""


class Document:
    """A YAML file as plain data, with the line of every key and item."""

    def __init__(self, path: Path, data: Any, lines: dict[Location, int]) -> None:
        self.path = path
        self.data = data
        self._lines = lines

    def line(self, location: Location) -> int | None:
        """The line of ``location`` (keys and indices from the top), or of its nearest parent."""
        for end in range(len(location), -1, -1):
            if location[:end] in self._lines:
                return self._lines[location[:end]]
        return None

    def lines(self) -> dict[Location, int]:
        """The line of every key and item."""
        return dict(self._lines)

    def where(self, *location: str | int) -> str:
        """``file:line`` of a place in the document, for an error message."""
        return at(self.path, self.line(location))

    def as_model(self, model: type[ModelT]) -> ModelT:
        """The document checked against ``model``; raises InputError naming every fault with its line."""
        try:
            return model.model_validate(self.data, context={"document": self})
        except ValidationError as error:
            faults = [_fault(self, model, detail) for detail in error.errors()]
            first, *rest = dict.fromkeys(faults)
            more = "".join(f"\n  {fault}" for fault in rest)
            raise InputError(f"{first}{more}", remedy="") from None


class _Loader(SafeLoader, Composer):
    """The safe loader, refusing a key written twice.

    libyaml reads the text and Python makes the nodes: made by libyaml's binding, such as lie too deep end the process.
    """

    get_single_node = Composer.get_single_node

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        Composer.__init__(self)
        self.name = name

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[Any, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                continue
            if key in seen:
                raise InputError(
                    f"'{key}' is written twice (first on line {seen[key]})",
                    where=at(self.name, key_node.start_mark.line + 1),
                    remedy="Keep one of them.",
                )
            seen[key] = key_node.start_mark.line + 1
        return super().construct_mapping(node, deep=deep)

    def construct_date(self, node: yaml.ScalarNode) -> Any:
        """A date or instant; one that the calendar does not have is refused."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            place = at(self.name, node.start_mark.line + 1)
            raise InputError(f"'{node.value}' is not in the calendar", expected="a date", where=place) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_date)


def read(path: Path) -> Document:
    """Read one YAML file; raises InputError when it is missing, too large, not UTF-8 or not YAML."""
    text = read_text(path)
    loader = _Loader(text, str(path))
    try:
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError(
            f"not valid YAML: {error.problem or error.context}",
            where=at(path, line),
            remedy="Check indentation and quotes.",
        ) from None
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML: {error}", where=str(path)) from None
    except RecursionError:
        raise InputError("lists or keys lie too deep in one another", where=str(path)) from None
    finally:
        loader.dispose()
    return Document(path, data, _lines_of(node, path))


def read_text(path: Path) -> str:
    """The text of a file people write; raises InputError, and PersonNumberError for a number that could be real."""
    raw = _bytes(path)
    _refuse_real_numbers(raw, path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"byte {error.start} is not UTF-8", where=str(path), remedy="Save the file as UTF-8."
        ) from None


def _refuse_real_numbers(raw: bytes, path: Path) -> None:
    for start in find_real_numbers(raw):
        raise PersonNumberError(
            "a person number outside the synthetic series",
            expected="synthetic numbers only (month + 80, or + 65)",
            where=at(path, raw.count(b"\n", 0, start) + 1),
            remedy="Take it out; nothing in a scenario may belong to a real person.",
        )


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        siblings = [p.stem for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        hint = nearest(path.stem, siblings) if siblings else "check the path"
        raise InputError("no such file", where=str(path), remedy=hint) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from None
    if len(raw) > MAX_BYTES:
        raise InputError(f"{len(raw)} bytes", expected=f"at most {MAX_BYTES}", where=str(path))
    return raw


def _lines_of(node: yaml.Node | None, path: Path) -> dict[Location, int]:
    lines: dict[Location, int] = {}
    try:
        if node is not None:
            _collect_lines(node, (), lines)
    except RecursionError:
        raise InputError("an alias stands within what it stands for", where=str(path)) from None
    except OverflowError:
        raise InputError(f"with its aliases it has more than {MAX_PLACES} keys and items", where=str(path)) from None
    return lines


def _collect_lines(node: yaml.Node, location: Location, lines: dict[Location, int]) -> None:
    """Raises OverflowError when they are too many, and RecursionError when there is no end to them."""
    lines.setdefault(location, node.start_mark.line + 1)
    if len(lines) > MAX_PLACES:
        raise OverflowError
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*location, str(key.value))
            lines[place] = key.start_mark.line + 1
            _collect_lines(value, place, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _collect_lines(item, (*location, index), lines)


def _fault(document: Document, model: type[BaseModel], detail: ErrorDetails) -> str:
    location = detail["loc"]
    place = _written(document.data, location)
    name = ".".join(str(part) for part in place)
    where = document.where(*place)
    if detail["type"] == "extra_forbidden":
        return f"{where}: unknown key '{location[-1]}'; {nearest(str(location[-1]), _fields(model, location[:-1]))}"
    if detail["type"] == "missing":
        return f"{where}: '{location[-1]}' is missing"
    if detail["type"] == "literal_error":
        expected = str(detail.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
        hint = nearest(str(detail["input"]), [word.strip() for word in expected.split(",") if word.strip()])
        return f"{where}: '{detail['input']}' is not valid for '{name}'; {hint}"
    message = detail["msg"].removeprefix("Value error, ")
    shown = repr(detail["input"])
    value = f" (found {shown if len(shown) <= 60 else shown[:57] + '…'})" if detail["type"] != "value_error" else ""
    return f"{where}: '{name}': {message}{value}" if name else f"{where}: {message}{value}"


def _written(data: Any, location: Location) -> Location:
    """The parts of a location that stand in the document, without those that say which of several types was tried."""
    found: list[str | int] = []
    for part in location:
        if part in data if isinstance(data, dict) else isinstance(data, list) and part in range(len(data)):
            data = data[part]
            found.append(part)
    return tuple(found)


def _fields(model: type[BaseModel], location: Location) -> list[str]:
    """The keys that are valid at ``location`` of ``model``, following nested models, lists and unions."""
    models = [model]
    for part in location:
        if isinstance(part, int):
            continue
        inner = [f for m in models for n, f in m.model_fields.items() if part in (n, f.alias)]
        found = [m for field in inner for m in _models_in(field.annotation)]
        models = found or models
    return sorted({field.alias or name for m in models for name, field in m.model_fields.items()})


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in getattr(annotation, "__args__", ()) for m in _models_in(inner)]
