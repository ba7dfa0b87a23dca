"""Small populations and studies made by hand for the care simulation's tests."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from simulator.domain.scenario import Study
from simulator.domain.tables import POPULATION
from simulator.figures import Figures
from simulator.scenario import load_study

PATHWAY = """
pathway: {name}
title: {{nb: Prøve, en: Trial}}
{demand}
before: {before} d
steps:
{steps}
"""

STUDY = """
study: trial
title: {{nb: Prøve, en: Trial}}
municipalities: {municipalities}
start: 2026-01-12
days: {days}
seed: {seed}
pathways: {pathways}
staffing: {{use: staffing.yaml}}
"""

STAFFING = """
staffing: trial
organisations: {{citizen: {{}}, clinic: {{}}, list: {{one_per: fastlege}}, hospital: {{}}, intake: {{}}}}
roles:
  citizen: {{title: {{nb: Innbygger, en: Citizen}}, at: citizen, numbered: false}}
  nurse: {{title: {{nb: Sykepleier, en: Nurse}}, at: clinic}}
  porter: {{title: {{nb: Portør, en: Porter}}, at: hospital}}
staff:
  nurses: {{role: nurse, persons: {persons}, shifts: {{all: {{hours: "00:00-24:00"}}}}}}
"""

CLUSTER = """
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        input()
"""

People = Callable[..., pl.DataFrame]
Trial = Callable[..., Study]


@pytest.fixture(scope="session")
def figures() -> Figures:
    """The bench's own figures."""
    return Figures.load()


@pytest.fixture(scope="session")
def people() -> People:
    """Makes residents of one site: every second a woman, aged 70, on list 0, with home care for every fifth."""

    def make(count: int, kommunenummer: str = "5501", replica: int = 0) -> pl.DataFrame:
        base = replica * 10**11 + int(kommunenummer) * 10**7
        empty = pl.DataFrame(schema=POPULATION)
        told = pl.DataFrame(
            {
                "resident": [base + n for n in range(count)],
                "replica": [replica] * count,
                "kommunenummer": [kommunenummer] * count,
                "sex": [("female", "male")[n % 2] for n in range(count)],
                "age": [70] * count,
                "fastlege": [n % 3 for n in range(count)],
                "home_care_hours": [4.0 if n % 5 == 0 else 0.0 for n in range(count)],
                "nursing_home": [False] * count,
                "has_diabetes_diagnosed": [False] * count,
            },
            schema_overrides={name: kind for name, kind in POPULATION.items() if name in _GIVEN},
        )
        return pl.concat([empty, told], how="diagonal")

    return make


_GIVEN = {
    "resident",
    "replica",
    "kommunenummer",
    "sex",
    "age",
    "fastlege",
    "home_care_hours",
    "nursing_home",
    "has_diabetes_diagnosed",
}


@pytest.fixture
def trial(tmp_path: Path, figures: Figures) -> Trial:
    """Makes a study of one pathway per named text of steps, with so many nurses."""

    def make(
        pathways: dict[str, str],
        *,
        demand: str = "demand: {rate: 365.25}",
        persons: int = 3,
        days: int = 2,
        seed: int = 1,
        before: int = 0,
    ) -> Study:
        (tmp_path / "staffing.yaml").write_text(STAFFING.format(persons=persons), encoding="utf-8")
        for name, steps in pathways.items():
            text = PATHWAY.format(name=name, steps=steps, demand=demand, before=before)
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        named = [f"{name}.yaml" for name in pathways]
        text = STUDY.format(municipalities=["5501"], days=days, seed=seed, pathways=named)
        (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
        return load_study(tmp_path / "study.yaml", figures)

    return make


WORLD = """
staffing: world
organisations: {citizen: {}, gp: {one_per: fastlege}, home-care: {}, hospital: {}, ward: {}}
roles:
  citizen: {title: {nb: Innbygger, en: Citizen}, at: citizen, numbered: false}
  doctor: {title: {nb: Lege, en: Doctor}, at: gp}
  nurse: {title: {nb: Sykepleier, en: Nurse}, at: home-care}
  surgeon: {title: {nb: Kirurg, en: Surgeon}, at: hospital}
"""
SILENT = """
systems: silent
kinds:
  common: {title: {nb: Felles, en: Common}}
  regional: {title: {nb: Regional, en: Regional}}
  own: {title: {nb: Eget, en: Own}}
  paper: {title: {nb: Papir, en: Paper}}
roads:
  shared: {}
  message: {delay: 10 min, held_back: 5 h}
  letter: {delay: 2 d}
between:
  common: {common: shared, regional: message, own: message, paper: letter}
  regional: {common: message, regional: shared, own: message, paper: letter}
  own: {common: message, regional: message, own: message, paper: letter}
  paper: {common: letter, regional: letter, own: letter, paper: letter}
carries: {EPIKRISE: [summary, documents], HENVISNING: [summary], DIALOG_SVAR: [summary]}
"""
"""Messages that take ten minutes and to which nothing happens, unless the study says so."""

World = Callable[..., Study]


@pytest.fixture
def world(tmp_path: Path, figures: Figures) -> World:
    """Makes a study of pathways by name (what follows their title), with more of staffing, systems and study."""

    def make(
        pathways: dict[str, str],
        *,
        staffing: str = "",
        systems: str = "",
        study: str = "",
        silent: str = SILENT,
        days: int = 2,
        seed: int = 1,
    ) -> Study:
        (tmp_path / "world.yaml").write_text(WORLD + staffing, encoding="utf-8")
        (tmp_path / "silent.yaml").write_text(silent + systems, encoding="utf-8")
        for name, body in pathways.items():
            text = f"pathway: {name}\ntitle: {{nb: Prøve, en: Trial}}\n{body}\n"
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        text = (
            "study: trial\ntitle: {nb: Prøve, en: Trial}\nmunicipalities: ['5501']\nstart: 2026-01-12\n"
            f"days: {days}\nseed: {seed}\npathways: {[f'{name}.yaml' for name in pathways]}\n"
            f"staffing: {{use: world.yaml}}\nsystems: silent.yaml\n{study}\n"
        )
        (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
        return load_study(tmp_path / "study.yaml", figures)

    return make


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Dask cluster of two worker processes on this machine's loopback, by the address of its scheduler."""
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "cluster.py").write_text(CLUSTER, "utf-8")
    with subprocess.Popen(
        [sys.executable, "cluster.py"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.communicate("\n", timeout=60)
