"""Official figures in, residents out: whole columns at a time, never one object per person."""

from simulator.population.cohort import check_cohort, choose_cohort
from simulator.population.fit import population_fit
from simulator.population.frame import make_population
from simulator.population.gp_lists import gp_lists
from simulator.population.identities import make_identities

__all__ = ["check_cohort", "choose_cohort", "gp_lists", "make_identities", "make_population", "population_fit"]
