"""What a check found, told in the reader's language: the sentences of checks are English templates filled in.

A verdict is written down once, in English, and its report may be read in either language; so a message is recognised
by the template it was made from, and told again with what was filled in. A message that no template made (of another
version, or the candidate's own words inside one) stays as it is.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from simulator import documents
from simulator.places import REPORTS

FINDINGS: Final = REPORTS / "texts" / "findings.yaml"
_THIN: Final = "\u202f"  # stands unbreakable before a percent sign
EXAMPLES: Final = REPORTS / "texts" / "examples.yaml"
ONE: Final = REPORTS / "texts" / "one.yaml"
MOST: Final = 2000
_PLACE: Final = re.compile(r"\{(\d)\}")


class Findings:
    """The sentences of checks in one language: ``templates`` to tell them by, and how ``ones`` of a thing are said."""

    def __init__(self, templates: Mapping[str, str], ones: Mapping[str, str]) -> None:
        self._templates = [(_pattern(english), _after(templates[english])) for english in sorted(templates, key=_rank)]
        self._ones = ones
        self._many = re.compile(rf"(?<![^\s(])(?:{'|'.join(map(re.escape, sorted(ones, key=len, reverse=True)))})\b")

    def tell(self, message: str) -> str:
        """The message in this language; parts that are sentences of checks themselves are told as well.

        One of more than ``MOST`` letters stays as it is: only what a candidate answered makes it so long, and finding
        the template of what repeats the words of templates takes the cube of its length.
        """
        if not message or len(message) > MOST:
            return message
        return self._many.sub(lambda words: self._ones[words[0]], self._told(message))

    def _told(self, message: str) -> str:
        # Some sentences are written without the stop that another one after them asks for.
        ends = [(message, "")] + ([(message[:-1], ".")] if message.endswith(".") else [])
        for pattern, told in self._templates:
            for text, stop in ends:
                if found := pattern.fullmatch(text):
                    parts = (self._told(part) if " " in part else _figure(part) for part in found.groups())
                    return f"{told.format(*parts)}{stop}"
        return message


def load_findings(lang: str, file: Path = FINDINGS) -> Findings:
    """The sentences in bokmål, or none to tell anew where English is asked for; raises InputError."""
    return _load(lang, file)


@cache
def load_examples(lang: str, file: Path = EXAMPLES) -> Mapping[str, str]:
    """What examples are called in bokmål, by their English titles; none in English; raises InputError."""
    return documents.read(file).data if lang == "nb" else {}


@cache
def _load(lang: str, file: Path) -> Findings:
    return Findings(documents.read(file).data if lang == "nb" else {}, documents.read(ONE).data[lang])


def _figure(part: str) -> str:
    """A decimal number or a percentage as bokmål writes it; anything else as it is."""
    found = re.fullmatch(r"([-−+]?\d+)(\.\d+)?(%?)", part)
    return f"{found[1]}{(found[2] or '').replace('.', ',')}{_THIN if found[3] else ''}{found[3]}" if found else part


def _rank(template: str) -> tuple[bool, int]:
    """What may follow any sentence is looked for first, then the template that says most in its own words."""
    return not template.startswith(" "), -len(_PLACE.sub("", template))


def _after(template: str) -> str:
    """A template that begins with a space (" And 3 more of the kind."), with a place for the sentence before it."""
    if not template.startswith(" "):
        return template
    return "{0}" + _PLACE.sub(lambda place: f"{{{int(place[1]) + 1}}}", template)


def _pattern(template: str) -> re.Pattern[str]:
    """What the template may have become: each place holds as little as it can."""
    literals = re.split(_PLACE, _after(template))[::2]
    return re.compile("(.*?)".join(map(re.escape, literals)), re.DOTALL)
