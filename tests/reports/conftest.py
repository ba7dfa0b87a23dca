"""A run's folder made by hand: small, but with something in every file and every kind of outcome."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest

from simulator.domain.exchange import Exchange, Fact, Request, Response
from simulator.domain.requirement import Catalogue, Requirement, Rule
from simulator.domain.tables import EVENTS, INTERACTIONS, LOAD, NOTICES, POPULATION
from simulator.domain.verdict import Verdict
from simulator.histories import Recorder

START = datetime(2026, 1, 11, 23, tzinfo=UTC)  # midnight in Oslo
SYNTHETIC = f"{15:02}{1 + 80:02}{40:02}12345"  # month + 80: nobody has it
STARTS = (0, 1, 6, 13, 16, 20, 30, 40, 50, 60, 67, 70, 75, 80, 85, 90, 95, 106)
BANDS = [(low, after - 1) for low, after in pairwise(STARTS)]


def both(text: str) -> dict[str, str]:
    return {"nb": f"{text} (nb)", "en": f"{text} (en)"}


def requirement(name: str, *, not_tested: str = "") -> Requirement:
    reasons = both(not_tested) if not_tested else {"nb": "", "en": ""}
    return Requirement(
        name, name[:3], both(f"Title of {name}"), "1", "sourced", "SSD", both(f"Harm by {name}"), reasons
    )


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    names = ("JRN-01", "JRN-03", "JRN-04", "SAM-02", "SAM-06", "TIL-04")
    requirements = {name: requirement(name) for name in names}
    requirements["GRU-02"] = requirement("GRU-02", not_tested="Needs a register that is not there yet")
    rules = {
        f"R-{name}": Rule(f"R-{name}", "SHALL", name, both(f"Rule of {name}"), "FHIR R4 3.1.0") for name in requirements
    }
    capabilities = {"JRN": both("Record"), "SAM": both("Interaction"), "TIL": both("Access"), "GRU": both("Basic data")}
    return Catalogue(requirements, rules, capabilities)


def verdict(name: str, outcome: str, **changes: Any) -> Verdict:
    given = {
        "requirement": name,
        "capability": name[:3],
        "level": "SHALL",
        "rule": f"R-{name}",
        "check": "what_is_written_can_be_read",
        "example": f"{name}: a resident of Tromsø",
        "outcome": outcome,
        "attribution": "candidate",
        "message": f"Saw 3 allergies of {SYNTHETIC}, expected 4",
        "evidence": (1, 2),
    }
    return Verdict(**{**given, **changes})


def exchange(number: int, *, answer: str | None = None, status: int = 200) -> Exchange:
    body = f'{{"resourceType":"Bundle","total":3,"entry":[{{"fullUrl":"Patient/{number}"}}]}}'
    return Exchange(
        number=number,
        interaction=f"i-{number}",
        verb="search",
        type="AllergyIntolerance",
        request=Request(
            "POST",
            "http://127.0.0.1:8080/fhir/Patient/_search",
            {"Authorization": "Bearer very-secret", "Content-Type": "application/x-www-form-urlencoded"},
            f"identifier=urn%3Aoid%3A2.16.578.1.12.4.1.4.1%7C{SYNTHETIC}",
        ),
        response=Response(status, {"content-type": "application/fhir+json"}, body if answer is None else answer),
        outcome="ok" if status < 300 else "refused",
        sent=1000.0 + number,
        finished=1000.25 + number,
        label="chart.allergies",
        actor="home-care.nurse",
    )


def frame(rows: dict[str, Any], schema: dict[str, Any], defaults: dict[str, Any]) -> pl.DataFrame:
    """Columns given, the rest filled by defaults or nulls, in the schema's order and types."""
    height = len(next(iter(rows.values())))
    full = {name: rows.get(name, [defaults.get(name)] * height) for name in schema}
    return pl.DataFrame(full, schema=schema, strict=False)


def population(n: int = 4000) -> pl.DataFrame:
    random = np.random.default_rng(5)
    ages = np.minimum(99, random.gamma(3.2, 13, n)).astype(int)
    rows = {
        "resident": [55_010_000_000 + i for i in range(n)],
        "sex": [("female", "male")[i % 2] for i in range(n)],
        "age": ages.tolist(),
        "birth_date": [date(2025 - int(age), 6, 1) for age in ages],
    }
    return frame(rows, POPULATION, {"replica": 0, "kommunenummer": "5501", "city": "Tromsø", "nursing_home": False})


