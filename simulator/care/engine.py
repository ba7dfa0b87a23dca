"""The interpreter: carries out any pathway's steps over SimPy, where staff compete; knows no pathway by name."""

from array import array
from collections.abc import Callable, Iterator
from functools import partial
from struct import Struct
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from simpy import Event
from simpy.events import URGENT

from simulator.care.course import Course
from simulator.care.drafts import prepare
from simulator.care.effects import attend, free, house, send
from simulator.care.garbage import uncollected
from simulator.care.knowledge import Knowledge, Lack
from simulator.care.letters import NO_PLACE, Elsewhere, FarPlaces, Letter, Reply, Request
from simulator.care.lines import NO_DEADLINE, TIES, Line, Work
from simulator.care.messages import NEVER, last_reminder
from simulator.care.mortality import deaths, leave, of_the_living
from simulator.care.outages import Outages
from simulator.care.plan import Plan
from simulator.care.service import Service
from simulator.care.site import Site
from simulator.care.stuck import Stuck
from simulator.care.users import Users

WIDTH: Final = 13
OVERTIME, POSTPONED, EXTRA, LACKS, CAME, PASSED = range(7, WIDTH)
"""Columns of the rows that most events leave at zero."""
_MOST_TRIES: Final = 255
_FED: Final = 16
"""Episodes of a pathway and municipality that are made ready at a time: the fewer, the less is in memory."""
_ROW: Final = Struct(f"{OVERTIME}q").pack


