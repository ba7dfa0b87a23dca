"""Names, languages, citizenships and protected addresses: plausible shares that hang together."""

from collections.abc import Callable

import polars as pl
import pytest

from simulator.errors import InputError
from simulator.figures import Figures
from simulator.figures.tables import read_rows
from simulator.population import make_population

SEED = 7


@pytest.fixture(scope="module")
def finnmark(official: Figures) -> pl.DataFrame:
    """Kautokeino and Karasjok are small; all of Finnmark has enough Sami to count."""
    return make_population(
        official, [m.kommunenummer for m in official.municipalities() if m.county_code == "56"], SEED
    )


def listed(official: Figures, background: str, kind: str) -> list[str]:
    """Names of the figures."""
    rows = read_rows(official.directory / "names.csv", ("background", "kind", "name"))
    return [row.cells["name"] for row in rows if (row.cells["background"], row.cells["kind"]) == (background, kind)]


def test_couples_share_a_family_name_partly(several: pl.DataFrame, official: Figures) -> None:
    """As many as the figures say, and more only by chance."""
    couples = several.filter(pl.col("partner").is_not_null()).join(
        several.select("resident", "family_name"), left_on="partner", right_on="resident", suffix="_other"
    )
    shared = (couples["family_name"] == couples["family_name_other"]).sum() / couples.height
    assert shared == pytest.approx(official.value("name.shared_by_couple_share"), abs=0.03)


def test_children_bear_a_parents_name_mostly(several: pl.DataFrame) -> None:
    """With two parents at home always one of theirs; brothers and sisters have the same."""
    names = several.select("resident", "family_name")
    children = several.filter(pl.col("mother").is_not_null() & pl.col("father").is_not_null())
    for parent in ("mother", "father"):
        children = children.join(names, left_on=parent, right_on="resident", suffix=f"_{parent}")
    of_parent = (pl.col("family_name") == pl.col("family_name_mother")) | (
        pl.col("family_name") == pl.col("family_name_father")
    )
    assert children.select(of_parent.all()).item()
    siblings = several.filter(pl.col("household_role") == "child").group_by("household")
    assert (siblings.agg(pl.col("family_name").n_unique())["family_name"] == 1).sum() > 0.99 * siblings.len().height


def test_some_have_a_middle_name(several: pl.DataFrame) -> None:
    """About a fifth, and never the family name once more."""
    middle = several.filter(pl.col("middle_name").is_not_null())
    assert middle.height / several.height == pytest.approx(0.2, abs=0.03)
    assert (middle["middle_name"] != middle["family_name"]).all()


def test_sami_names_are_where_sami_live(several: pl.DataFrame, finnmark: pl.DataFrame, official: Figures) -> None:
    """Sami family names and Northern Sami are common in Finnmark and rare in Bergen."""
    names = listed(official, "sami", "family")
    bergen = several.filter(pl.col("kommunenummer") == "4601")
    shares = [frame["family_name"].is_in(names).sum() / frame.height for frame in (finnmark, bergen)]
    assert shares[0] > 0.15
    assert 0 < shares[1] < 0.01
    assert (finnmark["language"] == "se").sum() > 20 * (bergen["language"] == "se").sum() / 4


def test_letters_of_every_kind_occur(several: pl.DataFrame, finnmark: pl.DataFrame) -> None:
    """Norwegian, Sami and other letters stand in names."""
    letters = set("".join(several["given_name"].unique()) + "".join(finnmark["given_name"].unique()))
    letters |= set("".join(several["family_name"].unique()))
    assert {"ø", "å", "á", "ł", "ş", "ö"} <= letters


def test_families_speak_one_language_or_norwegian(several: pl.DataFrame) -> None:
    """Children at home never prefer a language that nobody's names or parents' home have."""
    children = several.filter(pl.col("mother").is_not_null() & ~pl.col("language").is_in(["nb", "nn"]))
    mothers = several.select("resident", "language", "citizenship")
    both = children.join(mothers, left_on="mother", right_on="resident", suffix="_mother")
    agree = (pl.col("language") == pl.col("language_mother")) | pl.col("language_mother").is_in(["nb", "nn"])
    assert both.select(agree.all()).item()


def test_interpreters_are_for_adults_of_another_language(several: pl.DataFrame) -> None:
    """Nobody who would rather have Norwegian needs one; two to ten in a hundred adults do."""
    with_interpreter = several.filter(pl.col("interpreter"))
    assert not with_interpreter["language"].is_in(["nb", "nn"]).any()
    assert (with_interpreter["age"] >= 18).all()
    assert 0.01 < with_interpreter.height / several.height < 0.06


def test_citizenships_are_mostly_norwegian(several: pl.DataFrame) -> None:
    """About a tenth has another, Polish most of all."""
    counts = several["citizenship"].value_counts(sort=True).rows()
    assert [code for code, _ in counts[:2]] == ["NOR", "POL"]
    assert 0.85 < counts[0][1] / several.height < 0.95


def test_protected_addresses_are_rare_and_everywhere(official: Figures) -> None:
    """Every municipality of more than 20 000 has both kinds; together they are less than one in 500."""
    larger = [m.kommunenummer for m in official.municipalities() if 20_000 <= m.population < 60_000][:12]
    frame = make_population(official, larger, SEED)
    kinds = frame.filter(pl.col("protection") != "none").group_by("kommunenummer").agg(pl.col("protection").n_unique())
    assert kinds.height == len(larger)
    assert (kinds["protection"] == 2).all()
    assert (frame["protection"] != "none").sum() < frame.height / 500


def test_a_background_without_names_is_refused(with_text: Callable[[str, str, str], Figures]) -> None:
    """The file and the background are told."""
    figures = with_text("backgrounds.csv", "\npol,", "\nxyz,")
    with pytest.raises(InputError, match=r"names\.csv: no female names for 'xyz'"):
        make_population(figures, ["Utsira"], SEED)


def test_an_unknown_language_is_refused(with_text: Callable[[str, str, str], Figures]) -> None:
    """Languages are those of the schema; file and line are told."""
    figures = with_text("backgrounds.csv", ",LTU,lt,", ",LTU,xx,")
    with pytest.raises(InputError, match=r"backgrounds\.csv:3"):
        make_population(figures, ["Utsira"], SEED)
