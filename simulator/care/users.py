"""Which system each resident's organisations use: drawn by organisation, so that a larger share holds the smaller."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.care.roads import CODE, SystemsPlan
from simulator.care.site import Site
from simulator.streams import stream

Codes = NDArray[np.int8]
_NUMBERS = 2**20
"""More than the organisations of one kind in a municipality."""


@dataclass
class Users:
    """The systems of the residents' organisations."""

    site: Site
    plan: SystemsPlan | None
    _codes: dict[str, Codes] = field(default_factory=dict)

    def codes(self, kind: str) -> Codes:
        """By resident, the system of their organisation of that kind (place in ``systems.SYSTEMS``)."""
        if kind not in self._codes:
            self._codes[kind] = self._of(kind)
        return self._codes[kind]

    def possible(self, kind: str) -> frozenset[int]:
        """The systems that organisations of that kind can have in the study, whoever is in this shard."""
        return possible(self.plan, kind)

    def slower(self, kind: str) -> NDArray[np.float64] | None:
        """By resident, how many times as long work takes at that kind of organisation; None when nobody is slowed."""
        adoption = None if self.plan is None else self.plan.adoption
        if adoption is None or not adoption.slower or kind not in adoption.kinds:
            return None
        turn = self._turns()
        new = (turn < adoption.share) & (turn >= adoption.settled)
        return np.where(new, 1.0 + adoption.slower, 1.0)[self.site.people.site]

    def _of(self, kind: str) -> Codes:
        site = self.site
        if self.plan is None:
            return np.zeros(site.frame.height, dtype=np.int8)
        organisation = site.plan.organisations[kind]
        areas = [_area(number, organisation.shared_by) for number in site.kommunenummer]
        choices = [self.plan.participation.choice(area, kind) for area in areas]
        home = site.people.site
        then, otherwise = (
            np.array([CODE[system] for system in systems], dtype=np.int8)
            for systems in ([c.then for c in choices], [c.otherwise for c in choices])
        )
        share = np.array([choice.share.constant for choice in choices])
        codes = np.where(share > 0, then, otherwise)[home]
        # Nothing has to be drawn where all of them do the same.
        rows = np.flatnonzero(((share > 0) & (share < 1))[home])
        if len(rows):
            where = home[rows]
            column = organisation.one_per
            listed = site.frame[column].gather(rows).to_numpy().astype(np.int64) if column else 0
            entity = np.array([int(area) * 10**5 for area in areas], np.int64) + np.asarray(site.replica, np.int64)
            numbers = (entity[where] * _NUMBERS + listed + 1).astype(np.uint64)
            draw = stream(site.plan.seed, "participation", kind).uniforms(numbers)
            codes[rows] = np.where(draw < share[where], then[where], otherwise[where])
        adoption = self.plan.adoption
        if adoption is not None and kind in adoption.kinds:
            codes = np.where((self._turns() < adoption.share)[home], np.int8(adoption.then), codes)
        return codes

    def _turns(self) -> NDArray[np.float64]:
        """By municipality, where it stands in the order in which they take a system into use, from 0 to 1."""
        numbers = np.array([int(number) for number in self.site.kommunenummer], dtype=np.uint64)
        return stream(self.site.plan.seed, "adoption").uniforms(numbers)


def possible(plan: SystemsPlan | None, kind: str) -> frozenset[int]:
    """The systems that organisations of a kind can have in a study (places in ``systems.SYSTEMS``)."""
    if plan is None:
        return frozenset({0})
    said = plan.participation
    choices = [said.kinds.get(kind, said.default)]
    for words in said.places.values():
        choices += [words[key] for key in (kind, "default") if key in words]
    codes = {CODE[choice.then] for choice in choices if choice.share.constant > 0}
    codes |= {CODE[choice.otherwise] for choice in choices if choice.share.constant < 1}
    if plan.adoption is not None and kind in plan.adoption.kinds:
        codes.add(plan.adoption.then)
    return frozenset(codes)


def _area(kommunenummer: str, shared_by: str) -> str:
    """The number that stands for the area of an organisation: the municipality's, its county's, or none."""
    if not shared_by:
        return kommunenummer
    return f"{kommunenummer[:2]}00" if shared_by == "county" else "0000"
