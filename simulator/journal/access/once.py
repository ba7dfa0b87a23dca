"""What may be used once only (``jti`` of proofs), and nonces, shared by all processes that serve one data folder.

A small SQLite file beside the journal's own database: it outlives a restart, so that a restart lets nobody repeat a
proof; and it is never waited for, since what a power cut takes from it has expired when the power is back.
"""

import secrets
import sqlite3
import time
from pathlib import Path
from typing import Final

FILE: Final = "once.sqlite"
NONCE_LIFE_S: Final = 60
_TIDY_EVERY: Final = 2000


class Once:
    """Remembers words until they expire; used from the event loop of one process."""

    def __init__(self, data: Path) -> None:
        self._db = sqlite3.connect(data / FILE, isolation_level=None, timeout=10, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("CREATE TABLE IF NOT EXISTS used(word TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID")
        self._db.execute("CREATE TABLE IF NOT EXISTS nonce(window INTEGER PRIMARY KEY, nonce TEXT NOT NULL)")
        self._known: dict[int, str] = {}
        self._used = 0

    def first_time(self, word: str, life: float) -> bool:
        """Whether ``word`` comes for the first time within ``life`` seconds."""
        self._used += 1
        if self._used % _TIDY_EVERY == 0:
            self._db.execute("DELETE FROM used WHERE until < ?", (time.time(),))
        done = self._db.execute("INSERT OR IGNORE INTO used VALUES (?, ?)", (word, time.time() + life))
        return done.rowcount == 1

    def nonce(self) -> str:
        """The nonce to hand out now."""
        return self._nonce(int(time.time()) // NONCE_LIFE_S)

    def nonce_valid(self, nonce: object) -> bool:
        """Whether a nonce is the present one or the one before."""
        window = int(time.time()) // NONCE_LIFE_S
        return isinstance(nonce, str) and nonce in {self._nonce(window), self._nonce(window - 1)}

    def _nonce(self, window: int) -> str:
        known = self._known.get(window)
        if known is None:
            self._db.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (window, secrets.token_urlsafe(16)))
            self._db.execute("DELETE FROM nonce WHERE window < ?", (window - 2,))
            row = self._db.execute("SELECT nonce FROM nonce WHERE window = ?", (window,)).fetchone()
            known = str(row[0])
            self._known = {number: text for number, text in self._known.items() if number > window - 2} | {
                window: known
            }
        return known

    def close(self) -> None:
        """Closes the file."""
        self._db.close()
