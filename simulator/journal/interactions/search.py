"""search of a type, by GET and by POST _search (http://hl7.org/fhir/R4/http.html#search)."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from simulator.journal.documents.attachments import DOCUMENT
from simulator.journal.errors import masked
from simulator.journal.http import FORM, Answer, Call, check_content_type
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader

HIDDEN: Final = "NHN-SecurityLabel-Nors-Count"
"""How many documents are blocked (NORS) and not shown, as Norsk helsenett's document sharing calls it."""


def prepare(_: Journal, call: Call) -> None:
    """Joins the parameters of a form body to those of the URL, and notes the search for the audit trail."""
    if call.body:
        check_content_type(call.headers, frozenset({FORM}))
        form = parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
        call.query = call.query + form
    call.record.query = urlencode([(key, masked(text)) for key, text in call.query], safe=":,|/*")


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with the page asked for; 400 for what is not understood; 410 for a cursor that has expired."""
    searching = journal.search_of(call.kind, call.view)
    word = next((text for key, text in call.query if key == "_cursor"), None)
    if word is not None:
        place = journal.cursors.place(word, searching.pages.owner(call.kind))
        return Answer(200, searching.pages.next(reader, place, call.record))
    strict = call.prefer("handling") == "strict"
    search = searching.parser.parse(call.kind, call.query, strict=strict)
    answer = Answer(200, searching.pages.first(reader, search, call.record))
    hidden = call.view.blocked_documents(reader) if call.view and call.kind == DOCUMENT else None
    if hidden is not None:
        answer.headers[HIDDEN] = str(hidden)
    return answer


INTERACTION = Interaction(apply, prepare, "pool")
