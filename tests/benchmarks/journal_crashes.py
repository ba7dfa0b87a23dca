"""Kills the reference journal a hundred times under load on each database, and counts what it acknowledged and kept.

``JOURNAL_CRASHES`` sets how many times. PostgreSQL is left out, and said to be, where it is not installed.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.journal import postgres
from tests.journal.conftest import Store, start
from tests.journal.crashes import campaign

_KILLS: Final = 100


def run() -> list[dict[str, Any]]:
    """A row for each database: the share of acknowledged writes that were whole after every kill; losses are told."""
    rows = [_row("journal-crashes-sqlite", Store())]
    if postgres.programs() is None:
        print("PostgreSQL is not installed; journal-crashes-postgresql is left out", file=sys.stderr)
        return rows
    with postgres.server() as folder:
        return [*rows, _row("journal-crashes-postgresql", Store(folder))]


def _row(name: str, store: Store) -> dict[str, Any]:
    kills = int(os.environ.get("JOURNAL_CRASHES", _KILLS))
    with TemporaryDirectory() as folder:
        options = store.options(str(Path(folder) / "data"))
        acknowledged, wrong = campaign(lambda: start(*options), options, kills, seed=2)
    for words in wrong:
        print(f"{name}: {words}", file=sys.stderr)
    share = 1 - len(wrong) / acknowledged
    return {
        "name": name,
        "value": acknowledged - len(wrong),
        "unit": f"acknowledged writes whole after kill -9, {kills} times under load",
        "baseline": "acknowledged writes",
        "baseline_value": acknowledged,
        "ratio": share,
        "target": 1.0,
        "n": kills,
        "low": share,
        "high": share,
    }
