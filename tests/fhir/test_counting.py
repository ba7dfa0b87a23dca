"""How many interactions events are worth, counted without writing them."""

import polars as pl
import pytest

from simulator.fhir import Count

Frame = pl.DataFrame


@pytest.mark.parametrize("slices", [1, 5])
def test_as_many_are_counted_as_are_rendered(events: Frame, further_events: Frame, further: Frame, slices: int) -> None:
    """The count is that of the care that ``render`` writes, for every word there is and in however many slices."""
    every = pl.concat([events, further_events])
    count = Count()
    for part in every.iter_slices(-(-every.height // slices)):
        count.add(part)
    assert count.interactions == further.filter(pl.col("phase") == "care").height


def test_what_changes_only_what_is_there_counts_where_it_was_made(further_events: Frame) -> None:
    """An answer of the laboratory updates the order of its own episode, and no order of another."""
    ordered, answered = (further_events.filter(pl.col("records").list.contains(w)) for w in ("lab-order", "lab-result"))
    counts = []
    for episode in (ordered["episode"][0], "elsewhere/2/0"):
        count = Count()
        count.add(pl.concat([ordered, answered.with_columns(episode=pl.lit(episode))]))
        counts.append(count.interactions)
    assert counts[0] == counts[1] + 1


def test_what_is_there_is_so_in_the_order_of_events(further_events: Frame) -> None:
    """An answer counts if its order came before it, whatever answers and orders others had in the same slice."""
    ordered, answered = (further_events.filter(pl.col("records").list.contains(w)) for w in ("lab-order", "lab-result"))
    other = answered.with_columns(episode=pl.lit("elsewhere/2/0"))
    counts = []
    for parts in ([other, ordered, answered], [ordered, answered, other], [other, answered, ordered]):
        count = Count()
        count.add(pl.concat(parts))
        counts.append(count.interactions)
    assert counts == [counts[0], counts[0], counts[0] - answered.height]
