"""What the roles of the standard staffing are by the official code tables, for those who write without a study."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from simulator.documents import read
from simulator.domain.profession import UNSPECIFIED_PROFESSION, Profession
from simulator.places import SCENARIOS

STANDARD: Final = SCENARIOS / "staffing" / "standard.yaml"


@cache
def standard_professions() -> Mapping[str, Profession]:
    """Category and function of each role in ``scenarios/staffing/standard.yaml``."""
    roles: dict[str, dict[str, Any]] = read(STANDARD).data["roles"]
    return {name: _profession(role.get("category"), role.get("function")) for name, role in roles.items()}


def _profession(category: dict[str, str] | None, function: dict[str, str] | None) -> Profession:
    return Profession(
        (category["code"], category["name"]) if category else UNSPECIFIED_PROFESSION.category,
        (function["code"], function["name"]) if function else None,
    )
