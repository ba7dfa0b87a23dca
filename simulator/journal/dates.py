"""Dates as ranges of milliseconds since 1970 UTC, which is how R4 compares them.

http://hl7.org/fhir/R4/search.html#date. A date without a zone is taken as UTC.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

EARLIEST: Final = -(2**53)
LATEST: Final = 2**53
_FORM = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // _MS


def span(text: str) -> tuple[int, int]:
    """The half-open range ``[low, high)`` that a FHIR date, dateTime or instant stands for.

    Raises:
        ValueError: The text is not a date, or the day does not exist.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if hour is None:
        return _days(int(year), month, day)
    moment = datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=UTC)
    low = _ms(moment)
    if zone and zone != "Z":
        sign = -1 if zone[0] == "+" else 1
        low += sign * (int(zone[1:3]) * 60 + int(zone[4:6])) * 60_000
    if second is None:
        return low, low + 60_000
    low += min(int(second), 59) * 1000
    if fraction is None:
        return low, low + 1000
    low += int(f"{fraction[1:]:0<3}"[:3])
    return low, low + 1


def _days(year: int, month: str | None, day: str | None) -> tuple[int, int]:
    if month is None:
        return _ms(datetime(year, 1, 1, tzinfo=UTC)), _end(year + 1, 1)
    if day is None:
        number = int(month)
        end = _end(year + number // 12, number % 12 + 1)
        return _ms(datetime(year, number, 1, tzinfo=UTC)), end
    low = _ms(datetime(year, int(month), int(day), tzinfo=UTC))
    return low, low + 86_400_000


def _end(year: int, month: int) -> int:
    return LATEST if year > 9999 else _ms(datetime(year, month, 1, tzinfo=UTC))


def indexed(value: Any) -> tuple[int, int] | None:
    """The range of a date, Period or Timing; an open end of a Period reaches to the end of time.

    A Timing reaches from its first event to its last, or over its bounds; None when it says neither.
    """
    if isinstance(value, str):
        return span(value)
    if "event" in value:
        spans = [span(event) for event in value["event"] if event]
        return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
    period = value.get("repeat", {}).get("boundsPeriod", value)
    if "start" not in period and "end" not in period:
        return None
    low = span(period["start"])[0] if "start" in period else EARLIEST
    high = span(period["end"])[1] if "end" in period else LATEST
    return low, high
