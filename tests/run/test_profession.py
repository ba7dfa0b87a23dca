"""A profession that nobody wrote Python for works, waits, and is what it is in FHIR."""

from pathlib import Path

import orjson
import polars as pl

from simulator.care import simulate
from simulator.domain.codes import HEALTH_PERSONNEL
from simulator.fhir import render
from simulator.figures import Figures
from simulator.population import make_population
from simulator.scenario import load_study

STAFFING = """
staffing: births
organisations: {citizen: {}, birth-centre: {}}
roles:
  citizen: {title: {nb: Innbygger, en: Citizen}, at: citizen, numbered: false}
  midwife: {title: {nb: Jordmor, en: Midwife}, at: birth-centre, category: {code: JO, name: Jordmor}}
staff:
  midwives: {role: midwife, persons: 1, shifts: {day: {hours: "08:00-15:00", days: mon-fri}}}
"""
PATHWAY = """
pathway: check
title: {nb: Svangerskapskontroll, en: Antenatal check}
who: {ages: 18-45, where: "sex = 'female'"}
demand: {rate: 4, hour: gp.hour}
steps:
  - {id: booked, by: citizen, channel: electronic, records: [appointment]}
  - {id: seen, by: midwife, channel: in-person, after: booked, takes: 30 min, reads: [summary], records: [consultation]}
"""
STUDY = """
study: midwives
title: {nb: Jordmødre, en: Midwives}
municipalities: ["5534"]
start: 2026-01-12
days: 5
seed: 1
pathways: [check.yaml]
staffing: {use: births.yaml}
"""


def test_a_new_profession_needs_yaml_alone(tmp_path: Path) -> None:
    """A midwife of the staffing's own is short, is numbered, and has her category of Volven 9060."""
    for name, text in (("births", STAFFING), ("check", PATHWAY), ("study", STUDY)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    figures = Figures.load()
    study = load_study(tmp_path / "study.yaml", figures)
    people = make_population(figures, study.municipalities, study.seed)
    events = simulate(study, people, figures)
    seen = events.filter(pl.col("role") == "midwife")
    assert seen.height > 10
    assert seen.select((pl.col("began") > pl.col("wanted")).any()).item()
    written = render(events, people, figures, seed=1, start=study.start, professions=study.staffing.professions)
    bodies = [orjson.loads(body) for body in written.filter(pl.col("type") == "Practitioner")["body"].drop_nulls()]
    codes = [code for body in bodies for code in body["qualification"][0]["code"]["coding"]]
    assert {"system": HEALTH_PERSONNEL, "code": "JO", "display": "Jordmor"} in codes
