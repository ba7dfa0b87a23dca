"""The course of simulated time: in SimPy's order, whatever lies in order and whatever does not yet."""

from collections.abc import Callable, Iterator
from random import Random

import pytest
from simpy import Environment, Event

from simulator.care.course import Course

BEGIN, END = -7200, 7200
Told = list[tuple[int, int]]


def told_by(env: Environment, later: Callable[[int, Callable[[object], None]], None], until: list[int]) -> Told:
    """When which of many things happened: each begins others, at once, soon or long after; processes among them."""
    told, draws, number = Told(), Random(7), iter(range(10**6))

    def begin(second: int) -> None:
        mine = next(number)

        def act(_: object) -> None:
            told.append((env.now, mine))
            if mine < 3000:
                for delay in draws.choices((0, 1, 30, 899, 900, 4000), k=draws.randrange(3)):
                    begin(env.now + delay)

        later(second, act)

    def process(every: int) -> Iterator[Event]:
        while True:
            yield env.timeout(every)
            told.append((env.now, -every))

    for every in (600, 900, 1700):
        env.process(process(every))
    for _ in range(200):
        begin(BEGIN + draws.randrange(5000))
    for second in until:
        env.run(until=second)
    return told


def test_things_happen_in_simpys_order() -> None:
    """Many things of equal instants, before and beyond what stands in order, come as SimPy has them come."""
    simpy = Environment(BEGIN)

    def timeout(second: int, act: Callable[[object], None]) -> None:
        simpy.timeout(second - simpy.now).callbacks.append(act)

    course = Course(BEGIN, END)
    theirs = told_by(simpy, timeout, [END])
    ours = told_by(course, course.later, [BEGIN + 1, BEGIN + 900, -1000, 0, END])
    assert len(ours) > 1000
    assert ours == theirs


def test_peek_tells_what_comes_next() -> None:
    """The next instant is told also when it lies far ahead; nothing is to come after the end."""
    course = Course(BEGIN, END)
    course.later(5000, lambda _: None)
    course.later(4000, lambda _: None)
    course.later(END, lambda _: None)
    assert (course.peek(), course.to_come()) == (4000, 2)
    course.run(4500)
    assert (course.now, course.peek()) == (4500, 5000)
    course.run(END)
    assert course.peek() == float("inf")


def test_a_fault_nobody_catches_is_raised() -> None:
    """An event that fails, and that nobody waits for, ends the run as in SimPy."""
    course = Course(BEGIN, END)
    course.event().fail(ValueError("lost"))
    with pytest.raises(ValueError, match="lost"):
        course.run(0)
