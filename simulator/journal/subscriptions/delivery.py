"""Carries a notification to its endpoint: one POST, no redirects, no proxy, a time limit."""

import contextlib
import socket
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from simulator.journal.http import FHIR_JSON

LONGEST_ANSWER: Final = 65_536


class Delivery:
    """Sends; may be used from several threads, and ends what is under way when it is closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: set[HTTPConnection] = set()
        self._closed = False

    def send(self, url: str, body: bytes, headers: list[str], timeout: float) -> str:
        """Sends a notification; gives what went wrong, or an empty string when the endpoint answered 2xx."""
        parts = urlsplit(url)
        made = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = made(parts.hostname or "", parts.port, timeout=timeout)
        with self._lock:
            if self._closed:
                return "the journal is ending"
            self._live.add(connection)
        try:
            fields = {"Content-Type": FHIR_JSON, "Accept": FHIR_JSON}
            fields |= {name.strip(): value.strip() for name, _, value in (text.partition(":") for text in headers)}
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, fields)
            answer = connection.getresponse()
            answer.read(LONGEST_ANSWER)
        except (OSError, HTTPException, ValueError) as error:
            return f"the endpoint does not answer ({type(error).__name__})"
        else:
            return "" if 200 <= answer.status < 300 else f"the endpoint answered {answer.status}"
        finally:
            with self._lock:
                self._live.discard(connection)
            connection.close()

    def close(self) -> None:
        """Breaks off what is under way, and sends nothing more."""
        with self._lock:
            self._closed = True
            for connection in self._live:
                if connection.sock is not None:
                    with contextlib.suppress(OSError):
                        connection.sock.shutdown(socket.SHUT_RDWR)
