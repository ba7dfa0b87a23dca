"""Municipalities prepared for simulation: people as columns, organisations, and staff with their calendars."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.care.course import Course
from simulator.care.demand import Residents
from simulator.care.plan import Plan, StaffPlan
from simulator.care.pool import Crowd, Duty, Places, Pool
from simulator.care.rosters import roster
from simulator.conditions import expression as meaning
from simulator.streams import stream

SEXES = ("female", "male")
_APART = 100_000
"""More people than a role has that nobody counts: by it those who serve one municipality are told from others."""
Rows = NDArray[np.int64]


class Site:
    """Municipalities, or replicas of them, with everything in them that can run short.

    What happens in one does not depend on which others are beside it. They are prepared together because whole
    columns cost less than one municipality after the other.
    """

    def __init__(self, plan: Plan, frame: pl.DataFrame, env: Course) -> None:
        self.plan = plan
        self.lives = plan.lives
        """Events in the residents' lives (tables.LIFE_EVENTS); those of others too."""
        self.frame = frame
        self.env = env
        homes = frame.select("replica", "kommunenummer", site=pl.struct("replica", "kommunenummer").rle_id())
        each = homes.unique("site", keep="first", maintain_order=True)
        self.kommunenummer, self.replica = each["kommunenummer"], each["replica"]
        named = pl.when(pl.col("replica") > 0).then(pl.format("{}.{}", "kommunenummer", "replica"))
        self.names = each.select(name=named.otherwise("kommunenummer"))["name"]
        """What each municipality's organisations are named after."""
        self.people = Residents(
            frame["resident"].to_numpy().astype(np.uint64),
            (frame["sex"] == SEXES[1]).to_numpy().astype(np.int64),
            frame["age"].to_numpy().astype(np.int64),
            homes["site"].to_numpy().astype(np.int64),
        )
        self._pools: dict[tuple[str, int, int], Pool] = {}
        self._crowds: dict[tuple[str, str], list[Crowd]] = {}
        self._places: dict[tuple[str, int], Places] = {}
        self._rosters: dict[tuple[str, int, int, int], list[Duty]] = {}
        self._served: dict[str, list[int]] = {}
        """SQL condition to how many residents of each municipality meet it."""
        self._truths: dict[str, NDArray[np.bool_]] = {}

    @cached_property
    def _staff(self) -> dict[str, StaffPlan]:
        return {plan.staff.name: plan for plan in self.plan.staff}

    def truth(self, condition: str) -> NDArray[np.bool_]:
        """For whom an SQL condition holds; everybody when it is empty."""
        if condition not in self._truths:
            found = np.ones(self.frame.height, dtype=np.bool_)
            if condition:
                found = self.frame.select(it=meaning(condition).fill_null(value=False))["it"].to_numpy()
            self._truths[condition] = found
        return self._truths[condition]

    def amounts(self, expression: str, rows: Rows | None = None) -> NDArray[np.float64]:
        """An SQL expression's number for each resident, or for some; 0 for whom it gives none."""
        if expression.replace(".", "", 1).isdecimal():
            return np.full(self.frame.height if rows is None else len(rows), float(expression))
        found = self.frame.select(meaning(expression).cast(pl.Float64).fill_null(0.0).alias("it"))["it"]
        column = found if len(found) == self.frame.height else found.new_from_index(0, self.frame.height)
        return column.to_numpy() if rows is None else column.to_numpy()[rows]

    def organisation(self, kind: str, rows: Rows) -> pl.Series:
        """The key of some residents' organisation of a kind; null for one whose column says none."""
        one_per = self.plan.organisations[kind].one_per
        base = (self._names_for(kind) + f"/{kind}").gather(self.people.site[rows])
        if not one_per:
            return base
        listed = pl.when(pl.col("n") >= 0).then(pl.format("{}/{}", "base", "n"))
        return pl.DataFrame({"base": base, "n": self.frame[one_per].gather(rows)}).select(it=listed)["it"]

    def settle(self) -> None:
        """Forget what only preparing needed; what is known of the people themselves is most of the memory."""
        lists = {kind.one_per for kind in self.plan.organisations.values() if kind.one_per}
        self.frame = self.frame.select(pl.col("resident"), *sorted(lists))
        self._truths.clear()

    def _meeting(self, condition: str) -> list[int]:
        """How many residents of each municipality meet an SQL condition; remembered when the people are forgotten."""
        if condition not in self._served:
            met = self.truth(condition).astype(np.float64)
            self._served[condition] = self.people.per_site(met).astype(np.int64).tolist()
        return self._served[condition]

    def has(self, kind: str) -> NDArray[np.bool_]:
        """Which residents have an organisation of a kind."""
        one_per = self.plan.organisations[kind].one_per
        return (self.frame[one_per] >= 0).to_numpy() if one_per else np.ones(self.frame.height, dtype=np.bool_)

    def _names_for(self, kind: str) -> pl.Series:
        """What each municipality's organisation of a kind is named after: itself, or the area that shares it."""
        if kind not in self.plan.areas:
            return self.names
        area = [self.plan.areas[kind][number] for number in self.kommunenummer]
        named = [f"{name}.{replica}" if replica else name for name, replica in zip(area, self.replica, strict=True)]
        return pl.Series(named, dtype=pl.String)

    def residents(self, kind: str) -> dict[tuple[str, str], int]:
        """Organisation of a kind and SQL condition of its staff and places to how many of the residents meet it."""
        conditions = {staff.staff.where for staff in self.plan.staff if staff.staff.at == kind}
        conditions |= {place.place.where for place in self.plan.places.values() if place.place.at == kind}
        owners = self._names_for(kind) + f"/{kind}"
        found: dict[tuple[str, str], int] = {}
        for where in sorted(conditions | {""}):
            for owner, count in zip(owners, self._meeting(where), strict=True):
                found[owner, where] = found.get((owner, where), 0) + count
        return found

    def pools(self, staff: str, rows: Rows, start: Rows) -> list[Pool | Crowd]:
        """The pool that serves the resident of each row, who needs it from ``start`` on at the earliest."""
        one_per = self.plan.organisations[self._staff[staff].staff.at].one_per
        numbers = self.frame[one_per].to_numpy()[rows] if one_per else np.zeros(len(rows), dtype=np.int64)
        # One integer for municipality and number, so that each pool is looked for once.
        wanted, which = np.unique(self.people.site[rows] * 2**32 + (numbers + 1), return_inverse=True)
        found = [self._pool(staff, key >> 32, (key & (2**32 - 1)) - 1) for key in wanted.tolist()]
        first = np.full(len(wanted), start.max(initial=0))
        np.minimum.at(first, which, start)
        for pool, second in zip(found, first.tolist(), strict=True):
            pool.needed = min(pool.needed, second)
        return [found[n] for n in which.tolist()]

    def places(self, name: str, rows: Rows) -> list[Pool]:
        """The places of that name that the resident of each row can have, free from the beginning."""
        plan = self.plan.places[name]
        one_per = self.plan.organisations[plan.place.at].one_per
        keys = self.people.site * 2**32 + (self.frame[one_per].to_numpy().astype(np.int64) + 1 if one_per else 0)
        served = self._meeting(plan.place.where)
        # All that there are, also where nobody needs one: they are what those taken are held against.
        there = np.unique(keys)
        for key in there.tolist():
            if (name, key) not in self._places:
                self._places[name, key] = Places(self.env, plan.of(served[key >> 32]))
        found: list[Pool] = [self._places[name, key] for key in there.tolist()]
        return [found[n] for n in np.searchsorted(there, keys[rows]).tolist()]

    def places_in_use(self) -> Iterator[tuple[str, Places]]:
        """Every organisation's places by name, of the names that anybody may need."""
        return ((name, places) for (name, _), places in self._places.items())

    def _pool(self, staff: str, site: int, number: int) -> Pool:
        if (staff, site, number) not in self._pools:
            self._pools[staff, site, number] = self._open(staff, site, number)
        return self._pools[staff, site, number]

    def all_pools(self) -> list[Pool]:
        """Every pool of people and of places that is in use."""
        return [*self._pools.values(), *self._places.values()]

    def crowds(self, role: str, kind: str, rows: Rows) -> list[Pool | Crowd]:
        """For the resident of each row the people of a role that nobody counts, at one kind of organisation."""
        if (role, kind) not in self._crowds:
            apart = _APART if kind in self.plan.areas else 0
            self._crowds[role, kind] = [Crowd(apart * int(number)) for number in self.kommunenummer]
        found = self._crowds[role, kind]
        return [found[n] for n in self.people.site[rows].tolist()]

    def _open(self, staff: str, site: int, number: int) -> Pool:
        pool, where = Pool(self.env), self._staff[staff].staff.where
        pool.needed = self.plan.end
        self._meeting(where)
        self.env.process(pool.follow(self._calendar(pool, staff, site, number)))
        return pool

    def _calendar(self, pool: Pool, staff: str, site: int, number: int) -> Iterator[Duty]:
        """The changes of shift of a pool from when it is needed, worked out when that is known."""
        plan, clock = self._staff[staff], self.plan.clock
        # Who is away is each organisation's own affair.
        key = (staff, site, number if plan.away else 0, clock.day(pool.needed))
        if key not in self._rosters:
            residents = self._meeting(plan.staff.where)[site]
            draws = stream(self.plan.seed, "away", f"{self.names[site]}/{staff}/{number}")
            self._rosters[key] = roster(plan, residents, clock, draws, (pool.needed, self.plan.end))
        yield from self._rosters[key]
