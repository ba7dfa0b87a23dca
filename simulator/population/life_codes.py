"""Municipality codes through time: a frame as it was coded on another day, and who wakes up with another code."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.person_number import Integers
from simulator.domain.tables import INSTANT, LIFE_EVENTS
from simulator.figures import Figures
from simulator.figures.changes import CodeChange, read_code_changes
from simulator.population.layout import MUNICIPALITY
from simulator.streams import stream

_OSLO: Final = ZoneInfo("Europe/Oslo")
_CODES: Final = 10**4


def code_changes(figures: Figures, after: date, until: date) -> tuple[CodeChange, ...]:
    """The links of all changes that took effect after one day and no later than another, in order of time."""
    return tuple(link for link in read_code_changes(figures.directory) if after < link.valid_from <= until)


def with_codes(
    frame: pl.DataFrame, figures: Figures, seed: int, on: date, *, coded: date | None = None
) -> pl.DataFrame:
    """The frame with the municipality codes that were valid on a day; ``coded`` says of which day its codes are now.

    Back in time a merged municipality's residents are shared out to those it was made of, a household as one, by the
    share each had. Forward a split municipality's residents come to the part that the resident number says they live
    in; who lives in none of them by it is shared out too. So forth and back gives the same frame, and nobody is left
    with a code that is not valid. ``coded`` is 1 January of the figures' year unless given.
    """
    now = coded or date(figures.year, 1, 1)
    codes: Integers = frame["kommunenummer"].cast(pl.Int64).to_numpy()
    homes = _Homes(frame, seed)
    if on < now:
        for valid_from, links in reversed(_by_date(code_changes(figures, on, now))):
            codes = homes.back(codes, links, valid_from)
    else:
        latest = date(figures.year, 1, 1)
        for valid_from, links in _by_date(code_changes(figures, now, on)):
            later = reversed(_by_date(code_changes(figures, valid_from, latest)))
            codes = homes.forward(codes, links, valid_from, list(later))
    return frame.with_columns(pl.Series("kommunenummer", codes).cast(pl.String).str.zfill(4))


def code_change_events(frame: pl.DataFrame, figures: Figures, seed: int, start: date, days: int) -> pl.DataFrame:
    """Rows of ``tables.LIFE_EVENTS``, kind ``code-change``: everybody whose municipality gets another code.

    ``frame`` has the codes valid the day before ``start`` (:func:`with_codes`). A change takes effect at midnight in
    Oslo.
    """
    parts = [pl.DataFrame(schema=LIFE_EVENTS)]
    coded = start - timedelta(days=1)
    for valid_from, _ in _by_date(code_changes(figures, coded, start + timedelta(days=days - 1))):
        after = with_codes(frame, figures, seed, valid_from, coded=coded)
        at = datetime.combine(valid_from, datetime.min.time(), _OSLO)
        told = (
            frame.select(
                at=pl.lit(at).dt.convert_time_zone("UTC").cast(INSTANT),
                resident="resident",
                kind=pl.lit("code-change").cast(LIFE_EVENTS["kind"]),
                kommunenummer=after["kommunenummer"],
                to=after["kommunenummer"],
                old="kommunenummer",
            )
            .rename({"old": "from"})
            .filter((pl.col("from") != pl.col("to")) & (frame["birth_date"] <= valid_from))
        )
        parts.append(told)
        frame, coded = after, valid_from
    return pl.concat(parts, how="diagonal").sort("at", "resident")


@dataclass(frozen=True, slots=True)
class _Links:
    """Where each code leads: one row per code, candidates from the left, with the shares summed up to each."""

    codes: Integers
    candidates: Integers
    upto: NDArray[np.float64]

    @classmethod
    def of(cls, links: tuple[CodeChange, ...], *, back: bool) -> "_Links":
        found: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        for link in links:
            source, target, share = (link.new, link.old, link.share_back) if back else (link.old, link.new, link.share)
            found[int(source)].append((int(target), share))
        codes = sorted(found)
        width = max(len(targets) for targets in found.values())
        candidates = np.zeros((len(codes), width), dtype=np.int64)
        upto = np.ones((len(codes), width))
        for row, code in enumerate(codes):
            targets = found[code]
            candidates[row] = [target for target, _ in targets] + [targets[-1][0]] * (width - len(targets))
            upto[row, : len(targets) - 1] = np.cumsum([share for _, share in targets])[:-1]
        return cls(np.array(codes), candidates, upto)

    def lead(self, codes: Integers, draws: NDArray[np.float64], wished: Integers | None = None) -> Integers:
        """The code that each leads to: the one wished where it is among the candidates, else by draw."""
        place = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        hit = np.flatnonzero(self.codes[place] == codes)
        rows = place[hit]
        chosen = self.candidates[rows, (draws[hit, None] >= self.upto[rows, :-1]).sum(axis=1)]
        if wished is not None:
            among = (self.candidates[rows] == wished[hit, None]).any(axis=1)
            chosen = np.where(among, wished[hit], chosen)
        led = codes.copy()
        led[hit] = chosen
        return led


class _Homes:
    """Where the residents of a frame are at home by their numbers, on any day."""

    def __init__(self, frame: pl.DataFrame, seed: int) -> None:
        self._home: Integers = (frame["resident"] // MUNICIPALITY % _CODES).to_numpy()
        self._household = frame["household"].to_numpy().astype(np.uint64)
        self._seed = seed

    def back(self, codes: Integers, links: tuple[CodeChange, ...], valid_from: date) -> Integers:
        """The codes before a change."""
        return _Links.of(links, back=True).lead(codes, self._draws(valid_from, "back"))

    def forward(
        self,
        codes: Integers,
        links: tuple[CodeChange, ...],
        valid_from: date,
        later: list[tuple[date, tuple[CodeChange, ...]]],
    ) -> Integers:
        """The codes after a change; ``later`` are the changes after it, latest first."""
        wished = self._home
        for when, change in later:
            wished = self.back(wished, change, when)
        return _Links.of(links, back=False).lead(codes, self._draws(valid_from, "forward"), wished)

    def _draws(self, valid_from: date, way: str) -> NDArray[np.float64]:
        keyed = stream(self._seed, "population", "code-change", valid_from.isoformat(), way)
        return keyed.uniforms(self._household)


def _by_date(links: tuple[CodeChange, ...]) -> list[tuple[date, tuple[CodeChange, ...]]]:
    dates = dict.fromkeys(link.valid_from for link in links)
    return [(when, tuple(link for link in links if link.valid_from == when)) for when in dates]
