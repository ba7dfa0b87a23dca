"""HL7 Norway's no-basis profiles: the rules of those that a resource says it follows in ``meta.profile``.

The profiles are open and demand little (hl7.fhir.no.basis 2.2.2): identifiers with a value, required bindings to
Norwegian code tables, one reaction on an allergy. To these come the journal's own rules for the numbers: check digits
hold, and a person number is one of the synthetic series (month + 80 or + 65), for nobody real may ever be stored here.
A resource that names no profile is held against R4 alone.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

from simulator.journal.errors import Issue

BASE: Final = "http://hl7.no/fhir/StructureDefinition/no-basis-"
OID: Final = "urn:oid:2.16.578.1.12.4.1"
FNR, DNR, FHN, HPR = (f"{OID}.4.{number}" for number in (1, 2, 3, 4))
ENH, RSH = f"{OID}.4.101", f"{OID}.4.102"
KOMMUNENUMMER: Final = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"
_FIRST: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_ORGANISATION: Final = (3, 2, 7, 6, 5, 4, 3, 2, 1)
_SYNTHETIC: Final = ((81, 92), (66, 77))

Found = Iterator[tuple[str, str]]
"""What is wrong, as place within the resource and words."""


def check(resource: dict[str, Any]) -> list[Issue]:
    """The issues of a resource that is sound R4, by the no-basis profiles it names."""
    meta = resource.get("meta")
    profiles = meta.get("profile") if meta else None
    if not profiles:
        return []
    kind = resource["resourceType"]
    if kind not in _RULES or f"{BASE}{kind}" not in {str(profile).partition("|")[0] for profile in profiles}:
        return []
    rules = (_addresses, *_RULES[kind])
    return [Issue("business-rule", words, f"{kind}.{place}") for rule in rules for place, words in rule(resource)]


@cache
def _tables() -> dict[str, frozenset[str]]:
    """Allowed codes by system."""
    data = orjson.loads(files("simulator.journal").joinpath("data/no_basis.json").read_bytes())
    volven = {f"{OID}.1.{table}": frozenset(codes) for table, codes in data["volven"].items()}
    own = {f"http://hl7.no/fhir/CodeSystem/{name}": frozenset(codes) for name, codes in data["relations"].items()}
    return volven | own


def _person_numbers(resource: dict[str, Any]) -> Found:
    for place, value, system in _identifiers(resource):
        if system in {FNR, DNR} and not is_synthetic_number(value):
            yield place, "a fødselsnummer or D-number has 11 digits of a synthetic series, with check digits that hold"
        elif system == FHN and not (len(value) == 11 and value.isdigit() and value[0] in "89"):
            yield place, "a felles hjelpenummer has 11 digits and begins with 8 or 9"
        elif system == HPR and not (value.isdigit() and len(value) <= 9):
            yield place, "an HPR number has at most 9 digits"


def _local_numbers(resource: dict[str, Any]) -> Found:
    for n, identifier in enumerate(resource.get("identifier") or []):
        if identifier.get("system") == "HNR" and "assigner" not in identifier:
            yield f"identifier[{n}].assigner", "a local hospital number (HNR) names who gave it"


def _organisation_numbers(resource: dict[str, Any]) -> Found:
    for place, value, system in _identifiers(resource):
        if system == ENH and not is_organisation_number(value):
            yield place, "an organisasjonsnummer has 9 digits whose check digit holds"
        elif system == RSH and not value.isdigit():
            yield place, "a RESH-id is a whole number"


def _identifiers(resource: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for n, identifier in enumerate(resource.get("identifier") or []):
        yield f"identifier[{n}].value", str(identifier.get("value", "")), str(identifier.get("system", ""))


def is_synthetic_number(number: str) -> bool:
    """Whether a fødselsnummer or D-number holds by the rules before or from 2032 and is of a synthetic series.

    Check digits: Skatteetaten, "Nytt fødselsnummer fra 2032"; the first leaves 0 (until 2031) or 0 to 3 (from 2032).
    """
    if len(number) != 11 or not (number.isascii() and number.isdigit()):
        return False
    digits = [int(digit) for digit in number]
    first = sum(w * d for w, d in zip((*_FIRST, 1), digits, strict=False)) % 11
    second = sum(w * d for w, d in zip(_SECOND, digits, strict=True)) % 11
    month = int(number[2:4])
    return first <= 3 and second == 0 and any(low <= month <= high for low, high in _SYNTHETIC)


def is_organisation_number(number: str) -> bool:
    """Whether the check digit of an organisasjonsnummer holds (Brønnøysundregistrene, modulus 11)."""
    if len(number) != 9 or not (number.isascii() and number.isdigit()):
        return False
    return sum(w * int(d) for w, d in zip(_ORGANISATION, number, strict=True)) % 11 == 0


def _addresses(resource: dict[str, Any]) -> Found:
    addresses = resource.get("address") or []
    for n, address in enumerate(addresses if isinstance(addresses, list) else [addresses]):
        for extension in (address.get("_district") or {}).get("extension") or []:
            coding = extension.get("valueCoding") or {}
            if extension.get("url") == f"{BASE}municipalitycode" and not _is_municipality(coding):
                yield f"address[{n}].district.extension", f"kommunenummer is four digits of {KOMMUNENUMMER}"


def _is_municipality(coding: dict[str, Any]) -> bool:
    code = str(coding.get("code", ""))
    return coding.get("system") == KOMMUNENUMMER and len(code) == 4 and code.isdigit()


def _allergies(resource: dict[str, Any]) -> Found:
    reactions = resource.get("reaction") or []
    if len(reactions) != 1:
        yield "reaction", f"an allergy has exactly one reaction, not {len(reactions)}"
        return
    manifestations = reactions[0].get("manifestation") or []
    codings = [coding for each in manifestations for coding in each.get("coding") or []]
    # The published profile fixes the system as urn:uid, a slip for urn:oid; either is taken.
    tables = {f"{OID}.1.7497", f"{OID}.1.7497".replace("urn:oid", "urn:uid")}
    known = _tables()[f"{OID}.1.7497"]
    if len(codings) != 1 or codings[0].get("system") not in tables or codings[0].get("code") not in known:
        yield "reaction[0].manifestation", "a reaction is one code of Volven 7497"


def _bound(element: str, *tables: str) -> Callable[[dict[str, Any]], Found]:
    """A rule that an element's codings of these Volven tables are codes of theirs; with one table there must be one."""
    systems = [f"{OID}.1.{table}" for table in tables]

    def rule(resource: dict[str, Any]) -> Found:
        concepts = resource.get(element) or []
        concepts = concepts if isinstance(concepts, list) else [concepts]
        codings = [coding for concept in concepts for coding in concept.get("coding") or []]
        for coding in codings:
            system = coding.get("system")
            if system in systems and coding.get("code") not in _tables()[system]:
                yield element, f"{str(coding.get('code'))[:40]!r} is not a code of Volven {system.rpartition('.')[2]}"
        if len(tables) == 1 and concepts and not any(coding.get("system") == systems[0] for coding in codings):
            yield element, f"a code of Volven {tables[0]} is required"

    return rule


def _relations(resource: dict[str, Any]) -> Found:
    for n, concept in enumerate(resource.get("relationship") or []):
        for coding in concept.get("coding") or []:
            allowed = _tables().get(str(coding.get("system")))
            if allowed is not None and coding.get("code") not in allowed:
                yield f"relationship[{n}]", f"{str(coding.get('code'))[:40]!r} is not a code of {coding.get('system')}"


_RULES: Final[dict[str, tuple[Callable[[dict[str, Any]], Found], ...]]] = {
    "Patient": (_person_numbers, _local_numbers),
    "RelatedPerson": (_person_numbers, _relations),
    "Practitioner": (_person_numbers,),
    "Organization": (_organisation_numbers, _bound("type", "8628", "8624")),
    "AllergyIntolerance": (_allergies,),
    "DocumentReference": (_bound("type", "9602"),),
    "Composition": (_bound("type", "9602"),),
    "Appointment": (_bound("appointmentType", "8406", "8432", "7617"),),
}
