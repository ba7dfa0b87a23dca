"""Services, medicines, allergies, relations and consents made from a population on demand."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from simulator.domain.tables import ALLERGIES, CONSENTS, MEDICINES, RELATIONS, SERVICES
from simulator.figures import Figures
from simulator.figures.tables import read_rows
from simulator.places import MUNICIPALITIES as FOLDER
from simulator.population import RecordFit, allergies, consents, make_record, medicines, relations, services
from simulator.population.health import condition_models
from simulator.population.medicines import HEADER, medicine_model
from simulator.population.odds import Joint
from simulator.population.services import HEADER as SERVICE

Make = Callable[[pl.DataFrame, Figures, int], pl.DataFrame]


@pytest.mark.parametrize(
    ("make", "schema"),
    [
        (services, SERVICES),
        (medicines, MEDICINES),
        (allergies, ALLERGIES),
        (relations, RELATIONS),
        (consents, CONSENTS),
    ],
)
def test_a_table_follows_its_schema_and_its_municipality_alone(
    several: pl.DataFrame, official: Figures, make: Make, schema: dict[str, pl.DataType]
) -> None:
    """Rows have the documented columns; those of a municipality do not depend on the others made."""
    whole = make(several, official, 7)
    assert whole.schema == pl.Schema(schema)
    assert whole.equals(whole.sort(whole.columns[:3]))
    mine = several.filter((pl.col("kommunenummer") == "5501") & (pl.col("replica") == 0))
    assert make(mine, official, 7).equals(whole.filter(pl.col("resident").is_in(mine["resident"].implode())))
    since = whole.join(several.select("resident", "birth_date"), on="resident")
    begun = next(name for name in ("from", "since") if name in whole.columns)
    assert since.filter((pl.col(begun) < pl.col("birth_date")) | (pl.col(begun) > date(2026, 1, 1))).is_empty()


def test_services_agree_with_the_columns(tromso: pl.DataFrame, official: Figures) -> None:
    """Hours sum up to home_care_hours; alarms and places are those of the columns; home care means help or nursing."""
    made = services(tromso, official, 7)
    hours = made.group_by("resident").agg(pl.col("hours").sum()).join(tromso, on="resident")
    assert hours.filter((pl.col("hours") - pl.col("home_care_hours")).abs() > 1e-3).is_empty()
    assert made.filter(pl.col("hours").is_not_null())["resident"].n_unique() == (tromso["home_care_hours"] > 0).sum()
    for service, column in (("6", "safety_alarm"), ("21", "nursing_home")):
        assert set(made.filter(pl.col("service") == service)["resident"]) == set(tromso.filter(column)["resident"])


def test_services_go_by_the_names_of_the_code_table(tromso: pl.DataFrame, official: Figures) -> None:
    """What Volven 9151 calls the types whose names are easily shortened."""
    made = services(tromso, official, 7)
    names = dict(made.select("service", "name").unique().iter_rows())
    assert names["1"] == "Praktisk bistand - daglige gjøremål"
    assert names["2"] == "Praktisk bistand - opplæring - daglige gjøremål"
    assert names["3"] == "Praktisk bistand - brukerstyrt - personlig assistanse"


def test_medicines_go_with_conditions(tromso: pl.DataFrame, official: Figures) -> None:
    """Metformin is for diabetes, many medicines for those with polypharmacy, and none that is not borne."""
    made = medicines(tromso, official, 7)
    told = made.join(tromso, on="resident")
    assert told.filter(pl.col("atc") == "A10BA02")["has_diabetes_diagnosed"].mean() > 0.8  # type: ignore[operator]  # a number
    count = tromso.join(made.group_by("resident").len(), on="resident", how="left").with_columns(
        pl.col("len").fill_null(0)
    )
    mean = dict(count.group_by("has_polypharmacy_5plus_Rx_year").agg(pl.col("len").mean()).iter_rows())
    assert mean[True] > 5 * mean[False]
    assert made.join(allergies(tromso, official, 7), on=["resident", "atc"]).is_empty()


def test_nothing_began_before_one_was_old_enough(tromso: pl.DataFrame, official: Figures) -> None:
    """No meals at home before 67, no medicine before its age, no consent, guardian or proxy of a child."""
    born = tromso.select("resident", "birth_date")
    services_from = {row.text("service"): row.whole("age_from") for row in read_rows(FOLDER / "services.csv", SERVICE)}
    medicines_from = {row.text("atc"): row.whole("age_from") for row in read_rows(FOLDER / "medicines.csv", HEADER)}
    stood_for = relations(tromso, official, 7).filter(pl.col("kind").is_in(["guardian", "proxy"]))
    for made, age in (
        (services(tromso, official, 7), pl.col("service").replace_strict(services_from)),
        (medicines(tromso, official, 7).rename({"since": "from"}), pl.col("atc").replace_strict(medicines_from)),
        (consents(tromso, official, 7), pl.lit(18)),
        (stood_for, pl.lit(18)),
    ):
        old_enough = pl.col("birth_date").dt.offset_by(pl.format("{}y", age))
        told = made.join(born, on="resident").with_columns(early=pl.col("from") < old_enough)
        assert told.height
        assert not told["early"].any()


def test_everybody_allergic_has_one_allergy(tromso: pl.DataFrame, official: Figures) -> None:
    """The residents of the table are those with the column."""
    made = allergies(tromso, official, 7)
    assert made["resident"].to_list() == tromso.filter("has_allergy_drug_serious")["resident"].to_list()


def test_parents_act_for_their_minors(tromso: pl.DataFrame, official: Figures) -> None:
    """Each minor's parents at home are in the table, with all rights until 12; nobody is related to oneself."""
    made = relations(tromso, official, 7)
    parents = made.filter(pl.col("kind") == "parent").join(tromso, on="resident")
    minors = tromso.filter(pl.col("age") < 18)
    assert parents.height == minors["mother"].count() + minors["father"].count()
    assert (parents["full"] == (parents["age"] < 12)).all()
    assert made.filter(pl.col("resident") == pl.col("other")).is_empty()
    adults = set(tromso.filter(pl.col("age") >= 16)["resident"])
    assert set(made["other"]) <= adults


