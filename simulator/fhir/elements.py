"""The small parts that all resources are made of: references, codings, identifiers and interaction ids."""

from hashlib import blake2b
from typing import Any

from simulator.domain.codes import FNR, ICPC2_NAMES, ICPC_2

Resource = dict[str, Any]


def interaction_id(*name: str | int) -> str:
    """A UUID-shaped id (version 8, RFC 9562) that is a pure function of its name.

    The letter in its last group keeps any run of eleven digits out of it, so that no id can look like a person number.
    """
    h = blake2b("/".join(map(str, name)).encode(), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-8{h[13:16]}-8{h[17:20]}-{h[20:25]}a{h[26:]}"


def ref(interaction: str) -> dict[str, str]:
    """A reference to the resource that an interaction creates."""
    return {"reference": "urn:uuid:" + interaction}


def coding(system: str, code: tuple[str, str]) -> dict[str, str]:
    """One coding of (code, display)."""
    return {"system": system, "code": code[0], "display": code[1]}


def concept(system: str, code: tuple[str, str]) -> dict[str, Any]:
    """A CodeableConcept with one coding of (code, display)."""
    return {"coding": [coding(system, code)]}


def icpc2(code: str) -> dict[str, Any]:
    """A reason for contact or problem by ICPC-2; named when the bench knows the Norwegian short name."""
    name = ICPC2_NAMES.get(code)
    found = {"system": ICPC_2, "code": code}
    return {"coding": [{**found, "display": name}], "text": name} if name else {"coding": [found]}


def identifier(system: str, value: str) -> list[dict[str, str]]:
    """``identifier`` with one entry."""
    return [{"system": system, "value": value}]


def by_identifier(resource: Resource) -> str:
    """The criteria of a conditional create on the resource's first identifier."""
    first = resource["identifier"][0]
    return f"identifier={first['system']}|{first['value']}"


def person_number_query(person_number: str) -> str:
    """The search for a patient by fødselsnummer, form-encoded."""
    return f"identifier={FNR.replace(':', '%3A')}%7C{person_number}"
