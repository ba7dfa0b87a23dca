"""Serves a reference journal that leaves no audit trail: what auditing costs is measured against it."""

import sys
from typing import Any
from unittest.mock import patch

from simulator.journal.__main__ import main


def _nothing(*_: Any) -> None:
    """Neither kept nor stored."""


if __name__ == "__main__":
    with (
        patch("simulator.journal.writer.store_records", _nothing),
        patch("simulator.journal.writer.Writer.note", _nothing),
    ):
        sys.exit(main(sys.argv[1:]))
