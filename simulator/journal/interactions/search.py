"""search of a type, by GET and by POST _search (http://hl7.org/fhir/R4/http.html#search)."""

from urllib.parse import parse_qsl, urlencode

from simulator.journal.errors import masked
from simulator.journal.http import FORM, Answer, Call, check_content_type
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader


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
    return Answer(200, searching.pages.first(reader, search, call.record))


INTERACTION = Interaction(apply, prepare, "pool")