class Engine(Service):
    """Simulates municipalities from before the period to its end."""

    def __init__(self, plan: Plan, frame: pl.DataFrame, shard: int = 0) -> None:
        super().__init__(Course(plan.clock.begin, plan.end))
        self.plan = plan
        self.shard = shard
        """Its number, for replies to find it."""
        self.site = Site(plan, frame, self.env)
        self.users = Users(self.site, plan.systems)
        self.works: list[Work] = []
        self.rows = array("q")
        """Every step done, ``OVERTIME`` numbers each: as columns they would take ten times the memory."""
        self.count = 0
        self.marks: list[tuple[int, int, int]] = []
        """Row, column and value of what is not zero in the columns from ``OVERTIME`` on."""
        self.lacks: list[Lack] = []
        self.outbox: list[Letter] = []
        """To organisations that several municipalities have together."""
        for pathway in plan.pathways:
            self.works.append(prepare(self.users, pathway, self.works))
        self.dies = deaths(self.site)
        """Row of a resident to the second of death."""
        for line in of_the_living(self.works) if self.dies else ():
            line.mortal = True
        self.knowledge = self._inform()
        for work in self.works:
            stays = [line for line in work.lines if line.plan.step.occupies is not None]
            for line in work.lines:
                line.stays = stays
                self._bind(line)

    def _inform(self) -> Knowledge | None:
        """What is known by whom; None in a study without systems, where everything is known at once."""
        systems = self.plan.systems
        if systems is None:
            return None
        knowledge = Knowledge(self.site, systems, self.users, Outages(systems.outages, self.users))
        send(knowledge, self.works)
        attend(knowledge, self.works)
        return knowledge

    def _bind(self, line: Line) -> None:
        """Let what follows from a step besides its followers happen."""
        if line.elsewhere is not None and line.plan.step.occupies is not None:
            line.places = FarPlaces(self.env, self.outbox, line.elsewhere)
        if line.places is not None:
            house(line)
        if line.informed:
            line.effects.append(partial(self._tell_followers, line))
        if line.starts:
            line.effects.append(partial(self._start, line))

    def start(self) -> None:
        """Begin to feed episodes in; nothing has happened yet."""
        for work in self.works:
            # A feed for each municipality: in what order things of one instant happen is its own affair.
            for part in work.parts:
                self.env.later(self.env.now, partial(self._feed, work, part), URGENT)
        for row, at in self.dies.items():
            if at > self.env.now:
                self._later(at, partial(self._leave, row))
        if self.knowledge is not None:
            self.knowledge.settle()

    def run(self) -> NDArray[np.int64]:
        """The whole simulation of municipalities that share no organisation with others; gives :meth:`ended`."""
        with uncollected():
            self.start()
            self.env.run(until=self.plan.end)
        return self.ended()

    def ended(self) -> NDArray[np.int64]:
        """Every step done in the period: at, began, wanted, due, line, episode, staff, then the columns above.

        And of those before it the ones whose messages may be reminded of in the period. Seconds; bits of ``roads.BIT``
        for what was lacking and what came later; shape (n, ``WIDTH``).
        """
        done = np.zeros((self.count, WIDTH), dtype=np.int64)
        done[:, :OVERTIME] = np.frombuffer(self.rows, dtype=np.int64).reshape(-1, OVERTIME)
        for lack in self.lacks:
            self.marks += [(lack.row, EXTRA, lack.extra), (lack.row, LACKS, lack.bits), (lack.row, CAME, lack.came)]
            if lack.passed:
                self.marks.append((lack.row, PASSED, lack.passed))
        if self.marks:
            row, column, value = np.array(self.marks, dtype=np.int64).T
            done[row, column] = value
        return done[(done[:, 0] < self.plan.end) & ((done[:, 0] >= 0) | self._to_remind_of(done))]

    def _to_remind_of(self, done: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the rows before the period sent messages that may still be reminded of in it."""
        found, early = np.zeros(len(done), dtype=np.bool_), np.flatnonzero(done[:, 0] < 0)
        for line in (line for work in self.works for line in work.lines):
            if line.delivery is not None and line.delivery.reminders is not None:
                of = early[done[early, 4] == line.number]
                found[of] = done[of, 0] + last_reminder(line.delivery.reminders)[done[of, 5]] >= 0
        return found

    def forget(self) -> None:
        """Let go of everything: garbage is not looked for, and what is here points in circles."""
        for line in (line for work in self.works for line in work.lines):
            for name in TIES:
                delattr(line, name)
        self.env.forget()
        self.__dict__.clear()

    def waiting(self) -> dict[int, int]:
        """How many stand in a queue at the end, wait for their next try or for an answer from elsewhere, by line."""
        queued = {
            line.number: line.put_off + (len(line.elsewhere.asked) if line.elsewhere else 0)
            for work in self.works
            for line in work.lines
        }
        for pool in self.site.all_pools():
            for number in pool.waiting():
                queued[number] = queued.get(number, 0) + 1
        return queued

    def overdue(self) -> dict[int, int]:
        """How many steps were due in the period and are not done at its end, by line; of the dead those due before."""
        found: dict[int, int] = {}
        for work in self.works:
            for line in work.lines:
                if line.due is not None:
                    found[line.number] = sum(self._overdue(work, line, line.due))
        return found

    def _overdue(self, work: Work, line: Line, due: Callable[[int], int]) -> Iterator[bool]:
        """Of each episode that had the step before it and has not had it, whether it was due in the period."""
        missing = np.frombuffer(bytes(line.taken), np.bool_) & ~np.frombuffer(line.met, np.bool_)
        for episode in np.flatnonzero(missing).tolist():
            at = due(episode)
            alive = not line.mortal or at < self.dies.get(line.rows[episode], NEVER)
            yield alive and 0 <= at < self.plan.end and work.start[episode] <= at

    def _feed(self, work: Work, part: range, _: Event) -> None:
        """Some episodes of a municipality are to begin; those after them are seen to when the next of them starts."""
        start = work.start
        for line in work.roots:
            for episode in part[:_FED]:
                if line.taken[episode]:
                    self._ready(line, episode, start[episode])
        rest = part[_FED:]
        if rest:
            self._later(start[rest[0]], partial(self._feed, work, rest))

    def _ready(self, line: Line, episode: int, second: int) -> None:
        """A step may begin from ``second`` on, or from when its appointment and its opening let it."""
        if line.floor is not None:
            second = max(second, line.floor[episode])
        if line.opens is not None:
            second = line.opens(episode, second)
        if second <= self.env.now:
            self._begin(line, episode, second)
        else:
            self._later(second, partial(self._begin, line, episode, second))

    def _begin(self, line: Line, episode: int, wanted: int, _: Event | None = None) -> None:
        """The step is wanted now: find a place for it and somebody, or wait in the queue."""
        if line.mortal and self.dies.get(line.rows[episode], wanted) < wanted:
            self._cut(line, episode)
            return
        line.wanted += 1
        if line.places is None and line.elsewhere is None:
            self._find(line, episode, wanted)
        else:
            self._seek(line, episode, wanted)

    def _seek(self, line: Line, episode: int, wanted: int) -> None:
        """Look for whatever the step does not have yet, here or where several municipalities have it together."""
        if line.elsewhere is not None:
            self._refer(line, line.elsewhere, episode, wanted)
        elif line.places is None or episode in line.held:
            self._find(line, episode, wanted)
        else:
            self._enter(line, episode, wanted)

    def _refer(self, line: Line, elsewhere: Elsewhere, episode: int, wanted: int) -> None:
        """Ask for the step. Whoever asks sends along what is known: what is lacking now will be lacking there."""
        lack, tried = self._lacking(line, episode), line.tries.get(episode)
        elsewhere.asked[episode] = (wanted, lack)
        request = Request(
            *elsewhere.key(episode, self.env.now),
            elsewhere.owners[episode],
            self.shard,
            episode,
            wanted,
            tried[1] if tried else wanted,
            line.priority[episode],
            0 if line.travel is None else line.travel[episode],
            (0 if line.takes is None else line.takes[episode]) + (lack.extra if lack else 0),
            line.held.get(episode, NO_PLACE),
            self.dies.get(line.rows[episode], NEVER) if line.mortal else NEVER,
        )
        self.outbox.append(request)

    def receive(self, reply: Reply) -> None:
        """A reply will arrive; those of one instant in the order in which they are received."""
        self._later(reply.arrives, partial(self.hear, reply))

    def hear(self, reply: Reply, _: Event | None = None) -> None:
        """A step was done elsewhere, or given up there."""
        line, episode = self.works[reply.pathway].lines[reply.step], reply.episode
        assert line.elsewhere is not None
        wanted, lack = line.elsewhere.asked.pop(episode)
        if reply.place != NO_PLACE:
            line.held[episode] = reply.place
        if not reply.done:
            self._give_up(line, episode, wanted)
            return
        line.under_way += 1
        if reply.overtime:
            self.marks.append((self.count, OVERTIME, reply.overtime))
        if lack is not None:
            lack.began = reply.began
        self._told(line, episode, reply.at, (reply.began, wanted, reply.staff), lack)
        if self._died(line, episode):
            free(line, episode, self.env.now)

    def _give_up(self, line: Line, episode: int, wanted: int) -> None:
        """Try again later where the step is put off; otherwise it and what follows it do not happen."""
        if self._died(line, episode):
            self._forgo(line, episode)
            return
        step = line.plan.step
        tries = line.tries.setdefault(episode, [0, wanted]) if step.postpone else [_MOST_TRIES, 0]
        if step.postpone is None or tries[0] == _MOST_TRIES:
            line.missed += 1
            line.tries.pop(episode, None)
            self._cut(line, episode)
            return
        tries[0] += 1
        second = max(tries[1] + step.postpone, self.env.now + 1)
        tries[1] = second if line.opens is None else line.opens(episode, second)
        line.put_off += 1
        self._later(tries[1], partial(self._again, line, episode, wanted))

    def _again(self, line: Line, episode: int, wanted: int, _: Event) -> None:
        line.put_off -= 1
        if self._died(line, episode):
            self._forgo(line, episode)
        else:
            self._seek(line, episode, wanted)

    def _too_late(self, line: Line, episode: int, wanted: int) -> bool:
        return self._died(line, episode) or super()._too_late(line, episode, wanted)

    def _died(self, line: Line, episode: int) -> bool:
        """Whether a step that is not done for the dead has waited beyond a death."""
        return line.mortal and self.dies.get(line.rows[episode], NEVER) < self.env.now

    def _forgo(self, line: Line, episode: int) -> None:
        """Nobody wants the step any more: its resident has died while it waited."""
        line.wanted -= 1
        line.tries.pop(episode, None)
        self._cut(line, episode)

    def _leave(self, row: int, _: Event) -> None:
        leave(self.works, row, self.env.now)

    def _cut(self, line: Line, episode: int) -> None:
        """What can only follow a step that did not happen does not happen either: the places it would free are free."""
        dead: set[int] = set()
        waiting = [line] if line.stays else []
        while waiting:
            here = waiting.pop()
            dead.add(here.number)
            after = (follower for follower, _ in (*here.followers, *here.informed))
            waiting += [follower for follower in after if follower.taken[episode] and follower.number not in dead]
        for stay in line.stays:
            if stay.number in dead or (stay.until is not None and stay.until.number in dead):
                free(stay, episode, self.env.now)

    def _work(self, line: Line, episode: int, wanted: int, staff: int) -> None:
        line.under_way += 1
        now = self.env.now
        began = now if line.travel is None else now + line.travel[episode]
        if line.looks and line.looked[episode]:
            if began > now:
                self._later(began, partial(self._look, line, episode, wanted, staff))
            else:
                self._look(line, episode, wanted, staff)
            return
        ends = began if line.takes is None else began + line.takes[episode]
        if ends > now:
            self._later(ends, partial(self._done, line, episode, (began, wanted, staff)))
        else:
            self._done(line, episode, (began, wanted, staff))

    def _look(self, line: Line, episode: int, wanted: int, staff: int, _: Event | None = None) -> None:
        """The work begins by looking things up; what is not there makes it longer."""
        began, lack = self.env.now, self._lacking(line, episode)
        takes = (0 if line.takes is None else line.takes[episode]) + (lack.extra if lack else 0)
        act = partial(self._ended, line, episode, (began, wanted, staff), lack)
        if takes:
            self._later(began + takes, act)
        else:
            act(None)

    def _lacking(self, line: Line, episode: int) -> Lack | None:
        """What is not there now for a step that looks things up; None when all is."""
        if not (line.looks and line.looked[episode]):
            return None
        row, kind, knowledge = line.rows[episode], line.plan.step.at, self.knowledge
        bits, came = self._missing(line, row)
        if not bits:
            return None
        extra = 0 if line.extra is None else line.extra[episode]
        passed = bits & knowledge.queue.passed(row, kind, self.env.now) if knowledge is not None else 0
        return Lack(kind, bits, self.env.now, extra, came, passed)

    def _missing(self, line: Line, row: int) -> tuple[int, int]:
        """Bits of what is not there now, and of what will be: when the system works again, or when it has arrived."""
        knowledge, kind, now = self.knowledge, line.plan.step.at, self.env.now
        assert knowledge is not None
        up = knowledge.down(kind, row, now) if knowledge.outages.outages else 0
        if up:
            return line.looks, line.looks if up < self.plan.end else 0
        return knowledge.lacking(row, kind, line.looks, now)

    def _ended(
        self, line: Line, episode: int, how: tuple[int, int, int], lack: Lack | None, _: Event | None = None
    ) -> None:
        """The work that looked things up is done."""
        self._release(line, episode, how[2])
        if lack is None:
            self._book(line, episode, self.env.now, how)
        else:
            self._told(line, episode, self.env.now, how, lack)

    def _told(self, line: Line, episode: int, at: int, how: tuple[int, int, int], lack: Lack | None) -> None:
        """Write down work that looked things up; for what was lacking an inquiry goes out."""
        if lack is not None:
            lack.row = self.count
            self.lacks.append(lack)
            if self.knowledge is not None:
                self.knowledge.open.setdefault(line.rows[episode], []).append(lack)
        self._book(line, episode, at, how)
        if lack is not None and line.inquiry is not None:
            self._ask(line, line.inquiry, episode, lack, how[2])

    def _ask(self, line: Line, inquiry: Line, episode: int, lack: Lack, staff: int) -> None:
        """Somebody asks for what was lacking, and is answered when the inquiry has arrived and been seen to."""
        now = self.env.now
        self._send(inquiry, episode, staff)
        known = now if inquiry.arrives is None else inquiry.arrives(episode, now)
        if line.answer is not None and line.answered is not None and known < NEVER:
            line.answer.asked[episode] = lack.bits
            self._later(known + line.answered[episode], partial(self._send, line.answer, episode, line.answer.nobody))

    def _send(self, line: Line, episode: int, staff: int, _: Event | None = None) -> None:
        """A message goes out besides the pathway's steps."""
        line.wanted += 1
        line.under_way += 1
        self._done(line, episode, (self.env.now, self.env.now, staff))

    def _done(self, line: Line, episode: int, how: tuple[int, int, int], _: Event | None = None) -> None:
        """The work is done."""
        self._release(line, episode, how[2])
        self._book(line, episode, self.env.now, how)

    def _release(self, line: Line, episode: int, staff: int) -> None:
        """Let the person go."""
        if line.hands is not None:
            overtime = line.hands[episode].give_back(staff)
            if overtime:
                self.marks.append((self.count, OVERTIME, overtime))

    def _book(self, line: Line, episode: int, at: int, how: tuple[int, int, int]) -> None:
        """Write the step down, and let those that follow it begin."""
        began, wanted, staff = how
        line.under_way -= 1
        line.done += 1
        if line.tries and episode in line.tries:
            self.marks.append((self.count, POSTPONED, line.tries.pop(episode)[0]))
        due = NO_DEADLINE
        if line.due is not None:
            due = line.due(episode)
            line.met[episode] = 1
        # As bytes: a row of numbers would be added one by one.
        self.rows.frombytes(_ROW(at, began, wanted, due, line.number, episode, staff))
        self.count += 1
        if line.done_at is not None:
            line.done_at[episode] = at
        for effect in line.effects:
            effect(episode, at)
        for follower, delay in line.followers:
            if follower.taken[episode]:
                self._arrive(follower, episode, at if delay is None else at + delay[episode])

    def _tell_followers(self, line: Line, episode: int, at: int) -> None:
        """Those that wait for this step's message begin when it is known; when it never is, they do not happen."""
        known = at if line.arrives is None else line.arrives(episode, at)
        stuck = line.stuck.get(episode)
        if stuck is not None:
            # When it is known will be seen: now at the latest, and whenever that changes.
            wait = partial(self._wait, line, episode, stuck)
            stuck.sooner.append(wait)
            wait(known)
            return
        self._inform_followers(line, episode, known)

    def _wait(self, line: Line, episode: int, stuck: Stuck, known: int) -> None:
        self._later(known, partial(self._hear_of, line, episode, stuck))

    def _hear_of(self, line: Line, episode: int, stuck: Stuck, _: Event) -> None:
        """A message that had been waiting to be overtaken is known, if not long since."""
        if not stuck.heard and stuck.known <= self.env.now:
            stuck.heard = True
            self._inform_followers(line, episode, self.env.now)

    def _inform_followers(self, line: Line, episode: int, known: int) -> None:
        for follower, delay in line.informed:
            if not follower.taken[episode]:
                continue
            if known >= NEVER:
                self._cut(follower, episode)
            else:
                self._arrive(follower, episode, known if delay is None else known + delay[episode])

    def _start(self, line: Line, episode: int, at: int) -> None:
        """Start the episodes of other pathways that begin when this step is done."""
        for work, started in line.starts:
            other = started.get(episode)
            if other is not None:
                work.start[other] = at
                for root in work.roots:
                    if root.taken[other]:
                        self._ready(root, other, at)

    def _arrive(self, line: Line, episode: int, ready: int) -> None:
        """One of the steps that ``line`` follows is done; when it was the last, the step is ready."""
        if line.preceding > 1:
            state = line.pending.pop(episode, None)
            if state is None:
                state = [sum(before.taken[episode] for before in line.awaited), ready]
            state[0] -= 1
            state[1] = max(state[1], ready)
            if state[0]:
                line.pending[episode] = state
                return
            ready = state[1]
        self._ready(line, episode, ready)
