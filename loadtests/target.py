"""The address under load: where it is, how to speak to it, and whether it may be loaded at all."""

import ipaddress
import os
import re
import socket
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from simulator.errors import CandidateError, InputError

_MASK: Final = "***"
_PERSON_NUMBER: Final = re.compile(r"(?<!\d)(\d{6})( ?)\d{5}(?!\d)")


@dataclass(frozen=True, slots=True)
class Target:
    """A FHIR base URL taken apart, with the secret that opens it."""

    tls: bool
    host: str
    port: int
    prefix: str
    """Path of the FHIR base, without a trailing slash; empty at the root."""
    token: str = field(default="", repr=False)

    def common_headers(self) -> bytes:
        """The header lines every request carries, each ended by CRLF."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        lines = [f"Host: {name}:{self.port}", "Accept: application/fhir+json", "Accept-Encoding: identity"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        return "".join(f"{line}\r\n" for line in lines).encode()

    def masked(self, text: str) -> str:
        """What the target said, without the secret or anybody's number, which it may well repeat."""
        text = text.replace(self.token, _MASK) if self.token else text
        return _PERSON_NUMBER.sub(rf"\1\2{_MASK}", text)


def target(base_url: str, *, token_variable: str = "", allow_remote: bool = False) -> Target:
    """The target behind ``base_url``.

    Raises InputError for a URL that is not plain http(s), for an address that is not loopback unless
    ``allow_remote``, and for a token variable that is not set; CandidateError when the name does not resolve.
    """
    parts = urlsplit(base_url)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InputError(
            "the base URL holds a user name, a password, a query or a fragment",
            remedy="Give the plain URL; name the token's environment variable with --token-variable.",
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputError(f"'{base_url}' is not a base URL", expected="http://host:port/path or https://…")
    tls = parts.scheme == "https"
    try:
        port = parts.port or (443 if tls else 80)
    except ValueError:
        raise InputError(f"'{base_url}' has no valid port", expected="a port from 1 to 65535") from None
    if not allow_remote:
        _require_loopback(parts.hostname, port)
    return Target(tls, parts.hostname, port, parts.path.rstrip("/"), _token(token_variable))


def _require_loopback(host: str, port: int) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise CandidateError(f"the host '{host}' does not resolve", remedy="Check the base URL.") from None
    if not all(ipaddress.ip_address(info[4][0]).is_loopback for info in found):
        raise InputError(
            f"'{host}' is not this machine",
            expected="a loopback address",
            remedy="Load is aimed elsewhere only with --allow-remote, and only where you may.",
        )


def _token(variable: str) -> str:
    if not variable:
        return ""
    value = os.environ.get(variable, "").strip()
    if not value or not value.isprintable():
        raise InputError(f"the environment variable {variable} holds no token", remedy="Set it and run again.")
    return value
