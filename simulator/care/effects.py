"""What follows from steps besides the steps after them: facts recorded, messages told, places freed."""

from collections.abc import Callable
from functools import partial

import numpy as np

from simulator.care.knowledge import Knowledge
from simulator.care.lines import Line, Whole, Work, packed
from simulator.care.messages import NEVER, deliver
from simulator.care.overtaking import followed
from simulator.care.relevance import Relevance, gives
from simulator.care.roads import API, BIT, mask
from simulator.care.stuck import Stuck
from simulator.streams import stream


def send(knowledge: Knowledge, works: list[Work]) -> None:
    """Draw what becomes of every message, and when it is known."""
    sending = [(work, line) for work in works for line in work.lines if line.plan.step.sends]
    for work, line in sending:
        line.delivery = deliver(knowledge.users, work, line, followed)
        line.arrives = _arriving(knowledge, line, packed(line.delivery.delay))
    ways = {_way(line) for _, line in sending if line.delivery is not None and line.delivery.stuck}
    for _, line in sending:
        if _way(line) in ways:
            line.effects.append(_queueing(knowledge, line))


def attend(knowledge: Knowledge, works: list[Work]) -> None:
    """Let those steps look for, record and tell information for which it can make a difference.

    A kind of information is followed from where it is recorded to where it is looked up when some residents' two
    organisations do not share a system. What only passes inside one system costs nothing, and neither does what nobody
    can miss of the resident it is about.
    """
    lines = [(work, line) for work in works for line in work.lines]
    there = knowledge.site.plan.organisations
    held = [(base.by, BIT[base.kind]) for base in knowledge.plan.baseline if base.by in there]
    held += [(line.plan.step.at, bit) for _, line in lines for bit in gives(line)]
    followed = 0
    for _, line in lines:
        step = line.plan.step
        wanted = mask(step.reads)
        looks = sum({bit for holder, bit in held if bit & wanted and knowledge.apart(holder, step.at)})
        line.looks = wanted if wanted and knowledge.outages.touch(step.at) else looks
        followed |= line.looks
    knowledge.followed = followed
    # When a system is down even its own users miss what is in it.
    relevance = None if knowledge.outages.outages else Relevance(knowledge, [line for _, line in lines])
    answers = {line.answer.number for _, line in lines if line.answer is not None}
    for work, line in lines:
        everyone = bytes([1]) * len(line.rows)
        if line.looks:
            line.looked = relevance.looked(line) if relevance else everyone
        recorded = [(line.plan.step.at, bit) for bit in sorted(gives(line)) if bit & followed]
        if recorded:
            matters = relevance.recorded(line, sum(bit for _, bit in recorded)) if relevance else everyone
            line.effects.append(_recording(knowledge, work, line, recorded, matters))
        carries = knowledge.plan.carries.get(line.plan.step.sends, 0) & followed
        answer = line.number in answers
        tells = line.arrives is not None and (carries or answer)
        if tells and knowledge.apart(line.plan.step.at, line.plan.step.to):
            matters = relevance.told(line, carries) if relevance and not answer else everyone
            line.effects.append(_telling(knowledge, line, carries, matters))


def house(line: Line) -> None:
    """Let the step that ends a stay free its place; it is freed at once where that step is not to happen."""
    until = line.until
    assert until is not None
    until.effects.append(partial(free, line))
    if until is not line:
        line.effects.append(lambda episode, at: None if until.taken[episode] else free(line, episode, at))


def free(line: Line, episode: int, _at: int) -> None:
    """The place that a step took in an episode is free again."""
    if line.places is not None and episode in line.held:
        line.places[episode].give_back(line.held.pop(episode))


def _recording(
    knowledge: Knowledge, work: Work, line: Line, recorded: list[tuple[str, int]], matters: bytes
) -> Callable[[int, int], None]:
    rows, kind = line.rows, line.plan.step.at
    api = knowledge.plan.traffic.get(API)
    late = packed(np.zeros(len(rows), dtype=np.int64))
    if api is not None:
        keys = knowledge.site.people.take(work.episodes.row, work.episodes.number)
        name = stream(knowledge.site.plan.seed, "care", work.plan.pathway.name, line.plan.step.id, "found")
        late = packed(api.delay.seconds(name, keys))

    def record(episode: int, at: int) -> None:
        if matters[episode]:
            row = rows[episode]
            seen = knowledge.down(kind, row, at) or at if knowledge.outages.outages else at
            knowledge.record(row, recorded, seen, seen + late[episode])

    return record


def _arriving(knowledge: Knowledge, line: Line, delays: Whole) -> Callable[[int, int], int]:
    """From an episode and the second sent to the second its message is known; ``NEVER`` when it is lost."""
    sender, receiver = line.plan.step.at, line.plan.step.to
    outages = knowledge.outages

    def arrives(episode: int, sent: int) -> int:
        delay = delays[episode]
        if delay < 0:
            return NEVER
        if not outages.outages:
            return sent + delay
        row = line.rows[episode]
        leaves = outages.up(sender, knowledge.system(sender)[row], sent)
        return outages.up(receiver, knowledge.system(receiver)[row], leaves + delay)

    return arrives


def _way(line: Line) -> tuple[str, str]:
    return line.plan.step.at, line.plan.step.to


def _queueing(knowledge: Knowledge, line: Line) -> Callable[[int, int], None]:
    """A message goes the way of others that wait to be overtaken: it is one of them, or it overtakes them."""
    way, arrives, delivery, queue = _way(line), line.arrives, line.delivery, knowledge.queue
    assert arrives is not None
    assert delivery is not None
    behind, waiting = delivery.stuck, queue.stuck

    def go(episode: int, at: int) -> None:
        row = line.rows[episode]
        if episode in behind:
            line.stuck[episode] = one = Stuck(way, at, arrives(episode, at), behind[episode])
            queue.put(row, one)
        elif row in waiting:
            known = arrives(episode, at)
            if known < NEVER:
                queue.pass_by(row, way, at, known)

    return go


def _telling(knowledge: Knowledge, line: Line, carries: int, matters: bytes) -> Callable[[int, int], None]:
    way, arrives = _way(line), line.arrives
    assert arrives is not None

    def tell(episode: int, at: int) -> None:
        if not matters[episode]:
            return
        bits = carries | line.asked.pop(episode, 0)
        known = arrives(episode, at)
        if bits and known < NEVER:
            told = knowledge.tell(line.rows[episode], way, bits, at, known)
            if episode in line.stuck:
                one = line.stuck[episode]
                one.bits = told
                one.sooner.append(partial(knowledge.tell, line.rows[episode], way, bits, at))

    return tell
