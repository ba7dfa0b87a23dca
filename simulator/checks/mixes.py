"""Check of the years in which some use the common record and others do not (MIG-03)."""

from typing import Any

from simulator.checks.content import differences
from simulator.checks.evidence import fact, finding, inconclusive, listed, name_in, sent, stored_name, written
from simulator.checks.lists import all_accepted, exactly
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

COMBINATIONS = 4
"""Of a fastlege and a municipality, each inside or outside."""


@check("care_works_in_every_mix", rule="R-MIG-03")
def care_works_in_every_mix(history: History) -> Finding:
    """Whoever is inside finds all that was written, and whoever is outside all that was sent to them, in every mix."""
    mixes: list[dict[str, Any]] = fact(history, "mixes")
    curves: dict[str, dict[str, float]] = fact(history, "curves")
    all_accepted(history, "care")
    tried = {(mix["sides"]["gp"], mix["sides"]["home-care"]) for mix in mixes}
    if len(tried) < COMBINATIONS:
        inconclusive(f"Only {len(tried)} mixes were tried.", attribution="bench")
    problems = [p for number, mix in enumerate(mixes, start=1) for p in _in(history, number, mix)]
    years = sorted(curves["municipalities"] | curves["gps"])
    shares = [f"{min(c.values()):.0%}–{max(c.values()):.0%}" for c in (curves["municipalities"], curves["gps"])]
    passed = (
        f"Care worked in {len(tried)} mixes, all that {years[0]} to {years[-1]} hold by the curves of introduction "
        f"({shares[0]} of the municipalities, {shares[1]} of the GPs)."
    )
    return finding(problems, passed, [*history.labelled("inside")[-4:], *history.labelled("inbox")[-4:]])


def _in(history: History, number: int, mix: dict[str, Any]) -> list[str]:
    """What somebody lacks in one mix, or has too much."""
    problems = []
    documents = _named(history, mix["documents"])
    everything = _named(history, [name for names in mix["messages"].values() for name in names])
    for who, side in mix["sides"].items():
        label, where = f"{number}.{who}", f"what {who} ({side}) has"
        if side == "inside":
            problems += exactly(history, listed(history, f"inside.{label}.DocumentReference"), documents, where)
            problems += exactly(history, listed(history, f"inside.{label}.Communication"), everything, where)
        else:
            own = _named(history, mix["messages"][who])
            problems += exactly(history, listed(history, f"inbox.{label}"), own, where)
            problems += _led(history, f"led.{label}", _named(history, mix["carried"].get(who, [])), where)
    return problems


def _led(history: History, label: str, carried: dict[str, Exchange], where: str) -> list[str]:
    """Documents that messages carry and that cannot be opened from them as they were written."""
    opened = {name_in(e.request.url): e for e in history.labelled(label)}
    problems = [
        f"{name} is carried by a message and cannot be opened from {where}"
        for name in carried
        if not _ok(opened.get(name))
    ]
    return problems + [
        f"{name} opens otherwise than written from {where}: {difference}"
        for name, write in carried.items()
        if _ok(read := opened.get(name)) and read is not None
        for difference in differences(sent(write), read.resource() or {})
    ]


def _ok(exchange: Exchange | None) -> bool:
    return exchange is not None and exchange.outcome == "ok"


def _named(history: History, interactions: list[str]) -> dict[str, Exchange]:
    found = [written(history, interaction) for interaction in interactions]
    return {stored_name(exchange): exchange for exchange in found}
