"""Shards that ask one another's organisations for work, side by side in windows of time (conservative synchronisation).

A letter sent in a window arrives after it, because the window is as long as the shortest hand-over time. So every
window can be simulated without knowing what the others do in it, and what crosses is handed over between windows, in
one order. Windows follow one another from the beginning on, those in which nothing happens left out, and letters have
an order of their own: whoever simulates which shards, and beside which others, gives the same timeline.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Final

from simulator.care.colleague import Crew
from simulator.care.desk import Residents
from simulator.care.letters import Letter, Reply, in_order
from simulator.care.parts import Part
from simulator.care.plan import Plan
from simulator.care.shards import Shard
from simulator.care.sharing import kinds_elsewhere

Progress = Callable[[int, int], None]
_DAY: Final = 86400


class Exchange:
    """Who of a crew has which shards and desks, and the letters that are under way between them."""

    def __init__(self, plan: Plan, crew: Crew) -> None:
        self._plan = plan
        self._crew = crew
        self._homes: dict[int, int] = {}
        self._desks: dict[str, int] = {}
        self._letters: list[list[Letter]] = [[] for _ in crew]

    def open(self, shards: list[Shard]) -> None:
        """Give each member its shards, the largest to whoever has least, and the organisations they share."""
        load = [0] * len(self._crew)
        opened: list[Future[Residents]] = []
        for shard in shards:
            member = load.index(min(load))
            load[member] += shard.count
            self._homes[shard.number] = member
            opened.append(self._crew[member].ask("open", shard.to_send() if self._crew[member].far else shard))
        residents: Residents = {}
        for future in opened:
            for key, count in future.result().items():
                residents[key] = residents.get(key, 0) + count
        owners = sorted({owner for owner, _ in residents})
        self._desks = {owner: n % len(self._crew) for n, owner in enumerate(owners)}
        for owner, member in self._desks.items():
            own = {key: count for key, count in residents.items() if key[0] == owner}
            self._crew[member].ask("found", owner, own).result()

    def run(self, on_progress: Progress | None) -> None:
        """Simulate from before the period to its end, window by window."""
        begin, end = self._plan.clock.begin, self._plan.end
        shortest = min(self._plan.hand_overs[kind] for kind in kinds_elsewhere(self._plan))
        days, told, until = -(-(end - begin) // _DAY), 0, min(begin + shortest, end)
        while True:
            earliest = self._advance(until)
            done = days if until >= end else (until - begin) // _DAY
            for day in range(told + 1, done + 1):
                if on_progress is not None:
                    on_progress(day, days)
            told = done
            if until >= end:
                return
            until = min(begin + ((max(until, earliest) - begin) // shortest + 1) * shortest, end)

    def close(self) -> list[Part]:
        """Hand over what is still under way, and take the events of every shard and the accounts."""
        left = [member.ask("close", self._taken(n)) for n, member in enumerate(self._crew)]
        return [part for future in left for part in future.result()]

    def _advance(self, until: int) -> int:
        """Simulate up to a second; gives the first second at which anything can happen after it."""
        asked = [member.ask("advance", until, self._taken(n)) for n, member in enumerate(self._crew)]
        earliest = self._plan.end
        for future in asked:
            letters, first = future.result()
            earliest = min(earliest, first)
            for letter in letters:
                earliest = min(earliest, letter.arrives)
                self._letters[self._whose(letter)].append(letter)
        return earliest

    def _whose(self, letter: Letter) -> int:
        return self._homes[letter.sender] if isinstance(letter, Reply) else self._desks[letter.owner]

    def _taken(self, member: int) -> list[Letter]:
        letters, self._letters[member] = self._letters[member], []
        return in_order(letters)


def together(plan: Plan, crew: Crew, shards: Iterable[Shard], on_progress: Progress | None) -> list[Part]:
    """Shards simulated with one another."""
    exchange = Exchange(plan, crew)
    exchange.open(list(shards))
    exchange.run(on_progress)
    return exchange.close()
