"""Requests and answers as they are written down: secrets masked, long ones cut, bytes as text."""

from collections.abc import Callable, Iterable
from typing import Final

from simulator.candidates.transport import Answer
from simulator.candidates.wire import Wire
from simulator.domain.exchange import Request, Response

MASK: Final = "***"
_SECRET_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "dpop"}
)
_LONGEST_HEADER: Final = 8192


class Mask:
    """Replaces one run's secrets wherever they turn up; a candidate may well repeat them in an answer."""

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        self._secrets = secrets

    def request(self, wire: Wire, limit: int) -> Request:
        """The request as kept, its body cut at ``limit`` bytes."""
        body = None if wire.body is None else self.text(wire.body[:limit].decode("utf-8", "replace"))
        return Request(wire.method, self.text(wire.url), self.headers(wire.headers), body)

    def response(self, answer: Answer) -> Response:
        """The answer as kept."""
        body = self.text(answer.body.decode("utf-8", "replace"))
        return Response(answer.status, self.headers(answer.headers), body, answer.truncated)

    def headers(self, headers: dict[str, str]) -> dict[str, str]:
        """The headers as kept: the names of secret ones, but not their values."""
        return {
            name: MASK if name.lower() in _SECRET_HEADERS else self.text(value[:_LONGEST_HEADER])
            for name, value in headers.items()
        }

    def text(self, text: str) -> str:
        """``text`` without the secrets."""
        for secret in self._secrets():
            text = text.replace(secret, MASK)
        return text
