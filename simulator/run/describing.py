"""What a study's page needs to know of the study, as plain data for ``study.json``."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulator.domain.scenario import Study
from simulator.domain.systems import ALL_INSIDE, Choice, Participation
from simulator.measures.replications import Rule

_OSLO: Final = ZoneInfo("Europe/Oslo")


def study_facts(study: Study, residents: int) -> dict[str, Any]:
    """Titles, period, what the alternatives change, and what can run short."""
    others = dict(study.alternatives)
    every = [study, *others.values()]
    roles = {name: dict(role.title) for one in every for name, role in one.staffing.roles.items()}
    pathways = {p.name: p for one in every for p in one.pathways}
    return {
        "study": study.name,
        "title": dict(study.title),
        "seed": study.seed,
        "start": study.start.isoformat(),
        "days": study.days,
        "warm_up": study.warm_up,
        "before": max((p.before for p in pathways.values()), default=0),
        "interactions": study.interactions,
        "residents": residents,
        "baseline": study.baseline,
        "inside": [name for name, one in (others or {"": study}).items() if _all_inside(one)],
        "alternatives": [_alternative(name, one, others[study.baseline]) for name, one in others.items()],
        "roles": roles,
        "pathways": {name: dict(p.title) for name, p in pathways.items()},
        "steps": sum(len(p.steps) for p in pathways.values()),
        "staff": sorted({staff.role for staff in study.staffing.staff.values()}),
        "places": sorted(study.staffing.places),
        "organisations": sorted(study.staffing.organisations),
    }


def _all_inside(study: Study) -> bool:
    """Whether everybody uses the common journal and it is never down: what is written there is known at once."""
    return study.participation == ALL_INSIDE and study.adoption is None and not study.outages


def replications_facts(rule: Rule, made: int, reason: str) -> dict[str, Any]:
    """How often a study was repeated, and why no oftener."""
    said = {"least": rule.least, "most": rule.most, "measure": rule.measure, "half_width": rule.half_width}
    return {**said, "made": made, "reason": reason}


def _alternative(name: str, study: Study, baseline: Study) -> dict[str, Any]:
    changes = [
        {"key": key, "value": said}
        for key, say in _KEYS.items()
        if (said := say(study)) != say(baseline) or (study is baseline and said)
    ]
    return {"name": name, "title": dict(study.title), "digest": study.digest, "changes": changes}


def _participation(study: Study) -> str:
    return _choices(study.participation)


def _choices(participation: Participation) -> str:
    said = [_choice("default", participation.default)]
    said += [_choice(kind, choice) for kind, choice in participation.kinds.items()]
    for place, words in participation.places.items():
        said += [_choice(f"{place} {kind}", choice) for kind, choice in words.items()]
    return ", ".join(said)


def _choice(what: str, choice: Choice) -> str:
    share = choice.share
    if share.figures:
        return f"{what} {' * '.join(share.figures)} {choice.then} / {choice.otherwise}"
    if share.constant >= 1:
        return f"{what} {choice.then}"
    return f"{what} {share.constant:.0%} {choice.then} / {choice.otherwise}"


def _adoption(study: Study) -> str:
    return f"{study.adoption.curve} {study.adoption.at:g}" if study.adoption else ""


def _outages(study: Study) -> str:
    return ", ".join(_outage(study, o.system, o.at, o.lasts) for o in study.outages)


def _outage(study: Study, system: str, at: int, lasts: int) -> str:
    midnight = datetime.combine(study.start, datetime.min.time(), _OSLO).timestamp()
    return f"{system} {datetime.fromtimestamp(midnight + at, _OSLO):%Y-%m-%d %H:%M}, {lasts / 3600:g} h"


def _response(study: Study) -> str:
    if study.response.run:
        return study.response.run
    return f"{study.response.seconds:g} s" if study.response.seconds else ""


def _pathways(study: Study) -> str:
    return ", ".join(pathway.name for pathway in study.pathways)


def _factors(factors: Mapping[str, float], sign: str) -> str:
    return ", ".join(_pairs(factors, sign))


def _pairs(factors: Mapping[str, float], sign: str) -> Iterator[str]:
    for name, factor in factors.items():
        yield f"{name} {sign} {factor:g}"


_KEYS: Final[dict[str, Callable[[Study], str]]] = {
    "pathways": _pathways,
    "staffing": lambda study: _factors(study.staff_factors, "×"),
    "demand": lambda study: _factors(study.demand_factors, "×"),
    "systems": lambda study: study.systems.name if study.systems else "",
    "participation": _participation,
    "adoption": _adoption,
    "messages": lambda study: _factors(study.mishaps, "="),
    "outages": _outages,
    "response": _response,
}
"""What an alternative may change, in short words that stand in every language."""
