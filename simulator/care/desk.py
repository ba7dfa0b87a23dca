"""An organisation that several municipalities have together: its people and places, asked for by letter."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from simpy import Event

from simulator.care.course import Course
from simulator.care.letters import NO_PLACE, Release, Reply, Request
from simulator.care.lines import PATIENT, Line
from simulator.care.plan import Plan, StepPlan
from simulator.care.pool import Crowd, Places, Pool
from simulator.care.rosters import roster
from simulator.care.service import Service
from simulator.streams import stream

Residents = dict[tuple[str, str], int]
"""Organisation and SQL condition to how many of the residents it is for meet the condition."""
About = tuple[int, int]
"""Places of pathway and step in the plan."""


@dataclass(slots=True)
class _Counter:
    """A step as it is done here: columns by request instead of by episode."""

    takes: dict[int, int] = field(default_factory=dict)
    travel: dict[int, int] = field(default_factory=dict)
    priority: dict[int, int] = field(default_factory=dict)
    hands: dict[int, Pool | Crowd] = field(default_factory=dict)
    places: dict[int, Pool] = field(default_factory=dict)

    def line(self, plan: StepPlan, *, numbered: bool) -> Line:
        """What the service goes through."""
        step = plan.step
        patience = PATIENT if step.patience is None else step.patience
        hands = self.hands if step.needs or (numbered and plan.takes is not None) else None
        line = Line(0, plan, [], [], self.takes, self.travel, self.priority, patience, hands, 0 if numbered else -1)
        line.places = self.places if step.occupies else None
        return line


class Desk(Service):
    """Carries out steps for residents of any municipality; of them it knows only what a request says."""

    def __init__(self, plan: Plan, owner: str, residents: Residents) -> None:
        super().__init__(Course(plan.clock.begin, plan.end))
        self.outbox: list[Reply] = []
        self._plan = plan
        self._hand_over = plan.hand_overs[owner.partition("/")[2]]
        self._counters: dict[About, tuple[_Counter, Line]] = {}
        self._requests: list[Request] = []
        self._crowds: dict[str, Crowd] = {}
        self._pools = {staff.staff.name: Pool(self.env) for staff in plan.staff if staff.staff.at == _kind(owner)}
        for staff in plan.staff:
            if staff.staff.name in self._pools:
                draws = stream(plan.seed, "away", f"{owner}/{staff.staff.name}")
                calendar = roster(staff, residents[owner, staff.staff.where], plan.clock, draws)
                self.env.process(self._pools[staff.staff.name].follow(calendar))
        self._places = {
            name: Places(self.env, place.of(residents[owner, place.place.where]))
            for name, place in plan.places.items()
            if place.place.at == _kind(owner)
        }

    def receive(self, letter: Request | Release) -> None:
        """A letter will arrive; those of one instant in the order in which they are received."""
        act = partial(self._asked, letter) if isinstance(letter, Request) else partial(self._freed, letter)
        self._later(letter.arrives, act)

    def places_in_use(self) -> Iterator[tuple[str, Places]]:
        """Its places by name, of the names that any step of the study needs."""
        steps = (plan.step for pathway in self._plan.pathways for plan in pathway.steps)
        needed = {step.occupies.place for step in steps if step.occupies is not None}
        return ((name, places) for name, places in self._places.items() if name in needed)

    def under_way(self) -> dict[About, int]:
        """How many pieces of work are being done, by step."""
        return {about: line.under_way for about, (_, line) in self._counters.items() if line.under_way}

    def _asked(self, request: Request, _: Event) -> None:
        """A step is wanted here: find what it does not have yet."""
        key = len(self._requests)
        self._requests.append(request)
        counter, line = self._counter(request.pathway, request.step)
        step = line.plan.step
        counter.takes[key], counter.travel[key] = request.takes, request.travel
        counter.priority[key] = request.priority
        if step.needs:
            counter.hands[key] = self._pools[step.needs]
        elif line.hands is not None:
            counter.hands[key] = self._crowds.setdefault(step.by, Crowd())
        if request.since != request.wanted:
            line.tries[key] = [0, request.since]
        if step.occupies is not None:
            counter.places[key] = self._places[step.occupies.place]
        if request.place != NO_PLACE:
            line.held[key] = request.place
        if request.dies < self.env.now:
            self._give_up(line, key, request.wanted)
        elif line.places is None or key in line.held:
            self._find(line, key, request.wanted)
        else:
            self._enter(line, key, request.wanted)

    def _freed(self, release: Release, _: Event) -> None:
        step = self._plan.pathways[release.pathway].steps[release.step].step
        assert step.occupies is not None
        self._places[step.occupies.place].give_back(release.place)

    def _counter(self, pathway: int, step: int) -> tuple[_Counter, Line]:
        if (pathway, step) not in self._counters:
            plan, counter = self._plan.pathways[pathway].steps[step], _Counter()
            numbered = self._plan.roles[plan.step.by].numbered
            self._counters[pathway, step] = counter, counter.line(plan, numbered=numbered)
        return self._counters[pathway, step]

    def _work(self, line: Line, episode: int, wanted: int, staff: int) -> None:
        del wanted
        line.under_way += 1
        request = self._requests[episode]
        began = self.env.now + request.travel
        self._later(began + request.takes, partial(self._done, line, episode, (began, staff)))

    def _done(self, line: Line, episode: int, how: tuple[int, int], _: Event) -> None:
        """The work is done: let the person go and say so."""
        began, staff = how
        overtime = 0 if line.hands is None else line.hands[episode].give_back(staff)
        line.under_way -= 1
        self._answer(line, episode, True, (self.env.now, began, staff), overtime)

    def _too_late(self, line: Line, episode: int, wanted: int) -> bool:
        return self._requests[episode].dies < self.env.now or super()._too_late(line, episode, wanted)

    def _give_up(self, line: Line, episode: int, wanted: int) -> None:
        """Nobody came in time, or nobody wants it any more. Whether it is tried again is for those to say who asked."""
        del wanted
        self._answer(line, episode, False, (self.env.now, self.env.now, line.nobody), 0)

    def _answer(self, line: Line, episode: int, done: bool, how: tuple[int, int, int], overtime: int) -> None:
        request, place = self._requests[episode], line.held.pop(episode, NO_PLACE)
        line.tries.pop(episode, None)
        counter, _ = self._counters[request.pathway, request.step]
        for column in (counter.takes, counter.travel, counter.priority, counter.hands, counter.places):
            column.pop(episode, None)
        about = (request.resident, request.pathway, request.step, request.number)
        arrives = self.env.now + self._hand_over
        self.outbox.append(Reply(arrives, *about, request.sender, request.episode, done, *how, place, overtime))


def _kind(owner: str) -> str:
    return owner.partition("/")[2]
