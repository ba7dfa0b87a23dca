"""What one worker does: simulates the shards it is given and leaves their events where they can be merged from."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import polars as pl

from simulator.care.colleague import Here
from simulator.care.desk import Desk, Residents
from simulator.care.engine import Engine
from simulator.care.garbage import uncollected
from simulator.care.letters import Letter, Reply
from simulator.care.notices import notices_of
from simulator.care.parts import Part
from simulator.care.plan import Plan
from simulator.care.shards import Region, Shard
from simulator.care.sharing import kinds_elsewhere
from simulator.care.timeline import ACCOUNTS, accounts_of, events_of, places_of
from simulator.care.windows import together

_BATCH = 20_000
"""Events that are read at a time when shards are merged."""


class Station:
    """A worker's hands and memory. Where it is, in this process or far away, is the crew's affair."""

    def __init__(self, plan: Plan, folder: Path | None) -> None:
        self._plan = plan
        self._folder = folder
        """Where to leave events; None to send them."""
        self._engines: dict[int, Engine] = {}
        self._desks: dict[str, Desk] = {}

    def simulate(self, region: Region) -> list[Part]:
        """A region from before the period to its end, by itself."""
        with uncollected():
            if kinds_elsewhere(self._plan):
                parts = together(self._plan, [Here(self)], region, None)
            else:
                parts = [self._alone(shard) for shard in region]
        return parts

    def _alone(self, shard: Shard) -> Part:
        """A shard that shares nothing with others."""
        engine = Engine(self._plan, shard.people())
        engine.run()
        part = self._part(shard.number, engine)
        engine.forget()
        return part

    def open(self, shard: Shard) -> Residents:
        """Prepare a shard that shares organisations with others; gives the residents whom these are for."""
        with uncollected():
            engine = Engine(self._plan, shard.people(), shard.number)
            engine.start()
        self._engines[shard.number] = engine
        found: Residents = {}
        for kind in sorted(kinds_elsewhere(self._plan)):
            found |= engine.site.residents(kind)
        engine.site.settle()
        return found

    def found(self, owner: str, residents: Residents) -> None:
        """Open an organisation that several municipalities have together."""
        self._desks[owner] = Desk(self._plan, owner, residents)

    def advance(self, until: int, letters: list[Letter]) -> tuple[list[Letter], int]:
        """Hand letters over and simulate up to a second; gives letters out, and when next anything happens."""
        self._hand_over(letters)
        sent: list[Letter] = []
        first = float(self._plan.end)
        everybody: list[Engine | Desk] = [*self._engines.values(), *self._desks.values()]
        with uncollected():
            for one in everybody:
                if one.env.peek() < until:
                    one.env.run(until=until)
                sent += one.outbox
                one.outbox.clear()
                first = min(first, one.env.peek())
        return sent, int(first)

    def close(self, letters: list[Letter]) -> list[Part]:
        """The shards' events. Letters still under way at the end tell of what was done before it."""
        for letter in letters:
            if isinstance(letter, Reply) and letter.done:
                self._engines[letter.sender].hear(letter)
        parts = [self._part(number, engine) for number, engine in self._engines.items()]
        if parts:
            whole = pl.concat([parts[0].accounts, self._elsewhere()])
            theirs = (of for desk in self._desks.values() for of in desk.places_in_use())
            places = pl.concat([parts[0].places, places_of(theirs, self._plan.end)])
            parts[0] = replace(parts[0], accounts=whole, places=places)
        for engine in self._engines.values():
            engine.forget()
        self._engines.clear()
        self._desks.clear()
        return parts

    def _hand_over(self, letters: list[Letter]) -> None:
        for letter in letters:
            if isinstance(letter, Reply):
                self._engines[letter.sender].receive(letter)
            else:
                self._desks[letter.owner].receive(letter)

    def _elsewhere(self) -> pl.DataFrame:
        """Accounts of what is under way at the desks: whoever asked counts it as waiting."""
        rows = []
        for desk in self._desks.values():
            for (pathway, step), count in desk.under_way().items():
                plan = self._plan.pathways[pathway]
                rows.append((plan.pathway.name, plan.steps[step].step.id, 0, 0, 0, -count, count, 0))
        return pl.DataFrame(rows, schema=ACCOUNTS, orient="row")

    def _part(self, number: int, engine: Engine) -> Part:
        events = events_of(engine, engine.ended()).sort("at", maintain_order=True)
        name, accounts = f"events-{number}.arrow", accounts_of(engine)
        told = (accounts, places_of(engine.site.places_in_use(), self._plan.end), notices_of(engine))
        if self._folder is not None:
            events.write_ipc(self._folder / name, compression="uncompressed", record_batch_size=_BATCH)
            return Part(number, *told, self._folder / name)
        sent = BytesIO()
        events.write_ipc(sent, compression="lz4", record_batch_size=_BATCH)
        return Part(number, *told, Path(name), sent.getvalue())
