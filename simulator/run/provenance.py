"""Where a run's figures come from: machine, versions and the figures of the world that were used."""

import os
import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from simulator.domain.scenario import Study
from simulator.fhir import assumptions
from simulator.figures import Figures

_PACKAGES = ("simpy", "faker", "locust", "pytest", "pytest-bdd", "requests", "pyyaml", "matplotlib", "numpy", "polars")


def machine() -> dict[str, Any]:
    """The machine the run is on, in the words a reader needs to judge its figures."""
    return {
        "cpus": len(os.sched_getaffinity(0)),
        "model": _cpu_model(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "platform": platform.platform(),
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """The versions of the bench and of the libraries its results rest on."""
    found = {}
    for package in ("journalbenk", *_PACKAGES):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def figures_used(figures: Figures, study: Study) -> dict[str, Any]:
    """Every figure and parameter used so far, and the assumed ones once more by themselves."""
    used = [asdict(use) for use in (*figures.used(), *assumptions())]
    used += [
        {
            "name": f"{Path(p.where).stem}: {p.name} = {p.value}",
            "unit": "",
            "year": p.year,
            "source": p.source,
            "status": p.status,
        }
        for p in study.parameters
    ]
    return {"figures": used, "assumed": [use for use in used if use["status"] == "assumed"]}


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
