"""Official figures in, residents out: whole columns at a time, never one object per person."""

from simulator.population.cohort import check_cohort, choose_cohort
from simulator.population.fit import population_fit
from simulator.population.frame import make_population

__all__ = ["check_cohort", "choose_cohort", "make_population", "population_fit"]
