"""Starts one mutant: ``python -m tests.mutants NAME --port 8080 --data FOLDER``; or backs it up and restores it."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import uvicorn

from simulator.journal import changing, workers
from simulator.journal.app import build_app
from simulator.journal.server import listen, serve
from simulator.journal.settings import Guard, Settings
from simulator.journal.storage import command as storage
from simulator.journal.storage.sqlite import FILE
from tests.mutants.catalogue import MUTANTS
from tests.mutants.degenerate import DEGENERATE, degenerate
from tests.mutants.faults import Mutant


def main() -> None:
    """Serve until told to stop, or do what the journal's own backup and restore do."""
    if sys.argv[2] in (*storage.WORDS, *changing.WORDS):
        sys.exit(_operate(sys.argv[1], sys.argv[2:]))
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("name", choices=[m.name for m in MUTANTS] + list(DEGENERATE))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1, help="processes that serve together")
    parser.add_argument("--issuer", default="", help="run secured, with this token service")
    parser.add_argument("--neighbours", default="", help="base address of registers and other systems")
    options = parser.parse_args()
    if options.name in DEGENERATE:
        uvicorn.run(degenerate(options.name), port=options.port, log_level="warning", lifespan="off")
        return
    guard = Guard(options.issuer) if options.issuer else None
    address = f"http://127.0.0.1:{options.port}/fhir"
    mutant = next(m for m in MUTANTS if m.name == options.name)
    second_life = (options.data / FILE).exists()
    if mutant.before is not None:
        mutant.before(options.data)
    settings = Settings(options.data, base_url=address, guard=guard, neighbours=options.neighbours)
    if options.workers > 1:
        _serve_with_several(mutant, replace(settings, workers=options.workers), options.port)
        return
    app = build_app(settings)
    if second_life or not mutant.again:
        mutant.fault(app)
    serve(app, listen("127.0.0.1", options.port))


def _serve_with_several(mutant: Mutant, settings: Settings, port: int) -> None:
    """A team whose processes may leave in a wrong way, and whose fresh ones may be of a wrong version."""
    if mutant.team is not None:
        mutant.team()
    workers.FRESH[:] = [sys.executable, "-m", "tests.mutants.fresh", mutant.name]
    bound = listen("127.0.0.1", port)
    workers.serve_with(settings, bound, lambda: None)


def _operate(name: str, words: list[str]) -> int:
    mutant = next((m for m in MUTANTS if m.name == name), None)
    if mutant is not None and mutant.operating is not None:
        mutant.operating()
    return changing.run(words) if words[0] in changing.WORDS else storage.run(words)


if __name__ == "__main__":
    main()
