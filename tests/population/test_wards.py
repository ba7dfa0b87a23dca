"""Wards of the large cities: exact by sex and age band, and a household in one of them."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from simulator.domain.figure import SEXES
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population import make_population

SEED = 7
CITIES = {"0301": 15, "1103": 9, "4601": 8, "5001": 4}


@pytest.fixture(scope="module")
def trondheim(official: Figures) -> pl.DataFrame:
    """Trondheim in two replicas, beside a municipality without wards."""
    return make_population(official, ["5001", "5014"], SEED, replicas=2)


def test_four_cities_have_wards(official: Figures) -> None:
    """As many as Statistics Norway counts, with names."""
    assert {code: len(wards.names) for code, wards in official.people.wards.items()} == CITIES
    assert official.people.wards["4601"].names["460102"] == "Bergenhus"


@pytest.mark.parametrize("replica", [0, 1])
def test_wards_are_exact(trondheim: pl.DataFrame, official: Figures, replica: int) -> None:
    """Every ward has its residents by sex and age band, to the person."""
    wards, bands = official.people.wards["5001"], official.people.bands
    city = trondheim.filter((pl.col("kommunenummer") == "5001") & (pl.col("replica") == replica))
    last = np.array([band[1] for band in bands])
    made = np.zeros_like(wards.residents)
    for number, ward in enumerate(wards.names):
        for sex, word in enumerate(SEXES):
            ages = city.filter((pl.col("ward") == ward) & (pl.col("sex") == word))["age"].to_numpy()
            made[number, sex] = np.bincount(np.searchsorted(last, ages), minlength=len(bands))
    assert (made == wards.residents).all()


def test_other_municipalities_have_none(trondheim: pl.DataFrame) -> None:
    """Without wards the column is null, with wards never."""
    assert trondheim.filter(pl.col("kommunenummer") == "5014")["ward"].is_null().all()
    assert trondheim.filter(pl.col("kommunenummer") == "5001")["ward"].is_not_null().all()


def test_households_and_streets_lie_in_one_ward(trondheim: pl.DataFrame) -> None:
    """Nobody's home is in two wards."""
    homes = trondheim.filter(pl.col("ward").is_not_null()).group_by("household").agg(pl.col("ward").n_unique())
    assert (homes["ward"] == 1).all()


def test_nobody_shares_a_number(trondheim: pl.DataFrame) -> None:
    """Counting on from ward to ward keeps resident and person numbers apart."""
    assert trondheim["resident"].is_sorted()
    assert trondheim["resident"].n_unique() == trondheim["person_number"].n_unique() == trondheim.height


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("0301,030101,Gamle Oslo,female,0,0,495", "0301,030101,Gamle Oslo,female,0,0,496", "the wards of 0301 hold"),
        ("0301,030101,Gamle Oslo,female,0,0,495\n", "", "ward 030101 lacks residents"),
        ("0301,030101,Gamle Oslo,female,0,0,495", "0301,030101,Gamle Oslo,female,0,0,-5", r"wards\.csv:2.*-5"),
        ("0301,030101,Gamle Oslo,female,0,0,495", "0301,030101,Gamle Oslo,female,0,1,495", r"wards\.csv:2.*ages 0-1"),
        ("0301,030101,Gamle Oslo,female,0,0", "0391,030101,Gamle Oslo,female,0,0", r"wards\.csv:2.*0391"),
        ("0301,030101,Gamle Oslo,female,1,5", "0301,030101,Gamle Oslo,female,0,0", r"wards\.csv:3.*given twice"),
    ],
)
def test_faults_are_told(with_text: Callable[[str, str, str], Figures], old: str, new: str, fault: str) -> None:
    """A wrong count, a missing or repeated row, a negative number, another band, an unknown city."""
    with pytest.raises(InputError, match=fault):
        with_text("wards.csv", old, new)
