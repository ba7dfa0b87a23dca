"""Random streams by name: counter-based, so a draw depends on its name and number, never on order or sharding.

A stream is a 64-bit key made from the run's seed and a name such as ``care/legevakt``. Draw ``n`` for entity
``i`` is a pure function of (key, i, n): splitmix64's finaliser over the three. Adding a pathway or a worker
therefore never moves another draw.
"""

from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

_MASK: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
_MIX_1: Final = 0xBF58476D1CE4E5B9
_MIX_2: Final = 0x94D049BB133111EB
_DRAW: Final = 0xD1342543DE82EF95
_UNIT: Final = 2.0**-53

_ROUNDS: Final = ((np.uint64(30), np.uint64(_MIX_1)), (np.uint64(27), np.uint64(_MIX_2)))
_BLOCK: Final = 16_384
"""Draws made at a time: what is on the way to them stays in the processor's own memory."""

_STANDARD_NORMAL: Final = NormalDist()


def _mix(x: int) -> int:
    x = ((x ^ (x >> 30)) * _MIX_1) & _MASK
    x = ((x ^ (x >> 27)) * _MIX_2) & _MASK
    return x ^ (x >> 31)


@dataclass(frozen=True, slots=True)
class Stream:
    """One named stream; draws are addressed by entity and number."""

    key: int

    def bits(self, entity: int, n: int = 0) -> int:
        """64 random bits for draw ``n`` of ``entity``."""
        return _mix(_mix((self.key + entity * _GOLDEN) & _MASK) ^ ((n * _DRAW + _GOLDEN) & _MASK))

    def uniform(self, entity: int, n: int = 0) -> float:
        """A number in the open interval (0, 1)."""
        return ((self.bits(entity, n) >> 11) + 0.5) * _UNIT

    def normal(self, entity: int, n: int = 0) -> float:
        """A standard normal number, by inversion."""
        return _STANDARD_NORMAL.inv_cdf(self.uniform(entity, n))

    def uniforms(self, entities: NDArray[np.uint64], n: int | NDArray[np.uint64] = 0) -> NDArray[np.float64]:
        """The same numbers as :meth:`uniform`, for a whole column of entities (shape kept)."""
        entity, number = np.asarray(entities, dtype=np.uint64), np.asarray(n, dtype=np.uint64)
        if entity.ndim != 1 or number.shape not in ((), entity.shape):
            return self._block(entity, number)
        unit = np.empty(entity.shape)
        for first in range(0, len(unit), _BLOCK):
            block = slice(first, first + _BLOCK)
            unit[block] = self._block(entity[block], number[block] if number.ndim else number)
        return unit

    def _block(self, entity: NDArray[np.uint64], number: NDArray[np.uint64]) -> NDArray[np.float64]:
        with np.errstate(over="ignore"):
            x = np.asarray(entity * np.uint64(_GOLDEN))
            x += np.uint64(self.key)
            _mix_column(x)
            x = x ^ (number * np.uint64(_DRAW) + np.uint64(_GOLDEN))
            x = np.asarray(x)
            _mix_column(x)
        x >>= np.uint64(11)
        unit = x.astype(np.float64)
        unit += 0.5
        unit *= _UNIT
        return unit


def _mix_column(x: NDArray[np.uint64]) -> None:
    """Mix numbers where they are."""
    for shift, factor in _ROUNDS:
        x ^= x >> shift
        x *= factor
    x ^= x >> np.uint64(31)


def stream(seed: int, *name: str | int) -> Stream:
    """The stream of that name under that seed; equal names give equal streams, whatever else exists."""
    text = "/".join(str(part) for part in (seed, *name))
    return Stream(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little"))


def derived_id(*name: str | int) -> str:
    """A UUID-shaped identifier (version 8, RFC 9562) that is a pure function of its name."""
    h = blake2b("/".join(map(str, name)).encode(), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-8{h[13:16]}-8{h[17:20]}-{h[20:]}"
