"""``make fuzz MINUTES=10``: fuzzes an open and a secured journal and the neighbours; writes ``runs/fuzz.json``.

They are tried on each database, each for an equal share of the time. ``--store`` names one database; where PostgreSQL
is not installed it is SQLite alone.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzzing.campaign import Tally, afterwards, fuzz, written
from tests.fuzzing.site import neighbours_site, open_site, secured_site
from tests.journal import postgres

STORES = ("sqlite", "postgresql")
SITES = {"open": open_site, "secured": secured_site, "neighbours": neighbours_site}


def main() -> int:
    """1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--store", choices=STORES, action="append")
    parser.add_argument("--out", type=Path, default=Path("runs/fuzz.json"))
    options = parser.parse_args()
    stores = options.store or (STORES if postgres.programs() else STORES[:1])
    tallies: dict[str, Tally] = {}
    problems: dict[str, list[str]] = {}
    for store in stores:
        with serving(store) as server:
            for kind, site_of in SITES.items():
                name = f"{kind} on {store}"
                with TemporaryDirectory() as folder, site_of(Path(folder), server) as site:
                    tallies[name] = fuzz(site, options.minutes * 60 / len(SITES) / len(stores), options.seed)
                    problems[name] = afterwards(site)
    written(tallies, problems, options.out)
    for name, tally in tallies.items():
        print(f"{name}: {tally.requests} requests, {len(tally.failures)} wrong answers; {dict(tally.statuses)}")
        kinds = {(one["problems"][0], one.get("method", ""), one.get("path", "")[:100]) for one in tally.failures}
        for kind_of in sorted(kinds)[:20]:
            print("  ", *kind_of)
        for problem in problems[name]:
            print("  afterwards:", problem)
    print(f"seed {options.seed}; written to {options.out}")
    return 1 if any(tally.failures for tally in tallies.values()) or any(problems.values()) else 0


@contextmanager
def serving(store: str) -> Iterator[str]:
    """The socket folder of a PostgreSQL server that ends with the block; empty for SQLite."""
    if store == "sqlite":
        yield ""
        return
    with postgres.server() as folder:
        yield folder


if __name__ == "__main__":
    sys.exit(main())
