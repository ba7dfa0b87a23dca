"""Holds each address to a number of requests a second: a bucket that fills steadily and may be emptied at once."""

import time
from collections import OrderedDict
from math import ceil
from typing import Final

from simulator.journal.errors import refuse

BURST_S: Final = 2.0
"""For how many seconds' worth an address may save up."""
MOST_ADDRESSES: Final = 10_000


class Rate:
    """The buckets of all addresses, those heard from longest ago forgotten first; used from one event loop."""

    def __init__(self, a_second: float) -> None:
        self.a_second = a_second
        self.most = max(1.0, a_second * BURST_S)
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> None:
        """Counts a request; raises a 429 with ``Retry-After`` when the address has used up what it may."""
        now = time.monotonic()
        left, before = self.buckets.pop(address, (self.most, now))
        left = min(self.most, left + (now - before) * self.a_second)
        self.buckets[address] = (left - 1 if left >= 1 else left, now)
        if len(self.buckets) > MOST_ADDRESSES:
            self.buckets.popitem(last=False)
        if left < 1:
            error = refuse(429, "throttled", f"more than {self.a_second:g} requests a second; wait and ask again")
            error.headers["Retry-After"] = str(ceil((1 - left) / self.a_second))
            raise error
