"""HTTP with everything bounded: total time, size of the answer, no redirects, no cookies, no proxies, no retries.

A candidate may do anything: drip one byte a second, never stop, hang up half-way. Each gives either an Answer or a
NoAnswerError with the reason, within the limits.
"""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from socket import SHUT_RDWR, socket
from typing import Any, Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_PIECE: Final = 64 * 1024
_FAILURES: Final = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,  # malformed status lines, lengths, chunk sizes and encodings
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait and how much to take."""

    timeout_s: float = 30.0
    """Seconds for one whole exchange, from connecting to the last byte."""
    max_body: int = 4 * 1024 * 1024
    """Bytes of an answer that are kept; the rest is not read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, or its first ``max_body`` bytes when ``truncated``."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    truncated: bool


class NoAnswerError(Exception):
    """There is no whole answer, for the reason given; what was asked for may have happened all the same."""


class Transport:
    """Sends HTTP requests within its limits; may be used from several threads at once."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._session = _Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.clear()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(max_retries=0, pool_maxsize=64))

    def exchange(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answer:
        """The answer to one request; raises NoAnswerError when there is no whole one in time."""
        try:
            encoded = {name: value.encode() for name, value in headers.items()}
            request = self._session.prepare_request(requests.Request(method, url, headers=encoded, data=body))
        except (requests.RequestException, ValueError) as error:
            raise NoAnswerError(f"nothing was sent, it cannot be written as HTTP ({type(error).__name__})") from None
        with _watching(self.limits.timeout_s) as watch:
            try:
                response = self._session.send(
                    request, stream=True, allow_redirects=False, timeout=self.limits.timeout_s, verify=True
                )
            except _FAILURES as error:
                raise self._no_answer(watch, error, "") from None
            so_far = f" after the head of a {response.status_code} answer"
            try:
                answer = self._read(response)
            except _FAILURES as error:
                raise self._no_answer(watch, error, so_far) from None
            finally:
                response.close()
            if watch.expired and not answer.truncated:
                raise self._no_answer(watch, None, so_far)
            return answer

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _read(self, response: requests.Response) -> Answer:
        pieces, size, limit = [], 0, self.limits.max_body
        while size <= limit:
            piece = response.raw.read(min(_PIECE, limit + 1 - size), decode_content=True)
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, b"".join(pieces)[:limit], truncated=size > limit)

    def _no_answer(self, watch: "_Watch", error: Exception | None, so_far: str) -> NoAnswerError:
        if watch.expired or isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
            return NoAnswerError(f"no whole answer within {self.limits.timeout_s:g} s{so_far}")
        return NoAnswerError(f"{_reason(error)}{so_far}")


class _Watch:
    """Cuts the connection of one exchange when its time is up, wherever the exchange hangs."""

    def __init__(self) -> None:
        self.expired = False
        self._socket: socket | None = None
        self._lock = threading.Lock()

    def hold(self, connected: socket | None) -> None:
        """The socket to cut; one that comes too late is cut at once."""
        with self._lock:
            self._socket = connected
            if self.expired:
                self._cut()

    def expire(self) -> None:
        """Time is up."""
        with self._lock:
            self.expired = True
            self._cut()

    def _cut(self) -> None:
        if self._socket is not None and self._socket.fileno() >= 0:
            try:
                # The plain socket's own shutdown: an encrypted one would first try to say goodbye.
                socket.shutdown(self._socket, SHUT_RDWR)
            except OSError:
                return  # the other side was faster


_current = threading.local()


@contextmanager
def _watching(timeout_s: float) -> Iterator[_Watch]:
    watch = _Watch()
    timer = threading.Timer(timeout_s, watch.expire)
    timer.daemon = True
    timer.start()
    _current.watch = watch
    try:
        yield watch
    finally:
        timer.cancel()
        _current.watch = None


def _hold(connected: Any) -> None:
    watch: _Watch | None = getattr(_current, "watch", None)
    if watch is not None:
        watch.hold(connected)


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _hold(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            _hold(self.sock)
        super().request(*args, **kwargs)


class _SecureConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _hold(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            _hold(self.sock)
        super().request(*args, **kwargs)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _Session(requests.Session):
    def get_redirect_target(self, _response: requests.Response) -> None:
        """No redirect is followed, nor prepared: preparing one would read its whole body, however long."""
        return


def _reason(error: Exception | None) -> str:
    """What went wrong on the wire, in words a reader of the report understands."""
    text = str(error)
    if "NewConnectionError" in text or "Connection refused" in text:
        return "nothing answers at the address (connection refused or no such host)"
    if isinstance(error, requests.exceptions.SSLError):
        return "the encrypted connection failed (certificate or protocol)"
    if any(word in text for word in ("BadStatusLine", "LineTooLong", "HTTPException", "UnknownProtocol")):
        return "not readable as HTTP (first line or headers)"
    if "IncompleteRead" in text:
        return "the connection was closed in the middle of the body"
    if any(word in text for word in ("RemoteDisconnected", "Connection aborted", "ConnectionReset", "Broken pipe")):
        return "the connection was closed before the answer was whole"
    return f"not readable as HTTP ({type(error).__name__})"
