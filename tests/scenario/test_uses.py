"""Figures that a scenario names are held against what they have to be there."""

from pathlib import Path

import polars as pl
import pytest

from simulator.domain.figure import STATUSES, weakest
from simulator.figures import Figures
from simulator.figures.tables import read_rows
from simulator.places import PATHWAYS, SCENARIOS
from simulator.population.services import HEADER
from simulator.scenario import check_files, load_pathway
from tests.scenario.conftest import Write

RESTS_ON = {
    "home_care_hours": "care.home_share",
    "nursing_home": "care.nursing_home_share",
    "fastlege": "gp.without_gp_share",
}
"""Figures by the column of the population that is drawn from them."""
WEEKDAY = "weekday: hospital.acute_weekday"
RATE = "figure hospital.stays_per_1000 / 1000"


@pytest.mark.parametrize(
    ("change", "line", "complaint"),
    [
        ((WEEKDAY, "weekday: gp.hour"), 7, "'gp.hour' is by 0, 1, 2, …; a factor for each weekday is needed"),
        ((WEEKDAY, "month: gp.hour"), 7, "a factor for each month is needed"),
        ((WEEKDAY, "hour: gp.month"), 7, "a share for each hour of the day is needed"),
        ((WEEKDAY, f"{WEEKDAY}\n  hour: hospital.acute_weekday"), 8, "a share for each hour of the day is needed"),
        ((WEEKDAY, "weekday: gp.without_gp"), 7, "'gp.without_gp' is one number"),
        ((WEEKDAY, f"{WEEKDAY}\n  total: figure care.home_share"), 8, "by age and sex; one number for everybody"),
        ((RATE, "figure gp.reasons"), 6, "one number, or one by age and sex, is needed"),
        (("before: 14 d", "reason: gp.hour"), 8, "several ICPC-2 codes"),
        (("needs: ", "opening: {weekday: gp.month}\n    needs: "), 21, "a factor for each weekday is needed"),
        (("needs: ", "opening: {weekday: gp.hour}\n    needs: "), 21, "a factor for each weekday is needed"),
    ],
)
def test_a_figure_of_another_kind_is_refused(
    pathway_file: Write, figures: Figures, change: tuple[str, str], line: int, complaint: str
) -> None:
    """Hours read as weekdays would spread demand silently wrong, and ages as a total end the run half way."""
    (fault,) = check_files([pathway_file(change)], figures)
    assert f"trial.yaml:{line}: " in fault
    assert complaint in fault


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("participation: {gp: {share: figure gp.nosuch}}", "no figure 'gp.nosuch'"),
        ("participation: {'5501': {gp: {share: figure gp.hour}}}", "one number for everybody is needed"),
        ("adoption: {curve: gp.weekday, at: 2027}", "a share for each of several years is needed"),
        ("adoption: {curve: rollout.gps, at: 2027, dip: figure gp.hour, dip_lasts: 6 mo}", "one number for everybody"),
    ],
)
def test_the_figures_of_a_study_are_looked_at_before_it_runs(
    study_file: Write, figures: Figures, words: str, complaint: str
) -> None:
    """Shares, curves and dips that a study names itself, each in its own line."""
    (fault,) = check_files([study_file(("demand: ", f"{words}\ndemand: "))], figures)
    assert "study.yaml:9: " in fault
    assert complaint in fault


def test_what_is_counted_in_the_bench_s_own_population_claims_no_more_than_its_columns(figures: Figures) -> None:
    """People who do not exist, drawn from assumed prevalences, are no number derived from official figures."""
    counted = 0
    for pathway in (load_pathway(path.stem) for path in PATHWAYS.glob("*.yaml")):
        where = pathway.who.where
        columns = [name for name in pl.sql_expr(where).meta.root_names() if name != "age"] if where else []
        rests = [RESTS_ON.get(name, name.replace("has_", "condition.")) for name in columns]
        for own in (p for p in pathway.parameters if "the bench's own population" in p.source):
            counted += 1
            weak = weakest([figures.origin(name).status for name in rests])
            assert STATUSES.index(own.status) >= STATUSES.index(weak), f"{pathway.name}: {own.name} is {weak}"
    assert counted == 6


def test_the_year_s_recipients_are_not_called_those_of_a_day(figures: Figures) -> None:
    """A service counted over a year and taken as of a day is assumed; what was counted on a day stays official."""
    rows = read_rows(figures.directory / "services.csv", HEADER)
    over_the_year = [row.text("status") for row in rows if "in the year" in row.text("source")]
    assert over_the_year == ["assumed"] * 5


def test_shares_of_shifts_are_those_of_the_shifts_there_are(tmp_path: Path, figures: Figures) -> None:
    """Hours of a night that nobody has would be worked by nobody."""
    text = (SCENARIOS / "staffing" / "standard.yaml").read_text("utf-8")
    night = '      night: {hours: "22:00-07:30", share: care.shift_share}\n'
    assert night in text
    (tmp_path / "days.yaml").write_text(text.replace(night, "", 1), "utf-8")
    (fault,) = check_files([tmp_path / "days.yaml"], figures)
    assert (
        "'care.shift_share' is by day, evening, night; a share for each shift that names it, and for no other" in fault
    )
