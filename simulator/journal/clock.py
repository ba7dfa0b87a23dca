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
        """Microseconds since 1970 UTC, later than any instant given before."""
        stamp = time.time_ns() // 1000
        self.last = stamp if stamp > self.last else self.last + 1
        return self.last


class _Second:
    """The second rendered last and its text, replaced in one piece: successive writes share it."""

    last = (-1, "")


def instant(stamp: int) -> str:
    """A FHIR instant in UTC with microseconds, since more than one write is made in a millisecond."""
    second, rest = divmod(stamp, 1_000_000)
    number, text = _Second.last
    if second != number:
        text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        _Second.last = (second, text)
    return f"{text}.{rest:06d}Z"


def http_date(stamp: int) -> str:
    """The form of ``Last-Modified`` (RFC 9110 section 5.6.7)."""
    return _http_second(stamp // 1_000_000)


@lru_cache(maxsize=512)
def _http_second(second: int) -> str:
    return formatdate(second, usegmt=True)
