"""Who uses which system: as the study says, by organisation, the smaller share within the larger."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from simpy import Environment

from simulator.care import simulate
from simulator.care.plan import make_plan
from simulator.care.roads import CODE
from simulator.care.site import Site
from simulator.care.users import Users
from simulator.domain.numbers import Number
from simulator.domain.scenario import Study
from simulator.domain.systems import Adoption, Choice, Participation
from simulator.figures import Figures

People = Callable[..., pl.DataFrame]
World = Callable[..., Study]
SEEN = {"a": "demand: {rate: 100}\nsteps:\n  - {id: seen, by: doctor, channel: in-person, takes: 20 min}"}


def users(study: Study, people: pl.DataFrame, figures: Figures) -> Users:
    plan = make_plan(study, figures)
    return Users(Site(plan, people, Environment()), plan.systems)


def inside(study: Study, people: pl.DataFrame, figures: Figures) -> set[int]:
    """The lists whose doctor is inside the common journal."""
    codes = users(study, people, figures).codes("gp")
    return set(people["fastlege"].to_numpy()[codes == CODE["common"]].tolist())


def lists(people: People, count: int) -> pl.DataFrame:
    return people(count).with_columns(fastlege=pl.int_range(count, dtype=pl.Int32))


def gps(world: World, share: float) -> Study:
    return world(SEEN, study=f"participation: {{default: own, gp: {{share: {share}, then: common, else: own}}}}")


def test_a_smaller_share_is_part_of_a_larger_one(world: World, people: People, figures: Figures) -> None:
    """The doctors who are inside at 15 % are all inside at 40 %, and those at 60 %."""
    frame = lists(people, 2000)
    some, more, most = (inside(gps(world, share), frame, figures) for share in (0.15, 0.4, 0.6))
    assert some < more < most
    assert [len(found) / 2000 for found in (some, more, most)] == pytest.approx([0.15, 0.4, 0.6], abs=0.03)


def test_none_and_all_are_exact(world: World, people: People, figures: Figures) -> None:
    """At 0 % nobody is inside, at 100 % everybody."""
    frame = lists(people, 300)
    assert inside(gps(world, 0), frame, figures) == set()
    assert len(inside(gps(world, 1), frame, figures)) == 300


def test_events_tell_the_system_of_whoever_acts(world: World, people: People, figures: Figures) -> None:
    """A kind's own word goes before the default, a municipality's before its county's before the country's."""
    study = world(SEEN, study='participation: {default: paper, "5501": {gp: regional}, "55": {gp: own, hospital: own}}')
    events = simulate(study, people(200), figures)
    assert set(events["system"].to_list()) == {"regional"}
    found = users(study, people(200), figures)
    assert set(found.codes("hospital").tolist()) == {CODE["own"]}
    assert set(found.codes("home-care").tolist()) == {CODE["paper"]}


def test_counties_may_be_named(world: World) -> None:
    """A county's name does as well as its number."""
    study = world(SEEN, study="participation: {default: own, Troms: {gp: common}}")
    assert study.participation.choice("5501", "gp") == Choice("common")
    assert study.participation.choice("4601", "gp") == Choice("own")


def test_whoever_participates_moves_no_draw(world: World, people: People, figures: Figures) -> None:
    """With other systems the same people come at the same time for as long, as long as nobody waits for a message."""
    one, other = (simulate(gps(world, share), people(200), figures) for share in (0.0, 1.0))
    told = ["at", "began", "wanted", "resident", "episode", "staff"]
    assert one.select(told).equals(other.select(told))
    assert not one["system"].equals(other["system"])


def test_municipalities_take_a_system_into_use_along_the_curve(
    world: World, people: People, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two years of the curve the share is between theirs, and who had it keeps it."""
    monkeypatch.setattr(Figures, "by_key", lambda _self, _name: {"2026": 0.2, "2028": 0.6})
    numbers = [f"{3000 + n}" for n in range(400)]
    frame = pl.concat([people(1, number) for number in numbers])
    found = []
    for year in (2026.0, 2027.0, 2028.0):
        adoption = Adoption("curve", year, "common", ("home-care",), dip=Number(0.2), dip_years=1.0)
        study = replace(world(SEEN), participation=Participation(Choice("own")), adoption=adoption)
        of = users(study, frame, figures)
        found.append(of.codes("home-care") == CODE["common"])
        slower = of.slower("home-care")
        assert slower is not None
        assert np.array_equal(slower > 1, found[-1] & ~(found[-2] if len(found) > 1 else slower <= 1))
    assert [some.mean() for some in found] == pytest.approx([0.2, 0.4, 0.6], abs=0.05)
    assert all((later | ~earlier).all() for earlier, later in pairwise(found))


def test_what_is_looked_for_does_not_depend_on_who_is_beside(world: World, people: People, figures: Figures) -> None:
    """Which systems a kind can have is said by the study: the same for any part of its people."""
    study = gps(world, 0.4)
    one, many = (users(study, lists(people, count), figures) for count in (1, 500))
    assert one.possible("gp") == many.possible("gp") == {CODE["common"], CODE["own"]}
    assert set(many.codes("gp").tolist()) == many.possible("gp")
    assert set(one.codes("gp").tolist()) < one.possible("gp")
    assert one.possible("hospital") == {CODE["own"]}


def test_an_organisation_of_several_municipalities_has_one_system(
    world: World, people: People, figures: Figures
) -> None:
    """Hospitals of a county are inside or outside for all of its municipalities, each county by its own draw."""
    study = world(SEEN, study="participation: {default: own, hospital: {share: 0.5, then: common, else: own}}")
    shared = replace(study.staffing.organisations["hospital"], shared_by="county")
    staffing = replace(study.staffing, organisations={**study.staffing.organisations, "hospital": shared})
    numbers = [f"{county}{n:02d}" for county in range(31, 57) for n in range(1, 5)]
    frame = pl.concat([people(1, number) for number in numbers])
    codes = users(replace(study, staffing=staffing), frame, figures).codes("hospital")
    counties = [set(codes[n : n + 4].tolist()) for n in range(0, len(codes), 4)]
    assert {len(found) for found in counties} == {1}
    assert len(set(codes.tolist())) == 2
