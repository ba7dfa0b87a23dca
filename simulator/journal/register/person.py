"""From a person document of the population register to a Patient: numbers, name, death, address and its protection."""

import re
from collections.abc import Iterable
from typing import Any, Final

from simulator.journal.no_basis import BASE, DNR, FNR, KOMMUNENUMMER

Json = dict[str, Any]
CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
LABELS: Final = {"fortrolig": ("R", "restricted"), "strengtFortrolig": ("V", "very restricted")}
"""Kode 7 and kode 6 as labels."""
HIDDEN: Final = "strengtFortrolig"
SEXES: Final = {"kvinne": "female", "mann": "male"}
MUNICIPALITY: Final = f"{BASE}municipalitycode"
MIDDLE: Final = f"{BASE}middlename"
_FIRST_D: Final = 4
_NUMBER: Final = re.compile(r"[0-9]{11}")


class WrongDocumentError(Exception):
    """The register's answer is not the document that was asked for."""


def numbers_of(document: Any, asked: str) -> list[str]:
    """Every number of a document, former ones too.

    Raises:
        WrongDocumentError: It is no document, or not that of the number asked for.
    """
    listed = document.get("identifikasjonsnummer") if isinstance(document, dict) else None
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    numbers = [str(row.get("foedselsEllerDNummer")) for row in rows]
    whole = len(rows) == len(listed or ()) and all(_NUMBER.fullmatch(number) for number in numbers)
    if not whole or asked not in numbers or not isinstance(document.get("navn"), dict):
        raise WrongDocumentError
    return numbers


def patient_of(document: Json, before: Json | None) -> Json:
    """The Patient that a document makes of the one known before (None for a newcomer); what else is known stays."""
    known = before or {"resourceType": "Patient", "meta": {"profile": [f"{BASE}Patient"]}, "active": True}
    grade = str(document.get("graderingsnivaa", ""))
    patient = known | {
        "identifier": _identifiers(document, known.get("identifier") or []),
        "name": _names(document["navn"], known.get("name") or [], hidden=grade in LABELS),
        "meta": _meta(known.get("meta") or {}, grade),
    }
    if str(document.get("kjoenn")) in SEXES:
        patient["gender"] = SEXES[document["kjoenn"]]
    if document.get("foedselsdato"):
        patient["birthDate"] = document["foedselsdato"]
    if document.get("doedsdato"):
        patient.pop("deceasedBoolean", None)
        patient["deceasedDateTime"] = document["doedsdato"]
    _place(patient, document, grade)
    return patient


def _identifiers(document: Json, known: list[Json]) -> list[Json]:
    """The register's numbers, each with whether it is in use, and every other identifier."""
    told = []
    for row in document["identifikasjonsnummer"]:
        number = str(row["foedselsEllerDNummer"])
        there = next((one for one in known if one.get("value") == number), {})
        use = "official" if row.get("status", "iBruk") == "iBruk" else "old"
        system = DNR if int(number[0]) >= _FIRST_D else FNR
        told.append(there | {"use": use, "system": system, "value": number})
    numbers = {one["value"] for one in told}
    return [*told, *(one for one in known if one.get("value") not in numbers)]


def _names(name: Json, known: list[Json], *, hidden: bool) -> list[Json]:
    """The name in use; a former one stays as old, unless the person is hidden from somebody."""
    given = str(name.get("fornavn", "")).split()
    now: Json = {"use": "official", "family": str(name.get("etternavn", "")), "given": given}
    if name.get("mellomnavn"):
        now["extension"] = [{"url": MIDDLE, "valueString": str(name["mellomnavn"])}]
    same = [one for one in known if _words(one) == _words(now)]
    if same:
        return [same[0] | {"use": "official"}, *(one for one in known if one is not same[0] and not hidden)]
    return [now] if hidden else [now, *({**one, "use": "old"} for one in known)]


def _words(name: Json) -> tuple[str, list[str]]:
    given = [word for one in name.get("given") or [] for word in str(one).split()]
    return str(name.get("family", "")), given


def _meta(meta: Json, grade: str) -> Json:
    labels = [one for one in meta.get("security") or [] if not _protects(one)]
    if grade in LABELS:
        code, display = LABELS[grade]
        labels.append({"system": CONFIDENTIALITY, "code": code, "display": display})
    kept = {name: value for name, value in meta.items() if name not in {"security", "versionId", "lastUpdated"}}
    return kept | ({"security": labels} if labels else {})


def _protects(label: Json) -> bool:
    return label.get("system") == CONFIDENTIALITY and label.get("code") in {code for code, _ in LABELS.values()}


def _place(patient: Json, document: Json, grade: str) -> None:
    """Where the person lives; a protected address is not kept, of the strictly protected no telephone either."""
    if grade in LABELS:
        gone: Iterable[str] = ("address", "contact", "telecom") if grade == HIDDEN else ("address", "contact")
        for name in gone:
            patient.pop(name, None)
        return
    told = document.get("bostedsadresse")
    if not isinstance(told, dict):
        return
    former = [one for one in patient.get("address") or [] if one.get("use") == "old" or one.get("use") == "temp"]
    patient["address"] = [_address(told), *former]


def _address(told: Json) -> Json:
    code: Json = {"system": KOMMUNENUMMER, "code": str(told.get("kommunenummer", ""))}
    name = str(told.get("kommunenavn") or "")
    if name:
        code["display"] = name
    return {
        "use": "home",
        "type": "physical",
        "line": [str(told.get("adressenavn", ""))],
        "city": str(told.get("poststed", "")),
        **({"district": name} if name else {}),
        "_district": {"extension": [{"url": MUNICIPALITY, "valueCoding": code}]},
        "postalCode": str(told.get("postnummer", "")),
        "country": "NO",
    }
