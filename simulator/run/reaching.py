"""What of simulated care comes to a candidate: it is the common journal, and hears of others only by their messages."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from simulator.care import Participants
from simulator.domain.scenario import Study
from simulator.domain.systems import COMMON, Outage
from simulator.domain.tables import EVENTS, INSTANT
from simulator.fhir import Count
from simulator.figures import Figures

_OSLO: Final = ZoneInfo("Europe/Oslo")
_PAPER_ROADS: Final = ("none", "letter")
_NEVER_CAME: Final = ("lost", "rejected")
"""Fates of messages that do not come themselves, though a reminder may tell the same."""
_COUNTED: Final = (
    *("event", "at", "began", "known", "pathway", "step", "episode", "organisation", "receiver"),
    *("message", "records", "reads", "system", "road", "fate"),
)
_INSIDE: Final = pl.col("system") == COMMON


def reaching(events: pl.DataFrame, people: pl.DataFrame | pl.LazyFrame, study: Study, figures: Figures) -> pl.DataFrame:
    """The events (``tables.EVENTS``) of care among ``people`` as a candidate has to do with them.

    Where organisations are outside the common journal only the messages remain that they send into it, from when these
    are known on; letters on paper do not come, and of what was lost or rejected only the reminder that did. While a
    system is down nothing is looked up in it, and what is recorded waits for its end. Where either is so a column
    ``reached`` is added, and rows are in its order. The events as they are when everybody is inside and nothing is ever
    down.
    """
    return Reach(study, Participants(study, people.lazy(), figures)).of(events)


@dataclass(frozen=True)
class Reach:
    """What of a study's events has to do with the common journal."""

    study: Study
    participants: Participants

    @property
    def whole(self) -> bool:
        """Whether all has, as it is done."""
        return self.participants.everybody and not self.study.outages

    def of(self, events: pl.DataFrame) -> pl.DataFrame:
        """As :func:`reaching` says; of a slice of them what reaches the journal of it."""
        if self.whole:
            return events
        own = _with_outages(events.filter(_INSIDE), self.study)
        if self.participants.nobody:
            return own
        others = list(self.participants.outside)
        arrives = pl.col("message").is_not_null() & pl.col("known").is_not_null() & pl.col("receiver").is_not_null()
        arrives &= ~pl.col("receiver").is_in(others) & ~pl.col("road").cast(pl.String).is_in(_PAPER_ROADS)
        arrives &= ~pl.col("fate").cast(pl.String).is_in(_NEVER_CAME)
        sent = events.filter(~_INSIDE & arrives).with_columns(_nothing("reads"), _nothing("records"), reached="known")
        return pl.concat([own, sent]).sort("reached", "event")


class Worth:
    """Counts the interactions that care is worth, and those of them that would be with the common journal."""

    def __init__(self, study: Study, people: pl.LazyFrame, figures: Figures) -> None:
        self._reach = Reach(study, Participants(study, people, figures))
        self._whole, self._common = Count(), Count()

    def add(self, events: pl.DataFrame) -> None:
        """Count a slice of events (``tables.EVENTS``), in their order."""
        self._whole.add(events)
        if not self._reach.whole:
            self._common.add(self._reach.of(events.select(_COUNTED)))

    @property
    def interactions(self) -> int:
        """Whoever uses what."""
        return self._whole.interactions

    @property
    def common(self) -> int:
        """With the common journal: by those who use it, and of others the messages that they send into it."""
        return self.interactions if self._reach.whole else self._common.interactions


def _with_outages(events: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Events of those inside: nothing read that begins in an outage, and written when it is over."""
    up_at, may_read = reduce(lambda found, outage: _past(outage, study, found), study.outages, _UNTOUCHED)
    reads = pl.when(may_read).then("reads").otherwise(_nothing("reads"))
    return events.with_columns(reads.alias("reads"), up_at.alias("reached"))


_Found = tuple[pl.Expr, pl.Expr]
_UNTOUCHED: Final[_Found] = pl.col("at"), pl.lit(value=True)


def _past(outage: Outage, study: Study, found: _Found) -> _Found:
    """When things get through, and whether work could begin by looking things up, one outage more considered."""
    up_at, may_read = found
    midnight = datetime.combine(study.start, datetime.min.time(), _OSLO).timestamp()
    first, last = (
        pl.lit(datetime.fromtimestamp(midnight + second, UTC), INSTANT)
        for second in (outage.at, outage.at + outage.lasts)
    )
    kind = pl.col("organisation").str.split("/").list.get(1)
    hit = pl.lit(value=True) if outage.system == COMMON else kind == outage.system
    down = hit & (up_at >= first) & (up_at < last)
    began = hit & (pl.col("began") >= first) & (pl.col("began") < last)
    return pl.when(down).then(last).otherwise(up_at), may_read & ~began


def _nothing(column: str) -> pl.Expr:
    return pl.lit(pl.Series(column, [[]], dtype=EVENTS[column])).first().alias(column)
