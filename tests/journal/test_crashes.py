"""kill -9 under load, again and again on one database; ``make bench`` does it a hundred times."""

from pathlib import Path
from typing import Any

from tests.journal.conftest import start
from tests.journal.crashes import WRITERS, campaign


def test_killed_again_and_again_nothing_acknowledged_is_lost(store: Any, tmp_path: Path) -> None:
    """After each of three kills: every acknowledged write, no half transaction, no gap in versions or audit trail."""
    options = store.options(str(tmp_path))
    acknowledged, wrong = campaign(lambda: start(*options), options, rounds=3, seed=1)
    assert wrong == []
    assert acknowledged >= 3 * WRITERS
