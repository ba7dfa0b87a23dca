"""Illnesses that come together, the care they lead to, and the lists and use of GPs."""

import numpy as np
import polars as pl
import pytest

from simulator.domain.tables import GP_LISTS
from simulator.figures import Figures
from simulator.population import gp_lists
from simulator.population.health import condition_models
from simulator.population.odds import Joint, solve


def odds_ratio(frame: pl.DataFrame, one: str, other: str) -> float:
    """The odds ratio of two flags among people of 80 to 89, who do not differ much in age."""
    old = frame.filter(pl.col("age").is_between(80, 89)).group_by(one, other).len()
    count = {(a, b): n for a, b, n in old.iter_rows()}
    return float(count[True, True] * count[False, False] / (count[True, False] * count[False, True]))


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ("nursing_home", "has_dementia", 8),
        ("has_polypharmacy_5plus_Rx_year", "has_heart_failure", 2.5),
        ("has_heart_failure", "has_IHD", 2),
    ],
)
def test_what_belongs_together_comes_together(tromso: pl.DataFrame, one: str, other: str, least: float) -> None:
    """Conditions raise each other, and care follows from them."""
    assert odds_ratio(tromso, one, other) > least


def test_home_care_goes_to_the_ill(tromso: pl.DataFrame) -> None:
    """Who has home care has heart failure more often than others of that age, and no nursing-home place."""
    at_home = tromso.with_columns(home=pl.col("home_care_hours") > 0)
    assert odds_ratio(at_home.filter(~pl.col("nursing_home")), "home", "has_heart_failure") > 1.3
    assert at_home.filter(pl.col("home") & pl.col("nursing_home")).is_empty()


def test_a_solved_model_keeps_its_share_though_causes_depend_on_each_other(official: Figures) -> None:
    """The mean chance over all combinations of conditions is the share aimed at, and the odds have their ratio."""
    models = condition_models(official)
    joint = Joint.of(["heart_failure", "IHD"], models)
    assert {"atrial_fibrillation", "hypertension_treated"} < set(joint.names)
    assert np.allclose(joint.weight.sum(axis=0), 1)
    model = solve("test", np.full(242, 0.2), {"heart_failure": 4.0, "IHD": 2.0}, joint)
    assert np.allclose((joint.weight * joint.chances(model)).sum(axis=0), 0.2)
    odds = model.chance / (1 - model.chance)
    assert np.allclose(odds[1] / odds[0], 4)
    assert np.allclose(odds[3] / odds[0], 8)


def test_lists_hold_everybody_with_a_gp_and_vacant_ones_those_without(several: pl.DataFrame, official: Figures) -> None:
    """Whoever has a GP is on a list that has one; about 653 of those who have none share a vacant list."""
    lists = gp_lists(several, official, 7)
    assert lists.schema == pl.Schema(GP_LISTS)
    assert not lists.select("replica", "kommunenummer", "fastlege").is_duplicated().any()
    assert lists.filter(~pl.col("vacant"))["members"].sum() == several.filter(pl.col("fastlege") >= 0).height
    city, vacant = several.filter(pl.col("kommunenummer") == "4601"), lists.filter(pl.col("vacant"))
    here = vacant.filter(pl.col("kommunenummer") == "4601")
    assert here["members"].sum() == city.filter(pl.col("fastlege") < 0).height
    assert here["members"].mean() == pytest.approx(180_789 / 277, rel=0.05)
    alone = gp_lists(several.filter(pl.col("kommunenummer") == "5501"), official, 7)
    assert alone.equals(lists.filter(pl.col("kommunenummer") == "5501"))


def test_nobody_is_without_a_doctor_twice(several: pl.DataFrame, official: Figures) -> None:
    """On lists without a doctor are no more people than have none, the 180 789 of the nation's."""
    lists = gp_lists(several, official, 7)
    without = several.filter(pl.col("fastlege") < 0).height
    assert without == pytest.approx(several.height * official.value("gp.without_gp_share"), rel=0.05)
    assert 0 < lists.filter(pl.col("vacant"))["members"].sum() <= without


def test_use_of_the_gp_is_uneven_but_fair_on_the_whole(tromso: pl.DataFrame) -> None:
    """Factors have mean 1, and the tenth who use the GP most use three times the mean or more."""
    use = tromso["gp_use"]
    assert use.min() >= 0  # type: ignore[operator]  # a number
    assert use.mean() == pytest.approx(1, abs=0.02)
    top = use.sort(descending=True).head(tromso.height // 10)
    assert 2.5 < top.mean() < 4.5  # type: ignore[operator]  # a number