def fit(people: pl.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for sex in ("female", "male"):
        for low, high in BANDS:
            made = people.filter((pl.col("sex") == sex) & pl.col("age").is_between(low, high)).height
            official = made + (3 if low == 40 else 0)
            error = (made - official) / official if official else 0.0
            rows.append(
                {
                    "target": f"{sex} aged {low}-{high}",
                    "official": official,
                    "made": made,
                    "error": error,
                    "tolerance": 0.005,
                    "status": "official",
                    "source": "Statistics Norway 07459",
                    "ok": abs(error) <= 0.005,
                }
            )
    return rows


def events() -> pl.DataFrame:
    random = np.random.default_rng(6)
    rows: dict[str, list[Any]] = {
        name: [] for name in ("at", "began", "wanted", "due", "pathway", "episode", "step", "message")
    }
    for number in range(3000):
        day, visit = number % 7, number % 5
        hour = float(np.clip(random.normal((9, 13, 18)[number % 3], 2), 0, 23.9))
        began = START + timedelta(days=day, hours=hour)
        delay = timedelta(minutes=float(random.exponential(20)) if number % 4 == 0 else 0)
        pathway, step = ("home-care-round", "visit") if visit else ("gp-consultation", "consultation")
        episode = f"{pathway}/{number}"
        passage, part = divmod(number // 50, 3)
        # Every fifth episode began before the period: its first step is not there.
        if number % 50 == 0 and (part or passage % 5):
            pathway, step = "discharge-ready", ("admitted", "ready", "first-visit")[part]
            episode = f"{pathway}/{passage}"
            began = START + timedelta(days=passage % 5 + part, hours=12)
        rows["wanted"].append(began)
        rows["began"].append(began + delay)
        rows["at"].append(began + delay + timedelta(minutes=20))
        rows["due"].append(began + timedelta(hours=1) if pathway == "discharge-ready" else None)
        rows["pathway"].append(pathway)
        rows["episode"].append(episode)
        rows["step"].append(step)
        rows["message"].append("LOG_UTSKRIVNINGSKLAR" if step == "ready" else None)
    rows["event"] = list(range(3000))
    rows["resident"] = [55_010_000_000 + number % 900 for number in range(3000)]
    made = frame(
        rows, EVENTS, {"kommunenummer": "5501", "reminder": 0, "role": "home-care.nurse", "records": [], "reads": []}
    )
    return made.sort("at")


def notices() -> pl.DataFrame:
    rows = [("a", "LOG_UTSKRIVNINGSKLAR", -3), ("b", "LOG_UTSKRIVNINGSKLAR", 1), ("c", "LOG_UTSKRIVNINGSKLAR", 3)]
    rows += [("a", "LOG_UTSKREVET", 2), ("b", "LOG_UTSKREVET", 4)]
    told = [(START + timedelta(days=day, hours=12), episode, 1, "5501", message) for episode, message, day in rows]
    return pl.DataFrame(told, schema=NOTICES, orient="row").sort("at")


def load(n: int = 4000) -> pl.DataFrame:
    random = np.random.default_rng(7)
    intended = np.sort(random.integers(0, 120_000_000_000, n))
    took = (random.lognormal(2.2, 0.6, n) * 1e6).astype(int)
    rows = {
        "intended": intended.tolist(),
        "released": intended.tolist(),
        "sent": intended.tolist(),
        "done": (intended + took).tolist(),
        "profession": [("home-care.nurse", "gp.doctor", "citizen")[i % 3] for i in range(n)],
        "outcome": ["unknown" if i % 400 == 0 else "ok" for i in range(n)],
        "resident": [(i % 24) * 10**11 + 55_010_000_000 for i in range(n)],
    }
    return frame(rows, LOAD, {"status": 200, "verb": "search", "type": "Patient", "pathway": "home-care-round"})


def measurements() -> list[dict[str, Any]]:
    rows = []
    for over, base in (("home-care.nurse", 9.0), ("gp.doctor", 9.2), ("citizen", 8.9), ("all", 9.0)):
        for name, times in (("p50", 1.0), ("p95", 2.7), ("p99", 4.1)):
            value = base * times
            rows.append(
                {
                    "name": f"response_time.{name}",
                    "value": value,
                    "unit": "ms",
                    "n": 1333,
                    "over": over,
                    "low": value * 0.9,
                    "high": value * 1.15,
                }
            )
    rows.append(
        {"name": "throughput", "value": 33.3, "unit": "requests/s", "n": 4000, "over": "all", "low": None, "high": None}
    )
    return rows


def manifest() -> dict[str, Any]:
    assumed = {"name": "care.travel_minutes", "unit": "min", "year": 2026, "source": "bench", "status": "assumed"}
    official = {"name": "gp.month", "unit": "share", "year": 2024, "source": "Helsedirektoratet", "status": "official"}
    return {
        "run": "20260112-tromso",
        "version": "0.1.0",
        "state": "complete",
        "command": ["journalbenk", "run", "quickstart", "--candidate", "tested-journal"],
        "seed": 20260112,
        "study": "quickstart",
        "study_title": {"nb": "En vinteruke i Tromsø", "en": "A winter week in Tromsø"},
        "municipalities": [{"kommunenummer": "5501", "name": "Tromsø", "population": 79943}],
        "period": {"start": "2026-01-12", "days": 7},
        "study_digest": "a" * 64,
        "population_digest": "b" * 64,
        "timeline_digest": "c" * 64,
        "interactions_digest": "d" * 64,
        "candidate": {
            "name": "tested-journal",
            "title": "Tested journal",
            "version": "0.1.0",
            "software": "journal 0.1.0",
            "base_url": "http://127.0.0.1:8080/fhir",
        },
        "started": "2026-01-20T10:00:00+01:00",
        "ended": "2026-01-20T10:01:40+01:00",
        "machine": {"cpus": 2, "model": "Some processor", "python": "3.11.7", "platform": "Linux"},
        "versions": {"polars": "1.20.0", "simpy": "4.1.1"},
        "assumed": [assumed],
        "figures": [assumed, official],
    }


def generator() -> dict[str, Any]:
    return {
        "verdict": "valid",
        "reasons": [],
        "intended": 4000,
        "released": 4000,
        "released_within_5ms_share": 0.9985,
    }


def correctness() -> list[dict[str, Any]]:
    kept = {"outcome": "pass", "message": "all 200 acknowledged writes read back are there", "evidence": []}
    return [{"check": "acknowledged_present", **kept}]


def limits() -> list[dict[str, Any]]:
    return [
        {
            "profession": profession,
            "p95_ms": 500,
            "status": "assumed",
            "verdict": "met",
            "value": 24.3,
            "low": 21.9,
            "high": 28.0,
            "n": 1333,
        }
        for profession in ("home-care.nurse", "gp.doctor", "citizen")
    ]


def verdicts() -> list[Verdict]:
    return [
        verdict("JRN-01", "pass"),
        verdict("JRN-03", "fail"),
        verdict("JRN-03", "error", attribution="bench", check="crashed", message="The check itself broke"),
        verdict("JRN-04", "pass"),
        verdict("JRN-04", "fail", level="SHOULD", message="No author's organisation on the earlier version"),
        verdict("SAM-02", "inconclusive", message="No discharge reached its end within the period"),
        verdict("SAM-06", "pass"),
        verdict("TIL-04", "not_applicable", message="Not claimed by the candidate", evidence=()),
    ]


def dump(path: Path, value: Any) -> None:
    path.write_bytes(orjson.dumps(value))


def save_history(folder: Path, found: list[Verdict], answer: str | None = None) -> None:
    for name in ("history.jsonl", "verdicts.jsonl"):
        (folder / name).unlink(missing_ok=True)
    recorder = Recorder(folder)
    for example in dict.fromkeys(v.example for v in found):
        recorder.fact(example, Fact("allergies", 4))
        recorder.exchange(example, exchange(1))
        recorder.exchange(example, exchange(2, answer=answer, status=500))
    for one in found:
        recorder.verdict(one)
    recorder.close()


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run; tests must not change it."""
    folder = tmp_path_factory.mktemp("finished")
    people = population()
    people.write_parquet(folder / "population.parquet")
    dump(folder / "population-fit.json", fit(people))
    events().write_parquet(folder / "events.parquet")
    notices().write_parquet(folder / "notices.parquet")
    pl.DataFrame(schema=INTERACTIONS).write_parquet(folder / "interactions.parquet")
    (folder / "load").mkdir()
    load().write_parquet(folder / "load" / "load.parquet")
    dump(folder / "load" / "generator.json", generator())
    dump(folder / "load-limits.json", limits())
    dump(folder / "load-correctness.json", correctness())
    dump(folder / "measurements.json", measurements())
    dump(folder / "manifest.json", manifest())
    save_history(folder, verdicts())
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Callable[..., Path]:
    """A run without people, care and load: manifest (with changes) and verdicts only; quick to render."""

    def make(found: list[Verdict] | None = None, answer: str | None = None, **changes: Any) -> Path:
        dump(tmp_path / "manifest.json", {**manifest(), **changes})
        save_history(tmp_path, verdicts() if found is None else found, answer)
        return tmp_path

    return make


@pytest.fixture
def judged() -> Callable[..., Verdict]:
    """Makes one verdict: ``judged("JRN-01", "fail", message=...)``."""
    return verdict


@pytest.fixture
def synthetic_number() -> str:
    """A person number of the synthetic series, as it stands in the exchanges."""
    return SYNTHETIC
