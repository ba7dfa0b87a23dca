"""What the bench's own figures say, and how they are asked for."""

import numpy as np
import pytest

from simulator.domain.tables import CONDITIONS
from simulator.errors import InputError
from simulator.figures import Figures


def test_all_municipalities_of_2024_are_there(official: Figures) -> None:
    """357 municipalities with 5 627 400 residents on 1 January 2026."""
    municipalities = official.municipalities()
    assert len(municipalities) == 357
    assert sum(m.population for m in municipalities) == 5_627_400
    assert official.year == 2026


@pytest.mark.parametrize("word", ["5501", "Tromsø", "tromsø", " TROMSØ "])
def test_a_municipality_is_known_by_number_or_name(official: Figures, word: str) -> None:
    """Number or name, any case."""
    tromso = official.municipality(word)
    assert (tromso.kommunenummer, tromso.population, tromso.county) == ("5501", 79_943, "Troms")


@pytest.mark.parametrize(("word", "hint"), [("Tromsö", "Tromsø"), ("bergn", "Bergen"), ("5599", "did you mean")])
def test_an_unknown_municipality_names_the_nearest(official: Figures, word: str, hint: str) -> None:
    """A misspelt name is answered by the name that was meant."""
    with pytest.raises(InputError, match=word) as caught:
        official.municipality(word)
    assert hint.casefold() in str(caught.value).casefold()


def test_a_name_of_two_municipalities_is_refused(official: Figures) -> None:
    """Våler lies in Østfold and in Innlandet."""
    with pytest.raises(InputError, match=r"3114 \(Østfold\), 3419 \(Innlandet\)"):
        official.municipality("Våler")


def test_official_names_are_known_too(official: Figures) -> None:
    """A Sámi name in the official form finds its municipality."""
    assert official.municipality("Unjárga-Nesseby").kommunenummer == "5636"


def test_every_condition_has_a_prevalence(official: Figures) -> None:
    """The population's conditions and the figures' are the same."""
    assert set(official.names("condition.")) == {f"condition.{name}" for name in CONDITIONS}


def test_ages_become_a_table(official: Figures) -> None:
    """Shape (2, 121), female then male, no age left out."""
    table = official.by_age_sex("care.recipient_share")
    assert table.shape == (2, 121)
    assert not np.isnan(table).any()
    assert table[0, 85] == 0.509
    assert table[1, 85] == 0.367


def test_gp_consultations_keep_their_mean_by_age(official: Figures) -> None:
    """Split by sex, the rates still give the official mean of each age band."""
    by_sex, together = (official.by_age_sex(f"gp.consultations_per_person{end}") for end in ("", "_all"))
    people = official.people.structure
    for first, last in ((0, 5), (16, 19), (30, 49), (50, 66), (90, 120)):
        ages = slice(first, last + 1)
        made = (by_sex[:, ages] * people[:, ages]).sum() / people[:, ages].sum()
        assert made == pytest.approx(together[0, first], rel=0.001)


@pytest.mark.parametrize(
    ("name", "length", "total"),
    [("gp.weekday", 7, 7.0), ("gp.hour", 24, 1.0), ("gp.month", 12, 12.0), ("care.visit_hour", 24, 1.0)],
)
def test_profiles_are_in_order_and_normalised(official: Figures, name: str, length: int, total: float) -> None:
    """Weekdays and months have mean 1, hours sum to 1."""
    profile = official.profile(name)
    assert profile.shape == (length,)
    assert profile.sum() == pytest.approx(total)


def test_shares_sum_to_one(official: Figures) -> None:
    """A whole is divided without rest."""
    for name in ("gp.reasons", "care.shift_share"):
        assert sum(official.shares(name).values()) == pytest.approx(1.0, abs=1e-12)


def test_use_is_remembered_with_origin() -> None:
    """What was asked for, and nothing else, is told with unit, year, source and status."""
    figures = Figures.load()
    assert figures.used() == []
    figures.value("hospital.discharge_ready_stays")
    figures.by_age_sex("hospital.stays_per_1000")
    first, second = figures.used()
    assert (first.name, first.unit, first.year, first.status) == (
        "hospital.discharge_ready_stays", "stays per year", 2022, "official",
    )  # fmt: skip
    assert second.status == "assumed", "derived and assumed rows together are assumed"


def test_every_figure_has_a_whole_origin(official: Figures) -> None:
    """Unit, year, source and status of every single figure."""
    for name in official.names():
        origin = official.origin(name)
        assert origin.unit
        assert origin.source
        assert 1990 < origin.year <= 2026


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda f: f.value("gp.weekday"), "one number"),
        (lambda f: f.by_age_sex("gp.list_mean"), "age bands"),
        (lambda f: f.by_key("gp.list_mean"), "a key"),
        (lambda f: f.profile("care.shift_share"), "weekdays, hours or months"),
        (lambda f: f.value("gp.list_maen"), "Did you mean 'gp.list_mean'"),
        (lambda f: f.from_file("districts.csv"), "districts.csv"),
    ],
)
def test_asking_for_the_wrong_kind_is_refused(official: Figures, ask: object, expected: str) -> None:
    """A figure is asked for as what it is, by its right name."""
    assert callable(ask)
    with pytest.raises(InputError, match=expected):
        ask(official)
