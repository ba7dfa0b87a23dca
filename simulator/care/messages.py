"""What becomes of messages: by which road they go, how long it takes, what goes wrong, and what reminders mend."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.care.amounts import Keys
from simulator.care.lines import Delivery, Line, Reminders, Work
from simulator.care.roads import DELIVERED, SHARED, SystemsPlan, TrafficPlan
from simulator.care.users import Users
from simulator.domain.scenario import Acknowledgement
from simulator.domain.systems import FATES
from simulator.streams import stream

NEVER: Final = 2**60
_LOST: Final = FATES.index("lost")
_REJECTED: Final = FATES.index("rejected")
LATE: Final = FATES.index("late")
OVERTAKEN: Final = FATES.index("out-of-order")
HELD_BACK: Final = (LATE, OVERTAKEN)
Ints = NDArray[np.int64]


def deliver(users: Users, work: Work, line: Line, followed: Callable[[Line], NDArray[np.bool_]]) -> Delivery:
    """Draw what becomes of every message of a line; ``followed`` tells in which episodes another goes the same way."""
    step, site, plan = line.plan.step, users.site, users.plan
    assert plan is not None
    row = work.episodes.row
    road = plan.road[users.codes(step.at)[row], users.codes(step.to)[row]]
    if step.at == step.to:
        road = np.full(len(row), SHARED, dtype=np.int8)
    keys = site.people.take(row, work.episodes.number)
    post = _Post(site.plan.seed, f"care/{work.plan.pathway.name}/{step.id}", plan, keys, road)
    delay, fate = post.sent(0)
    stuck = post.stuck(delay, fate, followed(line)) if (fate == OVERTAKEN).any() else {}
    if step.acknowledged is None:
        known, reminders = np.where(fate == _REJECTED, NEVER, delay), None
    else:
        known, reminders = _reminded(post, step.acknowledged, delay, fate)
    return Delivery(road, fate, np.where(known >= NEVER, -1, known), reminders, stuck)


@dataclass(frozen=True, slots=True)
class _Post:
    """The messages of one line."""

    seed: int
    name: str
    plan: SystemsPlan
    keys: Keys
    road: NDArray[np.int8]

    def sent(self, attempt: int) -> tuple[Ints, NDArray[np.int8]]:
        """Seconds under way (``NEVER`` for what does not arrive) and the fate of each, sent for the n-th time."""
        delay = np.zeros(len(self.road), dtype=np.int64)
        fate = np.full(len(self.road), DELIVERED, dtype=np.int8)
        for road, traffic in self.plan.traffic.items():
            some = np.flatnonzero(self.road == road)
            if len(some) and not _smooth(traffic):
                delay[some], fate[some] = self._on(traffic, some, attempt)
        return delay, fate

    def stuck(self, delay: Ints, fate: NDArray[np.int8], followed: NDArray[np.bool_]) -> dict[int, int]:
        """Those that wait for a later one to overtake them: how long behind it they come, by episode.

        Their ``delay`` is lengthened to when they come at the latest.
        """
        found: dict[int, int] = {}
        for road, traffic in self.plan.traffic.items():
            some = np.flatnonzero((self.road == road) & (fate == OVERTAKEN) & followed)
            if len(some) and traffic.overtaken_within is not None and traffic.held_back is not None:
                keys = self._keys(some)
                within = traffic.overtaken_within.seconds(stream(self.seed, self.name, "overtaken", 0), keys)
                delay[some] += np.maximum(within, 0)
                behind = traffic.held_back.seconds(stream(self.seed, self.name, "held-back", 0), keys)
                found |= zip(some.tolist(), np.maximum(behind, 1).tolist(), strict=True)
        return found

    def _keys(self, some: Ints) -> Keys:
        return Keys(*(getattr(self.keys, name)[some] for name in ("resident", "number", "sex", "age")))

    def _on(self, traffic: TrafficPlan, some: Ints, attempt: int) -> tuple[Ints, NDArray[np.int8]]:
        keys = self._keys(some)
        draw = stream(self.seed, self.name, "fate", attempt).uniforms(keys.resident, keys.number)
        place = np.searchsorted(traffic.bounds, draw, side="right")
        fate = np.array([*traffic.fates, DELIVERED], dtype=np.int8)[place]
        delay = np.maximum(traffic.delay.seconds(stream(self.seed, self.name, "delay", attempt), keys), 0)
        if traffic.held_back is not None:
            more = traffic.held_back.seconds(stream(self.seed, self.name, "held-back", attempt), keys)
            delay = np.where(np.isin(fate, HELD_BACK), delay + np.maximum(more, 0), delay)
        # A rejected message has arrived, and so does the receipt that says so; what it told has not.
        return np.where(fate == _LOST, NEVER, delay), fate


def last_reminder(reminders: Reminders) -> Ints:
    """Seconds from each message to the last reminder that it may take; -1 for none."""
    last: Ints = np.where(reminders.sent < NEVER, reminders.sent, -1).max(axis=0)
    return last


def _smooth(traffic: TrafficPlan) -> bool:
    """Whether everything arrives at once."""
    return not traffic.fates and traffic.delay.kind == "constant" and not traffic.delay.mean.any()


def _reminded(post: _Post, rule: Acknowledgement, first: Ints, fate: NDArray[np.int8]) -> tuple[Ints, Reminders]:
    """When it is known at last, and the reminders that takes.

    Whoever has no receipt within the time sends again; a negative receipt is answered at once with a corrected one.
    """
    rejected = fate == _REJECTED
    known = np.where(rejected, NEVER, first)
    again = np.where(rejected, first, rule.seconds)
    sent, came = (np.full((rule.remind, len(first)), NEVER, dtype=np.int64) for _ in range(2))
    fates = np.full((rule.remind, len(first)), DELIVERED, dtype=np.int8)
    for attempt in range(1, rule.remind + 1):
        needed = known > again
        if not needed.any():
            break
        delay, how = post.sent(attempt)
        rejected = how == _REJECTED
        arrives = np.where(rejected | (delay >= NEVER), NEVER, again + delay)
        known = np.where(needed, np.minimum(known, arrives), known)
        sent[attempt - 1, needed], came[attempt - 1], fates[attempt - 1] = again[needed], arrives, how
        again = np.where(needed, again + np.where(rejected, delay, rule.seconds), again)
    return known, Reminders(sent, came, fates)
