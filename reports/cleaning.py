"""What a candidate answered is hostile until proven otherwise: made printable, masked and cut before it is shown."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

import orjson

# Any run of eleven digits is treated as a person number, valid or not: masking one number too many harms nobody.
_PERSON_NUMBER: Final = re.compile(r"(?<!\d)(\d{6})( ?)\d{5}(?!\d)")
_SECRET_HEADER: Final = re.compile(r"authorization|cookie|token|secret|api-?key|password", re.IGNORECASE)
_MASK: Final = "*****"
# Bidirectional overrides and isolates can make a text read as something it is not.
_UNPRINTABLE: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_KEPT: Final = "\n\t"


@dataclass(frozen=True, slots=True)
class Shown:
    """A text fit for a page, and how many characters were left out of it."""

    text: str
    left_out: int = 0


def masked(text: str) -> str:
    """``text`` with every person number cut to its first six digits."""
    return _PERSON_NUMBER.sub(rf"\1\2{_MASK}", text)


def printable(text: str) -> str:
    """``text`` with control, direction and unassigned characters as visible escapes: valid in HTML and XML."""
    if text.isprintable():
        return text
    return "".join(_visible(char) for char in text.replace("\r\n", "\n"))


def line(value: Any, limit: int = 600) -> str:
    """One masked, printable line of at most ``limit`` characters."""
    text = masked(printable(" ".join(str(value).split())))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def body(text: str | None, limit: int) -> Shown:
    """A request's or an answer's body: JSON indented, masked, printable and cut at ``limit`` characters."""
    shown = masked(printable(_indented(text or "")))
    return Shown(shown[:limit], max(0, len(shown) - limit))


def headers(values: dict[str, str], limit: int = 300) -> list[tuple[str, str]]:
    """Header names and values, sorted, secrets masked."""
    return [
        (line(name, 80), _MASK if _SECRET_HEADER.search(name) else line(value, limit))
        for name, value in sorted(values.items())
    ]


def _visible(char: str) -> str:
    if char in _KEPT or unicodedata.category(char) not in _UNPRINTABLE:
        return char
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"


def _indented(text: str) -> str:
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        parsed = orjson.loads(text)
        return orjson.dumps(parsed, option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, UnicodeEncodeError):
        return text
