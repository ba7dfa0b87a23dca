"""History and verdicts on disk: JSON lines, written as they happen, readable after any interruption.

``history.jsonl`` holds one object a line with ``kind`` ``fact`` or ``exchange`` and the ``example`` it belongs to;
``verdicts.jsonl`` one verdict a line. A last line cut short by a crash is left out when reading.
"""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from simulator.domain.exchange import Exchange, Fact, History, Request, Response
from simulator.domain.verdict import Verdict
from simulator.storage import writing


class Recorder:
    """Appends facts, exchanges and verdicts of a run to its files, flushing each line.

    Raises OutputError or DiskFullError when a line cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        with writing(folder):
            self._history = (folder / "history.jsonl").open("ab")
            self._verdicts = (folder / "verdicts.jsonl").open("ab")
        self._numbers = count(1)

    def next_number(self) -> int:
        """The number of the next exchange in this run, from 1; no two threads get the same."""
        return next(self._numbers)

    def fact(self, example: str, fact: Fact) -> None:
        """Record something true in the simulated world."""
        self._append(self._history, {"kind": "fact", "example": example, **asdict(fact)})

    def exchange(self, example: str, exchange: Exchange) -> None:
        """Record an exchange."""
        self._append(self._history, {"kind": "exchange", "example": example, **asdict(exchange)})

    def verdict(self, verdict: Verdict) -> None:
        """Record a verdict."""
        self._append(self._verdicts, asdict(verdict))

    def close(self) -> None:
        """Close the files."""
        self._history.close()
        self._verdicts.close()

    @staticmethod
    def _append(file: BinaryIO, line: dict[str, Any]) -> None:
        with writing(Path(file.name)):
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            file.flush()


def read_histories(path: Path) -> dict[str, History]:
    """The history of every example in ``path``, in the order the examples began.

    Exchanges come in the order they were numbered; those sent at one instant are written as their answers come.
    """
    facts: dict[str, dict[str, Any]] = {}
    exchanges: dict[str, list[Exchange]] = {}
    for line in _lines(path):
        example = line.pop("example")
        if line.pop("kind") == "fact":
            facts.setdefault(example, {})[line["name"]] = line["value"]
        else:
            exchanges.setdefault(example, []).append(_exchange(line))
    order = dict.fromkeys([*facts, *exchanges])
    ordered = {e: tuple(sorted(found, key=lambda exchange: exchange.number)) for e, found in exchanges.items()}
    return {e: History(e, facts.get(e, {}), ordered.get(e, ())) for e in order}


def read_verdicts(path: Path) -> list[Verdict]:
    """The verdicts in ``path``, in the order they fell."""
    return [Verdict(**{**line, "evidence": tuple(line["evidence"])}) for line in _lines(path)]


def spoilt_line(path: Path) -> int | None:
    """The number of the first line in ``path`` that is no JSON object, from 1; what follows it is not read.

    None where all can be read, and where only the last line is cut short, as a crash cuts it.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                told = orjson.loads(line)
            except orjson.JSONDecodeError:
                told = None
            if not isinstance(told, dict) and line.endswith(b"\n"):
                return number
    return None


def _exchange(line: dict[str, Any]) -> Exchange:
    response = Response(**line["response"]) if line["response"] else None
    return Exchange(**{**line, "request": Request(**line["request"]), "response": response})


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for raw in file:
            try:
                yield orjson.loads(raw)
            except orjson.JSONDecodeError:
                return
