"""Checks of operation: nothing acknowledged is lost when the power fails, and it is back in time (NFR-01 to 03)."""

from simulator.checks.availability import YEAR_S, Year, years
from simulator.checks.content import differences
from simulator.checks.evidence import (
    accepted,
    describe,
    fact,
    finding,
    inconclusive,
    listed,
    name_in,
    names_written,
    sent,
    stored_name,
    whole,
)
from simulator.checks.lists import exactly
from simulator.checks.registry import check
from simulator.domain.exchange import Exchange, History
from simulator.domain.verdict import Finding

LEAST = 20
"""Fewer writes acknowledged before the power failed would say little."""


@check("acknowledged_survives_power_failure", rule="R-NFR-03A")
def acknowledged_survives_power_failure(history: History) -> Finding:
    """Every write acknowledged before the power failed is there afterwards, as it was written."""
    _control(history)
    kept = [e for e in history.labelled("write") if e.outcome == "ok"]
    if len(kept) < LEAST:
        inconclusive(f"Only {len(kept)} writes were acknowledged before the power failed.", *kept[-1:])
    _came_back(history)
    found = {name_in(e.request.url): e for e in history.labelled("found")}
    problems = []
    for exchange in kept:
        name = stored_name(exchange)
        if name not in found:
            inconclusive(f"{name} was not looked for afterwards.", attribution="bench")
        problems += _lost(exchange, found[name])
    killed = fact(history, "killed")
    last = max(e.finished for e in kept)
    passed = (
        f"None of {len(kept)} writes is lost, the last acknowledged {max(0.0, killed - last):.3f} s before the end."
    )
    return finding(problems, passed, [*kept[-3:], *history.labelled("found")[-3:]])


def _lost(write: Exchange, read: Exchange) -> list[str]:
    name = stored_name(write)
    if whole(read).outcome != "ok":
        return [f"{name} was acknowledged and is lost: {describe(read)}"]
    return [
        f"{name} was acknowledged and is not as written: {d}" for d in differences(sent(write), read.resource() or {})
    ]


def _control(history: History) -> None:
    """What was written while all was well was read back: otherwise nothing is learnt from what follows."""
    write, read = accepted(history, "control"), accepted(history, "control-read")
    if differences(sent(write), read.resource() or {}):
        inconclusive("What is written is not read back as written even while all is well.", read)


def _came_back(history: History) -> None:
    if not any(e.response is not None for e in history.labelled("found")):
        waited = fact(history, "waited")
        inconclusive(f"It did not come back within {waited} s, so nobody can see what was kept.")


@check("reading_comes_back_in_time", rule="R-NFR-03B")
def reading_comes_back_in_time(history: History) -> Finding:
    """After the power has failed a chart can be read whole again within five minutes, noticing included."""
    return _in_time(history, _chart_back(history), ("The chart", "back"))


@check("writing_comes_back_in_time", rule="R-NFR-03C")
def writing_comes_back_in_time(history: History) -> Finding:
    """After the power has failed a nurse can write again within an hour, noticing included."""
    return _in_time(history, _writing_back(history), ("The writing", "taken"))


def _in_time(history: History, seconds: float | None, about: tuple[str, str]) -> Finding:
    what, label = about
    limit, waited = float(fact(history, "limit_s")), fact(history, "waited")
    notice, mending = (_assumed(history, name) for name in ("notice", "mending"))
    evidence = history.labelled(label)[-3:]
    if seconds is None:
        gone = f"{what} was not back after {waited} s, and people mend it in {mending / 3600:g} hours (assumed)"
        if mending + notice <= limit:
            inconclusive(f"{gone}.", *evidence)
        return finding([f"{gone}, expected within {limit / 60:g} minutes"], "", evidence)
    told = f"{what} was back {seconds:.1f} s after the power failed, noticed within {notice:g} s (assumed)"
    late = [f"{told}, expected within {limit / 60:g} minutes"] if seconds + notice > limit else []
    return finding(late, f"{told}.", evidence)


