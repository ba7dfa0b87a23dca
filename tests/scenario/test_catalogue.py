"""The requirement catalogue and the contract are read whole, and faults in them are shown with file and line."""

from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.scenario.catalogue import CONTRACT, REQUIREMENTS, load_catalogue


def altered(source: Path, folder: Path, old: str, new: str) -> Path:
    text = source.read_text(encoding="utf-8")
    assert old in text
    path = folder / source.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_catalogue_holds_all_requirements() -> None:
    """All 75 requirements of the ten capabilities are there, each with both languages."""
    catalogue = load_catalogue()
    assert len(catalogue.requirements) == 75
    assert len(catalogue.capabilities) == 10
    for requirement in catalogue.requirements.values():
        assert set(requirement.title) == set(requirement.consequence) == {"nb", "en"}


def test_every_requirement_is_ruled_or_explained() -> None:
    """A requirement has a rule, or a reason in both languages why nothing tries it yet; never both."""
    catalogue = load_catalogue()
    ruled = {rule.requirement for rule in catalogue.rules.values()}
    unexplained = {key for key, item in catalogue.requirements.items() if not item.not_tested}
    assert unexplained == ruled
    assert len(ruled) >= 15
    assert len({key[:3] for key in ruled}) >= 6


def test_contract_has_at_least_thirty_rules_with_source() -> None:
    """Each rule of the contract names its source and level."""
    rules = load_catalogue().rules
    assert len(rules) >= 30
    assert all(rule.source and rule.level in {"SHALL", "SHOULD", "MAY"} for rule in rules.values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("level: SHALL", "level: SHAL", "did you mean 'SHALL'?"),
        ("    source: SSD concept 7", "    sauce: SSD concept 7", "unknown key 'sauce'; did you mean 'source'?"),
        ("requirement: JRN-01", "requirement: JRN-99", "JRN-99"),
        ("identifier: token", "identifier: tokn", "did you mean 'token'?"),
    ],
)
def test_fault_in_the_contract_shows_file_and_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    """A misspelt level, key, requirement or search type is pointed out where it stands."""
    path = altered(CONTRACT, tmp_path, old, new)
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if new in text)
    with pytest.raises(InputError) as caught:
        load_catalogue(contract=path)
    assert f"{path}:{line}" in str(caught.value)
    assert message in str(caught.value)


def test_requirement_without_rule_or_reason_is_refused(tmp_path: Path) -> None:
    """A requirement nobody tries and nobody explains cannot hide in the catalogue."""
    path = altered(CONTRACT, tmp_path, "requirement: JRN-09", "requirement: JRN-01")
    with pytest.raises(InputError, match=r"requirements\.yaml:\d+: JRN-09 has no rule"):
        load_catalogue(contract=path)


def test_requirement_with_missing_text_is_refused(tmp_path: Path) -> None:
    """A missing English title is a fault with its line."""
    path = altered(
        REQUIREMENTS, tmp_path, '      en: "One record per inhabitant', '      eng: "One record per inhabitant'
    )
    with pytest.raises(InputError, match=r"requirements\.yaml:\d+: unknown key 'eng'"):
        load_catalogue(requirements=path)


def test_a_broken_rule_has_its_own_consequence_or_its_requirements() -> None:
    """What breaking a rule means is said by the rule itself, or else by its requirement."""
    catalogue = load_catalogue()
    assert catalogue.rules["R-TIL-05B"].consequence != catalogue.requirements["TIL-05"].consequence
    assert catalogue.rules["R-JRN-03"].consequence == catalogue.requirements["JRN-03"].consequence
    assert all(set(rule.consequence) == {"nb", "en"} for rule in catalogue.rules.values())


def test_an_interaction_of_two_levels_is_refused(tmp_path: Path) -> None:
    """What is both a must and a may would be whichever stands last."""
    text = CONTRACT.read_text(encoding="utf-8")
    path = tmp_path / CONTRACT.name
    line = next(row for row in text.splitlines() if "SHALL: [" in row)
    path.write_text(text.replace(line, f"{line}\n{line.replace('SHALL', 'MAY')}", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"contract\.yaml:\d+: '[a-z-]+' is given twice; expected one level"):
        load_catalogue(contract=path)
