"""What has been used once and may not be used again, and nonces that are valid for a while."""

import secrets
import time
from collections.abc import Callable
from typing import Final

NONCE_LIFE_S: Final = 60


class Seen:
    """Identifiers of assertions and proofs (``jti``), each remembered until it would have expired anyway."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def first_time(self, word: str, until: float) -> bool:
        """Whether ``word`` comes for the first time; it is remembered until the instant ``until``."""
        now = time.time()
        if len(self._until) > 10_000:
            self._until = {known: end for known, end in self._until.items() if end > now}
        if self._until.get(word, 0) > now:
            return False
        self._until[word] = until
        return True


class Nonces:
    """The nonce of this minute; the one before is still taken.

    Args:
        clock: Seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._current = secrets.token_urlsafe(16)
        self._before = self._current
        self._since = clock()

    def current(self) -> str:
        """The nonce to hand out."""
        age = self._clock() - self._since
        if age > NONCE_LIFE_S:
            fresh = secrets.token_urlsafe(16)
            # After a long silence the last one handed out is no longer that of the minute before.
            self._before = self._current if age <= 2 * NONCE_LIFE_S else fresh
            self._current = fresh
            self._since = self._clock()
        return self._current

    def valid(self, nonce: object) -> bool:
        """Whether a nonce is this minute's or the one before."""
        return isinstance(nonce, str) and nonce in {self.current(), self._before}
