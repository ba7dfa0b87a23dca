"""Figures that cannot be right are refused with file, line and value."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.figures import Figures

Spoil = Callable[[str, str, str], Path]

FAULTS = {
    "negative count": (
        "population.csv",
        "5501,female,0,0,416",
        "5501,female,0,0,-416",
        r"population\.csv:\d+: 'population' is -416",
    ),
    "not a number": (
        "population.csv",
        "5501,female,0,0,416",
        "5501,female,0,0,many",
        r"population\.csv:\d+: 'population' is many",
    ),
    "overlapping bands": (
        "population.csv",
        "5501,female,1,5,",
        "5501,female,0,5,",
        r"population\.csv:\d+: ages 0-5 of 5501 .* overlap",
    ),
    "gap between bands": (
        "population.csv",
        "5501,female,1,5,",
        "5501,female,2,5,",
        r"population\.csv:\d+: ages 2-5 of 5501 .* gap",
    ),
    "bands that end early": (
        "population.csv",
        "5501,male,95,120,",
        "5501,male,95,110,",
        r"population\.csv:\d+: the ages of 5501 .* end at 110",
    ),
    "backward band": (
        "population.csv",
        "5501,female,1,5,",
        "5501,female,5,1,",
        r"population\.csv:\d+: ages from 5 to 1",
    ),
    "impossible age": (
        "population.csv",
        "5501,male,95,120,",
        "5501,male,95,130,",
        r"population\.csv:\d+: 'age_to' is 130",
    ),
    "unknown sex": (
        "population.csv",
        "5501,female,0,0",
        "5501,femal,0,0",
        r"population\.csv:\d+: 'sex' is 'femal'\. Did you mean 'female'\?",
    ),
    "unknown municipality": (
        "population.csv",
        "5501,female,0,0",
        "5591,female,0,0",
        r"population\.csv:\d+: no municipality 5591",
    ),
    "missing municipality": (
        "municipalities.csv",
        "5636,Nesseby,Unjárga-Nesseby,56,Finnmark,Helse Nord,874\n",
        "",
        r"population\.csv:\d+: no municipality 5636",
    ),
    "municipality twice": (
        "municipalities.csv",
        "5636,Nesseby",
        "5634,Nesseby",
        r"municipalities\.csv:\d+: kommunenummer 5634 is given twice",
    ),
    "short number": (
        "municipalities.csv",
        "5636,Nesseby",
        "563,Nesseby",
        r"municipalities\.csv:\d+: kommunenummer '563'",
    ),
    "total that does not add up": (
        "municipalities.csv",
        "Helse Nord,79943",
        "Helse Nord,79944",
        r"municipalities\.csv:\d+: 5501 has 79944 residents",
    ),
    "nation that does not add up": (
        "age_structure.csv",
        "0,female,27107",
        "0,female,27108",
        r"female aged 0-0: the municipalities hold 27107",
    ),
    "age without row": ("age_structure.csv", "7,male,", "8,male,", r"age_structure\.csv:\d+: age 8 is given twice"),
    "prevalence above one": (
        "prevalence.csv",
        "dementia,male,90,120,0.45",
        "dementia,male,90,120,1.45",
        r"prevalence\.csv:\d+: 'prevalence' is 1\.45; expected a number from 0 to 1",
    ),
    "prevalence with a gap": (
        "prevalence.csv",
        "dementia,male,90,120,",
        "dementia,male,91,120,",
        r"prevalence\.csv:\d+: ages 91-120 .* gap",
    ),
    "shares that do not sum": (
        "rates.csv",
        "care.shift_share,all,,,day,0.55",
        "care.shift_share,all,,,day,0.65",
        r"rates\.csv:\d+: the shares of 'care\.shift_share' sum to 1\.1",
    ),
    "negative rate": (
        "rates.csv",
        "gp.list_mean,all,,,,991",
        "gp.list_mean,all,,,,-991",
        r"rates\.csv:\d+: 'value' is -991",
    ),
    "endless rate": (
        "rates.csv",
        "gp.list_mean,all,,,,991",
        "gp.list_mean,all,,,,inf",
        r"rates\.csv:\d+: 'value' is inf",
    ),
    "key twice": (
        "rates.csv",
        "gp.weekday,all,,,tue",
        "gp.weekday,all,,,mon",
        r"rates\.csv:\d+: 'gp\.weekday' has 'mon' twice",
    ),
    "one sex only": (
        "rates.csv",
        "care.home_share,female,0,17",
        "care.home_share,all,0,17",
        r"rates\.csv:\d+: 'care\.home_share' is given for all, female, male",
    ),
    "mixed units": (
        "rates.csv",
        "gp.weekday,all,,,mon,1.17,factor of",
        "gp.weekday,all,,,mon,1.17,percent of",
        r"rates\.csv:\d+: the rows of 'gp\.weekday' differ",
    ),
    "unknown status": (
        "comorbidity.csv",
        ",assumed",
        ",guessed",
        r"comorbidity\.csv:2: 'status' is 'guessed'",
    ),
    "no source": (
        "rates.csv",
        '"Statistics Norway (SSB), home-based services",official',
        ",official",
        r"rates\.csv:\d+: 'source' is empty",
    ),
    "too many columns": (
        "postal_codes.csv",
        "03,0150,1295",
        "03,0150,1295,x",
        r"postal_codes\.csv:2: 4 columns; expected 3",
    ),
    "other header": (
        "postal_codes.csv",
        "county_code,first",
        "county,first",
        r"postal_codes\.csv:1: columns county,first",
    ),
    "backward postal codes": (
        "postal_codes.csv",
        "03,0150,1295",
        "03,1295,0150",
        r"postal_codes\.csv:2: postal codes from 1295 to 150",
    ),
    "unknown condition": (
        "prevalence.csv",
        "dementia,male,0,17",
        "demetia,male,0,17",
        r"prevalence\.csv:\d+: 'condition' is 'demetia'\. Did you mean 'dementia'\?",
    ),
    "unknown comorbidity": (
        "comorbidity.csv",
        "IHD,diabetes_diagnosed",
        "IHD,diabetes",
        r"comorbidity\.csv:2: 'given'",
    ),
    "year of a file": ("sources.yaml", "year: 2026", "year: soon", r"sources\.yaml:\d+: 'year' is 'soon'"),
    "no postal codes": (
        "postal_codes.csv",
        "56,9500,9999\n",
        "",
        r"postal_codes\.csv: no postal codes for 56 Finnmark",
    ),
    "digits with a line between": (
        "rates.csv",
        "gp.list_mean,all,,,,991",
        "gp.list_mean,all,,,,9_91",
        r"rates\.csv:\d+: 'value' is 9_91",
    ),
    "one number of one sex": (
        "rates.csv",
        "gp.list_mean,all,,,,991",
        "gp.list_mean,female,,,,991",
        r"rates\.csv:\d+: 'gp\.list_mean' is for female and has no ages",
    ),
    "municipality of another county": (
        "municipalities.csv",
        "0301,Oslo,Oslo-Oslove,03",
        "0301,Oslo,Oslo-Oslove,11",
        r"municipalities\.csv:2: 0301 is in county 11; expected 03",
    ),
    "postal codes twice": (
        "postal_codes.csv",
        "03,0150,1295",
        "03,0150,1295\n03,9000,9100",
        r"postal_codes\.csv:3: postal codes of 03 are given twice",
    ),
    "ward of two names": (
        "wards.csv",
        "0301,030101,Gamle Oslo,female,0,0,495",
        "0301,030101,Gamle Osli,female,0,0,495",
        r"wards\.csv:\d+: ward 030101 is called Gamle Osl",
    ),
    "status of a file": (
        "sources.yaml",
        "status: official",
        "status: offical",
        r"sources\.yaml:\d+: 'status' is 'offical'",
    ),
    "key of a file": (
        "sources.yaml",
        "  unit: residents",
        "  units: residents",
        r"sources\.yaml:\d+: 'municipalities\.csv'",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_file_line_and_value(spoil: Spoil, fault: str) -> None:
    """Each spoilt file is refused by one sentence that says where."""
    name, old, new, message = FAULTS[fault]
    with pytest.raises(InputError, match=message) as caught:
        Figures.load(spoil(name, old, new))
    assert caught.value.exit_code == 2


def test_a_municipality_without_residents_is_told(spoil: Spoil) -> None:
    """A municipality in the list but not in the counts."""
    folder = spoil("sources.yaml", "official", "official")
    path = folder / "population.csv"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if not line.startswith("5501")]
    path.write_text("".join(kept), encoding="utf-8")
    with pytest.raises(InputError, match=r"5501 Tromsø has no residents \(female, male\).*municipalities\.csv:\d+"):
        Figures.load(folder)


def test_a_missing_file_is_told(spoil: Spoil) -> None:
    """A directory without one of the files."""
    folder = spoil("sources.yaml", "official", "official")
    (folder / "prevalence.csv").unlink()
    with pytest.raises(InputError, match=r"prevalence\.csv: no such file"):
        Figures.load(folder)


def test_an_empty_file_is_told(spoil: Spoil) -> None:
    """A header alone holds no figures."""
    folder = spoil("sources.yaml", "official", "official")
    (folder / "postal_codes.csv").write_text("county_code,first,last\n", encoding="utf-8")
    with pytest.raises(InputError, match="no rows below the header"):
        Figures.load(folder)


def test_another_encoding_is_told(spoil: Spoil) -> None:
    """A file saved as Latin-1 is named with what to do."""
    folder = spoil("sources.yaml", "official", "official")
    path = folder / "municipalities.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1", errors="replace"))
    with pytest.raises(InputError, match="not UTF-8"):
        Figures.load(folder)


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    """A path that is not there."""
    with pytest.raises(InputError, match="no such directory"):
        Figures.load(tmp_path / "nowhere")
