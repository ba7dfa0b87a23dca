"""The load run as it is shown: percentiles per profession against their limits, and the run's verdict on itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import polars as pl

from reports.cleaning import line
from reports.language import NARROW_SPACE, Texts
from reports.run_files import Row, RunFiles, mapping, rows
from simulator.domain.measurement import Measurement
from simulator.measures import never_seen

State = Literal["valid", "generator-bound", "partial"]
LoadOutcome = Literal["met", "not_met", "undecided", "no_limits"]

PERCENTILES: Final = ("p50", "p95", "p99")
_TABLED: Final = {*(f"response_time.{which}" for which in PERCENTILES), "error_share", "requests"}
_AMISS: Final = ("refused", "unknown", "unresolved", "repeated")
_REPLICA: Final = 10**11  # resident = replica x 10^11 + kommunenummer x 10^7 + running number (domain.tables)
_TO_MS: Final = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval, in the unit it is shown in; nothing where it was not given."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ProfessionRow:
    """One profession's response times, in ms, and whether its limit was met."""

    profession: str
    n: int
    percentiles: list[Estimate]
    limit: float | None
    limit_status: str
    verdict: str
    unanswered: float | None
    """Share of its interactions refused or without an answer."""
    unanswered_limit: float | None

    @property
    def unseen(self) -> float | None:
        """How large that share may be though none was seen, with 95 % certainty; None where any was."""
        return never_seen(self.n) if self.unanswered == 0 else None

    @property
    def unsure(self) -> bool:
        """Whether the limit counts as met though too few interactions were sent to see an error that breaks it."""
        return (
            self.verdict == "met" and self.unanswered_limit is not None and (self.unseen or 0) > self.unanswered_limit
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing the candidate had to keep under load, and whether it did."""

    check: str
    outcome: str
    message: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement that has no column of its own: what it is in words, and its value with its unit."""

    name: str
    label: str
    over: str
    value: str
    interval: str
    n: int


@dataclass(frozen=True, slots=True)
class LoadView:
    """The load part of the page."""

    state: State
    outcome: LoadOutcome
    met: int
    missed: int
    limits: int
    """Professions with a limit; of them, those whose limit was met and those whose limit was not."""
    scale: str
    rows: list[ProfessionRow]
    reasons: list[str]
    seeded: list[str]
    """What the candidate was given before the window, and what went amiss with it."""
    generator: dict[str, Any]
    limits_assumed: bool
    kept: list[Kept]
    """Correctness under load."""
    other: list[Measured]
    """Measurements that no table of the page shows."""

    @property
    def unsure(self) -> bool:
        """Whether any profession's limit counts as met on too few interactions to see errors that break it."""
        return any(row.unsure for row in self.rows)

    @property
    def broken(self) -> int:
        """How many things it did not keep."""
        return sum(kept.outcome == "fail" for kept in self.kept)


def load_view(run: RunFiles, texts: Texts) -> LoadView | None:
    """What the run's folder says of load; None when it holds no load run."""
    if run.load is None and not run.generator:
        return None
    said = run.generator.get("verdict")
    state: State = said if said in ("valid", "generator-bound") and run.load is not None else "partial"
    found = _professions(run)
    answers = [str(limit.get("verdict")) for limit in run.limits]
    return LoadView(
        state=state,
        outcome=_outcome(answers),
        met=answers.count("met"),
        missed=answers.count("not_met"),
        limits=len(answers),
        scale=_scale(run, texts),
        rows=found,
        reasons=[line(texts.finding(str(reason))) for reason in run.generator.get("reasons") or []],
        seeded=_seeded(mapping(run.generator.get("seeded")), texts),
        generator=run.generator,
        limits_assumed=any(limit.get("status") == "assumed" for limit in run.limits),
        kept=[_kept(row, texts) for row in run.correctness],
        other=[_measured(m, texts) for m in run.measurements if m.name not in _TABLED],
    )


def responses(load: pl.DataFrame) -> pl.DataFrame:
    """Interactions answered or given up: intended second, and response time in ms from the intended instant.

    Those never sent, because what they refer to was never made, have a negative status and no response time.
    """
    return load.filter((pl.col("status") >= 0) & (pl.col("done") > 0)).select(
        "profession",
        "outcome",
        second=pl.col("intended") / 1e9,
        ms=(pl.col("done") - pl.col("intended")).clip(lower_bound=0) / 1e6,
    )


def _seeded(counts: Row, texts: Texts) -> list[str]:
    if not counts:
        return []
    numbers = {name: n for name, n in counts.items() if isinstance(n, int)}
    there = texts("load.seeded.there", n=numbers.get("created", 0) + numbers.get("existed", 0))
    return [there, *(texts(f"load.seeded.{name}", n=numbers[name]) for name in _AMISS if numbers.get(name))]


def _outcome(verdicts: Sequence[str]) -> LoadOutcome:
    if not verdicts:
        return "no_limits"
    if "not_met" in verdicts:
        return "not_met"
    return "met" if set(verdicts) == {"met"} else "undecided"


def _kept(row: Row, texts: Texts) -> Kept:
    return Kept(str(row["check"]), str(row.get("outcome")), line(texts.finding(str(row.get("message") or ""))))


def _measured(found: Measurement, texts: Texts) -> Measured:
    bounds = () if found.low is None or found.high is None else (found.low, found.high)
    numbers = [texts.share(v) if found.unit == "share" else texts.number(v) for v in (found.value, *bounds)]
    unit = "" if found.unit == "share" else f"{NARROW_SPACE}{texts.name('unit', found.unit)}"
    return Measured(
        line(found.name, 80),
        _label(found.name, texts),
        found.over,
        f"{numbers[0]}{unit}",
        f"[{numbers[1]}–{numbers[2]}]" if bounds else "",
        found.n,
    )


def _label(name: str, texts: Texts) -> str:
    """What a measurement is called: whole, or by what is measured and which of its figures; else by its own name."""
    told, (what, _, which) = texts.name("load_measure", name), name.partition(".")
    if told != name or not which:
        return line(told, 120)
    return line(f"{texts.name('load_measure', what)}, {texts.name('load_statistic', which)}", 120)


def _scale(run: RunFiles, texts: Texts) -> str:
    names = [line(m.get("name", "?"), 60) for m in rows(run.manifest.get("municipalities"))]
    place = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    times = mapping(run.manifest.get("load_plan")).get("people") or _replicas(run.load)
    scale = f"{texts.number(times)} × {place}" if times > 1 else place or "–"
    seconds = run.generator.get("window_seconds")
    if run.load is None or not isinstance(seconds, int | float) or seconds <= 0:
        return scale
    return texts("load.scale", scale=scale, rate=texts.number(round(run.load.height / seconds, 1)))


def _replicas(load: pl.DataFrame | None) -> int:
    if load is None or not load.height:
        return 1
    return int(load["resident"].to_numpy().max()) // _REPLICA + 1


def _professions(run: RunFiles) -> list[ProfessionRow]:
    limits = {str(limit["profession"]): limit for limit in run.limits}
    unanswered = _unanswered(run.load)
    measured = {m.over for m in run.measurements if m.name.startswith("response_time.")}
    names = sorted({*limits, *unanswered, *measured} - {"all", ""})
    if "all" in measured or len(names) > 1:
        names.append("all")
    return [_profession(name, limits.get(name, {}), unanswered.get(name), run.measurements) for name in names]


def _profession(
    name: str, limit: Row, counted: tuple[int, float] | None, measurements: Sequence[Measurement]
) -> ProfessionRow:
    n, share = counted or (int(limit.get("n") or 0), None)
    return ProfessionRow(
        profession=name,
        n=n,
        percentiles=[_estimate(measurements, f"response_time.{which}", name) for which in PERCENTILES],
        limit=limit.get("p95_ms"),
        limit_status=str(limit.get("status", "")),
        verdict=str(limit.get("verdict", "")),
        unanswered=share,
        unanswered_limit=limit.get("error_limit"),
    )


def _estimate(measurements: Sequence[Measurement], name: str, over: str) -> Estimate:
    found = next((m for m in measurements if m.name == name and m.over == over), None)
    if found is None:
        return Estimate()
    times = _TO_MS.get(found.unit, 1.0)
    low, high = (None if bound is None else bound * times for bound in (found.low, found.high))
    return Estimate(None if found.value is None else found.value * times, low, high)


def _unanswered(load: pl.DataFrame | None) -> dict[str, tuple[int, float]]:
    if load is None or not load.height:
        return {}
    lost = (pl.col("outcome") != "ok").mean().alias("share")
    counted = load.group_by("profession").agg(pl.len().alias("n"), lost)
    found = {str(row["profession"]): (int(row["n"]), float(row["share"])) for row in counted.to_dicts()}
    found["all"] = (load.height, float((load["outcome"] != "ok").sum()) / load.height)
    return found
