"""The digest of a table depends on its content and on nothing else."""

import polars as pl
import pytest

from simulator.domain.digest import TableDigest, table_digest

FRAME = pl.DataFrame(
    {
        "n": [1, 2, None],
        "name": ["ab", None, "c"],
        "yes": [True, False, None],
        "words": [["a", "b"], [], None],
        "body": [b"x", None, b"yz"],
    }
)


def test_chunks_do_not_change_the_digest() -> None:
    """The same rows in another number of chunks have the same digest."""
    chunked = pl.concat([FRAME[:1], FRAME[1:]], rechunk=False)
    assert table_digest(chunked) == table_digest(FRAME)


def test_parts_do_not_change_the_digest() -> None:
    """Taken in a row at a time, a table has the digest it has as a whole."""
    digest = TableDigest()
    for row in FRAME.iter_slices(1):
        digest.update(row)
    assert digest.hexdigest() == table_digest(FRAME)


@pytest.mark.parametrize(
    "other",
    [
        FRAME.with_columns(pl.col("n").fill_null(0)),
        FRAME.with_columns(pl.Series("name", ["a", None, "bc"])),
        FRAME.with_columns(pl.Series("name", ["ab", "", "c"])),
        FRAME.with_columns(pl.Series("words", [["a"], ["b"], None])),
        FRAME.with_columns(pl.col("yes").fill_null(value=False)),
        FRAME.reverse(),
        FRAME.rename({"n": "m"}),
        FRAME.with_columns(pl.col("n").cast(pl.Int32)),
    ],
)
def test_any_change_changes_the_digest(other: pl.DataFrame) -> None:
    """Another value, order, name or type gives another digest, nulls and boundaries included."""
    assert table_digest(other) != table_digest(FRAME)
