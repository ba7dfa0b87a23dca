"""Every error the bench raises on purpose, each saying what was found, what was expected, where, and what to do.

BenchError                       exit 3  the bench cannot say
├── InputError                   exit 2  something a person wrote is wrong: file, option, name, figure
│   ├── PersonNumberError        exit 2  a person number outside the synthetic series
│   └── OtherVersionError        exit 2  a run's file that another version of the bench made
├── OutputError                  exit 2  the output folder cannot be used: read-only, taken, not a folder
│   └── DiskFullError            exit 3  the disk filled up under way
├── CandidateError               exit 3  the candidate does not start, does not answer, or is not FHIR
└── InterruptedRunError          exit 3  a person stopped the run
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class BenchError(Exception):
    """What went wrong, in one sentence, with where it is and what to do about it."""

    exit_code = 3

    def __init__(self, found: str, *, expected: str = "", where: str = "", remedy: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.expected = expected
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.found}" if self.where else self.found]
        if self.expected:
            parts.append(f"expected {self.expected}")
        text = "; ".join(parts)
        text = text if text.endswith((".", "?", "!")) else f"{text}."
        return f"{text} {self.remedy[0].upper()}{self.remedy[1:]}" if self.remedy else text


class InputError(BenchError):
    """Something a person wrote is wrong: a file, an option, a name or a figure."""

    exit_code = 2


class PersonNumberError(InputError):
    """A person number outside the synthetic series (month + 80 or + 65); the number itself is never repeated."""


class OtherVersionError(InputError):
    """A file of a finished run that another version of the bench made, without what this one reads in it."""


class OutputError(BenchError):
    """The output folder cannot be used as it is."""

    exit_code = 2


class DiskFullError(OutputError):
    """The disk filled up; what was written so far is marked as partial."""

    exit_code = 3


class CandidateError(BenchError):
    """The candidate does not start, does not answer, or does not speak FHIR."""


class InterruptedRunError(BenchError):
    """A person stopped the run; what was done so far is readable and marked as partial."""


def nearest(word: str, valid: Iterable[str]) -> str:
    """A hint naming the valid word nearest to ``word``, or listing a few valid ones."""
    words = sorted(valid)
    close = get_close_matches(word, words, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    shown = ", ".join(words[:8])
    return f"valid here: {shown}{', …' if len(words) > 8 else ''}" if shown else "nothing is valid here"


def at(path: Path | str, line: int | None = None) -> str:
    """The place of something in a file, written the way editors can jump to: ``file:line``."""
    return f"{path}:{line}" if line else str(path)
