"""``make bench``: measures each figure as a ratio to a named baseline in the same run, and writes runs/bench.json."""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from simulator.run.provenance import machine

ROOMS = ("population", "nation", "care", "weekday", "fhir", "load", "journal", "journal_cost", "journal_crashes")


def main() -> int:
    """Run every room's benchmark in turn; a target missed is said, never hidden."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(ROOMS)}; all when none is named")
    rooms = parser.parse_args().rooms or ROOMS
    if unknown := set(rooms) - set(ROOMS):
        parser.error(f"there is no room {', '.join(sorted(unknown))}; there are {', '.join(ROOMS)}")
    here = machine()
    rows = []
    for room in rooms:
        print(f"measuring {room} ...", file=sys.stderr, flush=True)
        rows += [{**row, "machine": here} for row in importlib.import_module(f"tests.benchmarks.{room}").run()]
    path = Path("runs/bench.json")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
    Console(width=120).print(table(rows))
    print("values are per CPU-second; low and high are the spread of the ratio over the repeats")
    print(f"{here['cpus']} cpus, {here['model']}, Python {here['python']}; written to {path}")
    return 0


def table(rows: list[dict[str, Any]]) -> Table:
    """The figures as people read them; low and high are the spread of the ratio."""
    shown = Table("figure", "value", "baseline", "value", "ratio", "low", "high", "n", "target", "")
    for row in rows:
        keys = ("name", "value", "baseline", "baseline_value", "ratio", "low", "high", "n")
        shown.add_row(*(_short(row[key]) for key in keys), *_aim(row))
    return shown


def _aim(row: dict[str, Any]) -> tuple[str, str]:
    """What a figure should be, and whether it is; a cost has no target."""
    if row["target"] is None:
        return "", ""
    of = row.get("target_of", "ratio")
    return f"{row['target']:,} {of}", "reached" if row[of] >= row["target"] else "MISSED"


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
