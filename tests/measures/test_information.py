"""Information at the moment of need, on events made by hand."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from simulator.measures.information import information, needs

Make = Callable[..., pl.DataFrame]
Figure = Callable[..., float | None]


def test_present_late_and_missing_share_out_all_needs(make_events: Make, figure: Figure) -> None:
    """Of four needs two were met, one came later in the episode and one never came."""
    events = make_events(
        {"reads": ["medication", "summary"]},
        {"reads": ["medication", "plan"], "lacks": ["medication", "plan"], "late_info": ["plan"]},
    )
    found = list(information(events))
    shares = [figure(found, f"information.{fate}_share") for fate in ("present", "late", "missing")]
    assert shares == [0.5, 0.25, 0.25]
    assert figure(found, "information.needs") == 4


def test_shares_go_by_profession_pathway_and_kind(make_events: Make, figure: Figure) -> None:
    """What one profession lacks does not count against another."""
    events = make_events(
        {"reads": ["medication"], "lacks": ["medication"], "role": "gp.doctor", "pathway": "gp"},
        {"reads": ["medication", "plan"]},
    )
    found = list(information(events))
    assert figure(found, "information.missing_share", "gp.doctor") == 1
    assert figure(found, "information.missing_share", "home-care.nurse") == 0
    assert figure(found, "information.missing_share", "pathway/gp") == 1
    assert figure(found, "information.missing_share", "information/medication") == 0.5
    assert figure(found, "information.missing_share", "information/plan") == 0


def test_a_step_that_reads_nothing_has_no_need(make_events: Make, figure: Figure) -> None:
    """Without needs there is no share to give."""
    assert figure(information(make_events({})), "information.missing_share") is None


def test_what_is_out_of_order_is_told_by_itself(make_events: Make, figure: Figure) -> None:
    """What was under way behind a later message is one of the needs that were not met."""
    lacking = {"reads": ["medication", "plan"], "lacks": ["medication", "plan"], "out_of_order": ["plan"]}
    found = list(information(make_events(lacking, {"reads": ["plan"]})))
    assert figure(found, "information.out_of_order") == 1
    assert figure(found, "information.out_of_order", "information/medication") == 0
    assert figure(found, "information.missing") == 2


@pytest.mark.parametrize("lacking", [[], ["plan"], ["medication", "plan"]])
def test_every_need_is_counted_once(make_events: Make, lacking: list[str]) -> None:
    """Present, late and missing add up to the needs, whatever was lacking."""
    events = make_events({"reads": ["medication", "plan"], "lacks": lacking, "late_info": lacking[:1]})
    found: dict[str, Any] = needs(events).sum().row(0, named=True)
    assert found["present"] + found["late"] + found["missing"] == found["needs"] == 2
