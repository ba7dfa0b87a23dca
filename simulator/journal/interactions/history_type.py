"""history of a whole type (http://hl7.org/fhir/R4/http.html#history)."""

from simulator.journal.http import Answer, Call
from simulator.journal.interactions.versions import history
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with the versions of every resource of the type, newest first."""
    return history(journal, reader, call, ("type = ?", [call.kind]))


INTERACTION = Interaction(apply, None, "pool")
