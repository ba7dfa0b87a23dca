"""Everything that is a table of its own about a population, made together."""

import polars as pl

from simulator.domain.record import Record
from simulator.figures import Figures
from simulator.figures.changes import read_code_changes
from simulator.figures.regimens import regimens
from simulator.population.backgrounds import Backgrounds
from simulator.population.gp_lists import gp_lists
from simulator.population.health import condition_models
from simulator.population.identities import make_identities
from simulator.population.medicines import allergies, medicine_model, medicine_rows, medicines
from simulator.population.relations import consents, relations
from simulator.population.services import service_rows, services


def check_tables(figures: Figures) -> None:
    """Read every file of figures that :class:`Figures` itself does not; raises InputError with file and line."""
    Backgrounds.read(figures)
    read_code_changes(figures.directory)
    regimens(figures.directory)
    service_rows(figures)
    models = condition_models(figures)
    for row in medicine_rows(figures):
        medicine_model(row, figures, models)


def make_record(frame: pl.DataFrame, figures: Figures, seed: int) -> Record:
    """The tables about a population (``tables.POPULATION``) that holds its municipalities whole.

    Rows depend on their municipality only, so blocks of municipalities give together what the nation gives.
    """
    return Record(
        identities=make_identities(frame, figures, seed),
        relations=relations(frame, figures, seed),
        services=services(frame, figures, seed),
        medicines=medicines(frame, figures, seed),
        allergies=allergies(frame, figures, seed),
        consents=consents(frame, figures, seed),
        gp_lists=gp_lists(frame, figures, seed),
    )
