"""Checks of what Folkeregisteret tells: what happened there is so in the record, once, and nobody else's (GRU-01)."""

from typing import Any, Final

from simulator.checks.content import differences
from simulator.checks.evidence import (
    Resource,
    accepted,
    fact,
    finding,
    inconclusive,
    listed,
    observed,
    sent,
    stored_name,
)
from simulator.checks.registry import check
from simulator.domain.exchange import History
from simulator.domain.verdict import Finding

REGISTER: Final = "folkeregisteret"
CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
LABELS: Final = {"fortrolig": "R", "strengtFortrolig": "V"}
SEXES: Final = {"kvinne": "female", "mann": "male"}
Document = dict[str, Any]


def mismatches(document: Document, patient: Resource) -> list[str]:
    """In what a Patient is not what a person document of the register says."""
    said, home = document["navn"], document.get("bostedsadresse")
    protection = LABELS.get(document.get("graderingsnivaa", ""), "")
    right = {
        "The name is not the register's": _name(patient) == (said["etternavn"], said["fornavn"]),
        "The gender is not the register's": patient.get("gender") == SEXES[document["kjoenn"]],
        "The birth date is not the register's": patient.get("birthDate") == document["foedselsdato"],
        "The day of death is not the register's": _death(patient) == document.get("doedsdato", ""),
        "The number is not the one in use": _current_number(patient) == _in_use(document),
        "The protection of the address is not the register's": _label(patient) == protection,
    }
    if home and not protection:
        right["The address is not the register's"] = _home(patient) == (home["adressenavn"], home["postnummer"])
    return [sentence for sentence, holds in right.items() if not holds]


def _in_use(document: Document) -> str:
    rows = document["identifikasjonsnummer"]
    return next(str(row["foedselsEllerDNummer"]) for row in rows if row.get("status", "iBruk") == "iBruk")


def _current_number(patient: Resource) -> str:
    numbers = [one for one in patient.get("identifier") or [] if one.get("use") != "old"]
    values = [str(one.get("value")) for one in numbers if len(str(one.get("value"))) == 11]
    return values[0] if values else ""


def _name(patient: Resource) -> tuple[str, str]:
    name: Resource = next((one for one in patient.get("name") or [] if one.get("use") != "old"), {})
    return str(name.get("family", "")), " ".join(name.get("given") or [])


def _death(patient: Resource) -> str:
    return str(patient.get("deceasedDateTime", ""))[:10]


def _home(patient: Resource) -> tuple[str, str]:
    home: Resource = next((one for one in patient.get("address") or [] if one.get("use") != "old"), {})
    return " ".join(home.get("line") or []), str(home.get("postalCode", ""))


def _label(patient: Resource) -> str:
    labels = (patient.get("meta") or {}).get("security") or []
    codes = {one.get("code") for one in labels if one.get("system") == CONFIDENTIALITY}
    return next((code for code in LABELS.values() if code in codes), "")


def told(history: History) -> dict[str, Document]:
    """The last document that the register was told of each person, by the number that was in use."""
    found = {}
    for one in fact(history, f"told.{REGISTER}"):
        document = one["body"].get("person") or one["body"]
        found[_in_use(document)] = document
    return found


@check("register_events_reach_the_record", rule="R-GRU-01B")
def register_events_reach_the_record(history: History) -> Finding:
    """Name, move, death, new number, birth: what Folkeregisteret tells is so in the one record of each person."""
    return _as_told(history, "{0} people are as Folkeregisteret says, and the others are as they were.")


@check("register_mishaps_harm_nobody", rule="R-GRU-01C")
def register_mishaps_harm_nobody(history: History) -> Finding:
    """Events that come twice, mixed up, late or with somebody else's data leave each person as the register means."""
    problems = []
    for case in fact(history, "untouched"):
        write = accepted(history, f"known.{case}")
        shown = listed(history, f"meanwhile.{case}")
        names = [entry.name for entry in shown]
        if names != [stored_name(write)]:
            problems.append(f"While the register answered wrongly, {len(names)} people were found by one number")
            continue
        changed = differences(sent(write), shown[0].resource)
        problems += [f"Somebody else's data came into the record: {d}" for d in changed]
    return _as_told(history, "{0} people are as the register means, whatever went wrong on the way.", problems)


def _as_told(history: History, passed: str, before: list[str] | None = None) -> Finding:
    """Everybody in the facts is one person, and as the register says; those it said nothing of are as they were."""
    problems = list(before or [])
    documents = told(history)
    people: dict[str, dict[str, str]] = fact(history, "people")
    for case, person in people.items():
        shown = listed(history, f"now.{case}")
        if len(shown) != 1:
            problems.append(f"{len(shown)} people were found by the number of one ({case}), expected one")
            continue
        if history.labelled(f"known.{case}"):
            write = accepted(history, f"known.{case}")
            if shown[0].name != stored_name(write):
                problems.append(f"The person ({case}) is found as {shown[0].name}, expected {stored_name(write)}")
        if person.get("former"):
            former = [entry.name for entry in listed(history, f"former.{case}")]
            if former != [shown[0].name]:
                problems.append(f"The former number finds {len(former)} people, expected the one who had it")
        problems += [f"{p} ({case})" for p in mismatches(documents[person["number"]], shown[0].resource)]
    for case in fact(history, "others"):
        write = accepted(history, f"known.{case}")
        found = listed(history, f"now.{case}")
        names = [entry.name for entry in found]
        if names != [stored_name(write)]:
            inconclusive("Somebody of whom the register told nothing cannot be found.", *history.labelled("now"))
        problems += [
            f"Somebody whom nothing happened to changed: {d}" for d in differences(sent(write), found[0].resource)
        ]
    return finding(problems, passed.format(len(people)), history.labelled("now"))


@check("protected_address_is_hidden_at_once", rule="R-GRU-01D")
def protected_address_is_hidden_at_once(history: History) -> Finding:
    """An address that Folkeregisteret protects is labelled and shown nowhere, and shown again when that is lifted."""
    person, other = accepted(history, "known.protected"), accepted(history, "known.neighbour")
    hidden, shown = observed(history, "hidden"), observed(history, "lifted")
    problems = []
    if _label(hidden.resource() or {}) != LABELS["strengtFortrolig"]:
        problems.append("The person with a protected address is not labelled as such")
    if (hidden.resource() or {}).get("address"):
        problems.append("The protected address is shown")
    found = [entry.name for entry in listed(history, "by-address")]
    if stored_name(person) in found:
        problems.append("The person is found by the protected address")
    if stored_name(other) not in found:
        inconclusive("The neighbour is not found by the address either.", *history.labelled("by-address"))
    after = shown.resource() or {}
    if _label(after):
        problems.append("The label stays when the protection has been lifted")
    if not after.get("address"):
        problems.append("The address is not shown when the protection has been lifted")
    evidence = [hidden, shown, *history.labelled("by-address")]
    return finding(problems, "The address was hidden while protected, and shown before and after.", evidence)
