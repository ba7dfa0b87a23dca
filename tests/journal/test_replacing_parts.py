"""A part of the journal can be replaced before it serves."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from simulator.journal.app import build_app, serve_request
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Journal
from simulator.journal.settings import Settings
from simulator.journal.store import Store


def test_a_replaced_interaction_is_the_one_that_answers(tmp_path: Path) -> None:
    """A create that forgets If-None-Exist makes duplicates where the journal's own would not."""
    app = build_app(Settings(tmp_path))
    create = app.journal.interactions["create"]

    def forgetful(journal: Journal, store: Store, call: Call) -> Answer:
        call.headers.pop("if-none-exist", None)
        return create.apply(journal, store, call)

    async def post() -> int:
        body = orjson.dumps({"resourceType": "Patient", "gender": "male"})
        headers = [(b"content-type", b"application/fhir+json"), (b"if-none-exist", b"gender=male")]
        scope = {"type": "http", "method": "POST", "path": "/fhir/Patient", "query_string": b"", "headers": headers}

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        return (await serve_request(app.journal, scope, receive)).status

    async def run() -> list[int]:
        app.journal.start()
        statuses = [await post(), await post()]
        app.journal.interactions["create"] = replace(create, apply=forgetful)
        statuses.append(await post())
        await app.journal.stop()
        return statuses

    assert asyncio.run(run()) == [201, 200, 201]
