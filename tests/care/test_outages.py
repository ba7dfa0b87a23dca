"""What happens while a system is down: nothing is looked up or sent by it, and care goes on blind."""

from collections.abc import Callable

import polars as pl
import pytest

from simulator.care import simulate
from simulator.domain.scenario import Study
from simulator.figures import Figures

People = Callable[..., pl.DataFrame]
World = Callable[..., Study]
STEPS = {
    "a": "demand: {rate: 300}\nsteps:\n"
    "  - {id: seen, by: surgeon, channel: ward, takes: 20 min, reads: [identity, summary],"
    " records: [diagnosis], lacking: {takes: 5 min}}\n"
    "  - {id: told, by: surgeon, after: seen, sends: EPIKRISE, to: gp}\n"
    "  - {id: read, by: doctor, channel: electronic, after: {step: seen, delay: 3 h}, takes: 5 min, reads: [summary]}"
}
DOWN = 'outages: [{{system: {system}, at: "2026-01-13 08:00", lasts: 12 h}}]\n'


def local(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone("Europe/Oslo")


def inside(column: str) -> pl.Expr:
    """In the hours that the system is down."""
    return (local(column).dt.day() == 13) & local(column).dt.hour().is_between(8, 19)


@pytest.mark.parametrize("system", ["hospital", "common"])
def test_whoever_has_a_system_that_is_down_works_blind(
    world: World, people: People, figures: Figures, system: str
) -> None:
    """Everything that is to be read is lacking for as long as it lasts, no longer, and costs the extra time."""
    events = simulate(world(STEPS, study=DOWN.format(system=system), days=3), people(150), figures)
    seen = events.filter(pl.col("step") == "seen")
    blind = pl.col("lacks") == ["identity", "summary"]
    assert seen.filter(inside("began")).height > 20
    assert seen.select((blind == inside("began")).all()).item()
    assert seen.select(((pl.col("extra_s") == 300) == inside("began")).all()).item()


def test_steps_go_on_as_many_as_without(world: World, people: People, figures: Figures) -> None:
    """An outage moves no draw and stops nobody: the same steps begin at the same time."""
    steps = {
        "a": STEPS["a"].replace(" lacking: {takes: 5 min}", "").replace("records: [diagnosis],", "records: [diagnosis]")
    }
    with_it, without = (
        simulate(world(steps, study=study, days=3), people(100), figures)
        for study in (DOWN.format(system="hospital"), "")
    )
    assert with_it.select("episode", "step", "began").equals(without.select("episode", "step", "began"))
    assert not with_it["known"].equals(without["known"])


def test_messages_wait_until_it_is_up(world: World, people: People, figures: Figures) -> None:
    """What is sent by it or to it meanwhile is known when it works again; nobody knows a fact before that."""
    for system in ("hospital", "gp"):
        study = world(STEPS, study="participation: {default: own}\n" + DOWN.format(system=system), days=3)
        events = simulate(study, people(150), figures)
        told = events.filter((pl.col("step") == "told") & inside("at"))
        assert told.height > 20
        assert told.select(inside("known").any()).item() is False
        clear = events.filter((pl.col("step") == "told") & ~inside("at") & ~inside("known"))
        delay = (pl.col("known") - pl.col("at")).dt.total_seconds()
        assert clear.select(delay.unique()).to_series().to_list() == [600]


def test_what_came_too_late_is_told(world: World, people: People, figures: Figures) -> None:
    """What was lacking because of the outage is there when it ends, within the period: late."""
    events = simulate(world(STEPS, study=DOWN.format(system="hospital"), days=3), people(150), figures)
    blind = events.filter((pl.col("step") == "seen") & (pl.col("lacks").list.len() > 0))
    assert blind.select((pl.col("late_info") == pl.col("lacks")).all()).item()
