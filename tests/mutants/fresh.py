"""The process that a mutant brings in by a change: a sound journal, or one with the fault of its version to come."""

import sys

from simulator.journal import workers
from simulator.journal.app import JournalApp, build_app
from simulator.journal.settings import Settings
from tests.mutants.catalogue import MUTANTS


def main() -> None:
    """Serve as one of several, as the journal's own fresh process does."""
    mutant = next(m for m in MUTANTS if m.name == sys.argv[1])

    def build(settings: Settings) -> JournalApp:
        app = build_app(settings)
        if mutant.to_come is not None:
            mutant.to_come(app)
        return app

    workers.build_app = build  # type: ignore[attr-defined]  # what it imported
    workers.main()


if __name__ == "__main__":
    main()
