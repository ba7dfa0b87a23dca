"""Life events: rates as the figures say, numbers that nobody else has, and the same rows for any order or part."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from simulator.domain.person_number import birth_date, is_synthetic, is_valid, sex
from simulator.domain.tables import LIFE_EVENTS
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population import make_identities
from simulator.population.life_births import deaths
from simulator.population.life_events import life_events, life_events_of
from simulator.population.life_frame import Lives, Year, scaled

SEED = 7
START, DAYS = date(2026, 1, 1), 365
MOVES = ["move-in", "move-out", "move-within"]


@pytest.fixture(scope="module")
def year(official: Figures, tromso: pl.DataFrame) -> pl.DataFrame:
    """A year of Tromsø."""
    return life_events(tromso, official, SEED, START, DAYS)


@pytest.fixture(scope="module")
def several_year(official: Figures, several: pl.DataFrame) -> pl.DataFrame:
    """A year of four municipalities in two replicas."""
    return life_events(several, official, SEED, START, DAYS)


def of_kind(events: pl.DataFrame, *kinds: str) -> pl.DataFrame:
    return events.filter(pl.col("kind").cast(pl.String).is_in(kinds))


def test_rows_have_the_promised_columns_and_order(year: pl.DataFrame) -> None:
    """The table has the columns of LIFE_EVENTS, ordered by instant and resident, inside the period."""
    assert dict(year.schema) == dict(pl.Schema(LIFE_EVENTS))
    assert year.select("at", "resident").equals(year.select("at", "resident").sort("at", "resident"))
    low, high = datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert year["at"].is_between(low, high, closed="left").all()
    kinds = LIFE_EVENTS["kind"]
    assert isinstance(kinds, pl.Enum)
    assert set(year["kind"].unique()) == set(kinds.categories) - {"code-change"}


@pytest.mark.parametrize("kinds", [("birth", "death"), ("marriage",), ("gp-change", "move-in")])
def test_kinds_asked_for_are_the_same_alone(
    official: Figures, tromso: pl.DataFrame, year: pl.DataFrame, kinds: tuple[str, ...]
) -> None:
    """Whoever asks for some kinds gets the rows that they have among all."""
    alone = life_events_of(kinds, tromso, official, SEED, (START, DAYS))
    assert alone.height > 0
    assert alone.equals(of_kind(year, *kinds))


def test_births_and_deaths_follow_the_figures(official: Figures, tromso: pl.DataFrame, year: pl.DataFrame) -> None:
    """A town has as many births and deaths as the rates, scaled to the nation's official totals, give its people."""
    lives = Lives.of(tromso, official, SEED, Year(2026))
    for kind, rate, total in (("birth", "fertility", "births"), ("death", "death_rate", "deaths")):
        factor = scaled(official, f"life.{rate}", official.value(f"life.{total}_national"))
        expected = float(lives.rate(f"life.{rate}").sum()) * factor
        assert of_kind(year, kind).height == pytest.approx(expected, abs=3.5 * expected**0.5)


def test_moves_follow_the_figures(official: Figures, tromso: pl.DataFrame, year: pl.DataFrame) -> None:
    """People move as often as their ages do, scaled to the official moves between and inside municipalities."""
    nation = float(official.people.structure.sum())
    for kind, name in (("move-out", "between"), ("move-within", "within")):
        total = official.value(f"life.moves_{name}_per_1000") * nation / 1000
        lives = Lives.of(tromso, official, SEED, Year(2026))
        expected = float(lives.rate("life.move_rate").sum()) * scaled(official, "life.move_rate", total)
        # Households move as one, so the spread is some times that of single people.
        assert of_kind(year, kind).height == pytest.approx(expected, abs=6 * expected**0.5)
    away = of_kind(year, "move-out")
    to_others = (away["from"].str.slice(0, 2) != away["to"].str.slice(0, 2)).mean()
    assert to_others == pytest.approx(25.9 / 46.0, abs=0.04)


