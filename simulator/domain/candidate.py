"""A candidate: the system under test, as its YAML file describes it."""

from dataclasses import dataclass, field
from typing import Literal

AuthKind = Literal["none", "bearer"]


@dataclass(frozen=True, slots=True)
class Start:
    """How to start the candidate on this machine."""

    command: tuple[str, ...]
    """``{port}``, ``{base_url}``, ``{data}`` (a fresh folder), ``{python}`` (the interpreter in use) and ``{bin}`` (the
    folder of its scripts) are filled in."""
    ready: str = "/metadata"
    """Path under the base URL that answers 200 when it is up."""
    timeout_s: float = 30.0
    files: dict[str, str] = field(default_factory=dict)
    """Files written into ``{data}`` before the start, by name; the same words are filled in."""
    install: str = ""
    """What to tell someone on whose machine the command is missing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The system under test."""

    name: str
    title: str
    base_url: str
    """FHIR base; ``{port}`` is filled in when the bench starts it."""
    version: str = ""
    homepage: str = ""
    start: Start | None = None
    auth: AuthKind = "none"
    token_variable: str = ""
    """Environment variable that holds the bearer token; the token itself is never written anywhere."""
    claims: tuple[str, ...] = ()
    """Capabilities claimed; empty means all. What is not claimed is ``not_applicable``."""
