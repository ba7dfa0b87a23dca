"""A part of the journal can be replaced before it serves."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from simulator.journal.app import build_app
from simulator.journal.audit.record import Record
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Journal
from simulator.journal.serving import serve_request
from simulator.journal.settings import Settings
from simulator.journal.store import Store
from simulator.journal.writer import MOST_STUCK
from tests.journal.messaging import Post, errors, status


async def request(journal: Journal, method: str, body: Any, *fields: tuple[bytes, bytes]) -> int:
    """Sends one request to a journal in this process; gives the status."""
    path = f"/fhir/{body['resourceType'] if body else 'Basic'}"
    headers = [(b"content-type", b"application/fhir+json"), *fields]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}

    async def receive() -> Any:
        return {"type": "http.request", "body": orjson.dumps(body), "more_body": False}

    return (await serve_request(journal, scope, receive)).status


def test_a_replaced_interaction_is_the_one_that_answers(tmp_path: Path) -> None:
    """A create that forgets If-None-Exist makes duplicates where the journal's own would not."""
    app = build_app(Settings(tmp_path))
    create = app.journal.interactions["create"]

    def forgetful(journal: Journal, store: Store, call: Call) -> Answer:
        call.headers.pop("if-none-exist", None)
        return create.apply(journal, store, call)

    async def run() -> list[int]:
        app.journal.start()
        patient = {"resourceType": "Patient", "gender": "male"}
        condition = (b"if-none-exist", b"gender=male")
        statuses = [await request(app.journal, "POST", patient, condition) for _ in range(2)]
        app.journal.interactions["create"] = replace(create, apply=forgetful)
        statuses.append(await request(app.journal, "POST", patient, condition))
        await app.journal.stop()
        return statuses

    assert asyncio.run(run()) == [201, 200, 201]


def test_a_full_disk_is_said_and_does_no_harm(tmp_path: Path) -> None:
    """507 while there is no room, nothing half stored, and all well again when there is."""
    app = build_app(Settings(tmp_path))
    db = app.journal.store.connection.db  # type: ignore[attr-defined]  # SQLite's own

    async def run() -> tuple[list[int], int, list[int]]:
        app.journal.start()
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages + 5}")
        full = [
            await request(app.journal, "POST", {"resourceType": "Basic", "code": {"text": "x" * 3000}})
            for _ in range(9)
        ]
        db.execute("PRAGMA max_page_count = 1000000")
        stored = db.execute(
            "SELECT count(*) FROM resource JOIN version USING (rid) JOIN audit ON links = 'Basic/' || resource.id"
        ).fetchone()[0]
        after = [await request(app.journal, "POST", {"resourceType": "Basic", "code": {"text": "x"}})]
        await app.journal.stop()
        return full, stored, after

    full, stored, after = asyncio.run(run())
    assert set(full) == {201, 507}
    assert stored == full.count(201)
    assert after == [201]


def test_nothing_is_shown_when_the_audit_trail_is_stuck(tmp_path: Path) -> None:
    """503 for a read when too many audit records wait for a store that fails."""
    app = build_app(Settings(tmp_path))

    async def run() -> int:
        app.journal.start()
        waiting = app.journal.writer.notes
        waiting.extend(Record("read", "Basic/1", "", "") for _ in range(MOST_STUCK + 1))
        status = await request(app.journal, "GET", None)
        await app.journal.stop()
        return status

    assert asyncio.run(run()) == 503


def test_what_the_record_does_not_allow_is_refused_by_receipt(tmp_path: Path) -> None:
    """A message that makes what a rule of the record forbids is answered by AppRec 2 with X99, and leaves nothing."""

    async def run() -> None:
        journal = build_app(Settings(tmp_path)).journal
        journal.start()
        loop = asyncio.get_running_loop()

        def send(method: str, path: str, body: Any) -> Any:
            return asyncio.run_coroutine_threadsafe(answered(journal, method, path, body), loop).result(10)

        def tell() -> None:
            post = Post(send)
            sound = journal.lives.check

            def forbids(reader: Any, resource: Any, identity: str, found: Any) -> None:
                if resource["resourceType"] == "Task":
                    raise refuse(409, "business-rule", "no such step", "Task.status")
                sound(reader, resource, identity, found)

            journal.lives.check = forbids  # type: ignore[method-assign]
            receipt = post.tell("LOG_UTSKRIVNINGSKLAR")
            assert (status(receipt), errors(receipt)) == ("fatal-error", ["X99"])
            assert [post.record(kind) for kind in ("Communication", "Task", "Encounter")] == [[], [], []]

        await asyncio.to_thread(tell)
        await journal.stop()

    asyncio.run(run())


@dataclass
class Answered:
    """An answer as a client sees it."""

    status_code: int
    text: str

    def json(self) -> Any:
        """The resource."""
        return orjson.loads(self.text)


async def answered(journal: Journal, method: str, path: str, body: Any) -> Answered:
    """Sends one request to a journal in this process."""
    place, _, query = path.partition("?")
    headers = [(b"content-type", b"application/fhir+json")]
    asked = quote(query, safe="=&|:/").encode()
    scope = {"type": "http", "method": method, "path": f"/fhir/{place}", "query_string": asked, "headers": headers}

    async def receive() -> Any:
        return {"type": "http.request", "body": orjson.dumps(body), "more_body": False}

    answer = await serve_request(journal, scope, receive)
    return Answered(answer.status, answer.content.decode())