def test_newborns_have_numbers_of_their_own(several: pl.DataFrame, several_year: pl.DataFrame) -> None:
    """Every newborn has a synthetic, strict-valid number of its birth date, and neither number nor id is anybody's."""
    born = of_kind(several_year, "birth")
    assert born["to"].is_unique().all()
    assert born["resident"].is_unique().all()
    assert not born["to"].is_in(several["person_number"].implode()).any()
    assert not born["resident"].is_in(several["resident"].implode()).any()
    days = born["at"].dt.convert_time_zone("Europe/Oslo").dt.date()
    for number, day in zip(born["to"], days, strict=True):
        assert is_valid(number, rule="strict")
        assert is_synthetic(number)
        assert birth_date(number) == day
    boys = sum(sex(number) == "male" for number in born["to"])
    assert boys / born.height == pytest.approx(1.055 / 2.055, abs=0.03)


def test_newborns_have_a_mother_of_age_and_time_between_siblings(year: pl.DataFrame, tromso: pl.DataFrame) -> None:
    """A mother is a woman of 15 to 50 of the same municipality, whose youngest child is months older."""
    born = of_kind(year, "birth").join(tromso, left_on="other", right_on="resident", how="left")
    assert (born["sex"] == "female").all()
    assert born["age"].is_between(15, 50).all()
    assert born["other"].is_unique().all()
    youngest = tromso.group_by("mother").agg(pl.col("birth_date").max().alias("sibling"))
    spaced = born.join(youngest, left_on="other", right_on="mother")
    assert ((spaced["at"].dt.date() - spaced["sibling"]).dt.total_days() >= 299).all()


def test_nothing_happens_to_the_dead(year: pl.DataFrame) -> None:
    """A death is a person's last event, and of the dead nobody bears, marries or divorces later."""
    dead = of_kind(year, "death").select("resident", died="at")
    assert dead["resident"].is_unique().all()
    after = year.join(dead, on="resident").filter(pl.col("at") > pl.col("died"))
    assert after.height == 0
    ties = of_kind(year, "birth", "marriage", "divorce").join(dead, left_on="other", right_on="resident")
    assert (ties["at"] < ties["died"]).all()


def test_a_move_out_is_a_move_in_elsewhere(year: pl.DataFrame, official: Figures, tromso: pl.DataFrame) -> None:
    """Who leaves arrives elsewhere at the same instant, once a period, with an address unless it is secret."""
    out, into = (of_kind(year, kind).sort("resident") for kind in ("move-out", "move-in"))
    assert out["resident"].is_unique().all()
    assert out.select("at", "resident", "from", "to").equals(into.select("at", "resident", "from", "to"))
    assert (out["from"] != out["to"]).all()
    assert (into["kommunenummer"] == into["to"]).all()
    secret = tromso.filter(pl.col("protection") == "strengt-fortrolig")["resident"]
    told, hidden = (into.filter(pl.col("resident").is_in(secret.implode()) == is_in) for is_in in (False, True))
    assert told["city"].to_list() == [official.municipality(code).name for code in told["to"]]
    assert told.select(pl.all_horizontal(pl.col("street", "postal_code").is_not_null()).all()).item()
    assert hidden.select(pl.all_horizontal(pl.col("street", "postal_code", "city").is_null()).all()).item()


def test_homes_moved_to_lie_in_the_streets_there_are(year: pl.DataFrame, tromso: pl.DataFrame) -> None:
    """Who moves inside a municipality comes to a street, with its postal code, that residents live in."""
    street = pl.col("street").str.replace(r" \d+$", ""), pl.col("postal_code")
    known = set(tromso.select(street).iter_rows())
    at_home = of_kind(year, "move-within").filter((pl.col("to") == "5501") & pl.col("street").is_not_null())
    assert set(at_home.select(street).iter_rows()) <= known


def test_minors_never_move_alone(year: pl.DataFrame, tromso: pl.DataFrame) -> None:
    """A child who moves goes with an adult of the household, at the same instant and to the same address."""
    moved = of_kind(year, "move-in", "move-within").join(tromso, on="resident", suffix="_of")
    together = moved.group_by("household", "at", "street").agg(pl.col("age").max(), pl.col("age").min().alias("least"))
    alone = together.filter((pl.col("least") < 18) & (pl.col("age") < 18))
    with_adults = tromso.group_by("household").agg(pl.col("age").max().alias("eldest")).filter(pl.col("eldest") >= 18)
    assert alone.join(with_adults, on="household").height == 0


