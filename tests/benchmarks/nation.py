"""How fast and how small the whole nation is, and how many Patients a CPU-second writes, against what others do.

Baselines: Faker asked person by person, and ``carebundle`` (the extra ``bench``), both on as many people as they manage
in a minute.
"""

import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final

import orjson
from faker import Faker

from simulator.fhir.bulk import About, Bulk, append
from simulator.figures import Figures
from simulator.population import make_population, make_record

_PATIENT_REPEATS: Final = 7
_NATION_REPEATS: Final = 3
_MUNICIPALITY: Final = "4601"
_BASELINE_SECONDS: Final = 60.0
_BATCH: Final = 200
_DAY: Final = date(2026, 1, 1)
_SEED: Final = 7
_WALL, _GIB, _MEGABYTES = 15, 1.5, 150
"""What the whole nation may take: seconds of wall time on two cores, GiB at the peak, MB of Parquet."""

Row = dict[str, Any]


def run() -> list[Row]:
    """Rows for ``make bench``: the nation against the clock, memory and disk, and Patients as NDJSON."""
    baselines = {
        "Faker no_NO, a Patient at a time": _per_second(_faker_patient()),
        "carebundle, a Patient at a time": _per_second(_carebundle_patient()),
    }
    made, took = _patients(), [_command() for _ in range(_NATION_REPEATS)]
    return [
        row for name, theirs in baselines.items() for row in (*_nation(took, name, theirs), _row(made, name, theirs))
    ]


def _patients() -> list[float]:
    figures = Figures.load()
    people = make_population(figures, [_MUNICIPALITY], _SEED)
    record = make_record(people, figures, _SEED)
    about = Bulk(figures, day=_DAY, seed=_SEED).about(people, record)
    _patients_per_second(about)
    return sorted(_patients_per_second(about) for _ in range(_PATIENT_REPEATS))


def _row(made: list[float], baseline: str, theirs: float) -> Row:
    return {
        "name": "patients_ndjson",
        "value": median(made),
        "unit": "Patients per CPU-second",
        "baseline": baseline,
        "baseline_value": theirs,
        "ratio": median(made) / theirs,
        "target": 300_000,
        "target_of": "value",
        "n": len(made),
        "low": made[0] / theirs,
        "high": made[-1] / theirs,
    }


def _patients_per_second(about: About) -> float:
    with tempfile.TemporaryFile() as file:
        began = process_time()
        count = sum(append(file, lines) for lines in about.lines("Patient"))
        return count / (process_time() - began)


def _nation(took: list[tuple[float, float, float, float]], baseline: str, theirs: float) -> list[Row]:
    """Residents per second of wall time, CPU-second, GiB of peak memory and MB of Parquet: all are to be high."""
    people = sum(place.population for place in Figures.load().municipalities())
    targets = (people / _WALL, people / (2 * _WALL), people / _GIB, people / _MEGABYTES)
    names = ("nation_wall", "nation_cpu", "nation_memory", "nation_parquet")
    units = ("second", "CPU-second", "GiB of peak memory", "MB of Parquet")
    rows = []
    for name, unit, target, values in zip(names, units, targets, zip(*took, strict=True), strict=True):
        rates = sorted(people / value for value in values)
        rows.append(
            {
                "name": name,
                "value": median(rates),
                "unit": f"residents per {unit}",
                "baseline": f"{baseline}, per CPU-second",
                "baseline_value": theirs,
                "ratio": median(rates) / theirs,
                "target": round(target),
                "target_of": "value",
                "n": len(took),
                "low": rates[0] / theirs,
                "high": rates[-1] / theirs,
            }
        )
    return rows


def _command() -> tuple[float, float, float, float]:
    """Wall seconds, CPU seconds, peak GiB and MB written of making everybody with their fit, by the command itself."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "nation.parquet"
        command = [sys.executable, "-m", "simulator", "population", "--national", "--seed", str(_SEED)]
        began = perf_counter()
        with subprocess.Popen([*command, "--out", str(out)], stderr=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = perf_counter() - began
        if process.returncode:
            raise RuntimeError(f"population ended with {process.returncode}")
        return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20, out.stat().st_size / 1e6


def _per_second(make: Callable[[int], bytes]) -> float:
    """How many a maker of one Patient makes in a CPU-second, tried for some seconds."""
    make(0)
    began, count = process_time(), 0
    while process_time() - began < _BASELINE_SECONDS:
        count += sum(bool(make(count + number)) for number in range(_BATCH))
    return count / (process_time() - began)


def _faker_patient() -> Callable[[int], bytes]:
    faker = Faker("no_NO")
    faker.seed_instance(_SEED)

    def make(number: int) -> bytes:
        resource = {
            "resourceType": "Patient",
            "id": str(number),
            "name": [{"family": faker.last_name(), "given": [faker.first_name()]}],
            "birthDate": faker.date_of_birth().isoformat(),
            "address": [{"line": [faker.street_address()], "postalCode": faker.postcode(), "city": faker.city()}],
            "telecom": [{"system": "phone", "value": faker.phone_number()}],
        }
        return orjson.dumps(resource) + b"\n"

    return make


def _carebundle_patient() -> Callable[[int], bytes]:
    carebundle = importlib.import_module("carebundle")

    def make(number: int) -> bytes:
        patient = carebundle.generate_patient(seed=_SEED, index=number)
        return str(carebundle.to_json(patient)).encode() + b"\n"

    return make
