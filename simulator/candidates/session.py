"""One example's conversation with a running candidate: interactions in, exchanges out, history written on the way."""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from simulator.candidates.conversation import Conversation
from simulator.candidates.credentials import SYSTEM
from simulator.candidates.lifetime import Running
from simulator.candidates.references import parse_location
from simulator.candidates.transport import Limits
from simulator.candidates.wire import FHIR_JSON
from simulator.domain.caller import Caller
from simulator.domain.exchange import Exchange
from simulator.domain.interaction import Interaction
from simulator.histories import Recorder

_LIMITS: Final = Limits()
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Session:
    """Sends interactions to a candidate on behalf of one example.

    It never raises for what a candidate does: that is an Exchange like any other. It raises PersonNumberError when
    it is given something to send that holds a real person number, or a national identity number in a URL.
    """

    def __init__(self, running: Running, recorder: Recorder, example: str, *, limits: Limits = _LIMITS) -> None:
        self.example = example
        self._caller = SYSTEM
        self._conversation = Conversation(running, recorder, limits)

    def under(self, example: str) -> "Session":
        """A session for another example that shares the connections and everything learnt so far."""
        other = object.__new__(Session)
        other.example = example
        other._caller = self._caller
        other._conversation = self._conversation
        return other

    def as_caller(self, caller: Caller) -> "Session":
        """The same example's session as somebody else: what is sent through it carries that caller's token."""
        other = object.__new__(Session)
        other.example = self.example
        other._caller = caller
        other._conversation = self._conversation
        return other

    @property
    def running(self) -> Running:
        """The candidate spoken to."""
        return self._conversation.running

    def close(self) -> None:
        """Close the connections, also those of the sessions that share them."""
        self._conversation.transport.close()
        self._conversation.credentials.close()

    def knows(self, interaction_id: str) -> bool:
        """Whether the candidate has named what that interaction created."""
        return self._conversation.references.get(interaction_id) is not None

    def reference(self, interaction_id: str) -> str | None:
        """``Type/id`` of what that interaction created or updated, as the candidate named it; None when it has not."""
        named = self._conversation.references.get(interaction_id)
        return named.reference if named is not None else None

    def learn(self, interaction_id: str, reference: str) -> None:
        """Take ``reference`` (``Type/id``, with or without ``/_history/n``) for what that interaction created."""
        named = parse_location(reference)
        if named is None:
            raise ValueError(f"{reference!r} is not of the form Type/id")
        self._conversation.references.learn(interaction_id, named)

    def send(
        self, interaction: Interaction, *, label: str = "", actor: str = "", headers: Mapping[str, str] = _NONE
    ) -> Exchange:
        """Carry out one interaction; ``headers`` come on top of its own."""
        errand = replace(self._conversation.errand(interaction, headers, label, actor), caller=self._caller)
        return self._conversation.carry_out(self.example, errand)

    def send_together(
        self, interactions: Sequence[Interaction], *, labels: Sequence[str] = (), actor: str = ""
    ) -> list[Exchange]:
        """Carry out several interactions, released at one instant; the exchanges come in the order given."""
        names = labels or [""] * len(interactions)
        pairs = list(zip(interactions, names, strict=True))
        told = [self._conversation.errand(interaction, _NONE, label, actor) for interaction, label in pairs]
        errands = [replace(errand, caller=self._caller) for errand in told]
        gate = threading.Barrier(max(1, len(errands)))
        with ThreadPoolExecutor(max(1, len(errands))) as pool:
            futures = [pool.submit(self._conversation.carry_out, self.example, errand, gate) for errand in errands]
            return [future.result() for future in futures]

    def follow(self, url: str, *, label: str = "", actor: str = "", accept: str = FHIR_JSON) -> Exchange:
        """Follow a link the candidate gave, such as the next page; one that leads away from its base is not sent.

        ``accept`` is the form that is asked for, of a document's content for example.
        """
        errand = replace(self._conversation.errand_to(url, label, actor, accept), caller=self._caller)
        return self._conversation.carry_out(self.example, errand)
