"""Who lives with whom: types, roles and ties within a household agree with each other and with the figures."""

import polars as pl
import pytest

from simulator.figures import Figures

TIES = ("partner", "mother", "father")


def with_other(frame: pl.DataFrame, tie: str) -> pl.DataFrame:
    """Residents who have that tie, beside the one it leads to (columns ``..._other``)."""
    others = frame.select("resident", "age", "sex", "household", "partner", "household_role")
    return frame.filter(pl.col(tie).is_not_null()).join(others, left_on=tie, right_on="resident", suffix="_other")


@pytest.mark.parametrize("tie", TIES)
def test_ties_lead_to_somebody_of_the_household(several: pl.DataFrame, tie: str) -> None:
    """Partners and parents exist and live at the same home."""
    pairs = with_other(several, tie)
    assert pairs.height == several[tie].is_not_null().sum() > 1000
    assert (pairs["household"] == pairs["household_other"]).all()


def test_partners_are_each_others(several: pl.DataFrame) -> None:
    """Whoever is somebody's partner has them as partner, is an adult, and is mostly near in age."""
    pairs = several.filter(pl.col("partner").is_not_null()).join(
        several.select("resident", "partner", "age"), left_on="partner", right_on="resident", suffix="_other"
    )
    assert (pairs["partner_other"] == pairs["resident"]).all()
    assert (pairs["age"] >= 18).all()
    assert (pairs["age"].cast(pl.Int32) - pairs["age_other"].cast(pl.Int32)).is_between(-5, 5).all()


def test_some_couples_are_of_one_sex(several: pl.DataFrame, official: Figures) -> None:
    """As many as the figures say, women and men, and no other."""
    couples = with_other(several, "partner")
    same = couples.filter(pl.col("sex") == pl.col("sex_other"))
    assert same.height / couples.height == pytest.approx(official.value("household.same_sex_share"), rel=0.1)
    assert same["sex"].n_unique() == 2


@pytest.mark.parametrize(("tie", "sex", "mean"), [("mother", "female", 30.5), ("father", "male", 32.5)])
def test_parents_are_of_a_parents_age(several: pl.DataFrame, tie: str, sex: str, mean: float) -> None:
    """Mothers are 16 to 50 years older than their child, and as old at birth as the country's on average."""
    pairs = with_other(several, tie)
    assert (pairs["sex_other"] == sex).all()
    gap = pairs["age_other"].cast(pl.Int32) - pairs["age"].cast(pl.Int32)
    assert gap.is_between(17, 50 if tie == "mother" else 55).all()
    assert gap.to_numpy().mean() == pytest.approx(mean, abs=0.5)


def test_children_grow_up_with_their_parents(several: pl.DataFrame) -> None:
    """Everybody under 18 is a child at home, nearly all with a parent; most with both, who are a couple."""
    minors = several.filter(pl.col("age") < 18)
    assert (minors["household_role"] == "child").all()
    known = minors.filter(pl.col("mother").is_not_null() | pl.col("father").is_not_null())
    assert known.height / minors.height > 0.995
    both = with_other(several, "mother").filter(pl.col("father").is_not_null())
    assert (both["father"] == both["partner_other"]).all()
    assert 0.7 < both.filter(pl.col("age") < 18).height / minors.height < 0.9


def test_no_brothers_and_sisters_of_one_age_in_most_families(several: pl.DataFrame) -> None:
    """Few mothers have two children within nine months."""
    children = several.filter(pl.col("mother").is_not_null()).sort("mother", "birth_date")
    apart = children.select(pl.col("birth_date").diff().over("mother").dt.total_days().alias("days")).drop_nulls()
    assert (apart["days"] < 270).sum() / apart.height < 0.08


def test_types_and_roles_agree(several: pl.DataFrame) -> None:
    """Each type has the members it says."""
    homes = several.group_by("household").agg(
        pl.col("household_type").unique().alias("types"),
        pl.len(),
        *(
            (pl.col("household_role") == role).sum().alias(role)
            for role in ("single", "partner", "parent", "child", "other")
        ),
        pl.col("partner").is_not_null().sum().alias("paired"),
    )
    assert (homes["types"].list.len() == 1).all()
    expected = {
        "single": (pl.col("single") == 1) & (pl.col("len") == 1),
        "couple": (pl.col("partner") == 2) & (pl.col("paired") == 2) & (pl.col("len") == 2),
        "couple-children": (pl.col("parent") == 2) & (pl.col("paired") == 2) & (pl.col("child") == pl.col("len") - 2),
        "lone-parent": (pl.col("parent") == 1) & (pl.col("paired") == 0) & (pl.col("child") == pl.col("len") - 1),
        "multi": (pl.col("other") == pl.col("len")) & (pl.col("len") > 1),
        "institution": (pl.col("other") == 1) & (pl.col("len") == 1),
    }
    for kind, rule in expected.items():
        members = homes.filter(pl.col("types").list.first() == kind)
        assert members.height > 100
        assert members.select(rule.all()).item(), kind


def test_residents_of_institutions_are_those_with_a_place(several: pl.DataFrame) -> None:
    """An adult with a long-term place does not live at home."""
    inside = several.filter(pl.col("household_type") == "institution")
    assert inside.equals(several.filter(pl.col("nursing_home") & (pl.col("age") >= 18)))


def test_households_by_type_are_as_many_as_the_figures_say(several: pl.DataFrame, official: Figures) -> None:
    """Of private households; shares within three percentage points."""
    private = several.filter(pl.col("household_type") != "institution")
    made = private.group_by("household_type").agg(pl.col("household").n_unique())
    total = made["household"].sum()
    shares = {kind: count / total for kind, count in made.iter_rows()}
    for kind, share in official.shares("household.type_share").items():
        assert shares[kind] == pytest.approx(share, abs=0.03), kind


def test_no_home_is_overcrowded(several: pl.DataFrame) -> None:
    """Hardly anybody lives with more than eleven others."""
    assert (several["household_size"] > 12).sum() < several.height / 10_000
