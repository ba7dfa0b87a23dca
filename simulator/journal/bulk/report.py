"""$kpr-report: the contacts and services of a period, counted anew from the record each time it is asked for.

What KPR and IPLOS are told (kpr-forskriften), as a MeasureReport: contacts by service provider and recipients by
kind of service. A count of fewer than five people is not told, nor is what belongs to it.
"""

from collections import Counter, defaultdict
from typing import Any, Final

import orjson

from simulator.journal import dates
from simulator.journal.access.challenge import insufficient_scope
from simulator.journal.bulk.offer import check_system
from simulator.journal.bulk.walk import Walk
from simulator.journal.bulk.wanted import Wanted
from simulator.journal.clock import instant
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.interactions.common import HARMLESS
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader

LEAST: Final = 5
"""The fewest people a count is told of."""
MEASURE: Final = "https://journalbenk.example/fhir/Measure/kpr"
MASKED: Final = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]
}
COUNTED: Final = {"contacts": "Encounter", "services": "EpisodeOfCare"}
Json = dict[str, Any]


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with a MeasureReport of a day, month or year; 400 for another ``period``."""
    check_system(call)
    for kind in COUNTED.values():
        if call.caller is not None and not call.caller.scopes.allow(kind, "r"):
            raise insufficient_scope(call.caller.scopes.wanted(kind, "r"), scheme=call.caller.scheme)
    asked = {name: text for name, text in call.query if name not in HARMLESS}
    period = asked.get("period", "")
    try:
        low, high = dates.span("" if "T" in period else period)
    except ValueError:
        raise refuse(400, "value", f"period is a day, month or year such as 2026-01, not {period[:40]!r}") from None
    criteria = [("date", f"ge{_day(low)}"), ("date", f"lt{_day(high)}")]
    overlap = [("date", f"lt{_day(high)}"), ("date", f"gt{_day(low - 1)}")]
    filters = {"Encounter": [criteria], "EpisodeOfCare": [overlap]}
    walk = Walk(journal, reader, call.view, Wanted("patients", tuple(COUNTED.values()), filters=filters))
    report = {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": MEASURE,
        "date": instant(journal.clock.now()),
        "period": {"start": _day(low), "end": _day(high - 1)},
        "group": [_group(walk, name, kind) for name, kind in COUNTED.items()],
    }
    return Answer(200, orjson.dumps(report))


def _day(moment: int) -> str:
    return instant(moment * 1000)[:10]


def _group(walk: Walk, name: str, kind: str) -> Json:
    """One count: by stratum how many, and of how many people."""
    counts: Counter[str] = Counter()
    people: dict[str, set[str]] = defaultdict(set)
    for hit in walk.hits(kind):
        stratum = _stratum(orjson.loads(hit.content))
        counts[stratum] += 1
        people[stratum].update(hit.patient.split())
    strata = [_told(word, counts[word], len(people[word])) for word in sorted(counts)]
    return {"code": {"text": name}, "stratifier": [{"code": [{"text": "service"}], "stratum": strata}]}


def _told(word: str, count: int, people: int) -> Json:
    few = people < LEAST
    numbers = {"count": count, "people": people}
    populations = [
        {"code": {"text": name}, **({"_count": MASKED} if few else {"count": number})}
        for name, number in numbers.items()
    ]
    return {"value": {"text": word}, "population": populations}


def _stratum(resource: Json) -> str:
    """What a contact or service is counted under: who provides it, or what kind it is."""
    if resource["resourceType"] == "Encounter":
        return str((resource.get("serviceProvider") or {}).get("reference", "unknown"))
    codings = [coding for concept in resource.get("type") or () for coding in concept.get("coding") or ()]
    return str(codings[0].get("code")) if codings else "unknown"


INTERACTION = Interaction(apply, place="pool")
