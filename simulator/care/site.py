"""One site prepared for simulation: its people as columns, its organisations, its staff with their calendars."""

from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from simpy import Environment

from simulator.care.demand import Residents
from simulator.care.plan import Plan, StaffPlan
from simulator.care.pool import Crowd, Duty, Pool
from simulator.care.rosters import roster

SEXES = ("female", "male")


class Site:
    """A municipality, or a replica of one, with everything in it that can run short."""

    def __init__(self, plan: Plan, frame: pl.DataFrame, env: Environment) -> None:
        self.plan = plan
        self.frame = frame
        self.env = env
        replica, self.kommunenummer = frame["replica"][0], frame["kommunenummer"][0]
        self.name = f"{self.kommunenummer}.{replica}" if replica else self.kommunenummer
        self.people = Residents(
            frame["resident"].to_numpy().astype(np.uint64),
            (frame["sex"] == SEXES[1]).to_numpy().astype(np.int64),
            frame["age"].to_numpy().astype(np.int64),
        )
        self._pools: dict[tuple[str, int], Pool] = {}
        self._crowds: dict[tuple[str, str], Crowd] = {}
        self._organisations: dict[str, pl.Series] = {}
        self._rosters: dict[str, list[Duty]] = {}

    @cached_property
    def _staff(self) -> dict[str, StaffPlan]:
        return {plan.staff.name: plan for plan in self.plan.staff}

    def truth(self, condition: str) -> NDArray[np.bool_]:
        """For whom an SQL condition holds; everybody when it is empty."""
        if not condition:
            return np.ones(self.frame.height, dtype=np.bool_)
        return self.frame.select(pl.sql_expr(condition).fill_null(value=False).alias("it"))["it"].to_numpy()

    def amounts(self, expression: str) -> NDArray[np.float64]:
        """An SQL expression's number for each resident."""
        if expression.isdecimal():
            return np.full(self.frame.height, float(expression))
        found = self.frame.select(pl.sql_expr(expression).cast(pl.Float64).alias("it"))["it"]
        column = found if len(found) == self.frame.height else found.new_from_index(0, self.frame.height)
        return column.to_numpy()

    def organisation(self, kind: str) -> pl.Series:
        """The key of each resident's organisation of a kind; null for one whose column says none."""
        if kind not in self._organisations:
            self._organisations[kind] = self._keys_of(kind)
        return self._organisations[kind]

    def _keys_of(self, kind: str) -> pl.Series:
        one_per = self.plan.organisations[kind].one_per
        base = pl.lit(f"{self.name}/{kind}")
        if not one_per:
            return self.frame.select(base.alias("it"))["it"].new_from_index(0, self.frame.height)
        listed = pl.when(pl.col(one_per) >= 0).then(pl.format("{}/{}", base, pl.col(one_per)))
        return self.frame.select(listed.alias("it"))["it"]

    def pools(self, staff: str, rows: NDArray[np.int64]) -> list[Pool]:
        """The pool that serves the resident of each row, put on its calendar the first time it is asked for."""
        one_per = self.plan.organisations[self._staff[staff].staff.at].one_per
        numbers = self.frame[one_per].to_numpy()[rows] if one_per else np.zeros(len(rows), dtype=np.int64)
        for number in np.unique(numbers).tolist():
            if (staff, number) not in self._pools:
                self._pools[staff, number] = self._open(staff)
        return [self._pools[staff, number] for number in numbers.tolist()]

    def all_pools(self) -> list[Pool]:
        """Every pool that is in use."""
        return list(self._pools.values())

    def crowd(self, role: str, kind: str) -> Crowd:
        """The people of a role that nobody counts, at one kind of organisation."""
        return self._crowds.setdefault((role, kind), Crowd())

    def _open(self, staff: str) -> Pool:
        pool = Pool(self.env)
        if staff not in self._rosters:
            plan = self._staff[staff]
            self._rosters[staff] = roster(plan, int(self.truth(plan.staff.where).sum()), self.plan.clock)
        self.env.process(pool.follow(self._rosters[staff]))
        return pool
