"""Follows the feed of the population register: each event says whose document is to be looked up anew.

The Patient becomes what the document says now, so an event that comes twice, late or in another order changes nothing
more. What the register does not answer, or answers wrongly, changes nothing and is asked for again.
"""

import asyncio
import sys
import traceback
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from simulator.journal.audit.record import Record
from simulator.journal.bulk.offer import check_system
from simulator.journal.errors import FhirError
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.messages.desk import Desk
from simulator.journal.neighbours import Neighbours, silent
from simulator.journal.no_basis import DNR, FNR, is_synthetic_number
from simulator.journal.register.person import Json, WrongDocumentError, numbers_of, patient_of
from simulator.journal.register.progress import Progress, alone, load, save
from simulator.journal.store import Reader, Store

FOLLOWER: Final = "register"
REGISTER: Final = "folkeregisteret"
BORN: Final = "endringIFoedsel"
AT_ONCE: Final = 100
"""Documents looked up, and people changed, in one go."""
MOST_WANTED: Final = 10_000
AGENT: Final = {"role": "system", "client": REGISTER, "name": "Folkeregisteret"}
_KEPT_OUT: Final = frozenset({"versionId", "lastUpdated"})


@dataclass(frozen=True, slots=True)
class Round:
    """What one look at the feed came to."""

    answered: bool
    """Whether the register could be asked."""
    events: int = 0
    changed: int = 0
    wanted: int = 0
    """People whose document is still to be had."""


class Follower:
    """Looks at the feed now and then while the journal runs, and at once when asked to.

    Args:
        journal: Whose people are kept up to date.
        neighbours: Where the register is.
    """

    def __init__(self, journal: Journal, neighbours: Neighbours) -> None:
        self.journal = journal
        self.neighbours = neighbours
        self.data = journal.settings.data
        self.loop = asyncio.get_running_loop()
        self._turn = asyncio.Lock()
        self._task = self.loop.create_task(self._run(journal.settings.register_interval))

    def close(self) -> None:
        """Ends it, after the round under way; called from another thread than the loop's."""
        asyncio.run_coroutine_threadsafe(self._stop(), self.loop).result()

    async def _stop(self) -> None:
        async with self._turn:
            self._task.cancel()

    async def _run(self, interval: float) -> None:
        while True:
            try:
                await self.round()
            except Exception as error:  # noqa: BLE001  it goes on following, whatever one round met
                traceback.print_exception(error, file=sys.stderr)
            await asyncio.sleep(interval)

    async def round(self) -> Round:
        """Follows the feed to its end; nothing when another process of this journal is doing so."""
        async with self._turn:
            with alone(self.data) as mine:
                return await self._follow() if mine else Round(answered=True)

    async def _follow(self) -> Round:
        progress, events, changed = load(self.data), 0, 0
        answered = True
        while page := await self._page(progress.following):
            events += len(page)
            for number, (who, born) in sorted(page.items()):
                progress.wanted[who] = born or progress.wanted.get(who, False)
                progress.following = max(progress.following, number + 1)
            save(self.data, progress)
        answered = page is not None
        if answered and progress.wanted:
            changed = await self._catch_up(progress)
            save(self.data, progress)
        return Round(answered, events, changed, len(progress.wanted))

    async def _page(self, following: int) -> dict[int, tuple[str, bool]] | None:
        """Number, person and whether it is a birth of each event that follows; None when the register does not say."""
        told = await self._ask(f"hendelser/feed?seq={following}")
        if not isinstance(told, list):
            return None
        try:
            read = {int(e["sekvensnummer"]): e["hendelse"] for e in told}
            return {
                number: (str(event["folkeregisteridentifikator"]), event.get("hendelsetype") == BORN)
                for number, event in read.items()
                if number >= following
            }
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    async def _ask(self, path: str, body: Any = None) -> Any:
        try:
            _, told = await self.neighbours.asking(REGISTER, path, body)
        except OSError:
            return None
        return told

    async def _catch_up(self, progress: Progress) -> int:
        """Looks up everybody who is wanted; how many Patients changed. Who cannot be had stays wanted."""
        changed = 0
        everybody = list(progress.wanted)[:MOST_WANTED]
        for start in range(0, len(everybody), AT_ONCE):
            asked = everybody[start : start + AT_ONCE]
            told = await self._ask("personer/bulkoppslag", {"folkeregisteridentifikatorer": asked})
            rows = told.get("oppslag") if isinstance(told, dict) else None
            for row in rows if isinstance(rows, list) else []:
                number = str(row.get("folkeregisteridentifikator")) if isinstance(row, dict) else ""
                if number in asked and number in progress.wanted:
                    changed += await self._take_in(number, row, progress)
        return changed

    async def _take_in(self, number: str, row: Json, progress: Progress) -> int:
        """Whether (1 or 0) a document changed somebody; no trace is left when it changed nobody."""
        document: Any = row.get("folkeregisterperson")
        try:
            numbers = numbers_of(document, number)
            work = Work(self.journal, document, tuple(numbers), progress.wanted[number])
            needed = await self.journal.writer.submit(work.needed)
            if needed:
                await self.journal.writer.submit(work.do, work.record)
        except (WrongDocumentError, FhirError):
            return 0
        del progress.wanted[number]
        return int(needed)