def test_every_target_of_the_tables_is_met(tromso: pl.DataFrame, official: Figures) -> None:
    """Recipients by service, users by medicine, allergies, relations, consents and numbers fit the figures."""
    fit = RecordFit(official)
    fit.add(tromso, make_record(tromso, official, 7))
    rows = fit.rows()
    assert [row["target"] for row in rows if not row["ok"]] == []
    kinds = {row["target"].partition(" ")[0] for row in rows}
    assert kinds == {"service", "medicine", "allergy", "relation", "consent", "identity", "gp.lists_vacant"}


def test_targets_of_the_tables_add_up_over_municipalities(several: pl.DataFrame, official: Figures) -> None:
    """Counted a municipality at a time, every target is what it is for all at once."""
    whole, apart = RecordFit(official), RecordFit(official)
    some = several.filter(pl.col("replica") == 0)
    whole.add(some, make_record(some, official, 7))
    for _, part in some.group_by("kommunenummer", maintain_order=True):
        apart.add(part, make_record(part, official, 7))
    for one, other in zip(whole.rows(), apart.rows(), strict=True):
        assert (one["target"], one["made"]) == (other["target"], other["made"])
        assert one["official"] == pytest.approx(other["official"])


def test_a_spoilt_figure_turns_its_target_red(
    tromso: pl.DataFrame, with_text: Callable[[str, str, str], Figures], official: Figures
) -> None:
    """Made from the official figures and held against others, users and recipients no longer fit."""
    spoilt = with_text("services.csv", "home_care,0,77636", "home_care,0,137636")
    fit = RecordFit(spoilt)
    fit.add(tromso, make_record(tromso, official, 7))
    assert [row["target"].split()[:2] for row in fit.rows() if not row["ok"]] == [["service", "1"]]


def test_the_nation_has_the_users_of_each_medicine(official: Figures) -> None:
    """The chances by sex, age and illness add up to the users per 1000 aimed at."""
    models = condition_models(official)
    people = official.people.structure.astype(np.float64).ravel()
    for line in read_rows(official.directory / "medicines.csv", HEADER):
        model = medicine_model(line, official, models)
        joint = Joint.of(model.given, models)
        users = float((joint.weight * joint.chances(model) * people).sum())
        assert users * 1000 / people.sum() == pytest.approx(line.decimal("users_per_1000"), rel=0.03)
