"""Official figures in, residents out: whole columns at a time, never one object per person."""

from simulator.population.cohort import check_cohort, choose_cohort, matching
from simulator.population.fit import counted, population_fit
from simulator.population.fit_record import RecordFit
from simulator.population.frame import make_population, population_blocks
from simulator.population.gp_lists import gp_lists
from simulator.population.identities import make_identities
from simulator.population.life_codes import code_change_events, code_changes, with_codes
from simulator.population.life_events import READ as READ_OF_LIVES
from simulator.population.life_events import life_events, life_events_of
from simulator.population.medicines import allergies, medicines
from simulator.population.record import check_tables, make_record
from simulator.population.relations import consents, relations
from simulator.population.services import services
from simulator.population.spread import Hand, spread_blocks

__all__ = [
    "READ_OF_LIVES",
    "Hand",
    "RecordFit",
    "allergies",
    "check_cohort",
    "check_tables",
    "choose_cohort",
    "code_change_events",
    "code_changes",
    "consents",
    "counted",
    "gp_lists",
    "life_events",
    "life_events_of",
    "make_identities",
    "make_population",
    "make_record",
    "matching",
    "medicines",
    "population_blocks",
    "population_fit",
    "relations",
    "services",
    "spread_blocks",
    "with_codes",
]
