"""The journal's own version, and the instant that its capabilities last changed."""

from typing import Final

VERSION: Final = "1.0.0"
RELEASED: Final = "2026-11-23T12:00:00Z"
