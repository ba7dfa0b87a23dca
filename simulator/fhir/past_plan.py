"""How much there is in somebody's record at the start, and when each contact of it was; drawn from keyed streams."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from simulator.domain.tables import CONDITIONS
from simulator.fhir.assumptions import assumption
from simulator.streams import Stream, stream

Kind = Literal["gp", "home", "ward", "stay"]

_OSLO: Final = ZoneInfo("Europe/Oslo")
_YEAR: Final = 365.25
_QUARTER: Final = 91
_FRIDAY: Final = 4
_HOURS: Final[dict[Kind, tuple[int, int]]] = {"gp": (8, 15), "home": (7, 22), "ward": (7, 22), "stay": (0, 24)}


class Planned(NamedTuple):
    """One contact of the past: its kind, its number among those of the kind, and when it ended (Oslo time)."""

    kind: Kind
    number: int
    at: datetime


def is_heavy(row: dict[str, Any], seed: int) -> bool:
    """Whether a resident is among the heaviest users, the more likely the more conditions and care."""
    cared = bool(row["home_care_hours"] > 0 or row["nursing_home"])
    weight = 1 + assumption("past_weight_condition") * _conditions(row) + assumption("past_weight_care") * cared
    chance = assumption("past_heavy_share") * weight / assumption("past_weight_mean")
    return bool(stream(seed, "record", "heavy").uniform(row["resident"]) < chance)


def contacts(row: dict[str, Any], seed: int, start: date, services: dict[Kind, str]) -> list[Planned]:
    """The contacts before ``start`` of a resident (``birth_date`` as text), earliest first.

    ``services`` says since which date (as text) somebody has home care (``home``) or a nursing-home place (``ward``).
    None is before birth, before the service it belongs to, or on the last day before the period or later.
    """
    heavy = is_heavy(row, seed)
    reach = assumption("past_years_heavy" if heavy else "past_years")
    end = start - timedelta(days=2)
    first = max(date.fromisoformat(row["birth_date"]), end - timedelta(days=int(reach * _YEAR)))
    years = max(0.0, (end - first).days / _YEAR)
    counts = _heavy_counts(years, services) if heavy else _counts(row, seed, years, services)
    planned: list[Planned] = []
    for kind, count in counts.items():
        begin = max(first, date.fromisoformat(services.get(kind, "0001-01-01")))
        if kind in services and not heavy:
            begin = max(begin, end - timedelta(days=_QUARTER))
        if begin <= end:
            planned += _spread(kind, count, (begin, end), stream(seed, "record", kind, row["resident"]))
    return sorted(planned, key=lambda contact: (contact.at, contact.kind, contact.number))


def _heavy_counts(years: float, services: dict[Kind, str]) -> dict[Kind, int]:
    entries = assumption("past_entries_heavy") * years / assumption("past_years_heavy")
    total = entries / assumption("past_entries_per_contact")
    stays = assumption("past_heavy_stay_share")
    seen = assumption("past_heavy_gp_share") if services else 1 - stays
    counts: dict[Kind, int] = {"gp": int(total * seen), "stay": int(total * stays)}
    for kind in services:
        counts[kind] = int(total * (1 - seen - stays) / len(services))
    return counts


def _counts(row: dict[str, Any], seed: int, years: float, services: dict[Kind, str]) -> dict[Kind, int]:
    keyed, who = stream(seed, "record", "contacts"), row["resident"]
    conditions = _conditions(row)
    # The resident's own factor gives the long tail of real use: many with few contacts, few with many.
    mean = (assumption("past_gp_per_year") + assumption("past_gp_per_condition") * conditions) * years
    stays = assumption("past_stays_per_year") * (1 + conditions) * years
    counts: dict[Kind, int] = {
        "gp": int(row["gp_use"] * mean + keyed.uniform(who, 1)),
        "stay": int(stays + keyed.uniform(who, 2)),
    }
    for kind in services:
        counts[kind] = int(assumption("past_visits_last_quarter"))
    return counts


def _spread(kind: Kind, count: int, period: tuple[date, date], keyed: Stream) -> Iterator[Planned]:
    """``count`` contacts over a period, both ends counted; those with the GP on workdays, in working hours."""
    begin, end = period
    low, high = _HOURS[kind]
    for number in range(count):
        day = begin + timedelta(days=int(keyed.uniform(number) * ((end - begin).days + 1)))
        if kind == "gp" and day.weekday() > _FRIDAY:
            earlier = day - timedelta(days=day.weekday() - _FRIDAY)
            day = earlier if earlier >= begin else day
        minute = int(keyed.uniform(number, 1) * (high - low) * 60)
        midnight = datetime(day.year, day.month, day.day, tzinfo=_OSLO)
        yield Planned(kind, number, midnight.replace(hour=low + minute // 60, minute=minute % 60))


def _conditions(row: dict[str, Any]) -> int:
    return sum(bool(row[f"has_{name}"]) for name in CONDITIONS)
