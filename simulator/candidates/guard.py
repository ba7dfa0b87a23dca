"""The guard on the way out: no real person number leaves the bench, and no person number at all stands in a URL.

Synthetic numbers (month + 80, or + 65) may travel in bodies and headers. URLs end up in logs, so there even those are
refused; searches carry them in the body of ``POST _search``.
"""

import re
from typing import Final
from urllib.parse import unquote_plus

from simulator.candidates.wire import Wire
from simulator.domain.interaction import Interaction
from simulator.domain.person_number import find_real_numbers, read_number
from simulator.errors import PersonNumberError

_ELEVEN: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{11}(?![0-9A-Za-z])")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def check(interaction: Interaction) -> None:
    """Raises PersonNumberError when the bench wrote an interaction that may not leave; the number is not repeated."""
    url = f"{interaction.type}/{interaction.target or ''}"
    if interaction.verb != "search":
        url = f"{url}?{interaction.query}"
    where = f"interaction {interaction.id} ({interaction.verb} {interaction.type})"
    if _holds_real_number(interaction.body, url, interaction.query, *(value for _, value in interaction.headers)):
        raise PersonNumberError(
            "a person number outside the synthetic series",
            expected="synthetic numbers only (month + 80, or + 65)",
            where=where,
            remedy="Nothing was sent. Use people made by the bench.",
        )
    if has_identity_number(url):
        raise PersonNumberError(
            "a national identity number in a URL",
            expected="identity numbers in the body of POST _search only",
            where=where,
            remedy="Nothing was sent. Make it a search.",
        )


def fault_in(wire: Wire) -> str:
    """What forbids sending this request as it now stands, all references filled in; empty when nothing does."""
    if has_identity_number(wire.url):
        return "reference or link would put a national identity number in a URL"
    if _holds_real_number(wire.body, wire.url, *wire.headers.values()):
        return "reference would send a person number outside the synthetic series"
    return ""


def has_identity_number(text: str) -> bool:
    """Whether ``text`` (as it stands, or percent-decoded) holds a person number of any series."""
    forms = (_UUID.sub("~", form) for form in (text, unquote_plus(text)))
    return any(_is_person(match[0]) for form in forms for match in _ELEVEN.finditer(form))


def conceal(text: str) -> str:
    """``text`` with every run of eleven digits covered, for writing down what a candidate should not have said."""
    return re.sub(r"[0-9]{11}", "*" * 11, unquote_plus(text))


def _holds_real_number(body: bytes | None, *texts: str) -> bool:
    line = " ".join(texts)
    return any(find_real_numbers(data) for data in (body or b"", line, unquote_plus(line)))


def _is_person(number: str) -> bool:
    reading = read_number(number)
    return reading is not None and reading.kind != "fhn" and reading.relaxed
