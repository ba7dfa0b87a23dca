"""The run's verdict on itself: was it the candidate that was measured, or the generator?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

WITHIN_5_MS: Final = 0.99
WITHIN_50_MS: Final = 0.999
LARGEST_WAIT: Final = 0.02
"""Largest share of the run that the generator may have waited for the processor."""
LARGEST_SLOT_WAIT: Final = 0.01
FAST_ANSWER_MS: Final = 50.0


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """``valid``, or why the figures are a bound and not a measurement."""

    verdict: Literal["valid", "generator-bound", "partial"]
    reasons: tuple[str, ...]


def judge_run(generator: Mapping[str, Any]) -> RunVerdict:
    """The verdict on the run that ``generator`` (the content of ``generator.json``) describes.

    A run stopped before its end is ``partial``, whatever else holds.
    """
    reasons = tuple(_faults(generator))
    if generator["interrupted"]:
        stopped = f"stopped when {generator['released']} of {generator['intended']} requests had been released"
        return RunVerdict("partial", (stopped, *reasons))
    return RunVerdict("generator-bound" if reasons else "valid", reasons)


def _faults(generator: Mapping[str, Any]) -> Iterator[str]:
    if not generator["released"]:
        yield "nothing was released"
        return
    for name, least, ms in (
        ("released_within_5ms_share", WITHIN_5_MS, 5),
        ("released_within_50ms_share", WITHIN_50_MS, 50),
    ):
        share = float(generator[name])
        if share < least:
            yield f"{share:.2%} released within {ms} ms of their instant (needed: {least:.1%})"
    waited = float(generator["run_queue_wait_share"])
    if waited > LARGEST_WAIT:
        yield f"the generator waited {waited:.1%} of the time for the processor (allowed: {LARGEST_WAIT:.0%})"
    starved = float(generator["slot_wait_share"])
    median = generator["service_time_ms"]["p50"]
    busy = float(generator["in_flight_mean"]) / generator["slots"] if generator["slots"] else 0.0
    if starved > LARGEST_SLOT_WAIT and busy > 0.5 and median is not None and median < FAST_ANSWER_MS:
        yield (
            f"{starved:.1%} of the requests found no free slot although the candidate answered in {median:.1f} ms; "
            f"more than {generator['slots']} slots are needed"
        )
