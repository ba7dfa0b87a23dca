"""What a role is by the official code tables, as the staffing says it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Profession:
    """Health personnel category (Volven 9060) and function (Volven 9034, where one fits), each code and name."""

    category: tuple[str, str]
    function: tuple[str, str] | None = None


UNSPECIFIED_PROFESSION: Final = Profession(("XX", "Ukjent/uspesifisert"))