@dataclass(frozen=True, slots=True)
class Work:
    """What one document does to the record, in transactions of the writer."""

    journal: Journal
    document: Json
    numbers: tuple[str, ...]
    born: bool
    record: Record = field(default_factory=lambda: Record("update", "Patient", "", REGISTER))

    def needed(self, store: Store) -> bool:
        """Whether it changes anything."""
        return bool(self._patients(self._desk(store)))

    def do(self, store: Store) -> Answer:
        """Stores what the document makes of whoever has the number."""
        if self.journal.gate is not None:
            self.record.agent = dict(AGENT)
            self.record.basis = "register"
        desk = self._desk(store)
        for patient in self._patients(desk):
            if "id" in patient:
                desk.change(patient)
            else:
                self.record.interaction = "create"
                desk.add(patient)
        return Answer(200)

    def _desk(self, store: Store) -> Desk:
        return Desk(self.journal, store, Call("update", "Patient", None, None, [], {}, self.record))

    def _patients(self, desk: Desk) -> list[Json]:
        """The Patients that are to be stored: each that has a number and is not so yet, or somebody just born.

        One that was merged into another keeps its number, and is protected as the other.
        """
        wanted = ",".join(f"{system}|{number}" for number in self.numbers for system in (FNR, DNR))
        known = desk.find("Patient", ("identifier", wanted))
        if known:
            made = [(one, patient_of(self.document, one)) for one in known]
            return [after for one, after in made if not _same(one, after)]
        fit = self.born and all(is_synthetic_number(number) for number in self.numbers)
        return [patient_of(self.document, None)] if fit else []


def _same(before: Json, after: Json) -> bool:
    meta = {name: value for name, value in before.get("meta", {}).items() if name not in _KEPT_OUT}
    return before | {"meta": meta} == after | {"meta": after.get("meta", {})}


def start_following(journal: Journal) -> None:
    """Begins to follow the register, when the journal has one; called from the event loop that serves."""
    if journal.neighbours is not None:
        journal.background[FOLLOWER] = Follower(journal, journal.neighbours)


def follow_now(journal: Journal, _: Reader, call: Call) -> Answer:
    """200 with what has been taken in; 503 when the register does not answer."""
    check_system(call)
    follower = journal.background[FOLLOWER]
    assert isinstance(follower, Follower)
    done = asyncio.run_coroutine_threadsafe(follower.round(), follower.loop).result()
    if not done.answered:
        raise silent("the population register")
    counts = {"events": done.events, "changed": done.changed, "wanted": done.wanted}
    parameters = [{"name": name, "valueInteger": count} for name, count in counts.items()]
    return Answer(200, orjson.dumps({"resourceType": "Parameters", "parameter": parameters}))


INTERACTION = Interaction(follow_now, place="outside")
