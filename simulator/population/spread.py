"""People made by other processes, a block of municipalities each at a time; a block is in a file until it is read."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, Protocol

import polars as pl

from simulator.figures import Figures
from simulator.population.frame import Known, block_of, prepared
from simulator.population.layout import Site

_AHEAD: Final = 500_000
"""Residents that are made beyond those next asked for, so that nobody waits for whoever has a large municipality."""


class Hand(Protocol):
    """A process that calls functions of modules, one after the other."""

    def ask(self, function: Callable[..., Any], *given: Any) -> "Future[Any]":
        """Have it call a function; the future is done when it has."""
        ...


def spread_blocks(
    figures: Figures, kommunenummer: Sequence[str], seed: int, hands: Sequence[Hand], folder: Path
) -> Iterator[pl.DataFrame]:
    """The blocks of :func:`frame.population_blocks`, made by processes that leave them in a folder meanwhile.

    Raises what that raises, before the first block is asked for.
    """
    known, groups = prepared(figures, kommunenummer, seed)
    return _blocks(known, groups, hands, folder)


def _blocks(
    known: Known, groups: Sequence[Sequence[Site]], hands: Sequence[Hand], folder: Path
) -> Iterator[pl.DataFrame]:
    for hand in hands:
        hand.ask(_learn, known)
    work, ahead = [0] * len(hands), 0
    waiting: deque[tuple[Path, Future[None], int]] = deque()
    for number, group in enumerate(groups):
        size = sum(known.figures.municipality(site.kommunenummer).population for site in group)
        # To whoever has least to do.
        least = work.index(min(work))
        work[least] += size
        file = folder / f"people-{number}.arrow"
        waiting.append((file, hands[least].ask(_make, group, file), size))
        ahead += size
        while ahead - waiting[0][2] > _AHEAD:
            file, made, size = waiting.popleft()
            ahead -= size
            yield _read(file, made)
    for file, made, _ in waiting:
        yield _read(file, made)
    for hand in hands:
        hand.ask(_learn, None)


def _read(file: Path, made: "Future[None]") -> pl.DataFrame:
    made.result()
    block = pl.read_ipc(file)
    file.unlink()
    return block


_here: dict[str, Known | None] = {"known": None}
"""What a process that makes people has been told to make them from."""


def _learn(known: Known | None) -> None:
    _here["known"] = known


def _make(sites: Sequence[Site], file: Path) -> None:
    known = _here["known"]
    assert known is not None
    block_of(known, sites).write_ipc(file, compression="uncompressed")
