"""The small language inside the YAML: numbers, durations, distributions and hours."""

import re
from collections.abc import Mapping
from typing import Final, Literal

from simulator.domain.scenario import MAX_DAYS, Distribution, Hours, Number
from simulator.errors import nearest

UNITS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800, "mo": 2629800, "y": 31557600}
"""Seconds; a month is a twelfth of 365.25 days."""
Kind = Literal["constant", "exponential", "lognormal", "uniform"]
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "constant": ("value",),
    "exponential": ("mean",),
    "lognormal": ("mean", "cv"),
    "uniform": ("low", "high"),
}
_LONGEST_YEARS: Final = 200
_TOO_MUCH: Final = 1e15
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TERM: Final = re.compile(
    r"\s*(?:(?P<kind>figure|parameter)\s+(?P<name>[\w.-]+)|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(?P<unit>[a-z%]+)?)\s*"
)
_CALL: Final = re.compile(r"\s*(\w+)\s*\((.*)\)\s*", re.DOTALL)
_HOURS: Final = re.compile(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*")


def number(text: str | float, parameters: Mapping[str, Number] | None = None, *, duration: bool = False) -> Number:
    """``3``, ``45 min``, ``figure gp.x * 1 d / parameter y``; raises ValueError when it is not that, or negative."""
    parts = re.split(r"([*/])", str(text))
    result = _term(parts[0], parameters or {})
    for operator, part in zip(parts[1::2], parts[2::2], strict=True):
        result = _combine(result, _term(part, parameters or {}), over=operator == "/")
    if result.constant < 0:
        raise ValueError(f"'{text}' is negative; a number of zero or more is needed")
    _check_size(str(text), result)
    if result.duration != duration:
        wanted = "a duration such as '45 min', '24 h' or '4.2 d'" if duration else "a plain number, not a duration"
        raise ValueError(f"'{text}' is not {wanted}")
    return result


def seconds(text: str | float, parameters: Mapping[str, Number] | None = None) -> int:
    """A fixed duration in whole seconds; raises ValueError when it is none or names a figure."""
    found = number(text, parameters, duration=True)
    if found.figures:
        raise ValueError(f"'{text}' names a figure; a fixed duration such as '24 h' is needed")
    return round(found.constant)


def distribution(text: str | float, parameters: Mapping[str, Number]) -> Distribution:
    """``lognormal(mean=45 min, cv=0.6)`` and its like, or a plain duration; raises ValueError."""
    call = _CALL.fullmatch(str(text))
    if call is None:
        return Distribution("constant", number(text, parameters, duration=True))
    name, inside = call.groups()
    if name not in KINDS:
        raise ValueError(f"unknown distribution '{name}'; {nearest(name, KINDS)}")
    given = _arguments(name, inside)
    if name == "lognormal":
        cv = number(given["cv"], parameters)
        if cv.figures or not cv.constant > 0:
            raise ValueError(f"cv '{given['cv']}' must be a number above 0")
        return Distribution("lognormal", number(given["mean"], parameters, duration=True), cv=cv.constant)
    if name == "uniform":
        low, high = (number(given[key], parameters, duration=True) for key in ("low", "high"))
        if not low.figures and not high.figures and low.constant > high.constant:
            raise ValueError(f"low '{given['low']}' is above high '{given['high']}'")
        return Distribution("uniform", low, high=high)
    kind: Kind = "constant" if name == "constant" else "exponential"
    return Distribution(kind, number(next(iter(given.values())), parameters, duration=True))


def hours(text: str) -> Hours:
    """``07:30-15:00``; raises ValueError when it is not two times of day."""
    match = _HOURS.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a span of hours such as '07:30-15:00'")
    h1, m1, h2, m2 = map(int, match.groups())
    begin, end = h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60
    if begin >= 86400 or end > 86400 or m1 > 59 or m2 > 59:
        raise ValueError(f"'{text}' is outside the day; times run from 00:00 to 24:00")
    return Hours(begin, end)


def whole_days(text: str) -> int:
    """``28 d`` as whole days, 3660 at most; raises ValueError when it is not that."""
    days, rest = divmod(seconds(text), UNITS["d"])
    if rest:
        raise ValueError(f"'{text}' is not whole days")
    if days > MAX_DAYS:
        raise ValueError(f"'{text}' is longer than {MAX_DAYS} days")
    return days


def weekdays(text: str) -> tuple[int, ...]:
    """``mon-fri`` or ``sat`` as numbers from Monday 0; raises ValueError."""
    ends = [part.strip() for part in text.split("-")]
    for part in ends:
        if part not in DAYS:
            raise ValueError(f"unknown weekday '{part}'; {nearest(part, DAYS)}")
    first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
    if len(ends) > 2 or last < first:
        raise ValueError(f"'{text}' is not a span of weekdays such as 'mon-fri'")
    return tuple(range(first, last + 1))


def ages(text: str | int, oldest: int) -> tuple[int, int]:
    """``67-120`` or ``67``; raises ValueError when no such ages exist."""
    match = re.fullmatch(r"\s*(-?\d+)\s*(?:-\s*(\d+)\s*)?", str(text))
    if match is None:
        raise ValueError(f"'{text}' is not a range of ages such as '67-120'")
    low = int(match[1])
    high = int(match[2]) if match[2] else low
    if not 0 <= low <= high <= oldest:
        raise ValueError(f"ages {low} to {high} are impossible; they must rise within 0 to {oldest}")
    return low, high


def _term(text: str, parameters: Mapping[str, Number]) -> Number:
    match = _TERM.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text.strip()}' is not a number, a duration, 'figure NAME' or 'parameter NAME'")
    if match["kind"] == "figure":
        return Number(1.0, (match["name"],))
    if match["kind"] == "parameter":
        name = match["name"]
        if name not in parameters:
            raise ValueError(f"unknown parameter '{name}'; {nearest(name, parameters)}")
        return parameters[name]
    value, unit = float(match["number"]), match["unit"]
    if unit is None:
        return Number(value)
    if unit == "%":
        return Number(value / 100)
    if unit not in UNITS:
        raise ValueError(f"unknown unit '{unit}' in '{text.strip()}'; {nearest(unit, UNITS)}")
    return Number(value * UNITS[unit], duration=True)


