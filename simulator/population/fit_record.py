"""Targets of the tables made on demand: recipients of each service, users of each medicine."""

import numpy as np
import polars as pl

from simulator.domain.figure import STATUSES, FigureUse
from simulator.figures import Figures
from simulator.figures.tables import Row as Line
from simulator.figures.tables import read_rows
from simulator.population.began import cells
from simulator.population.fit_rows import Row, drawn_row
from simulator.population.health import condition_models
from simulator.population.medicines import HEADER as MEDICINE_HEADER
from simulator.population.medicines import medicine_model, medicines
from simulator.population.services import HEADER as SERVICE_HEADER
from simulator.population.services import service_chance, service_eligible, services


def record_fit(frame: pl.DataFrame, figures: Figures, seed: int) -> list[Row]:
    """Rows like those of ``population_fit``: the nation's recipients and users as a share of whom each is for."""
    made = dict(services(frame, figures, seed).group_by("service").len().iter_rows())
    rows = []
    for line in read_rows(figures.directory / "services.csv", SERVICE_HEADER):
        service = line.text("service")
        eligible = np.array(float(service_eligible(frame, line).sum()))
        chance = np.array(service_chance(line, figures))
        rows.append(drawn_row(f"service {service}", chance, eligible, made.get(service, 0), _use(line, "recipients")))
    taken = dict(medicines(frame, figures, seed).group_by("atc").len().iter_rows())
    models, cell = condition_models(figures), cells(frame)
    has = {model.name: frame[f"has_{model.name}"].to_numpy() for model in models}
    for line in read_rows(figures.directory / "medicines.csv", MEDICINE_HEADER):
        chances = medicine_model(line, figures, models).of(has, cell)
        atc = line.text("atc")
        ones = np.ones(len(chances))
        rows.append(drawn_row(f"medicine {atc}", chances, ones, taken.get(atc, 0), _use(line, "users_per_1000")))
    return rows


def _use(line: Line, column: str) -> FigureUse:
    status = line.word("status", STATUSES)
    known = next(valid for valid in STATUSES if valid == status)
    name = f"{line.path.stem} {column}"
    return FigureUse(name, line.text("unit"), line.whole("year", high=2100), line.text("source"), known)