def test_spouses_come_in_pairs(year: pl.DataFrame, tromso: pl.DataFrame) -> None:
    """A marriage or divorce is two rows of one instant, of partners who name one another."""
    ties = of_kind(year, "marriage", "divorce").join(tromso.select("resident", "partner"), on="resident")
    assert (ties["other"] == ties["partner"]).all()
    assert (ties.group_by("at", "kind").len()["len"] % 2 == 0).all()


def test_changed_numbers_are_new_and_say_the_same(year: pl.DataFrame, tromso: pl.DataFrame) -> None:
    """A new person number is synthetic, valid and unused, and says the same birth date and sex as the old one."""
    changed = of_kind(year, "number-change")
    assert changed.height > 0
    assert changed["to"].is_unique().all()
    assert not changed["to"].is_in(tromso["person_number"].implode()).any()
    for old, new in zip(changed["from"], changed["to"], strict=True):
        assert is_valid(new, rule="strict")
        assert is_synthetic(new)
        assert (birth_date(new), sex(new)) == (birth_date(old), sex(old))


def test_a_new_number_is_nobodys_earlier_identity(
    official: Figures, several: pl.DataFrame, several_year: pl.DataFrame
) -> None:
    """No number given in the period is an identity that anybody had before it."""
    given = of_kind(several_year, "birth", "number-change")["to"]
    earlier = make_identities(several, official, SEED)["number"].drop_nulls()
    assert not given.is_in(earlier.implode()).any()


def test_gp_changes_go_to_another_list(year: pl.DataFrame, tromso: pl.DataFrame) -> None:
    """A change of fastlege names the office left and another one in the municipality."""
    changed = of_kind(year, "gp-change").join(tromso.select("resident", "fastlege"), on="resident")
    left = "5501/gp/" + changed["fastlege"].cast(pl.String)
    assert (changed["from"].fill_null("5501/gp/-1") == left).all()
    assert (changed["to"] != left).all()


def test_events_do_not_depend_on_order_or_company(
    official: Figures, several: pl.DataFrame, several_year: pl.DataFrame
) -> None:
    """Shuffled rows and a single municipality give the same rows as all together."""
    shuffled = life_events(several.sample(fraction=1.0, shuffle=True, seed=1), official, SEED, START, DAYS)
    assert shuffled.equals(several_year)
    one = several.filter((pl.col("kommunenummer") == "1151") & (pl.col("replica") == 0))
    alone = life_events(one, official, SEED, START, DAYS)
    assert alone.height > 0
    own = several_year.filter(pl.col("resident") // 10**7 == 1151)
    assert alone.equals(own)


def test_part_of_a_year_tells_the_same_story(official: Figures, tromso: pl.DataFrame, year: pl.DataFrame) -> None:
    """Births and deaths of March are those that the whole year has in March."""
    march = life_events(tromso, official, SEED, date(2026, 3, 1), 31)
    for kind in ("birth", "death"):
        within = of_kind(year, kind).filter(pl.col("at").dt.convert_time_zone("Europe/Oslo").dt.month() == 3)
        assert of_kind(march, kind).select("at", "resident").equals(within.select("at", "resident"))


def test_a_period_may_cross_new_year(official: Figures, tromso: pl.DataFrame) -> None:
    """A winter over two calendar years has deaths in both, of different people."""
    winter = of_kind(life_events(tromso, official, SEED, date(2026, 10, 1), 182), "death")
    assert winter["resident"].is_unique().all()
    assert set(winter["at"].dt.year()) == {2026, 2027}


@pytest.mark.parametrize(("start", "days"), [(date(2019, 1, 1), 30), (START, 0), (START, 400), (date(2039, 12, 1), 32)])
def test_impossible_periods_are_refused(official: Figures, tromso: pl.DataFrame, start: date, days: int) -> None:
    """A period before the count, an empty one, one beyond a year or beyond all numbers: says which are possible."""
    with pytest.raises(InputError, match="1 to 366 days from 2026-01-01"):
        life_events(tromso, official, SEED, start, days)


def test_who_is_dead_is_drawn_by_resident(official: Figures, tromso: pl.DataFrame) -> None:
    """Another seed lets other people die."""
    one, other = (deaths(Lives.of(tromso, official, seed, Year(2026))) for seed in (SEED, SEED + 1))
    assert (one != other).any()
