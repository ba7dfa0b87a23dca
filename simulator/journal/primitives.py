"""The lexical rules of FHIR's primitive types (http://hl7.org/fhir/R4/datatypes.html#primitive)."""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_CODE = re.compile(r"\S+( \S+)*")
_URI = re.compile(r"\S+")
_OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_ZONE = r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_INSTANT = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_TIME.pattern}{_ZONE}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST = 1_048_576


def is_string(value: Any) -> bool:
    """Not empty, not only white space, no control characters, at most 1 MB."""
    return (
        type(value) is str
        and bool(value.strip())
        and len(value) <= _LONGEST
        and (value.isprintable() or not _CONTROL.search(value))
    )


def is_date(value: Any) -> bool:
    """A year, a month or a day that exists."""
    if type(value) is not str or not _DAY.fullmatch(value) or value.startswith("0000"):
        return False
    if len(value) < 10:
        return True
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_instant(value: Any) -> bool:
    """A day that exists with a time to the second and a zone."""
    if type(value) is not str or not _INSTANT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value[:10])
    except ValueError:
        return False
    return not value.startswith("0000")


def is_date_time(value: Any) -> bool:
    """A date, or an instant: a time of day needs its zone."""
    return is_instant(value) if type(value) is str and "T" in value else is_date(value)


def is_base64(value: Any) -> bool:
    """Base64, white space allowed."""
    if type(value) is not str or not value:
        return False
    try:
        b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    full = pattern.fullmatch
    return lambda value: type(value) is str and full(value) is not None


CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "base64Binary": is_base64,
    "boolean": lambda value: type(value) is bool,
    "canonical": _matches(_URI),
    "code": _matches(_CODE),
    "date": is_date,
    "dateTime": is_date_time,
    "decimal": lambda value: type(value) in (float, int),
    "id": _matches(ID),
    "instant": is_instant,
    "integer": _whole(-(2**31), 2**31 - 1),
    "markdown": is_string,
    "oid": _matches(_OID),
    "positiveInt": _whole(1, 2**31 - 1),
    "string": is_string,
    "time": _matches(_TIME),
    "unsignedInt": _whole(0, 2**31 - 1),
    "uri": _matches(_URI),
    "url": _matches(_URI),
    "uuid": _matches(_UUID),
    "xhtml": lambda value: is_string(value) and value.lstrip().startswith("<div"),
}
