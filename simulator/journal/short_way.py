"""The short way of requests that need no task of their own: reads that wait for nothing, and writes that only queue.

They are served as ``serving.serve_request`` would serve them, without the task and the messages of an ASGI call, which
cost more than reading a resource does. A secured journal asks others who calls, so there is no short way.
"""

import re
from asyncio import Future
from collections.abc import Callable
from typing import Final, NamedTuple

from simulator.journal.audit.record import Record
from simulator.journal.errors import masked
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.routing import KINDS
from simulator.journal.serving import CONTENT, PREFIX, Request, answer_to, call_of, now, record_of
from simulator.journal.supported import AUDITED_ONLY

READABLE: Final = KINDS - {AUDITED_ONLY} - {kind for kind, _ in CONTENT}
"""The types whose reads are all alike; of the others one waits, and one is asked for by media types of its own."""
_WRITTEN: Final = re.compile(rf"(POST|PUT) {PREFIX}(?:/([A-Za-z]+)(/[A-Za-z0-9\-.]{{1,64}})?)?")
_WRITES: Final = {("POST", False, False): "transaction", ("POST", True, False): "create", ("PUT", True, True): "update"}
"""The writes, by method and whether a type and an id stand in the path."""

Answered = Callable[[Answer], None]


class Known(NamedTuple):
    """A sender whose header fields have been understood: the fields that matter, and the address."""

    headers: dict[str, str]
    client: str


def at_once(journal: Journal, request: Request) -> Answer | None:
    """The answer to a request that has no body and waits for nothing, or None for any other."""
    if not _is_short(journal) or not journal.near:
        return None
    try:
        call = call_of(request, record_of(request))
    except Exception:  # noqa: BLE001  what is not understood is refused the ordinary way, and counted there
        return None
    interaction = journal.interactions[call.interaction]
    if not _waits_for_nothing(interaction) or call.kind == AUDITED_ONLY:
        return None
    return _answered(journal, interaction, call, request.client)


def read_again(journal: Journal, kind: str, identity: str, known: Known) -> Answer | None:
    """The answer to a read from somebody who has sent the very same header fields with another; None when it waits.

    Args:
        journal: Reads it.
        kind: One of ``READABLE``.
        identity: The id, well formed.
        known: Whose headers ``at_once`` answered a read for.
    """
    interaction = journal.interactions["read"]
    if not _is_short(journal) or not journal.near or not _waits_for_nothing(interaction):
        return None
    record = Record("read", masked(f"{kind}/{identity}"), "", known.client)
    call = Call("read", kind, identity, None, [], known.headers.copy(), record)
    return _answered(journal, interaction, call, known.client)


def only_queues(journal: Journal, method: str, path: str) -> bool:
    """Whether a request whose body is here already is a write that needs no more than its turn at the writer."""
    found = _WRITTEN.fullmatch(f"{method} {path}") if _is_short(journal) else None
    if found is None or (found[2] is not None and found[2] not in KINDS):
        return False
    code = _WRITES.get((found[1], found[2] is not None, found[3] is not None))
    return code is not None and _queues(journal.interactions[code])


def write(journal: Journal, request: Request, body: bytes, answered: Answered) -> None:
    """Serves a write that ``only_queues``; ``answered`` is called, now or later, with its answer and never twice."""
    record = record_of(request)
    audited = True
    try:
        if journal.rate is not None:
            journal.rate.take(request.client)
        call = call_of(request, record)
        interaction = journal.interactions[call.interaction]
        audited = interaction.audited
        call.body = body
        if interaction.prepare is not None:
            interaction.prepare(journal, call)
        apply = interaction.apply
        turn: Future[Answer] = journal.writer.submit(lambda store: apply(journal, store, call), record)
    except Exception as error:  # noqa: BLE001  the last line of defence: an answer without a traceback
        answer = answer_to(error)
        answered(_noted(journal, record, answer) if audited else answer)
    else:
        turn.add_done_callback(lambda done: _settled(done, answered))


def _settled(done: "Future[Answer]", answered: Answered) -> None:
    if not done.cancelled():
        error = done.exception()
        answered(answer_to(error) if isinstance(error, Exception) else done.result())


def _answered(journal: Journal, interaction: Interaction, call: Call, client: str) -> Answer:
    """The answer to what waits for nothing."""
    try:
        if journal.rate is not None:
            journal.rate.take(client)
        answer = now(journal, interaction, call)
    except Exception as error:  # noqa: BLE001  the last line of defence: an answer without a traceback
        answer = answer_to(error)
    else:
        if not interaction.audited:
            return answer
    return _noted(journal, call.record, answer)


def _is_short(journal: Journal) -> bool:
    return journal.gate is None and not journal.leaving


def _waits_for_nothing(interaction: Interaction) -> bool:
    return interaction.place == "loop" and interaction.prepare is None


def _queues(interaction: Interaction) -> bool:
    return interaction.place == "writer" and interaction.ask is None


def _noted(journal: Journal, record: Record, answer: Answer) -> Answer:
    record.status = answer.status
    journal.writer.note(record)
    return answer