def _check_size(text: str, found: Number) -> None:
    """Raise ValueError for a number that no count is as large as, or a duration longer than any life."""
    if found.duration and not found.figures and found.constant > _LONGEST_YEARS * UNITS["y"]:
        raise ValueError(f"'{text.strip()}' is longer than {_LONGEST_YEARS} years")
    if not found.constant < _TOO_MUCH:
        raise ValueError(f"'{text.strip()}' is too large")


def _combine(left: Number, right: Number, *, over: bool) -> Number:
    if not over:
        if left.duration and right.duration:
            raise ValueError("two durations cannot be multiplied")
        return Number(
            left.constant * right.constant,
            left.times + right.times,
            left.over + right.over,
            duration=left.duration or right.duration,
        )
    if right.duration and not left.duration:
        raise ValueError("a plain number cannot be divided by a duration")
    if right.constant == 0:
        raise ValueError("division by zero")
    return Number(
        left.constant / right.constant,
        left.times + right.over,
        left.over + right.times,
        duration=left.duration and not right.duration,
    )


def _arguments(name: str, inside: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for part in inside.split(","):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            key, value = (KINDS[name][len(given)] if len(given) < len(KINDS[name]) else key), part.strip()
        if key not in KINDS[name]:
            raise ValueError(f"'{key}' is not part of {name}; {nearest(key, KINDS[name])}")
        given[key] = value
    missing = [key for key in KINDS[name] if key not in given]
    if missing:
        raise ValueError(f"{name} needs {', '.join(missing)}")
    return given
