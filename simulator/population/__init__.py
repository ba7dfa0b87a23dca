"""Official figures in, residents out: whole columns at a time, never one object per person."""

from simulator.population.cohort import check_cohort, choose_cohort
from simulator.population.fit import population_fit
from simulator.population.fit_record import record_fit
from simulator.population.frame import make_population
from simulator.population.gp_lists import gp_lists
from simulator.population.identities import make_identities
from simulator.population.life_codes import code_change_events, code_changes, with_codes
from simulator.population.life_events import life_events
from simulator.population.medicines import allergies, medicines
from simulator.population.relations import consents, relations
from simulator.population.services import services

__all__ = [
    "allergies",
    "check_cohort",
    "choose_cohort",
    "code_change_events",
    "code_changes",
    "consents",
    "gp_lists",
    "life_events",
    "make_identities",
    "make_population",
    "medicines",
    "population_fit",
    "record_fit",
    "relations",
    "services",
    "with_codes",
]
