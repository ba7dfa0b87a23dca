"""A population: whole, repeatable, the same alone or among others, and consistent in itself."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from stdnum.no import fodselsnummer

from simulator.domain.digest import table_digest
from simulator.domain.person_number import birth_date, find_real_numbers, is_synthetic, is_valid, sex
from simulator.domain.tables import POPULATION
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.places import ROOT
from simulator.population import make_population
from simulator.population.layout import Layout, Site

SEED = 7


def test_columns_and_order_are_those_of_the_schema(tromso: pl.DataFrame) -> None:
    """Every column of tables.POPULATION with its type, residents ascending; only ties may be missing."""
    assert dict(tromso.schema) == {name: pl.Schema({name: kind})[name] for name, kind in POPULATION.items()}
    assert tromso["resident"].is_sorted()
    assert tromso["resident"].n_unique() == tromso.height == 79_943
    assert tromso.drop("partner", "mother", "father", "middle_name", "ward").null_count().sum_horizontal().item() == 0


def test_the_same_seed_gives_the_same_bytes(official: Figures, tromso: pl.DataFrame) -> None:
    """Made again, every value is the same."""
    assert make_population(official, ["5501"], SEED).equals(tromso)


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_change_nothing(official: Figures, several: pl.DataFrame, workers: int) -> None:
    """Blocks made at the same time are the blocks made one after another."""
    again = make_population(official, ["Nesseby", "5501", "4601", "1151"], SEED, replicas=2, workers=workers)
    assert table_digest(again) == table_digest(several)


def test_no_worker_is_refused(official: Figures) -> None:
    """Somebody has to do it."""
    with pytest.raises(InputError, match="0 workers"):
        make_population(official, ["5501"], SEED, workers=0)


def test_another_seed_gives_other_people(official: Figures, tromso: pl.DataFrame) -> None:
    """Another seed keeps the counts and changes the people."""
    other = make_population(official, ["5501"], SEED + 1)
    assert other.height == tromso.height
    for column in ("person_number", "given_name", "fastlege", "household_size", "has_dementia"):
        assert not other[column].equals(tromso[column])


def test_people_do_not_depend_on_whom_they_are_made_with(tromso: pl.DataFrame, several: pl.DataFrame) -> None:
    """A municipality made alone is the municipality made among others and with replicas."""
    among = several.filter((pl.col("kommunenummer") == "5501") & (pl.col("replica") == 0))
    assert among.equals(tromso)


def test_a_replica_is_other_people_in_the_same_places(several: pl.DataFrame) -> None:
    """Replicas have the same official counts, their own numbers and their own lives."""
    first, second = several.partition_by("replica")
    assert (
        first.group_by("kommunenummer")
        .len()
        .sort("kommunenummer")
        .equals(second.group_by("kommunenummer").len().sort("kommunenummer"))
    )
    assert not first["given_name"].equals(second["given_name"])
    assert (second["resident"] >= 10**11).all()


def test_nobody_shares_a_person_number(several: pl.DataFrame) -> None:
    """One number each, over all municipalities and replicas."""
    assert several["person_number"].n_unique() == several.height


def test_every_number_is_synthetic_and_says_its_holder(several: pl.DataFrame) -> None:
    """On a sample: the series, both check digits, the birth date and the sex."""
    for number, born, who in several.gather_every(97).select("person_number", "birth_date", "sex").iter_rows():
        assert is_synthetic(number)
        assert is_valid(number, rule="strict")
        assert birth_date(number) == born
        assert sex(number) == who
        assert number[9:] == fodselsnummer.calc_check_digit1(number) + fodselsnummer.calc_check_digit2(number)


def test_no_number_can_be_a_real_persons(several: pl.DataFrame) -> None:
    """The guard finds nothing to stop in any text of the population."""
    texts = (
        several.gather_every(13).select(pl.concat_str(pl.col(pl.String), separator="|", ignore_nulls=True)).to_series()
    )
    assert find_real_numbers("\n".join(texts)) == ()


def test_replica_zero_is_of_the_plus_eighty_series(tromso: pl.DataFrame) -> None:
    """The study's own people all have month + 80."""
    assert tromso["person_number"].str.slice(2, 2).cast(pl.Int32).is_between(81, 92).all()


