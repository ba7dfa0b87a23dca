"""Identities of every kind: synthetic, never twice, and of the dates they say."""

from datetime import date

import polars as pl
import pytest

from simulator.domain.digest import table_digest
from simulator.domain.person_number import birth_date, is_synthetic, is_valid, read_number
from simulator.domain.tables import IDENTITIES
from simulator.figures import Figures
from simulator.population import make_identities

SEED = 7


@pytest.fixture(scope="module")
def identities(several: pl.DataFrame, official: Figures) -> pl.DataFrame:
    """Identities of four municipalities in two replicas, with numbers of the rule from 2032."""
    return make_identities(several, official, SEED, rule_2032=True)


def of(identities: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Those of one kind."""
    return identities.filter(pl.col("kind") == kind)


def test_columns_are_those_of_the_schema(identities: pl.DataFrame) -> None:
    """Every column of tables.IDENTITIES, in order of residents."""
    assert list(identities.schema.items()) == list(pl.Schema(IDENTITIES).items())
    assert identities["resident"].is_sorted()
    assert identities["kind"].n_unique() == 5


def test_nobody_shares_a_number(identities: pl.DataFrame, several: pl.DataFrame) -> None:
    """Neither with another identity nor with anybody's person number."""
    numbers = identities["number"].drop_nulls()
    assert numbers.n_unique() == len(numbers)
    assert not numbers.is_in(several["person_number"].implode()).any()


@pytest.mark.parametrize(("kind", "form"), [("dnr", "dnr"), ("former", "fnr")])
def test_former_numbers_hold_and_are_synthetic(
    identities: pl.DataFrame, several: pl.DataFrame, kind: str, form: str
) -> None:
    """Under the rule until 2031, with the birth date of their holder."""
    born = of(identities, kind).join(several.select("resident", "birth_date"), on="resident")
    assert born.height > 50
    for number, day in born.select("number", "birth_date").head(500).iter_rows():
        reading = read_number(number)
        assert reading is not None
        assert reading.kind == form
        assert reading.strict
        assert is_synthetic(number)
        assert birth_date(number) == day


def test_d_numbers_are_of_foreign_citizens(identities: pl.DataFrame, several: pl.DataFrame) -> None:
    """Nobody with a Norwegian citizenship had one."""
    holders = of(identities, "dnr").join(several.select("resident", "citizenship"), on="resident")
    assert (holders["citizenship"] != "NOR").all()


def test_numbers_of_2032_hold_under_that_rule_only(identities: pl.DataFrame, several: pl.DataFrame) -> None:
    """The cohort of its own: most residents, all synthetic, refused by a journal of the old rule."""
    cohort = of(identities, "fnr-2032")
    assert cohort.height > 0.75 * several.height
    for number in cohort["number"].gather_every(997):
        assert is_valid(number, rule="2032")
        assert not is_valid(number, rule="strict")
        assert is_synthetic(number)


def test_numbers_of_2032_are_off_by_default(tromso: pl.DataFrame, official: Figures) -> None:
    """They are made only when asked for."""
    assert "fnr-2032" not in make_identities(tromso, official, SEED)["kind"].unique().to_list()


def test_emergency_numbers_can_have_been_given_to_nobody(identities: pl.DataFrame) -> None:
    """They have no synthetic series: each holds under the rule from 2032 only."""
    numbers = of(identities, "fhn")["number"]
    assert len(numbers) > 50
    for number in numbers:
        reading = read_number(number)
        assert reading is not None
        assert (reading.kind, reading.strict, reading.relaxed) == ("fhn", False, True)


def test_newborns_wait_for_a_number(identities: pl.DataFrame, several: pl.DataFrame) -> None:
    """Those born in the last two days of the year had none yet."""
    newborn = of(identities, "none").join(several.select("resident", "birth_date"), on="resident")
    assert newborn["number"].is_null().all()
    assert (newborn["birth_date"] >= date(2025, 12, 30)).all()
    assert newborn.height == (several["birth_date"] >= date(2025, 12, 30)).sum() > 0


def test_no_identity_ends_before_it_begins(identities: pl.DataFrame) -> None:
    """Dates go forward."""
    ended = identities.filter(pl.col("to").is_not_null())
    assert (ended["from"] <= ended["to"]).all()


def test_the_same_seed_gives_the_same_identities(tromso: pl.DataFrame, official: Figures) -> None:
    """In whatever order the people come."""
    again = make_identities(tromso.reverse(), official, SEED)
    assert table_digest(again) == table_digest(make_identities(tromso, official, SEED))
