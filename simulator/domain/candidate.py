"""A candidate: the system under test, as its YAML file describes it."""

from dataclasses import dataclass, field
from typing import Literal

AuthKind = Literal["none", "bearer", "smart-backend", "helseid"]
"""``smart-backend``: SMART Backend Services; ``helseid``: private_key_jwt and tokens bound by DPoP."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The token service whose access tokens a candidate takes, and the bench's own client there."""

    issuer: str
    """``{issuer_port}`` is filled in when the bench starts it beside the candidate."""
    client_id: str
    key_variable: str
    """Environment variable that holds the client's private key (JWK or PEM), or the path of a file with it."""
    scope: str = "system/*.cruds"
    audience: str = ""
    """What tokens for the candidate name as audience; its base URL when left out."""
    people: bool = False
    """Whether it gives tokens for people on request, wrong ones too (as HelseID's test token service), beside HPR."""
    command: tuple[str, ...] = ()
    """How to start it on this machine; ``{jwks}`` is the file with the client's public keys, made for the run."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The registers, journals and agencies beside a candidate, which the bench tells what is so and how to behave."""

    address: str
    """``{neighbours_port}`` is filled in when the bench starts them beside the candidate, ``{issuer_port}`` when the
    token service's process is theirs too."""
    command: tuple[str, ...] = ()
    """How to start them on this machine; ``{neighbours_port}`` is where."""


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
class Operations:
    """What whoever runs the candidate can do with an instance that the bench has started; no command, no drill."""

    backup: tuple[str, ...] = ()
    """Writes a backup into ``{file}`` while the instance serves."""
    restore: tuple[str, ...] = ()
    """Fills the empty folder ``{data}`` from ``{file}`` while nothing serves."""
    serve: tuple[str, ...] = ()
    """How to start an installation that can be changed while it serves; as ``start`` where it is left out."""
    change: tuple[str, ...] = ()
    """Brings an installation that serves to the version to come, and ends when that serves."""
    timeout_s: float = 60.0
    """How long one of these may take."""


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
    operations: Operations = Operations()
    auth: AuthKind = "none"
    tokens: Tokens | None = None
    neighbours: Neighbours | None = None
    token_variable: str = ""
    """Environment variable that holds the bearer token; the token itself is never written anywhere."""
    claims: tuple[str, ...] = ()
    """Capabilities claimed; empty means all. What is not claimed is ``not_applicable``."""
