"""Remembers which patient a card was about, so that feedback, which names only the card, reaches the right record.

Held in memory like page cursors: the oldest are forgotten first, and a restart forgets all.
"""

from collections import OrderedDict
from threading import Lock
from typing import Final

from simulator.journal.errors import refuse

MOST_CARDS: Final = 50_000


class Issued:
    """The cards shown lately: uuid to patient id and summary."""

    def __init__(self) -> None:
        self._cards: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._lock = Lock()

    def keep(self, card: str, patient: str, summary: str) -> None:
        """Remembers a card that is about to be shown."""
        with self._lock:
            self._cards[card] = (patient, summary)
            self._cards.move_to_end(card)
            if len(self._cards) > MOST_CARDS:
                self._cards.popitem(last=False)

    def find(self, card: str) -> tuple[str, str]:
        """Patient id and summary of a card; raises a FhirError 404 for one that was not shown, or is forgotten."""
        with self._lock:
            found = self._cards.get(card)
        if found is None:
            raise refuse(404, "not-found", "this card was not shown here, or so long ago that it is forgotten")
        return found
