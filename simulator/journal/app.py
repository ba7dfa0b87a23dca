"""The journal as an ASGI application, and the interactions it consists of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from simulator.journal import laboratory
from simulator.journal.allocator import GivingBack
from simulator.journal.audit import unusual
from simulator.journal.bulk import extract, offer, report
from simulator.journal.bulk.jobs import clear_unfinished
from simulator.journal.decision import services
from simulator.journal.documents import outside
from simulator.journal.handing_over import OFFICES, handing_over
from simulator.journal.hodemelding import edge
from simulator.journal.http import Answer, Call
from simulator.journal.interactions import (
    capabilities,
    create,
    delete,
    history_instance,
    history_type,
    patch,
    read,
    search,
    smart_configuration,
    transaction,
    update,
    vread,
)  # fmt: skip  one module per interaction
from simulator.journal.journal import Interaction, Journal
from simulator.journal.messages import receive, send
from simulator.journal.messages.outbox import Outbox
from simulator.journal.neighbours import NEEDING
from simulator.journal.operations import elsewhere, everything, summary, validate
from simulator.journal.prescriptions import passing
from simulator.journal.prescriptions.courier import Courier
from simulator.journal.prescriptions.list_keeper import NAME, ListKeeper, listing
from simulator.journal.register import follow
from simulator.journal.register.follow import start_following
from simulator.journal.routing import unknown_operation
from simulator.journal.serving import fields, serve_request
from simulator.journal.settings import Settings
from simulator.journal.store import Reader
from simulator.journal.subscriptions import asking
from simulator.journal.subscriptions.keeping import keeping
from simulator.journal.subscriptions.notifier import Notifier

INTERACTIONS: Final[dict[str, Interaction]] = {
    "capabilities": capabilities.INTERACTION,
    "smart-configuration": smart_configuration.INTERACTION,
    "read": read.INTERACTION,
    "vread": vread.INTERACTION,
    "create": handing_over(listing(laboratory.answering(passing.passing(keeping(create.INTERACTION))))),
    "update": handing_over(listing(laboratory.answering(passing.passing(keeping(update.INTERACTION))))),
    "patch": handing_over(listing(laboratory.answering(passing.passing(keeping(patch.INTERACTION))))),
    "delete": handing_over(listing(laboratory.answering(passing.passing(keeping(delete.INTERACTION))))),
    "history-instance": history_instance.INTERACTION,
    "history-type": history_type.INTERACTION,
    "search-type": search.INTERACTION,
    "transaction": transaction.INTERACTION,
    "cds-services": services.DISCOVERY,
    "$cds-service": services.SERVICE,
    "$cds-feedback": services.FEEDBACK,
    "$export": offer.EXPORT,
    "$kpr-report": report.INTERACTION,
    "$research-extract": extract.INTERACTION,
    "export-status": offer.STATUS,
    "export-file": offer.FILE,
    "export-delete": offer.TAKE_BACK,
    "$process-message": receive.INTERACTION,
    "$follow-register": follow.INTERACTION,
    "$elsewhere": elsewhere.INTERACTION,
    "$send-message": send.INTERACTION,
    "hodemelding": edge.INTERACTION,
    "$everything": everything.INTERACTION,
    "$outside-documents": outside.LIST,
    "$outside-document": outside.GIVE,
    "$summary": summary.INTERACTION,
    "$unusual-access": unusual.INTERACTION,
    "$status": asking.STATUS,
    "$events": asking.EVENTS,
    "$validate": validate.INTERACTION,
}


def _not_offered(_: Journal, __: Reader, call: Call) -> Answer:
    """404: what needs a neighbour is no operation of a journal that has none."""
    raise unknown_operation(call.interaction)


class JournalApp(Starlette):
    """Starlette's life cycle around the journal; requests go straight to it, since it routes by FHIR's own rules."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(lifespan=_lifespan)
        lacking = {} if settings.neighbours else dict.fromkeys(NEEDING, Interaction(_not_offered))
        self.journal = Journal(settings, INTERACTIONS | lacking)
        if settings.workers == 1:
            clear_unfinished(settings.data)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or the life cycle."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        answer = await self.answer(scope, receive)
        headers = fields(self.journal, answer)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" or answer.status in {204, 304} else answer.content
        await send({"type": "http.response.body", "body": body})

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to one request."""
        return await serve_request(self.journal, scope, receive)


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    app.journal.start()
    app.journal.background["memory"] = GivingBack()
    app.journal.background["notifier"] = Notifier(app.journal)
    if app.journal.neighbours is not None:
        for room in (passing, laboratory):
            courier = Courier(app.journal, room.RECEIVER, room.EVENTS)
            app.journal.background[room.RECEIVER] = courier
        for office in OFFICES:
            app.journal.background[office.receiver] = Courier(app.journal, office.receiver, (office.event,))
        app.journal.background[NAME] = ListKeeper(app.journal)
        app.journal.background["outbox"] = Outbox(app.journal)
    start_following(app.journal)
    yield
    await app.journal.stop()


def build_app(settings: Settings) -> JournalApp:
    """An application that serves one journal; its parts hang off ``app.journal`` and may be replaced before serving."""
    return JournalApp(settings)
