"""Systems that are down: when what was to be recorded, looked up, sent or received gets through after all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.care.roads import CODE
from simulator.care.users import Users
from simulator.domain.systems import Outage

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Outages:
    """The outages of a study, in order of their beginning."""

    outages: tuple[Outage, ...]
    users: Users

    def touch(self, kind: str) -> bool:
        """Whether an organisation of that kind may be down at some time."""
        codes = self.users.possible(kind)
        return any(outage.system == kind or CODE.get(outage.system) in codes for outage in self.outages)

    def up(self, kind: str, code: int, second: int) -> int:
        """The second itself, or the one from which an organisation with that system works again."""
        for outage in self.outages:
            hit = outage.system == kind or CODE.get(outage.system) == code
            if hit and outage.at <= second < outage.at + outage.lasts:
                second = outage.at + outage.lasts
        return second

    def ups(self, kind: str, codes: NDArray[np.int8], seconds: Ints) -> Ints:
        """The same for columns."""
        for outage in self.outages:
            hit = (outage.system == kind) | (codes == CODE.get(outage.system, -1))
            down = hit & (seconds >= outage.at) & (seconds < outage.at + outage.lasts)
            seconds = np.where(down, outage.at + outage.lasts, seconds)
        return seconds
