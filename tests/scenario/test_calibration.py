"""The totals of a normal year: read as written, and faults named with their line."""

from pathlib import Path

import pytest

from simulator.documents import read
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.run import desk
from simulator.scenario.calibration import CALIBRATION, load_targets, parse_targets

TEXT = CALIBRATION.read_text(encoding="utf-8")


def changed(tmp_path: Path, one: str, other: str) -> Path:
    path = tmp_path / "calibration.yaml"
    assert one in TEXT
    path.write_text(TEXT.replace(one, other, 1), encoding="utf-8")
    return path


def test_the_six_official_totals_are_read(figures: Figures) -> None:
    """Consultations, contacts, recipients, stays, waiting days and admissions, each of an official figure."""
    targets = load_targets(figures)
    official = [name for target in targets for name in target.official.figures]
    assert [figures.origin(name).status for name in official] == ["official"] * 6
    assert {target.counted for target in targets} == {"steps", "payment-days"}


@pytest.mark.parametrize(
    ("one", "other", "complaint"),
    [
        ("steps: [granted]", "steps: [grantd]", "unknown step 'grantd'; did you mean 'granted'"),
        ("pathway: legevakt", "pathway: legevakta", "unknown pathway 'legevakta'"),
        ("figure ohd.admissions_national", "figure ohd.admission_national", "no figure 'ohd.admission_national'"),
        ("tolerance: 3 %", "tolerance: 3", "is not a share"),
    ],
)
def test_a_fault_in_the_totals_is_named(one: str, other: str, complaint: str, figures: Figures, tmp_path: Path) -> None:
    """A word that is none is told with file and line."""
    path = changed(tmp_path, one, other)
    line = next(n for n, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if other in row)
    with pytest.raises(InputError) as caught:
        parse_targets(read(path), figures)
    assert complaint in str(caught.value)
    assert f"calibration.yaml:{line}" in str(caught.value)


def test_checking_tells_when_demand_misses_its_total(tmp_path: Path) -> None:
    """``check`` computes a normal year and says which total it does not come to."""
    path = changed(tmp_path, "steps: [e-consultation, home-visit, consultation]", "steps: [e-consultation]")
    faults, count = desk.check([path])
    assert count == 1
    assert len(faults) == 1
    assert "legevakt-contacts: a year comes to" in faults[0]
    assert desk.check([CALIBRATION]) == ([], 1)
