"""Prepares a pathway: its episodes, and for every step all that does not depend on who or what is short."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.care.amounts import Draw, Keys, for_people
from simulator.care.demand import Episodes
from simulator.care.episodes import episodes_of, qualifying
from simulator.care.letters import Elsewhere
from simulator.care.lines import NO_DEADLINE, PATIENT, Line, Whole, Work, packed
from simulator.care.messages import NEVER
from simulator.care.openings import opening
from simulator.care.plan import FollowingPlan, PathwayPlan, StepPlan
from simulator.care.sharing import done_elsewhere
from simulator.care.site import Site
from simulator.care.users import Users
from simulator.domain.scenario import APPOINTMENT, Following, Lacking, Step
from simulator.streams import Stream, stream

ANSWER = "DIALOG_SVAR"


def prepare(users: Users, plan: PathwayPlan, earlier: list[Work]) -> Work:
    """Draw a pathway's episodes and all that is decided beforehand: who, when, which way, for how long.

    ``earlier`` are the works prepared so far, among them those that start episodes of this one.
    """
    # What begins after the end is never seen, and nothing drawn depends on it.
    site = users.site
    own = not isinstance(plan.demand, FollowingPlan)
    episodes = episodes_of(site, plan).before(site.plan.end) if own else _started(site, plan, earlier)
    keys = site.people.take(episodes.row, episodes.number)
    # What other pathways start begins when they do, if at all.
    start = packed(np.maximum(episodes.start, site.plan.clock.begin) if own else np.full(len(episodes.start), NEVER))
    drafts = Drafts(users, plan, episodes, keys, start, packed(episodes.row))
    first = sum(len(work.lines) for work in earlier)
    lines: dict[str, Line] = {}
    taken = drafts.taken()
    for step in plan.steps:
        lines[step.step.id] = drafts.line(first + len(lines), step, taken[step.step.id])
    for line in lines.values():
        drafts.connect(line, lines)
    roots = [line for line in lines.values() if not line.preceding]
    work = Work(plan, episodes, drafts.parts() if own else [], start, list(lines.values()), roots)
    for line in lines.values():
        drafts.inquire(line, work, first)
    if not own:
        _link(site, work, earlier)
    return work


def _started(site: Site, plan: PathwayPlan, earlier: list[Work]) -> Episodes:
    """An episode for each one of another pathway that will start it, should that get so far."""
    rows, numbers, starts = [], [], []
    for _, work, chosen, number in _sources(site, plan, earlier):
        rows.append(work.episodes.row[chosen])
        numbers.append(number)
        starts.append(work.episodes.start[chosen])
    start = np.concatenate(starts)
    return Episodes(np.concatenate(rows), np.concatenate(numbers), start, start)


def _sources(
    site: Site, plan: PathwayPlan, earlier: list[Work]
) -> list[tuple[Line, Work, NDArray[np.int64], NDArray[np.uint64]]]:
    """For each step that starts the pathway: its line and work, its episodes that do, and the numbers theirs get."""
    demand = plan.pathway.demand
    assert isinstance(demand, Following)
    assert isinstance(plan.demand, FollowingPlan)
    found = []
    for place, (source, chances) in enumerate(zip(demand.sources, plan.demand.chances, strict=True)):
        work = next(work for work in earlier if work.plan.pathway.name == source.pathway)
        line = next(line for line in work.lines if line.plan.step.id == source.step)
        row, number = work.episodes.row, work.episodes.number
        people = site.people
        draw = stream(site.plan.seed, "care", plan.pathway.name, "from", place).uniforms(people.resident[row], number)
        starts = (
            np.frombuffer(bytes(line.taken), dtype=np.bool_) & (qualifying(site, plan) & site.truth(source.where))[row]
        )
        starts &= draw < for_people(chances, people.sex[row], people.age[row])
        chosen = np.flatnonzero(starts)
        sources = np.uint64(len(demand.sources))
        found.append((line, work, chosen, number[chosen] * sources + np.uint64(place)))
    return found


def _link(site: Site, work: Work, earlier: list[Work]) -> None:
    """Tell the steps that start this pathway which of its episodes each of theirs starts."""
    first = 0
    for line, _, chosen, _ in _sources(site, work.plan, earlier):
        line.starts.append((work, dict(zip(chosen.tolist(), range(first, first + len(chosen)), strict=True))))
        first += len(chosen)


@dataclass(frozen=True, slots=True)
class Drafts:
    """What the lines of one pathway are made from."""

    users: Users
    plan: PathwayPlan
    episodes: Episodes
    keys: Keys
    start: Whole
    rows: Whole

    @property
    def site(self) -> Site:
        """The municipalities they live in."""
        return self.users.site

    def _stream(self, *name: str) -> Stream:
        return stream(self.site.plan.seed, "care", self.plan.pathway.name, *name)

    def parts(self) -> list[range]:
        """The episodes of each municipality that has any."""
        site = self.site
        bounds = np.searchsorted(site.people.site[self.episodes.row], np.arange(len(site.names) + 1)).tolist()
        return [range(first, last) for first, last in pairwise(bounds) if first < last]

    def taken(self) -> dict[str, NDArray[np.bool_]]:
        """For each step, in which episodes it is to happen."""
        found: dict[str, NDArray[np.bool_]] = {}
        for plan in self.plan.steps:
            step = plan.step
            happens = self.site.truth(step.where)[self.episodes.row]
            if (plan.chance < 1).any():
                chance = for_people(plan.chance, self.keys.sex, self.keys.age)
                draw = self._stream(step.id, "chance").uniforms(self.keys.resident, self.keys.number)
                happens = happens & (draw < chance)
            for other in step.only_if:
                happens &= found[other]
            for other in step.unless:
                happens &= ~found[other]
            before = [found[edge.step] for edge in step.after if edge.step != APPOINTMENT]
            found[step.id] = happens & np.any(before, axis=0) if before else happens
        return found

    def line(self, number: int, plan: StepPlan, taken: NDArray[np.bool_]) -> Line:
        """The line of one step, not yet connected to the others."""
        step, site, row = plan.step, self.site, self.episodes.row
        takes, travel = self._takes(plan), self._drawn(plan.travel, step.id, "travel")
        numbered = site.plan.roles[step.by].numbered
        hands, far = None, done_elsewhere(site.plan, step)
        if step.needs and not far:
            hands = site.pools(step.needs, row, self.episodes.start)
        elif numbered and takes is not None and not far:
            hands = site.crowds(step.by, step.at, row)
        return Line(
            number,
            plan,
            self.rows,
            taken.tobytes(),
            takes,
            travel,
            packed(site.amounts(step.priority, row).astype(np.int64)),
            PATIENT if step.patience is None else step.patience,
            hands,
            0 if numbered else -1,
            self._floor(plan),
            self._opening(plan) if step.opening else None,
            elsewhere=self._elsewhere(plan, far) if far else None,
        )

    def _elsewhere(self, plan: StepPlan, kind: str) -> Elsewhere:
        """Where the step is done, when that is an organisation of several municipalities."""
        site = self.site
        pathway = next(n for n, one in enumerate(site.plan.pathways) if one is self.plan)
        step = next(n for n, one in enumerate(self.plan.steps) if one is plan)
        owners: list[str] = site.organisation(kind, self.episodes.row).to_list()
        resident, number = packed(self.keys.resident), packed(self.keys.number)
        return Elsewhere(owners, site.plan.hand_overs[kind], (pathway, step), resident, number)

    def connect(self, line: Line, lines: dict[str, Line]) -> None:
        """Tell a line's predecessors about it, and where its deadline counts from."""
        step = line.plan.step
        for n, edge in enumerate(step.after):
            if edge.step != APPOINTMENT:
                delay = self._drawn(line.plan.delays[n], step.id, f"after-{edge.step}")
                before = lines[edge.step]
                (before.informed if edge.known else before.followers).append((line, delay))
                line.awaited.append(before)
        line.preceding = len(line.awaited)
        if step.occupies is not None and line.elsewhere is None:
            line.places = self.site.places(step.occupies.place, self.episodes.row)
        if step.occupies is not None:
            line.until = lines[step.occupies.until]
        if step.within is None:
            return
        seconds, of = step.within.seconds, step.within.of
        line.met = bytearray(len(self.rows))
        if of in ("", APPOINTMENT):
            base = self.start if not of else packed(self.episodes.appointment)
            line.due = lambda episode: base[episode] + seconds
        else:
            kept = lines[of].done_at
            done: dict[int, int] = {} if kept is None else kept
            lines[of].done_at = done
            # A step that was not to happen in this episode sets no deadline.
            line.due = lambda episode: done[episode] + seconds if episode in done else NO_DEADLINE

    def inquire(self, line: Line, work: Work, first: int) -> None:
        """Give a line what it costs that something is lacking, and the messages that then go to and fro."""
        step, lacking = line.plan.step, line.plan.step.lacking
        if lacking is None:
            return
        line.extra = self._drawn(line.plan.extra, step.id, "lacking")
        if not lacking.sends:
            return
        line.inquiry = self._message(inquiry_of(step, lacking), first + len(work.lines))
        work.lines.append(line.inquiry)
        if lacking.by:
            line.answer = self._message(answer_of(step, lacking), first + len(work.lines))
            line.answered = self._drawn(line.plan.answered, step.id, "answered")
            work.lines.append(line.answer)

    def _message(self, step: Step, number: int) -> Line:
        """A line that sends a message when told to, and takes no time of anybody's."""
        plan = StepPlan(step, None, None, (), np.asarray(1.0), ())
        nobody = 0 if self.site.plan.roles[step.by].numbered else -1
        return Line(number, plan, self.rows, [], None, None, [], PATIENT, None, nobody)

    def _takes(self, plan: StepPlan) -> Whole | None:
        """How long the work takes, with what new systems and slow answers add to it."""
        step, takes = plan.step, self._drawn(plan.takes, plan.step.id, "takes")
        if takes is None or not self.site.plan.roles[step.by].numbered:
            return takes
        seconds = self.site.plan.response.of(step.by) * (len(step.reads) + len(step.records) + bool(step.sends))
        slower = self.users.slower(step.at)
        if not seconds and slower is None:
            return takes
        factor = 1.0 if slower is None else slower[self.episodes.row]
        return packed(np.rint(np.array(takes) * factor + seconds).astype(np.int64))

    def _drawn(self, draw: Draw | None, *name: str) -> Whole | None:
        if draw is None:
            return None
        return packed(np.maximum(draw.seconds(self._stream(*name), self.keys), 0))

    def _floor(self, plan: StepPlan) -> Whole | None:
        for n, edge in enumerate(plan.step.after):
            if edge.step == APPOINTMENT:
                delay = plan.delays[n]
                late = delay.seconds(self._stream(plan.step.id, "after-appointment"), self.keys) if delay else 0
                return packed(self.episodes.appointment + late)
        return None

    def _opening(self, plan: StepPlan) -> Callable[[int, int], int]:
        assert plan.step.opening is not None
        late = np.zeros(len(self.rows))
        if plan.step.opening.spread:
            late = self._stream(plan.step.id, "spread").uniforms(self.keys.resident, self.keys.number)
        return opening(plan, self.site.plan.clock, self.keys, self._stream(plan.step.id, "day"), late)


def inquiry_of(step: Step, lacking: Lacking) -> Step:
    """The message that asks for what is lacking."""
    return Step(f"{step.id}-inquiry", step.by, step.at, "message", sends=lacking.sends, to=lacking.to)


def answer_of(step: Step, lacking: Lacking) -> Step:
    """The message that answers it."""
    return Step(f"{step.id}-answer", lacking.by, lacking.to, "message", sends=ANSWER, to=step.at)