def test_age_is_whole_years_on_the_day_of_the_count(tromso: pl.DataFrame) -> None:
    """Whoever had a birthday by 1 January 2026 is that old, to the day."""
    born = pl.col("birth_date")
    had_birthday = (born.dt.month() == 1) & (born.dt.day() == 1)
    whole = 2026 - born.dt.year() - 1 + had_birthday.cast(pl.Int32)
    assert tromso.select((whole == pl.col("age").cast(pl.Int32)).all()).item()


def test_births_spread_over_the_year(tromso: pl.DataFrame) -> None:
    """No month has a fifth more or fewer birthdays than the mean."""
    months = tromso["birth_date"].dt.month().value_counts()["count"].to_numpy()
    assert len(months) == 12
    assert np.abs(months / months.mean() - 1).max() < 0.2


def test_households_hang_together(tromso: pl.DataFrame) -> None:
    """Members share address, its protection and GP, the size is right, and a member gives the number."""
    members = tromso.group_by("household").agg(
        pl.len(),
        pl.col("household_size").unique().alias("sizes"),
        pl.col("street", "postal_code", "protection").n_unique(),
        pl.col("fastlege").filter(pl.col("fastlege") >= 0).n_unique(),
        (pl.col("resident") == pl.col("household")).sum().alias("heads"),
    )
    assert (members["sizes"].list.len() == 1).all()
    assert (members["sizes"].list.first() == members["len"]).all()
    for column in ("street", "postal_code", "protection", "heads"):
        assert (members[column] == 1).all()
    assert (members["fastlege"] <= 1).all()


def test_children_live_with_adults(tromso: pl.DataFrame) -> None:
    """No household of children alone, and a parent's generation between."""
    homes = tromso.group_by("household").agg(pl.col("age").max().alias("oldest"), pl.col("age").min().alias("youngest"))
    with_children = homes.filter(pl.col("youngest") < 18)
    assert (with_children["oldest"] >= 18).all()
    gap = (with_children["oldest"].cast(pl.Int32) - with_children["youngest"].cast(pl.Int32)).mean()
    assert isinstance(gap, float)
    assert 28 < gap < 42


def test_the_smallest_municipality_has_families_too(official: Figures) -> None:
    """Utsira, Norway's smallest, has no child without an adult and no empty list."""
    utsira = make_population(official, ["Utsira"], SEED)
    homes = utsira.group_by("household").agg(pl.col("age").max())
    assert (homes["age"] >= 18).all()
    assert set(utsira["fastlege"]) <= {-1, 0}


def test_addresses_are_of_the_municipality(several: pl.DataFrame) -> None:
    """The city is the municipality's name and the postal code of its county's series."""
    tromso = several.filter(pl.col("kommunenummer") == "5501")
    assert set(tromso["city"]) == {"Tromsø"}
    assert tromso["postal_code"].str.contains(r"^9[0-4]\d\d$").all()
    assert several["street"].str.contains(r"^\p{L}+ [1-9]\d?$").all()


def test_one_street_has_one_postal_code(tromso: pl.DataFrame) -> None:
    """A street lies in one postal code; only streets of the same name may have several."""
    codes = tromso.group_by(pl.col("street").str.replace(r" \d+$", "")).agg(pl.col("postal_code").n_unique())
    assert codes["postal_code"].median() == 1


def test_nobody_can_be_reached_by_telephone(several: pl.DataFrame) -> None:
    """Every number begins with 00 after the country code, which no subscriber's does."""
    assert several["phone"].str.contains(r"^\+4700\d{6}$").all()


def test_care_decisions_exclude_each_other(several: pl.DataFrame) -> None:
    """Whoever lives in a nursing home has neither home-care hours nor an alarm at home; hours fit into a week."""
    inside = several.filter(pl.col("nursing_home"))
    assert inside.height > 500
    assert (inside["home_care_hours"] == 0).all()
    assert not inside["safety_alarm"].any()
    hours = several.filter(pl.col("home_care_hours") > 0)["home_care_hours"]
    assert hours.is_between(0.25, 168).all()
    assert (hours * 4 % 1 == 0).all()


