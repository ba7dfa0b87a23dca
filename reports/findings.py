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
_PLACE: Final = re.compile(r"\{(\d)\}")


class Findings:
    """The sentences of checks in one language."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._templates = [(_pattern(english), _after(templates[english])) for english in sorted(templates, key=_rank)]

    def tell(self, message: str) -> str:
        """The message in this language; parts that are sentences of checks themselves are told as well."""
        for pattern, told in self._templates:
            found = pattern.fullmatch(message)
            if found:
                return told.format(*(self.tell(part) if " " in part else _figure(part) for part in found.groups()))
        # Some sentences are written without the stop that another one after them asks for.
        return f"{self.tell(message[:-1])}." if message.endswith(".") and self._templates else message


def load_findings(lang: str, file: Path = FINDINGS) -> Findings:
    """The sentences in bokmål, or none to tell anew where English is asked for; raises InputError."""
    return _load(file) if lang == "nb" else Findings({})


@cache
def load_examples(lang: str, file: Path = EXAMPLES) -> Mapping[str, str]:
    """What examples are called in bokmål, by their English titles; none in English; raises InputError."""
    return documents.read(file).data if lang == "nb" else {}


@cache
def _load(file: Path) -> Findings:
    return Findings(documents.read(file).data)


def _figure(part: str) -> str:
    """A decimal number as bokmål writes it; anything else as it is."""
    return re.sub(r"^([-−+]?\d+)\.(\d+)(%?)$", lambda n: f"{n[1]},{n[2]}{_THIN if n[3] else ''}{n[3]}", part)


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
