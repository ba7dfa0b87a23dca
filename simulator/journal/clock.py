"""The journal's clock: microseconds since 1970 UTC that never run backwards, as FHIR and HTTP write them."""

import time
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache


class Clock:
    """Gives instants that strictly increase, so that the order of ``lastUpdated`` is the order of commits."""

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def now(self) -> int:
        """Microseconds since 1970 UTC, later than any instant given before; a whole number of milliseconds."""
        stamp = time.time_ns() // 1_000_000 * 1000
        self.last = stamp if stamp > self.last else self.last + 1000
        return self.last


class _Second:
    """The text of the second rendered last: successive writes share it."""

    number = -1
    text = ""


def instant(stamp: int) -> str:
    """A FHIR instant in UTC with milliseconds."""
    second, rest = divmod(stamp, 1_000_000)
    if second != _Second.number:
        text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        _Second.number, _Second.text = second, text
        return f"{text}.{rest // 1000:03d}Z"
    return f"{_Second.text}.{rest // 1000:03d}Z"


def http_date(stamp: int) -> str:
    """The form of ``Last-Modified`` (RFC 9110 section 5.6.7)."""
    return _http_second(stamp // 1_000_000)


@lru_cache(maxsize=4096)
def _http_second(second: int) -> str:
    return formatdate(second, usegmt=True)
