"""Municipality codes through time: the changes of 2020 and 2024 forth and back, with nobody left behind."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import polars as pl
import pytest

from simulator.errors import InputError
from simulator.figures import Figures
from simulator.figures.changes import read_code_changes
from simulator.population import make_population
from simulator.population.life_codes import code_change_events, code_changes, with_codes

SEED = 7
BEFORE, BETWEEN, NOW = date(2019, 6, 1), date(2022, 6, 1), date(2026, 1, 1)


@pytest.fixture(scope="module")
def towns(official: Figures) -> pl.DataFrame:
    """Municipalities merged, split and only renumbered: Ålesund, Haram, Orkland, Hitra, Halden."""
    return make_population(official, ["1508", "1580", "5059", "5056", "3101"], SEED)


def test_the_changes_lead_from_422_codes_to_todays(official: Figures) -> None:
    """What the changes of 2020 begin with and today's codes are what Norway had: 422, 356 and 357 municipalities."""
    today = {place.kommunenummer for place in official.municipalities()}
    found = [today]
    for change in (date(2024, 1, 1), date(2020, 1, 1)):
        links = [link for link in read_code_changes(official.directory) if link.valid_from == change]
        assert {link.new for link in links} <= found[-1]
        found.append(found[-1] - {link.new for link in links} | {link.old for link in links})
    assert [len(codes) for codes in found] == [357, 356, 422]


def test_changes_are_chosen_by_time(official: Figures) -> None:
    """Between two days lie the changes after the first and up to the second."""
    assert {link.valid_from for link in code_changes(official, BEFORE, NOW)} == {date(2020, 1, 1), date(2024, 1, 1)}
    assert code_changes(official, date(2020, 1, 1), date(2023, 12, 31)) == ()
    halden = [(link.old, link.new) for link in code_changes(official, BETWEEN, NOW) if link.new == "3101"]
    assert halden == [("3001", "3101")]


@pytest.mark.parametrize("day", [BEFORE, BETWEEN])
def test_forth_and_back_gives_the_same_people(official: Figures, towns: pl.DataFrame, day: date) -> None:
    """A frame taken back in time and forward again is the frame it was."""
    earlier = with_codes(towns, official, SEED, day)
    assert (earlier["kommunenummer"] != towns["kommunenummer"]).any()
    assert with_codes(earlier, official, SEED, NOW, coded=day).equals(towns)


def test_nobody_has_a_code_that_was_not_valid(official: Figures, towns: pl.DataFrame) -> None:
    """Everybody's code of an earlier day is one of those that day had, and no code is lost."""
    valid = {"1507": BETWEEN, "3001": BETWEEN, "5056": BETWEEN, "5059": BETWEEN}
    assert set(with_codes(towns, official, SEED, BETWEEN)["kommunenummer"]) == set(valid)
    before = set(with_codes(towns, official, SEED, BEFORE)["kommunenummer"])
    assert before == {"0101", "1504", "1523", "1529", "1534", "1546", "5012", "5013", "5016", "5023", "5024"}


def test_households_keep_together_through_a_split(official: Figures, towns: pl.DataFrame) -> None:
    """All of a household have the same code on every day."""
    earlier = with_codes(towns, official, SEED, BEFORE)
    assert (earlier.group_by("household").agg(pl.col("kommunenummer").n_unique())["kommunenummer"] == 1).all()


def test_a_split_shares_newcomers_out(official: Figures, towns: pl.DataFrame) -> None:
    """Who lived in Ålesund before 2024 without being at home there comes to either part by the official shares."""
    halden = towns.filter(pl.col("kommunenummer") == "3101").with_columns(kommunenummer=pl.lit("1507"))
    after = with_codes(halden, official, SEED, NOW, coded=BETWEEN)["kommunenummer"]
    assert set(after) == {"1508", "1580"}
    assert (after == "1580").mean() == pytest.approx(0.138, abs=0.02)


def test_the_changes_are_replayed_as_events(official: Figures, towns: pl.DataFrame) -> None:
    """Everybody whose code changes at a new year has one event, at midnight in Oslo, that leads to today's frame."""
    earlier = with_codes(towns, official, SEED, date(2023, 12, 1))
    events = code_change_events(earlier, official, SEED, date(2023, 12, 2), 60)
    assert set(events["kind"]) == {"code-change"}
    assert set(events["at"]) == {datetime(2023, 12, 31, 23, tzinfo=UTC)}
    changed = earlier.select("resident", "kommunenummer", "birth_date").join(
        events.select("resident", "from", "to"), on="resident", how="left"
    )
    alive = changed.filter(pl.col("birth_date") <= date(2024, 1, 1))
    assert (alive["from"].drop_nulls() == alive.filter(pl.col("from").is_not_null())["kommunenummer"]).all()
    now = alive.with_columns(pl.coalesce("to", "kommunenummer").alias("now")).join(
        towns.select("resident", today="kommunenummer"), on="resident"
    )
    assert (now["now"] == now["today"]).all()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2024-01-01,1507,1508,0.8621", "2024-01-01,1507,1508,0.5", "leave 1507 on 2024-01-01 sum to 0.6379"),
        ("2024-01-01,3001,3101,1,1,", "2024-01-01,3001,3101,1,0.4,", "come to 3101 on 2024-01-01 sum to 0.4"),
        ("2024-01-01,3001,3101,", "2024-13-01,3001,3101,", "'valid_from' is 2024-13-01"),
        ("2024-01-01,3001,3101,", "2024-01-01,301,3101,", "'old' is 301"),
    ],
)
def test_faults_in_the_changes_are_told(
    with_text: Callable[[str, str, str], Figures], old: str, new: str, told: str
) -> None:
    """Shares that do not add up, no date and no code are refused with file and line."""
    figures = with_text("code_changes.csv", old, new)
    with pytest.raises(InputError, match=told) as error:
        read_code_changes(figures.directory)
    assert "code_changes.csv:" in str(error.value)
