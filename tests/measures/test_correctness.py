"""Correctness under load, judged from recorded rows."""

from typing import Any

import polars as pl
import pytest

from simulator.measures import acknowledged_present, conditional_creates_single, versions_grow


def _readback(*rows: tuple[str, int, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"resource": pl.String, "status": pl.Int16, "version": pl.String}, orient="row")


def test_acknowledged_writes_that_are_there_pass(make_load: Any) -> None:
    """Every write read back in its version or a later one."""
    found = acknowledged_present(
        make_load([1.0] * 3), _readback(("Observation/0", 200, "1"), ("Observation/2", 200, "4"))
    )
    assert found.outcome == "pass"


def test_a_lost_or_older_write_fails(make_load: Any) -> None:
    """A 404, or a version before the acknowledged one, is a lost write, with its row as evidence."""
    load = make_load([1.0] * 3, version=["1", "2", "1"])
    gone = acknowledged_present(load, _readback(("Observation/0", 404, None), ("Observation/2", 200, "1")))
    assert (gone.outcome, gone.evidence) == ("fail", (0,))
    older = acknowledged_present(load, _readback(("Observation/1", 200, "1")))
    assert (older.outcome, older.evidence) == ("fail", (1,))


def test_what_could_not_be_read_back_is_inconclusive(make_load: Any) -> None:
    """No answer, or nothing read, is no evidence either way."""
    load = make_load([1.0] * 3)
    assert acknowledged_present(load, _readback(("Observation/0", 0, None))).outcome == "inconclusive"
    assert acknowledged_present(load, _readback()).outcome == "inconclusive"


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_candidate_that_cannot_answer_has_not_lost_anything(make_load: Any, status: int) -> None:
    """An answer that does not say whether the resource is there is no evidence either way."""
    load = make_load([1.0] * 3)
    seen = _readback(("Observation/0", status, None), ("Observation/2", 200, "1"))
    found = acknowledged_present(load, seen)
    assert (found.outcome, found.message) == ("inconclusive", "1 of 2 acknowledged writes could not be read back")


def test_a_delete_that_may_have_happened_excuses_absence(make_load: Any) -> None:
    """A resource whose delete was left unknown may be gone."""
    load = make_load(
        [1.0] * 3,
        verb=["create", "delete", "create"],
        outcome=["ok", "unknown", "ok"],
        resource=["Observation/0", "Observation/0", "Observation/2"],
    )
    seen = _readback(("Observation/0", 410, None), ("Observation/2", 200, "1"))
    assert acknowledged_present(load, seen).outcome == "pass"


def test_versions_that_go_back_fail(make_load: Any) -> None:
    """A read after an acknowledged second version must not show the first."""
    same = {"verb": ["create", "update", "read"], "resource": ["Task/1"] * 3}
    assert versions_grow(make_load([1.0] * 3, version=["1", "2", "2"], **same)).outcome == "pass"
    found = versions_grow(make_load([1.0] * 3, version=["1", "2", "1"], **same))
    assert (found.outcome, found.evidence) == ("fail", (2,))


def test_two_writes_with_one_version_are_a_lost_update(make_load: Any) -> None:
    """Two updates acknowledged with the same version cannot both have happened, overlapping or not."""
    load = make_load([50.0] * 2, verb=["update", "update"], resource=["Task/1"] * 2, version=["2", "2"])
    assert versions_grow(load).outcome == "fail"


def test_a_conditional_create_that_finds_its_resource_makes_no_version(make_load: Any) -> None:
    """Answered 200 it names the version that is there, which others were given or are given too."""
    load = make_load([1.0] * 3, resource=["Patient/1"] * 3, version=["1"] * 3, status=[201, 200, 200])
    assert versions_grow(load).outcome == "pass"


def test_overlapping_interactions_may_come_in_either_order(make_load: Any) -> None:
    """A read under way while an update happens may show either version."""
    load = make_load([50.0] * 2, verb=["update", "read"], resource=["Task/1"] * 2, version=["2", "1"])
    assert versions_grow(load).outcome == "pass"


def test_versions_that_are_no_numbers_say_nothing(make_load: Any) -> None:
    """Where version ids are opaque, their order cannot be judged."""
    assert versions_grow(make_load([1.0] * 2, version=["a", "b"])).outcome == "inconclusive"


def test_one_criterion_leads_to_one_resource(make_load: Any) -> None:
    """Two conditional creates with equal criteria must name the same resource."""
    criteria = pl.DataFrame(
        {"interaction": ["i0", "i1", "i2"], "if_none_exist": ["identifier=a", "identifier=a", None]}
    )
    once = make_load([1.0] * 3, resource=["Patient/1", "Patient/1", "Patient/2"])
    assert conditional_creates_single(once, criteria).outcome == "pass"
    twice = conditional_creates_single(make_load([1.0] * 3), criteria)
    assert (twice.outcome, twice.evidence) == ("fail", (0, 1))
    alone = criteria.with_columns(if_none_exist=pl.Series(["identifier=a", None, None]))
    assert conditional_creates_single(once, alone).outcome == "not_applicable"
