"""What happens between an Interaction and its Exchange: guarded, put on the wire, written down, learnt from."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from simulator.candidates import guard
from simulator.candidates.credentials import SYSTEM, credentials_for
from simulator.candidates.lifetime import Running
from simulator.candidates.masking import Mask
from simulator.candidates.references import References, named_by, named_by_entries
from simulator.candidates.transport import Answer, Limits, NoAnswerError, Transport
from simulator.candidates.wire import FHIR_JSON, LinkError, UnresolvedError, Wire, link_url, to_wire, type_in
from simulator.domain.caller import Caller
from simulator.domain.exchange import Exchange, Outcome
from simulator.domain.interaction import Interaction
from simulator.histories import Recorder


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no answer, and what that means."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Errand:
    """One interaction ready to be carried out."""

    interaction: Interaction
    wire: Wire
    label: str = ""
    actor: str = ""
    caller: Caller = SYSTEM
    hindrance: NoAnswer | None = None
    """Why it is not sent at all; None when it is."""


class Conversation:
    """What the sessions of one run share: the candidate, the connections, and what it called things."""

    def __init__(self, running: Running, recorder: Recorder, limits: Limits) -> None:
        self.credentials = credentials_for(running)
        self.running = running
        self.references = References()
        self.transport = Transport(limits)
        self._mask = Mask(self.credentials.secrets)
        self._recorder = recorder
        self._lock = threading.Lock()

    def errand(self, interaction: Interaction, headers: Mapping[str, str], label: str, actor: str) -> Errand:
        """The interaction made ready; raises PersonNumberError when the bench wrote something that may not leave."""
        whole = replace(interaction, headers=(*interaction.headers, *headers.items()))
        guard.check(whole)
        try:
            wire = to_wire(whole, self.running.base_url, self.references)
        except UnresolvedError as error:
            hindrance = NoAnswer("unknown", f"not sent: {error}")
            return Errand(interaction, Wire("", self.running.base_url), label, actor, hindrance=hindrance)
        return _guarded(Errand(interaction, wire, label, actor))

    def errand_to(self, link: str, label: str, actor: str, accept: str = FHIR_JSON) -> Errand:
        """Following a link of the candidate's made ready; ``accept`` is the form that is asked for."""
        try:
            url = link_url(self.running.base_url, link)
        except LinkError as error:
            wire = Wire("", guard.conceal(link))
            return Errand(
                Interaction("", "search"), wire, label, actor, hindrance=NoAnswer("refused", f"not sent: {error}")
            )
        wire = Wire("GET", url, {"Accept": accept})
        return _guarded(Errand(Interaction("", "search", type_in(self.running.base_url, url)), wire, label, actor))

    def carry_out(self, example: str, errand: Errand, gate: threading.Barrier | None = None) -> Exchange:
        """Send it (once ``gate`` opens), learn from the answer, and write the exchange down."""
        with self._lock:
            number = self._recorder.next_number()
        ready = self._signed(errand)
        if gate is not None:
            gate.wait()
        sent = time.time()
        wire, result = self._sent(errand, ready)
        finished = time.time()
        interaction = errand.interaction
        exchange = Exchange(
            number=number,
            interaction=interaction.id,
            verb=interaction.verb,
            type=interaction.type,
            request=self._mask.request(wire, self.transport.limits.max_body),
            response=self._mask.response(result) if isinstance(result, Answer) else None,
            outcome=_outcome(result),
            sent=sent,
            finished=finished,
            label=errand.label,
            actor=errand.actor,
            error="" if isinstance(result, Answer) else result.reason,
        )
        with self._lock:
            self._recorder.exchange(example, exchange)
        if isinstance(result, Answer) and exchange.outcome == "ok":
            self._learn(interaction, result)
        return exchange

    def _signed(self, errand: Errand) -> Wire:
        """The request with what says who calls; as it is when it is not sent at all."""
        wire = errand.wire
        if errand.hindrance is not None:
            return wire
        return replace(wire, headers={**wire.headers, **self.credentials.headers(wire.method, wire.url, errand.caller)})

    def _sent(self, errand: Errand, wire: Wire) -> tuple[Wire, Answer | NoAnswer]:
        """What was sent and what came of it; sent a second time when all it lacked was the candidate's nonce."""
        if errand.hindrance is not None:
            return wire, errand.hindrance
        result = self._ask(wire)
        if isinstance(result, Answer) and self.credentials.again(result):
            wire = self._signed(errand)
            result = self._ask(wire)
        return wire, result

    def _ask(self, wire: Wire) -> Answer | NoAnswer:
        try:
            return self.transport.exchange(wire.method, wire.url, wire.headers, wire.body)
        except NoAnswerError as error:
            return NoAnswer("unknown", str(error))

    def _learn(self, interaction: Interaction, answer: Answer) -> None:
        resource = _parsed(answer.body)
        if interaction.verb in {"create", "update"}:
            named = named_by(answer.headers, resource, interaction.type)
            if named is not None:
                self.references.learn(interaction.id, named)
        elif interaction.verb in {"transaction", "batch"}:
            for interaction_id, named in named_by_entries(_parsed(interaction.body), resource).items():
                self.references.learn(interaction_id, named)


def _guarded(errand: Errand) -> Errand:
    """The errand, hindered when what the candidate itself supplied (an id, a link) would carry a person number."""
    fault = guard.fault_in(errand.wire)
    if not fault:
        return errand
    wire = replace(errand.wire, url=guard.conceal(errand.wire.url), headers={}, body=None)
    return replace(errand, wire=wire, hindrance=NoAnswer("refused", f"not sent: the candidate's own {fault}"))


def _outcome(result: Answer | NoAnswer) -> Outcome:
    if isinstance(result, NoAnswer):
        return result.outcome
    return "ok" if 200 <= result.status < 300 or result.status == 304 else "refused"


def _parsed(body: bytes | None) -> Any:
    try:
        return orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return None
