"""The rules: pure functions from a chart and the medicines about to be ordered to what should be said of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from simulator.journal.decision.chart import Chart, Medicine
from simulator.journal.decision.knowledge import Indicator, Knowledge, Text


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to be said: how urgent, in which words, and by which source."""

    indicator: Indicator
    text: Text
    detail: str
    source: str


def at_order(known: Knowledge, chart: Chart, ordered: Sequence[Medicine]) -> list[Advice]:
    """What to say when medicines are about to be signed, the most urgent first."""
    said: list[Advice] = []
    for number, medicine in enumerate(ordered):
        others = (*chart.medicines, *ordered[:number])
        said += _allergy(known, chart, medicine)
        said += _interaction(known, others, medicine)
        said += _duplicate(others, medicine)
        said += _kidney(known, chart, medicine)
    return sorted(dict.fromkeys(said), key=lambda advice: ("critical", "warning", "info").index(advice.indicator))


def at_view(known: Knowledge, chart: Chart, today: date) -> list[Advice]:
    """What to say when a chart is opened: checks that are overdue, and medicines in use that do not go together."""
    said = [a for n, m in enumerate(chart.medicines) for a in _interaction(known, chart.medicines[:n], m)]
    for rule in known.overdue:
        if not chart.conditions & rule.conditions:
            continue
        days = sorted(m.at[:10] for m in chart.measured if m.loinc in rule.loinc)
        if not days or _months_between(days[-1], today) >= rule.months:
            said.append(Advice("info", rule.text, days[-1] if days else "", rule.source))
    return said


def _allergy(known: Knowledge, chart: Chart, medicine: Medicine) -> Iterator[Advice]:
    for allergy in chart.allergies:
        if medicine.atc.startswith(allergy.atc):
            text = Text(f"Pasienten er allergisk mot {allergy.name}", f"The patient is allergic to {allergy.name}")
            yield Advice("critical", text, medicine.name, "allergy")
            continue
        for group, name in known.cross_reactivity:
            if allergy.atc.startswith(group) and medicine.atc.startswith(group):
                text = Text(
                    f"Mulig kryssallergi: allergisk mot {allergy.name} ({name.nb})",
                    f"Possible cross-reaction: allergic to {allergy.name} ({name.en})",
                )
                yield Advice("critical", text, medicine.name, "allergy")


def _interaction(known: Knowledge, others: Sequence[Medicine], medicine: Medicine) -> Iterator[Advice]:
    for rule in known.interactions:
        for other in others:
            for one, two in ((rule.a, rule.b), (rule.b, rule.a)):
                if medicine.atc.startswith(one) and other.atc.startswith(two):
                    yield Advice(rule.indicator, rule.text, f"{medicine.name} + {other.name}", "interactions")


def _duplicate(others: Sequence[Medicine], medicine: Medicine) -> Iterator[Advice]:
    """The same chemical subgroup (five signs of the ATC code) twice."""
    for other in others:
        if len(medicine.atc) >= 5 and other.atc[:5] == medicine.atc[:5]:
            text = Text(
                f"Dobbeltforskrivning: bruker allerede {other.name}", f"Duplicate: {other.name} is already in use"
            )
            yield Advice("warning", text, f"{medicine.name} + {other.name}", "duplicate")


def _kidney(known: Knowledge, chart: Chart, medicine: Medicine) -> Iterator[Advice]:
    values = sorted((m.at, m.value) for m in chart.measured if m.loinc in known.egfr and m.value is not None)
    if not values:
        return
    at, latest = values[-1]
    for rule in known.kidney:
        if medicine.atc.startswith(rule.atc) and latest < rule.below:
            yield Advice(rule.indicator, rule.text, f"eGFR {latest:g} ({at[:10]})", "kidney")
            return


def _months_between(day: str, today: date) -> int:
    try:
        then = date.fromisoformat(day)
    except ValueError:
        return 0
    return (today.year - then.year) * 12 + today.month - then.month - (today.day < then.day)
