"""A study's calibration table: official totals beside what the demand of its pathways comes to in a normal year."""

from dataclasses import replace

from simulator.figures import Figures
from simulator.run.calibration import calibration_rows
from simulator.scenario import load_study


def test_the_totals_of_the_studys_pathways_are_held() -> None:
    """Each shipped pathway that has an official total has a row with its source, within its tolerance."""
    figures = Figures.load()
    rows = {row["target"]: row for row in calibration_rows(load_study("quickstart", figures), figures)}
    assert set(rows) == {"gp-consultations", "discharge-ready-stays"}
    row = rows["gp-consultations"]
    assert row["official"] == figures.value("gp.consultations_national")
    assert row["ok"]
    assert abs(row["made"] / row["official"] - 1) <= row["tolerance"] <= 0.03
    assert row["status"] == "official"
    assert row["source"]


def test_what_a_study_multiplies_is_no_part_of_a_normal_year() -> None:
    """An influenza winter's demand does not look like a calibration error."""
    figures = Figures.load()
    study = load_study("quickstart", figures)
    more = replace(study, demand_factors={"gp-consultation": 2.0})
    assert calibration_rows(more, figures) == calibration_rows(study, figures)
