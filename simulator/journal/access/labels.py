"""Labels that withhold a document or an entry from somebody (Volven 9603).

They stand in ``meta.security`` of any resource, and in ``securityLabel`` of a DocumentReference. Sources: Volven 9603,
and Norsk helsenett's document sharing, which holds back what is labelled NORS unless access is forced open.
"""

from typing import Any, Final

BLOCKED: Final = frozenset({"NORS"})
"""Blocked by the patient: for nobody but him until the glass is broken."""
NOT_YET: Final = frozenset(
    {
        "NORU",
        "NORN_FFL",
        "NORN_KUT",
        "NORN_EPO",
        "NORN_ALL",
        "NORN_FOR",
        "NORN_FFH",
        "NORN_FPB",
        "NORN_DUP",
        "NORN_ANG",
    }
)  # fmt: skip  a table
"""Insight of the patient is postponed, or refused, and so is that of whoever represents him."""
NOT_FOR_PARENTS: Final = frozenset({"NORN_FORANS", "NORN_UNGDOM"})


def labels_of(resource: dict[str, Any]) -> set[str]:
    """The codes of every security label of a resource."""
    found = [*resource.get("meta", {}).get("security", ())]
    for concept in resource.get("securityLabel", ()):
        found += concept.get("coding", ())
    return {str(coding.get("code")) for coding in found}
