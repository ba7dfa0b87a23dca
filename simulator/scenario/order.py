"""Checks that the steps of a pathway can be walked: no cycles, nothing impossible, no deadline before its start."""

from collections.abc import Mapping, Sequence

from simulator.domain.numbers import ONE
from simulator.domain.scenario import APPOINTMENT, Staffing, Step
from simulator.scenario.faults import Faults


def check_order(steps: Sequence[Step], staffing: Staffing, faults: Faults) -> None:
    """Add a fault for every step that cannot be reached, done, or done in time."""
    by_id: dict[str, Step] = {}
    for number, step in enumerate(steps):
        if step.id in by_id:
            faults.add(("steps", number, "id"), f"step '{step.id}' is written twice")
        if step.id == APPOINTMENT:
            faults.add(("steps", number, "id"), f"'{APPOINTMENT}' is the time that was booked; name the step otherwise")
        by_id[step.id] = step
    for number, step in enumerate(steps):
        cycle = _cycle(step, by_id)
        if cycle:
            faults.add(("steps", number, "after"), f"cycle of 'after': {' after '.join(cycle)}; it can never begin")
            return
    certain = _certain(steps)
    for number, step in enumerate(steps):
        _check_possible(number, step, faults)
        _check_deadline(number, step, by_id, certain, faults)
        _check_hands(number, step, staffing, faults)
        _check_place(number, step, by_id, faults)


def _cycle(start: Step, by_id: Mapping[str, Step]) -> list[str]:
    """The way from a step back to itself along ``after``, ``if`` and ``unless``; empty when there is none."""
    trail = [(start.id, [start.id])]
    seen: set[str] = set()
    while trail:
        here, way = trail.pop()
        for other in _before(by_id[here]):
            if other == start.id:
                return [*way, other]
            if other in by_id and other not in seen:
                seen.add(other)
                trail.append((other, [*way, other]))
    return []


def _before(step: Step) -> list[str]:
    return [*(edge.step for edge in step.after), *step.only_if, *step.unless]


def ancestors(step: Step, by_id: Mapping[str, Step]) -> set[str]:
    """Every step that ``step`` comes after, at any distance."""
    found: set[str] = set()
    waiting = [edge.step for edge in step.after]
    while waiting:
        name = waiting.pop()
        if name in by_id and name not in found:
            found.add(name)
            waiting.extend(edge.step for edge in by_id[name].after)
    return found


def _check_possible(number: int, step: Step, faults: Faults) -> None:
    place = ("steps", number)
    if not step.chance.figures and step.chance.constant == 0:
        faults.add((*place, "chance"), f"step '{step.id}' has no chance, so the pathway can never end through it")
    both = set(step.only_if) & set(step.unless)
    if both:
        faults.add((*place, "unless"), f"step '{step.id}' can never happen: if and unless '{min(both)}'")
    followed = [edge.step for edge in step.after if edge.step != APPOINTMENT]
    shut_out = [name for name in step.unless if followed == [name]]
    if shut_out:
        message = f"step '{step.id}' can never happen: after '{shut_out[0]}' and unless it; the pathway can never end"
        faults.add((*place, "unless"), message)


def _certain(steps: Sequence[Step]) -> set[str]:
    """The steps that are done in every episode, whatever is drawn, asked and waited for."""
    plain = [
        step
        for step in steps
        if step.chance == ONE and not (step.only_if or step.unless or step.where or step.patience)
    ]
    found = {APPOINTMENT}
    before = 0
    while len(found) != before:
        before = len(found)
        found |= {s.id for s in plain if not s.after or any(edge.step in found for edge in s.after)}
    return found


def _check_deadline(number: int, step: Step, by_id: Mapping[str, Step], certain: set[str], faults: Faults) -> None:
    if step.within is None:
        return
    place = ("steps", number, "within")
    start = step.within.of
    if start not in ("", APPOINTMENT) and start not in ancestors(step, by_id):
        faults.add(place, f"the deadline of '{step.id}' counts from '{start}', which does not come before it")
        return
    least = _least(step, start, by_id, certain | {start}, {})
    if step.within.seconds <= 0 or least > step.within.seconds:
        message = (
            f"the deadline of '{step.id}' is {step.within.seconds} s after '{start or 'the start'}', "
            f"before it can begin (at least {least:.0f} s)"
        )
        faults.add(place, message)


def _least(step: Step, start: str, by_id: Mapping[str, Step], certain: set[str], known: dict[str, float]) -> float:
    """The seconds that must pass between ``start`` and the beginning of ``step``; ``known`` are those found already.

    It waits for all the steps it follows that are done: for those that are certain, or else for any one of the others.
    """
    if step.id in known:
        return known[step.id]
    sure: list[float] = []
    either: list[float] = []
    for edge in step.after:
        way = edge.delay.least if edge.delay else 0.0
        if edge.step != start:
            before = by_id.get(edge.step)
            if before is None or not (start in ancestors(before, by_id) or not start):
                way = 0.0
            else:
                way += _least(before, start, by_id, certain, known) + (before.takes.least if before.takes else 0.0)
        (sure if edge.step in certain else either).append(way)
    known[step.id] = max(sure) if sure else min(either, default=0.0)
    return known[step.id]


def _check_place(number: int, step: Step, by_id: Mapping[str, Step], faults: Faults) -> None:
    if step.occupies is None or step.occupies.until not in by_id:
        return
    until = by_id[step.occupies.until]
    if step is not until and step.id not in ancestors(until, by_id):
        place = ("steps", number, "occupies")
        faults.add((*place, "until"), f"the place of '{step.id}' is never freed: '{until.id}' does not come after it")


def _check_hands(number: int, step: Step, staffing: Staffing, faults: Faults) -> None:
    staff = staffing.staff.get(step.needs)
    if staff is None:
        return
    place = ("steps", number, "needs")
    if staff.arsverk is None and staff.persons == 0:
        faults.add(place, f"nobody can do step '{step.id}': there are no {step.needs}")
    elif step.opening and not any(step.opening.hours.overlaps(shift.hours) for shift in staff.shifts):
        faults.add(place, f"nobody can do step '{step.id}': {step.needs} never work in its opening hours")
