"""Candidate files: YAML under ``scenarios/candidates`` (or any path) read into a checked Candidate."""

import re
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from simulator import documents, places
from simulator.candidates.guard import has_identity_number
from simulator.candidates.words import OPERATIONS, WORDS, unknown_words
from simulator.domain.candidate import AuthKind, Candidate, Neighbours, Operations, Start, Tokens
from simulator.errors import InputError, nearest

_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
_LONGEST_PART: Final = 20  # a variable is made of words; a longer run without an underscore is rather a token

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Word = Annotated[str, Field(min_length=1)]


class _Start(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    command: Annotated[tuple[Word, ...], Field(min_length=1)]
    ready: Annotated[str, Field(pattern=r"^/")] = "/metadata"
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    files: dict[str, str] = {}
    install: str = ""

    @field_validator("command")
    @classmethod
    def _known_words(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        for word in (word for part in command for word in unknown_words(part)):
            raise ValueError(f"nothing fills in '{{{word}}}'; {nearest(word, WORDS)}")
        return command

    @field_validator("files")
    @classmethod
    def _plain_names(cls, files: dict[str, str]) -> dict[str, str]:
        for name in files:
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
                raise ValueError(f"'{name}' is not a plain file name; the files are written into the data folder only")
        return files


class _Operations(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    backup: tuple[Word, ...] = ()
    restore: tuple[Word, ...] = ()
    serve: tuple[Word, ...] = ()
    change: tuple[Word, ...] = ()
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60.0

    @field_validator("backup", "restore", "serve", "change")
    @classmethod
    def _known_words(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        for word in (word for part in command for word in unknown_words(part, OPERATIONS)):
            raise ValueError(f"nothing fills in '{{{word}}}'; {nearest(word, OPERATIONS)}")
        return command

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if bool(self.backup) != bool(self.restore):
            raise ValueError("'backup' and 'restore' go together; write both or neither")
        return self


class _Tokens(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, Field(pattern=r"^https?://")]
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,100}$")]
    key_variable: str
    scope: Word = "system/*.cruds"
    audience: str = ""
    people: bool = False
    command: tuple[Word, ...] = ()

    @field_validator("key_variable")
    @classmethod
    def _name_not_secret(cls, name: str) -> str:
        return variable_name(name)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if ("{issuer_port}" in self.issuer) != bool(self.command):
            raise ValueError("'issuer' with {issuer_port} and 'command' go together; write both or neither")
        if (
            self.issuer.startswith("http:")
            and urlsplit(self.issuer.replace("{issuer_port}", "1")).hostname not in _LOOPBACK
        ):
            raise ValueError("tokens may not be fetched over plain http; use an https issuer")
        return self


class _Neighbours(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Annotated[str, Field(pattern=r"^https?://")]
    command: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if ("{neighbours_port}" in self.address) != bool(self.command):
            raise ValueError("'address' with {neighbours_port} and 'command' go together; write both or neither")
        return self


def variable_name(name: str) -> str:
    """The name of an environment variable, and no secret written in its place; raises ValueError."""
    longest = max(map(len, name.split("_")))
    if name and (not _VARIABLE.fullmatch(name) or longest > _LONGEST_PART):
        raise ValueError(
            "not the name of an environment variable (capital letters, digits and _); if this is the secret itself,"
            " take it out, put it in an environment variable and write that variable's name here"
        )
    return name


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    title: Word
    base_url: str
    version: str = ""
    homepage: str = ""
    start: _Start | None = None
    operations: _Operations = _Operations()
    auth: AuthKind = "none"
    tokens: _Tokens | None = None
    neighbours: _Neighbours | None = None
    token_variable: str = ""
    claims: tuple[Word, ...] = ()

    @field_validator("base_url")
    @classmethod
    def _usable(cls, url: str) -> str:
        # The value is not repeated in any of these: it may hold a password or a person's number.
        parts = _parts(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("not a web address; it starts with http:// or https:// and names a host")
        if parts.username is not None or parts.password is not None:
            raise ValueError("holds a user name or password; take it out and use 'auth: bearer' with 'token_variable'")
        if parts.query or parts.fragment:
            raise ValueError("has a query or a fragment; give the FHIR base only, for example https://host/fhir")
        if has_identity_number(url):
            raise ValueError("holds a national identity number; take it out")
        return url.rstrip("/")

    @field_validator("token_variable")
    @classmethod
    def _name_not_secret(cls, name: str) -> str:
        return variable_name(name)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.auth in {"smart-backend", "helseid"}) != (self.tokens is not None):
            raise ValueError("'auth: smart-backend' or 'auth: helseid' and 'tokens' go together; write both or neither")
        self._check_neighbours()
        if "{port}" in self.base_url and self.start is None:
            raise ValueError("'base_url' has {port}, but without 'start' nothing chooses a port; write the port")
        if self.start is None and self.operations != _Operations():
            raise ValueError("'operations' are for an instance that the bench starts; write 'start' or leave them out")
        if self.start is not None and _parts(self.base_url).port is None:
            raise ValueError("'base_url' names no port, so the bench cannot start it there; write {port} or a port")
        if (self.auth == "bearer") != bool(self.token_variable):
            raise ValueError("'auth: bearer' and 'token_variable' go together; write both or neither")
        parts = _parts(self.base_url)
        if self.auth != "none" and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("a token may not travel over plain http; use an https base_url")
        return self

    def _check_neighbours(self) -> None:
        found = self.neighbours
        if found is None:
            return
        if "{issuer_port}" in found.address and not (self.tokens and self.tokens.command):
            raise ValueError("the neighbours' address has {issuer_port}, but no token service is started there")
        if found.command and self.start is None:
            raise ValueError("neighbours are started beside a candidate that is started; write 'start', or an address")


def load_candidate(name_or_path: str) -> Candidate:
    """The candidate of that name in ``scenarios/candidates``, or in the YAML file at that path.

    Raises InputError (file, line, what was expected) when there is none or it is not valid.
    """
    is_path = name_or_path.endswith((".yaml", ".yml")) or "/" in name_or_path or "\\" in name_or_path
    path = Path(name_or_path) if is_path else places.CANDIDATES / f"{name_or_path}.yaml"
    if not is_path and not path.is_file():
        hint = nearest(name_or_path, list_candidates())
        raise InputError(
            f"no candidate is called '{name_or_path}'",
            expected="a name in scenarios/candidates or the path of a YAML file",
            remedy=hint,
        )
    described = documents.read(path).as_model(_File)
    start = described.start
    return Candidate(
        name=described.name,
        title=described.title,
        base_url=described.base_url,
        version=described.version,
        homepage=described.homepage,
        start=Start(**start.model_dump()) if start is not None else None,
        operations=Operations(**described.operations.model_dump()),
        auth=described.auth,
        tokens=Tokens(**described.tokens.model_dump()) if described.tokens is not None else None,
        neighbours=Neighbours(**described.neighbours.model_dump()) if described.neighbours is not None else None,
        token_variable=described.token_variable,
        claims=described.claims,
    )


def list_candidates() -> list[str]:
    """The names of the candidates that come with the bench, sorted."""
    return sorted(path.stem for path in places.CANDIDATES.glob("*.yaml"))


def _parts(url: str) -> SplitResult:
    """The parts of a base URL, ``{port}`` standing for some port; raises ValueError when it cannot be taken apart."""
    try:
        parts = urlsplit(url.replace("{port}", "1"))
        _ = parts.port
    except ValueError:
        raise ValueError("not a web address; expected for example https://host:8443/fhir") from None
    return parts
