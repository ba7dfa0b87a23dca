"""``journalbenk population``: people of chosen municipalities, and how well they fit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import polars as pl


def test_people_of_municipalities_are_written_with_their_fit(journalbenk: Callable[..., Any], tmp_path: Path) -> None:
    """Municipalities are named by number or name; the Parquet has them all, the fit says what was aimed at and made."""
    done = journalbenk(
        "population", "--municipality", "Hammerfest", "--municipality", "5607", "--out", tmp_path / "p.parquet"
    )
    assert done.returncode == 0, done.stderr
    people = pl.read_parquet(tmp_path / "p.parquet")
    assert dict(people.group_by("kommunenummer").len().iter_rows()) == {"5603": 11391, "5607": 5808}
    fit = orjson.loads((tmp_path / "p.fit.json").read_bytes())
    assert {"target", "official", "made", "error", "tolerance", "status", "source", "ok"} <= set(fit[0])
    assert all(row["ok"] for row in fit if row["status"] == "official")
