"""Which organisations of a study are outside the common journal."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from simulator.care.course import Course
from simulator.care.plan import Plan, make_plan
from simulator.care.roads import CODE
from simulator.care.site import Site
from simulator.care.users import Users, possible
from simulator.domain.scenario import Study
from simulator.domain.systems import COMMON
from simulator.domain.tables import LIFE_EVENTS
from simulator.figures import Figures


@dataclass(frozen=True)
class Participants:
    """The organisations of the people (``tables.POPULATION``) of a study, and who of them uses the common journal."""

    study: Study
    people: pl.LazyFrame
    figures: Figures

    @cached_property
    def everybody(self) -> bool:
        """Whether no organisation can have another system, whoever the people are."""
        return not self._some_outside

    @cached_property
    def nobody(self) -> bool:
        """Whether no organisation can be inside."""
        return not any(CODE[COMMON] in possible(self._plan.systems, kind) for kind in self._plan.organisations)

    @cached_property
    def outside(self) -> frozenset[str]:
        """The organisations (as ``tables.EVENTS`` names them) with another system, those on paper among them."""
        if self.everybody:
            return frozenset()
        lists = {kind.one_per for kind in self._plan.organisations.values() if kind.one_per}
        homes = ["replica", "kommunenummer", *sorted(lists)]
        # One of each list stands for all: whose organisation it is depends on nothing else.
        some = self.people.unique(homes, keep="any").sort(homes).collect()
        site = Site(self._plan, some, Course(self._plan.clock.begin, self._plan.end))
        users = Users(site, self._plan.systems)
        found: set[str] = set()
        for kind in self._some_outside:
            rows = np.flatnonzero(users.codes(kind) != CODE[COMMON])
            found.update(site.organisation(kind, rows).drop_nulls().unique().to_list())
        return frozenset(found)

    @cached_property
    def _plan(self) -> Plan:
        return make_plan(self.study, self.figures, lives=pl.DataFrame(schema=LIFE_EVENTS))

    @cached_property
    def _some_outside(self) -> list[str]:
        kinds = self._plan.organisations
        return [kind for kind in kinds if possible(self._plan.systems, kind) != {CODE[COMMON]}]
