"""A neighbour's outbox: what it sends of its own accord, late, twice, in another order or wrong when asked to."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests

from simulator.ecosystem.access import Access
from simulator.ecosystem.behaviour import Behaviour
from simulator.ecosystem.received import Received

PATIENCE_S: Final = 20.0
LONGEST: Final = 16 * 2**20
"""Bytes of an answer that are taken."""
FHIR_JSON: Final = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Letter:
    """One request that a neighbour makes.

    Attributes:
        address: Where to.
        body: What is sent; empty for nothing.
        subject: On whose behalf, as ``Access.headers`` takes it; empty for the neighbour itself.
    """

    address: str
    body: bytes = b""
    method: str = "POST"
    media: str = FHIR_JSON
    subject: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a status (0 when nobody answered) and a body."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


NOBODY: Final = Reply(0)


class Outbox:
    """Sends one neighbour's letters in order, keeping those that cannot be delivered.

    Args:
        name: The neighbour.
        behaviour: Tells how it behaves now.
        access: How the candidate is reached.
        received: Where each attempt is written down.
    """

    def __init__(self, name: str, behaviour: Callable[[], Behaviour], access: Access, received: Received) -> None:
        self.name = name
        self.waiting: list[Letter] = []
        self.heard: Callable[[Letter, Reply], None] = lambda _, __: None
        """Told of each letter that was sent, and of what came back."""
        self._behaviour = behaviour
        self._access = access
        self._received = received
        self._session = requests.Session()
        self._session.trust_env = False
        # It calls for one person after another: what the candidate would know the first by is not the second's.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._turn = asyncio.Lock()

    async def post(self, letter: Letter) -> list[Reply]:
        """Sends a letter and what waited before it; the replies of what was delivered now.

        While the neighbour is down nothing is sent. When it mixes things up, a letter waits for the next one and goes
        after it. What nobody answers, or a 5xx, is kept and tried again with the next letter; others wait behind it.
        """
        self.waiting.append(letter)
        return await self._deliver(all_of_it=False)

    async def release(self) -> list[Reply]:
        """Sends what waits, unless the neighbour is down."""
        return await self._deliver(all_of_it=True)

    async def ask(self, letter: Letter) -> Reply:
        """Makes a request whose answer the neighbour needs at once, once and as it is: late when the neighbour is slow.

        While the neighbour is down nothing is asked, nor kept for later: nobody answers.
        """
        await asyncio.sleep(self._behaviour().slow_s)
        return NOBODY if self._behaviour().down else await self._noted(letter)

    async def _noted(self, letter: Letter) -> Reply:
        """What came back of one request, which is written down."""
        reply = await asyncio.to_thread(self._send, letter)
        self._received.note(self.name, "out", (letter.method, letter.address), letter.body, reply.status)
        return reply

    def let_go(self) -> None:
        """Gives up what nobody has taken: it was for a candidate, or an example, that is over."""
        self.waiting.clear()

    def close(self) -> None:
        """Lets go of the connections."""
        self._session.close()

    async def _deliver(self, *, all_of_it: bool) -> list[Reply]:
        async with self._turn:
            how = self._behaviour()
            if how.down or (how.out_of_order and not all_of_it and len(self.waiting) < 2):
                return []
            letters = self.waiting[::-1] if how.out_of_order else self.waiting[:]
            self.waiting = []
            replies = []
            for place, letter in enumerate(letters):
                await asyncio.sleep(how.slow_s)
                sent = Letter(letter.address, _cut(letter.body), letter.method, letter.media, letter.subject)
                for _ in range(2 if how.duplicate else 1):
                    reply = await self._noted(sent if how.wrong else letter)
                    replies.append(reply)
                    self.heard(letter, reply)
                if not replies[-1].status or replies[-1].status >= 500:
                    self.waiting = [*letters[place:], *self.waiting]
                    break
            return replies

    def _send(self, letter: Letter) -> Reply:
        request, nonce = (letter.method, letter.address), ""
        for _ in range(2):
            fields = self._access.headers(self.name, request, letter.subject, nonce)
            fields |= {"Accept": FHIR_JSON, **({"Content-Type": letter.media} if letter.body else {})}
            try:
                with self._session.request(
                    *request,
                    data=letter.body or None,
                    headers=fields,
                    timeout=PATIENCE_S,
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    content = _content(answer)
            except (requests.RequestException, TimeoutError):
                return NOBODY
            nonce = answer.headers.get("DPoP-Nonce", "")
            if answer.status_code != 401 or not nonce:
                break
        return Reply(answer.status_code, content, {k.lower(): v for k, v in answer.headers.items()})


def _content(answer: requests.Response) -> bytes:
    """The body of an answer; raises TimeoutError for one that does not end in time, or is longer than is taken."""
    until, parts, size = time.monotonic() + PATIENCE_S, list[bytes](), 0
    for part in answer.iter_content(65536):
        parts.append(part)
        size += len(part)
        if size > LONGEST or time.monotonic() > until:
            raise TimeoutError
    return b"".join(parts)


def _cut(body: bytes) -> bytes:
    return body[: len(body) // 2]
