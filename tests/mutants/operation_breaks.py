"""The faults of the operation mutants: what shows only when a journal is started again on what it had stored."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.journal.app import JournalApp
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.server import Server
from simulator.journal.storage import backup
from simulator.journal.storage.sqlite import FILE
from tests.mutants.faults import Fault, Resource, answered

WRITES = ("create", "update", "patch", "delete", "transaction")


def forgets_the_log(folder: Path) -> None:
    """What was acknowledged and not yet moved into the main file is thrown away."""
    for name in (f"{FILE}-wal", f"{FILE}-shm"):
        (folder / name).unlink(missing_ok=True)


def finds_a_lock(_: JournalApp) -> None:
    """It ends because it finds the mark of its former life."""
    sys.exit("a journal is open here already; remove the mark when you are sure that it is not")


def refuses(codes: tuple[str, ...]) -> Fault:
    """Some interactions wait for somebody to say that all is well."""

    def refused(_journal: Any, _store: Any, _call: Call) -> Answer:
        raise refuse(503, "transient", "recovering; ask an operator")

    def into(app: JournalApp) -> None:
        for code in codes:
            app.journal.interactions[code] = replace(app.journal.interactions[code], apply=refused)

    return into


def lists_nothing(kind: str) -> Callable[[Call, Resource], None]:
    """The index of one type is empty until somebody builds it anew."""

    def change(call: Call, bundle: Resource) -> None:
        if call.kind == kind:
            bundle.pop("entry", None)

    return change


def medicines_unindexed(app: JournalApp) -> None:
    """Medicines are there and not found."""
    answered("search-type", lists_nothing("MedicationStatement"))(app)


def leaves_medicines_out() -> None:
    """A backup passes over some of the rows: those of the table that medicines would have of their own."""
    whole = backup._lines

    def without(connection: Any) -> Iterator[bytes]:
        return (line for line in whole(connection) if b"MedicationStatement" not in line or line.startswith(b"{"))

    backup._lines = without


MARK = "under-attack"


def rings_the_alarm(folder: Path) -> None:
    """An installation that finds its data spoilt tells all others, so that they stop."""
    database = folder / FILE
    if database.exists() and not database.read_bytes().startswith(b"SQLite format"):
        (folder.parents[1] / MARK).touch()


def stops_for_all(app: JournalApp) -> None:
    """Whatever is asked for is refused while any installation of the run is under attack."""
    marks = [folder / MARK for folder in list(app.journal.settings.data.parents)[:2]]
    for code, sound in app.journal.interactions.items():
        if code != "capabilities":
            app.journal.interactions[code] = replace(sound, apply=_unless(marks, sound.apply))


def _unless(marks: list[Path], apply: Any) -> Any:
    def refused(journal: Any, store: Any, call: Call) -> Answer:
        if any(mark.exists() for mark in marks):
            raise refuse(503, "transient", "another installation is under attack")
        answer: Answer = apply(journal, store, call)
        return answer

    return refused


def turns_away() -> None:
    """Processes that are to leave serve nobody any more, those who are connected included."""
    sound = Server.leave

    def leave(self: Server, *signalled: object) -> None:
        for code, interaction in self.journal.interactions.items():
            self.journal.interactions[code] = replace(interaction, apply=_refused)
        sound(self, *signalled)

    Server.leave = leave  # type: ignore[method-assign]


def _refused(_journal: Any, _store: Any, _call: Call) -> Answer:
    raise refuse(503, "transient", "the version is being changed")


def offers_less(app: JournalApp) -> None:
    """A search parameter that the version before had is gone."""

    def change(_: Call, statement: Resource) -> None:
        for resource in statement["rest"][0]["resource"]:
            if resource["type"] == "Observation":
                resource["searchParam"] = [p for p in resource["searchParam"] if p["name"] != "category"]

    answered("capabilities", change)(app)


def paper_clip_lost(resource: Resource) -> None:
    """A message is stored without what it refers to."""
    for payload in resource.get("payload", ()):
        if payload.pop("contentReference", None) is not None:
            payload["contentString"] = "see attachment"
