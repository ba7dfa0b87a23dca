"""``make fuzz MINUTES=10``: fuzzes an open and a secured journal, half of the time each; writes ``runs/fuzz.json``."""

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzzing.campaign import Tally, afterwards, fuzz, written
from tests.fuzzing.site import open_site, secured_site


def main() -> int:
    """1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--out", type=Path, default=Path("runs/fuzz.json"))
    options = parser.parse_args()
    tallies: dict[str, Tally] = {}
    problems: dict[str, list[str]] = {}
    for name, site_of in (("open", open_site), ("secured", secured_site)):
        with TemporaryDirectory() as folder, site_of(Path(folder)) as site:
            tallies[name] = fuzz(site, options.minutes * 30, options.seed)
            problems[name] = afterwards(site)
    written(tallies, problems, options.out)
    for name, tally in tallies.items():
        print(f"{name}: {tally.requests} requests, {len(tally.failures)} wrong answers; {dict(tally.statuses)}")
        kinds = {(one["problems"][0], one["method"], one["path"][:100]) for one in tally.failures}
        for kind in sorted(kinds)[:20]:
            print("  ", *kind)
        for problem in problems[name]:
            print("  afterwards:", problem)
    print(f"seed {options.seed}; written to {options.out}")
    return 1 if any(tally.failures for tally in tallies.values()) or any(problems.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
