"""Correctness under load: pure functions over what the load recorded (``tables.LOAD``) and what was read back.

Evidence numbers are row numbers of the load table, from 0. An interaction whose outcome is ``unknown`` may or may
not have happened; both are allowed for.
"""

from collections.abc import Iterator
from typing import Final

import polars as pl

from simulator.domain.verdict import Finding

_WRITES: Final = ("create", "update", "patch")
_WRITTEN: Final = pl.col("verb").is_in(_WRITES) & ~((pl.col("verb") == "create") & (pl.col("status") == 200))
"""Writes that made a version; a conditional create that finds its resource is answered 200 and makes none."""
_SHOWN: Final = 20
_GONE: Final = (404, 410)
"""Answers of a candidate that does not have what is asked for; others do not say whether it has."""


def acknowledged_present(load: pl.DataFrame, readback: pl.DataFrame) -> Finding:
    """Every acknowledged write that was read back is there, in its version or a later one.

    ``readback`` has the columns resource, status and version. A resource that a delete may have reached is left out.
    """
    written = _numbered(load).filter(
        (pl.col("outcome") == "ok") & pl.col("verb").is_in(_WRITES) & pl.col("resource").is_not_null()
    )
    deleted = load.filter((pl.col("verb") == "delete") & (pl.col("outcome") != "refused"))["resource"].drop_nulls()
    last = written.group_by("resource").agg(pl.col("row").max(), _number("version").max().alias("acknowledged"))
    seen = readback.filter(~pl.col("resource").is_in(deleted.implode())).join(last, on="resource")
    if seen.is_empty():
        return Finding("inconclusive", "no acknowledged write was read back", attribution="bench")
    answered = seen.filter(pl.col("status").is_in([200, *_GONE]))
    lost = answered.filter((pl.col("status") != 200) | (_number("version") < pl.col("acknowledged")))
    if lost.height:
        rows = tuple(sorted(lost["row"].to_list())[:_SHOWN])
        return Finding("fail", f"{lost.height} of {answered.height} acknowledged writes are gone or older", rows)
    if answered.height < seen.height:
        unanswered = seen.height - answered.height
        return Finding("inconclusive", f"{unanswered} of {seen.height} acknowledged writes could not be read back")
    return Finding("pass", f"all {answered.height} acknowledged writes read back are there")


def versions_grow(load: pl.DataFrame) -> Finding:
    """A version seen after another of the same resource is not older, and no two writes are given the same.

    One interaction comes after another when it was sent after the other's answer was whole; those that overlap say
    nothing of one another.
    """
    rows = (
        _numbered(load)
        .filter((pl.col("outcome") == "ok") & pl.col("resource").is_not_null())
        .with_columns(_number("version").alias("number"), _WRITTEN.alias("write"))
        .filter(pl.col("number").is_not_null())
        .sort("sent")
    )
    if rows.is_empty():
        return Finding("inconclusive", "no answer named a version", attribution="bench")
    faults = sorted({row for _, group in rows.group_by("resource") if group.height > 1 for row in _faults(group)})
    if faults:
        return Finding("fail", f"{len(faults)} answers name a version that was already past", tuple(faults[:_SHOWN]))
    return Finding("pass", f"versions grow in all {rows['resource'].n_unique()} resources seen")


def conditional_creates_single(load: pl.DataFrame, criteria: pl.DataFrame) -> Finding:
    """Conditional creates with the same criteria lead to one resource.

    ``criteria`` has the columns interaction and if_none_exist.
    """
    joined = (
        _numbered(load)
        .join(criteria, on="interaction")
        .filter((pl.col("verb") == "create") & (pl.col("outcome") == "ok") & pl.col("resource").is_not_null())
    )
    joined = joined.filter(pl.col("if_none_exist").is_not_null())
    groups = joined.group_by("type", "if_none_exist").agg(pl.col("resource").n_unique(), pl.col("row"))
    repeated = groups.filter(pl.col("row").list.len() > 1)
    if repeated.is_empty():
        return Finding("not_applicable", "no criteria were used by more than one acknowledged create")
    double = repeated.filter(pl.col("resource") > 1)
    if double.height:
        rows = tuple(sorted(double["row"].explode().to_list())[:_SHOWN])
        return Finding("fail", f"{double.height} of {repeated.height} criteria led to more than one resource", rows)
    return Finding("pass", f"each of {repeated.height} criteria led to one resource")


def _faults(group: pl.DataFrame) -> Iterator[int]:
    """Rows of one resource, in order of sending, whose version does not fit those whose answers came before."""
    answered: list[tuple[int, int, bool]] = []
    given: set[int] = set()
    for row, sent, done, number, write in group.select("row", "sent", "done", "number", "write").iter_rows():
        past = [(n, w) for finished, n, w in answered if finished < sent]
        if any(number < n for n, _ in past) or (write and number in given):
            yield row
        if write:
            given.add(number)
        answered.append((done, number, write))


def _numbered(load: pl.DataFrame) -> pl.DataFrame:
    return load.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))


def _number(column: str) -> pl.Expr:
    """A version id as a number; null where a candidate's version ids are no numbers, which then say nothing here."""
    return pl.col(column).cast(pl.Int64, strict=False)