def test_lists_have_a_real_spread(several: pl.DataFrame) -> None:
    """Lists of Bergen: numbered without gap from 0, about a thousand each, some twice as long as others."""
    bergen = several.filter((pl.col("kommunenummer") == "4601") & (pl.col("replica") == 0) & (pl.col("fastlege") >= 0))
    lists = bergen.group_by("fastlege").len().sort("fastlege")
    assert lists["fastlege"].to_list() == list(range(lists.height))
    sizes = lists["len"].to_numpy()
    assert 950 < sizes.mean() < 1030
    assert 0.2 < sizes.std() / sizes.mean() < 0.45


@pytest.mark.parametrize(
    ("condition", "given", "ratio"), [("heart_failure", "atrial_fibrillation", 5.0), ("IHD", "diabetes_diagnosed", 2.2)]
)
def test_conditions_raise_each_other(several: pl.DataFrame, condition: str, given: str, ratio: float) -> None:
    """Within sex and age the odds ratio (Mantel-Haenszel) is the one of the figures."""
    a, b = pl.col(f"has_{condition}"), pl.col(f"has_{given}")
    strata = several.group_by("sex", "age").agg(
        (a & b).sum().alias("both"), (a & ~b).sum().alias("first"), (~a & b).sum().alias("second"),
        (~a & ~b).sum().alias("none"), pl.len(),
    )  # fmt: skip
    cases = strata.select((pl.col("both") * pl.col("none") / pl.col("len")).sum()).item()
    controls = strata.select((pl.col("first") * pl.col("second") / pl.col("len")).sum()).item()
    assert cases / controls == pytest.approx(ratio, rel=0.15)


def test_conditions_in_a_circle_are_refused(with_text: Callable[[str, str, str], Figures]) -> None:
    """Two conditions cannot each raise the other."""
    figures = with_text(
        "comorbidity.csv", "atrial_fibrillation,hypertension_treated", "atrial_fibrillation,heart_failure"
    )
    with pytest.raises(
        InputError, match=r"comorbidity\.csv: conditions raise each other in a circle: .*atrial_fibrillation"
    ):
        make_population(figures, ["5501"], SEED)


@pytest.mark.parametrize("codes", [[], ["5501", "5501"], ["5501", "Tromsø"]])
def test_no_or_repeated_municipalities_are_refused(official: Figures, codes: list[str]) -> None:
    """Each municipality is named once, and there is at least one."""
    with pytest.raises(InputError):
        make_population(official, codes, SEED)


def test_no_replica_is_refused(official: Figures) -> None:
    """There is at least replica 0."""
    with pytest.raises(InputError, match="0 replicas"):
        make_population(official, ["5501"], SEED, replicas=0)


def test_more_people_than_numbers_are_refused(official: Figures) -> None:
    """Rather than giving a number twice, the bench says how many people there can be."""
    with pytest.raises(InputError, match="so that no two share a person number"):
        Layout(official, [Site("0301", replica) for replica in range(60)], SEED)


def test_many_replicas_use_both_series_and_share_no_number(official: Figures) -> None:
    """When the +80 series is used up for a date, people get numbers of the +65 series, never one twice."""
    layout = Layout(official, [Site("5501", replica) for replica in range(150)], SEED)
    block = layout.block([Site("5501", replica) for replica in (0, 1, 70, 149)])
    numbers = layout.births(block)[1]
    assert len(np.unique(numbers)) == len(numbers)
    months = numbers // 10**7 % 100
    assert set(months.tolist()) == {*range(66, 78), *range(81, 93)}


def test_faker_never_makes_a_person_number() -> None:
    """Faker's own person numbers are those of real people: the source never asks for them."""
    pattern = re.compile(r"\b" + "ss" + r"n\b")
    folders = [ROOT / name for name in ("simulator", "features", "loadtests", "reports", "scenarios", "tests")]
    files = [
        path for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.suffix in {".py", ".yaml"}
    ]
    assert Path(__file__).resolve() in {path.resolve() for path in files}
    assert [path for path in files if pattern.search(path.read_text(encoding="utf-8"))] == []
