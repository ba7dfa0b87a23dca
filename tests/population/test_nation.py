"""The whole nation: 5 627 400 people, every target met, nobody's number twice, and a year of their lives."""

from collections import Counter
from datetime import date

import numpy as np
import polars as pl
import pytest
from stdnum.no import fodselsnummer

from simulator.domain.person_number import SYNTHETIC, read_number
from simulator.figures import Figures
from simulator.population import counted, life_events, population_blocks, population_fit
from tests.population.conftest import SEED

pytestmark = pytest.mark.slow
_SAMPLED = 997


class Nation:
    """What the tests ask of everybody, gathered a block at a time as the command does."""

    def __init__(self, figures: Figures) -> None:
        codes = [place.kommunenummer for place in figures.municipalities()]
        kept, numbers, self.events = [], [], Counter[str]()
        for block in population_blocks(figures, codes, SEED, workers=2):
            kept.append(counted(block, figures))
            numbers.append(block["person_number"].cast(pl.Int64))
            year = life_events(block, figures, SEED, date(2026, 1, 1), 365)
            self.events.update(dict(year["kind"].cast(pl.String).value_counts().iter_rows()))
        self.counted, self.numbers = pl.concat(kept), pl.concat(numbers)


@pytest.fixture(scope="module")
def nation(official: Figures) -> Nation:
    return Nation(official)


def test_every_target_of_the_nation_is_met(nation: Nation, official: Figures) -> None:
    """All residents there, every target within its tolerance, the country's own among them."""
    assert nation.counted.height == 5_627_400
    rows = population_fit(nation.counted, official)
    assert [row["target"] for row in rows if not row["ok"]] == []
    assert "household.mean_size" in {row["target"] for row in rows}


def test_nobody_in_the_nation_shares_a_number(nation: Nation) -> None:
    """As many numbers as residents."""
    assert nation.numbers.n_unique() == nation.numbers.len()


def test_all_check_digits_of_the_nation_hold(nation: Nation) -> None:
    """Both weighted sums of every number leave nothing modulo 11, and its month is of a synthetic series."""
    numbers = nation.numbers.to_numpy()
    digits = [numbers // 10**place % 10 for place in range(10, -1, -1)]
    for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)):
        assert not (sum((w * d for w, d in zip(weights, digits, strict=True)), np.zeros_like(numbers)) % 11).any()
    months = numbers // 10**7 % 100
    assert (((months > 80) & (months <= 92)) | ((months > 65) & (months <= 77))).all()


def test_an_independent_library_computes_the_same_check_digits(nation: Nation) -> None:
    """On a sample from the whole country: python-stdnum's rules, and ours say that the number is synthetic."""
    for number in nation.numbers.gather_every(_SAMPLED).cast(pl.String).str.zfill(11):
        assert fodselsnummer.calc_check_digit1(number) == number[9]
        assert fodselsnummer.calc_check_digit2(number) == number[10]
        reading = read_number(number)
        assert reading is not None
        assert reading.series in SYNTHETIC


def test_a_year_of_the_nation_has_the_official_totals(nation: Nation, official: Figures) -> None:
    """Births, deaths and moves between and inside municipalities are within 3 % of the official totals."""
    people = float(official.people.structure.sum())
    wanted = {
        "birth": official.value("life.births_national"),
        "death": official.value("life.deaths_national"),
        "move-out": official.value("life.moves_between_per_1000") * people / 1000,
        "move-within": official.value("life.moves_within_per_1000") * people / 1000,
    }
    made = {kind: nation.events[kind] for kind in wanted}
    assert made == {kind: pytest.approx(total, rel=0.03) for kind, total in wanted.items()}
