"""Files that people and their records are made from are refused before anybody is made, with file and line."""

from collections.abc import Callable

import pytest

from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population import check_tables, make_population

Spoil = Callable[[str, str, str], Figures]


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        ("services.csv", ("jemmet,home_care", "jemmet,home_cate"), r"services\.csv:2: 'among' is 'home_cate'"),
        (
            "services.csv",
            ("175353", "75353"),
            r"services\.csv:3: services 15 and 1 have fewer recipients than home care",
        ),
        ("services.csv", ("home_care,0,175353", "home_care,121,175353"), r"services\.csv:2: 'age_from' is 121"),
        ("services.csv", ("3,Praktisk", "1,Praktisk"), r"services\.csv:4: service 1 is given twice"),
        ("medicines.csv", ("C10AA05", "N02BE01"), r"medicines\.csv:3: medicine N02BE01 is given twice"),
        ("allergies.csv", ("severe,0.3", "sever,0.3"), r"allergies\.csv:2: 'severity' is 'sever'"),
        ("backgrounds.csv", ("POL,pl", "PLO,pl"), r"backgrounds\.csv:2: 'citizenship' is 'PLO'"),
        ("code_changes.csv", ("0101,3001,1,1", "0101,3001,1,2"), r"code_changes\.csv:2: 'share_back' is 2"),
        ("names.csv", ("sami,female,", "sami,femal,"), r"names\.csv:2: 'kind' is 'femal'"),
    ],
)
def test_a_file_that_cannot_be_right_is_told(
    with_text: Spoil, name: str, change: tuple[str, str], complaint: str
) -> None:
    """Hours would be lost, people taken for others, or a run end half way."""
    with pytest.raises(InputError, match=complaint):
        check_tables(with_text(name, *change))


@pytest.mark.parametrize("year", [2005, 2040])
def test_people_born_when_no_person_number_says_are_refused(with_text: Spoil, year: int) -> None:
    """Those of 105 were not born before 1900, nor anybody after 2039."""
    of = "population.csv:\n  unit: residents\n  year: "
    figures = with_text("sources.yaml", f"{of}2026", f"{of}{year}")
    with pytest.raises(InputError, match=f"sources.yaml: 'population.csv' is of {year}; expected a year from 2006 to"):
        make_population(figures, ["1151"], 7)
