"""The faults that need more than passing over a parameter or a header field."""

from dataclasses import replace
from typing import Any

import orjson

from simulator.journal.app import JournalApp
from simulator.journal.http import Answer, Call
from tests.mutants.faults import Resource, answered, both, entries, stores


def lags(app: JournalApp) -> None:
    """What was written last is not found yet."""
    latest: list[str] = []

    def remember(_: Call, resource: Resource) -> None:
        latest[:] = [f"{resource.get('resourceType')}/{resource.get('id')}"]

    def hide(_: Call, bundle: Resource) -> None:
        found = bundle.get("entry", [])
        bundle["entry"] = [e for e in found if f"{e['resource']['resourceType']}/{e['resource']['id']}" not in latest]
        if not bundle["entry"]:
            del bundle["entry"]

    both(answered("create", remember), answered("search-type", hide))(app)


def uncode(call: Call, bundle: Resource) -> None:
    if call.kind == "AllergyIntolerance":
        for resource in entries(bundle):
            resource["code"] = {"text": "Allergi"}


def always_current(app: JournalApp) -> None:
    """An earlier version reads as the current one."""
    app.journal.interactions["vread"] = app.journal.interactions["read"]


def without_display(resource: Resource) -> None:
    for coding in resource.get("code", {}).get("coding", ()):
        coding.pop("display", None)


def any_status(app: JournalApp) -> None:
    """Observations are stored whatever their status says."""
    sound = app.journal.validator.check

    def check(resource: Any, expected: str) -> None:
        known = {**resource, "status": "final"} if expected == "Observation" else resource
        sound(known, expected)

    app.journal.validator.check = check  # type: ignore[method-assign]


def no_last_page(call: Call, bundle: Resource) -> None:
    if any(name == "_cursor" for name, _ in call.query):
        bundle["link"] = [link for link in bundle.get("link", ()) if link["relation"] != "next"]


def naive(resource: Resource) -> None:
    if "sent" in resource:
        resource["sent"] = resource["sent"][:19] + "Z"


def boasts(_: Call, statement: Resource) -> None:
    for claim in statement["rest"][0]["resource"]:
        if claim["type"] == "Patient":
            claim["searchParam"].append({"name": "skonummer", "type": "token"})


def exposes(app: JournalApp) -> None:
    """The answer to a look-up names the question as an address."""
    sound = app.journal.interactions["search-type"]

    def apply(journal: Any, store: Any, call: Call) -> Answer:
        answer = sound.apply(journal, store, call)
        question = "&".join(f"{name}={text}" for name, text in call.query)
        answer.headers["Content-Location"] = f"{journal.base}/{call.kind}?{question}"
        return answer

    app.journal.interactions["search-type"] = replace(sound, apply=apply)


def piecemeal(app: JournalApp) -> None:
    """A transaction is carried out entry by entry, like a batch."""
    sound = app.journal.interactions["transaction"]
    assert sound.prepare is not None
    prepare = sound.prepare

    def read_as_batch(journal: Any, call: Call) -> None:
        call.body = call.body.replace(b'"type":"transaction"', b'"type":"batch"')
        prepare(journal, call)

    app.journal.interactions["transaction"] = replace(sound, prepare=read_as_batch)


def skips_a_step(call: Call, bundle: Resource) -> None:
    if call.kind == "Task" and len(bundle.get("entry", ())) > 2:
        del bundle["entry"][1]


def stays_active(resource: Resource) -> None:
    resource["status"] = "active"


def unlinked(resource: Resource) -> None:
    resource.pop("referralRequest", None)


def unlogged(app: JournalApp) -> None:
    """A search leaves nothing in the access log."""
    sound = app.journal.interactions["search-type"]
    app.journal.interactions["search-type"] = replace(sound, audited=False)


def erasable(app: JournalApp) -> None:
    """Whoever asks may remove an entry of the access log."""
    sound = app.answer

    async def answer(scope: Any, receive: Any) -> Answer:
        if scope["method"] == "DELETE" and "/AuditEvent/" in scope["path"]:
            return Answer(204)
        return await sound(scope, receive)

    app.answer = answer  # type: ignore[method-assign]


def unbounded(app: JournalApp) -> None:
    """A request of any size is taken."""
    app.journal.settings = replace(app.journal.settings, body_limit=1_000_000_000)


def guesses_gender(resource: Resource) -> None:
    number = resource["identifier"][0]["value"]
    resource["gender"] = "female" if int(number[8]) % 2 == 0 else "male"


def one_address(resource: Resource) -> None:
    resource["address"] = resource.get("address", [])[-1:]


def open_ended(call: Call, bundle: Resource) -> None:
    if call.kind == "Encounter":
        for resource in entries(bundle):
            resource.get("period", {}).pop("end", None)


def not_on_the_day(call: Call) -> None:
    if call.kind == "Encounter":
        call.query = [(n, t.replace("ge", "sa", 1) if n == "date" else t) for n, t in call.query]


def swallows(app: JournalApp) -> None:
    """A change is acknowledged and not stored."""
    sound = app.journal.interactions["update"]

    def apply(journal: Any, store: Any, call: Call) -> Answer:
        before = store.find(call.kind, call.identity)
        if before is not None and before.content and call.kind == "DocumentReference":
            call.resource = orjson.loads(before.content)
        return sound.apply(journal, store, call)

    app.journal.interactions["update"] = replace(sound, apply=apply)


def reads_the_past(app: JournalApp) -> None:
    """A read gives the version before the current one."""
    sound = app.journal.interactions["read"]

    def apply(journal: Any, reader: Any, call: Call) -> Answer:
        found = reader.find(call.kind, call.identity)
        earlier = reader.version(found.rid, found.vid - 1) if found and found.vid > 1 else None
        if earlier is None or earlier.content is None:
            return sound.apply(journal, reader, call)
        return Answer(200, earlier.content, earlier.vid, earlier.updated)

    app.journal.interactions["read"] = replace(sound, apply=apply)


def without_extensions(resource: Resource) -> None:
    """Extensions are dropped, wherever they are."""
    for address in resource.get("address", ()):
        for name in [n for n in address if n.startswith("_")]:
            del address[name]


def cut_texts(resource: Resource) -> None:
    """Texts of codes are cut to fit a column."""
    for coding in resource.get("code", {}).get("coding", ()):
        if "display" in coding:
            coding["display"] = coding["display"][:8]


def misfiles(app: JournalApp) -> None:
    """Every diagnosis is filed under the patient whose diagnosis came first."""
    first: list[Resource] = []

    def alter(resource: Resource) -> None:
        first.append(resource["subject"])
        resource["subject"] = first[0]

    stores("Condition", alter)(app)