@check("a_year_has_little_unplanned_downtime", rule="R-NFR-01")
def a_year_has_little_unplanned_downtime(history: History) -> Finding:
    """With the faults assumed, service is away for at most one hundredth of the year unplanned."""
    return _year(history, _writing_back(history), ("The record", "taken"))


@check("charts_can_nearly_always_be_read", rule="R-NFR-02")
def charts_can_nearly_always_be_read(history: History) -> Finding:
    """With the faults assumed, chart, medicines and critical information can be read 99.9 % of the year."""
    return _year(history, _chart_back(history), ("The chart", "back"))


def _year(history: History, seconds: float | None, about: tuple[str, str]) -> Finding:
    """What one measured outage comes to in simulated years; what does not come back by itself waits for people."""
    what, label = about
    assumed, limit = fact(history, "assumed"), float(fact(history, "limit_s"))
    found = years(int(fact(history, "seed")), assumed, _assumed(history, "mending") if seconds is None else seconds)
    evidence = history.labelled(label)[-3:]
    measured = f"{what} did not come back in {fact(history, 'waited')} s"
    if seconds is not None:
        measured = f"{what} came back in {seconds:.1f} s"
    told = (
        f"{measured} (measured once); in simulated years with the faults assumed it is away {_told(found)}; "
        f"{limit / 3600:.1f} hours are allowed"
    )
    if found.low > limit:
        return finding([told], "", evidence)
    if found.high > limit:
        inconclusive(f"{told}: the interval straddles the limit.", *evidence, attribution="bench")
    return finding([], f"{told}.", evidence)


def _told(year: Year) -> str:
    hours = [seconds / 3600 for seconds in (year.mean, year.low, year.high)]
    return f"{hours[0]:.1f} hours a year ({year.mean / YEAR_S:.3%}, 95% of years {hours[1]:.1f} to {hours[2]:.1f})"


def _assumed(history: History, name: str) -> float:
    return float(fact(history, "assumed")[name]["value"])


def _chart_back(history: History) -> float | None:
    """Seconds from the power failure until the chart was whole; None when it was not while the drill waited."""
    known = names_written(history, "known")
    problems = [p for kind in _kinds(known) for p in _unlike(history, f"before.{kind}", kind)]
    if problems:
        inconclusive(
            f"The chart is not whole even before the power failed: {problems[0]}.", *history.labelled("before")
        )
    for attempt in _attempts(history, "back"):
        exchanges = history.labelled(f"back.{attempt}")
        answered = all(e.outcome == "ok" for e in exchanges)
        whole = answered and not [p for kind in _kinds(known) for p in _unlike(history, f"back.{attempt}.{kind}", kind)]
        if whole:
            return exchanges[-1].finished - float(fact(history, "killed"))
    return None


def _unlike(history: History, label: str, kind: str) -> list[str]:
    if not history.labelled(label):
        return [f"{kind} was not asked for"]
    wanted = {name: e for name, e in names_written(history, "known").items() if e.type == kind}
    return exactly(history, listed(history, label), wanted, "the chart")


def _kinds(known: dict[str, Exchange]) -> list[str]:
    return sorted({e.type for e in known.values()})


def _attempts(history: History, label: str) -> list[str]:
    return list(dict.fromkeys(e.label.split(".")[1] for e in history.labelled(label)))


def _writing_back(history: History) -> float | None:
    """Seconds from the power failure until a write was taken in and read back; None when none was."""
    _control(history)
    for attempt in _attempts(history, "taken"):
        (write,), seen = history.labelled(f"taken.{attempt}"), history.labelled(f"seen.{attempt}")
        if write.outcome == "ok" and seen and seen[0].outcome == "ok" and not _lost(write, seen[0]):
            return write.finished - float(fact(history, "killed"))
    return None
