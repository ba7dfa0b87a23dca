"""Who may prescribe what: the right that HPR gives, and the ATC codes that a limited right covers.

A system that passes on what others have prescribed is not held to it. What a limited right covers is data:
``data/prescribing.json``.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

from simulator.journal.access.caller import Caller
from simulator.journal.errors import FhirError, refuse

Json = dict[str, Any]
ATC: Final = "http://www.whocc.no/atc"
EVERYTHING: Final = ""
"""The beginning of every ATC code: a full right."""
NOT_AN_ORDER: Final = frozenset({"proposal", "plan", "option"})
UNFINISHED: Final = frozenset({"draft", "entered-in-error"})


@cache
def _limited() -> dict[str, frozenset[str]]:
    rows = orjson.loads(files("simulator.journal").joinpath("data/prescribing.json").read_bytes())["limited"]
    return {
        profession: frozenset(row["atc"] for row in rows if row["profession"] == profession)
        for profession in {row["profession"] for row in rows}
    }


def scope_of(rows: Iterable[Json]) -> frozenset[str]:
    """The beginnings of the ATC codes that HPR's valid authorisations let somebody prescribe; empty for none."""
    found: set[str] = set()
    for row in rows:
        rights = row.get("requisition_rights") or ()
        if "full" in rights:
            found.add(EVERYTHING)
        if "limited" in rights:
            found |= _limited().get(str(row["profession"]), frozenset())
    return frozenset(found)


def check_prescribed(caller: Caller | None, content: bytes) -> None:
    """Raises a 403 when somebody who signs in has written, or changes, an order that HPR does not let him prescribe."""
    if caller is None or caller.role == "system" or b'"MedicationRequest"' not in content[:60]:
        return
    order = orjson.loads(content)
    if order["intent"] in NOT_AN_ORDER or order["status"] in UNFINISHED:
        return
    scope = caller.prescribes
    if EVERYTHING in scope:
        return
    codes = sorted(_codes(order))
    outside = [code for code in codes if not any(code.startswith(start) for start in scope)]
    if not codes or outside:
        raise _outside(scope, outside)


def _outside(scope: frozenset[str], codes: list[str]) -> FhirError:
    what = ", ".join(codes)[:80] if codes else "a medicine without an ATC code"
    covers = f"the right that HPR gives covers ATC {', '.join(sorted(scope))}" if scope else "HPR gives no right"
    return refuse(403, "forbidden", f"{covers} to prescribe, not {what}", "MedicationRequest.medication")


def _codes(order: Json) -> Iterator[str]:
    """Every ATC code that the order names, also by a contained Medication."""
    concepts = [order.get("medicationCodeableConcept"), *(part.get("code") for part in order.get("contained") or ())]
    for concept in concepts:
        codings = concept.get("coding") or () if isinstance(concept, dict) else ()
        yield from (str(coding.get("code", "")) for coding in codings if coding.get("system") == ATC)
