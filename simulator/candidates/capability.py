"""The first question to a candidate: is there a FHIR R4 server at its base URL?"""

from typing import Any

import orjson

from simulator.candidates.guard import conceal
from simulator.candidates.transport import Answer, NoAnswerError, Transport
from simulator.errors import CandidateError

EXPECTED = "a FHIR R4 CapabilityStatement"


def read_capability(transport: Transport, base_url: str, headers: dict[str, str]) -> dict[str, Any]:
    """The CapabilityStatement at ``base_url``; raises CandidateError saying what is there instead."""
    where = f"{base_url}/metadata"
    try:
        answer = transport.exchange("GET", where, {"Accept": "application/fhir+json", **headers})
    except NoAnswerError as error:
        raise CandidateError(
            str(error), expected=EXPECTED, where=where, remedy="Check that it is running and that base_url is right."
        ) from None
    fault = _fault(answer)
    if fault:
        found, remedy = fault
        raise CandidateError(found, expected=EXPECTED, where=where, remedy=remedy)
    capability: dict[str, Any] = orjson.loads(answer.body)
    version = capability.get("fhirVersion")
    if not (isinstance(version, str) and version.startswith("4.0")):
        raise CandidateError(
            f"FHIR version {str(version)[:20]!r}",
            expected="4.0.1 (R4)",
            where=where,
            remedy="Give the base_url of the candidate's R4 endpoint.",
        )
    return capability


def software_of(capability: dict[str, Any]) -> str:
    """Name and version of the software as the candidate gives them; empty when it does not."""
    software = capability.get("software")
    if not isinstance(software, dict):
        return ""
    return " ".join(str(software[key])[:80] for key in ("name", "version") if software.get(key))


def _fault(answer: Answer) -> tuple[str, str] | None:
    """What is wrong with the answer and what to do about it; None when it is a CapabilityStatement."""
    status, kind = answer.status, answer.headers.get("content-type", "no content type").partition(";")[0].strip()
    if 300 <= status < 400:
        to = conceal(answer.headers.get("location", "nowhere"))[:200]
        return f"it redirects ({status}) to {to}", "If that is the candidate, write that address as base_url."
    if status in {401, 403}:
        return f"it answered {status}", "Give it a token: 'auth: bearer' and 'token_variable'."
    if status != 200:
        return f"it answered {status} ({kind})", "Check base_url and the candidate's log."
    if answer.truncated:
        return f"an answer longer than {len(answer.body)} bytes", "Check base_url; no metadata is that long."
    return _fault_in_body(answer.body, kind)


def _fault_in_body(body: bytes, kind: str) -> tuple[str, str] | None:
    if "html" in kind.lower() or body.lstrip()[:1] == b"<":
        return "it answered with a web page or XML", "The base_url must be the FHIR base, not a page about it."
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return f"its answer is not JSON ({kind})", "Check base_url and the candidate's log."
    found = parsed.get("resourceType") if isinstance(parsed, dict) else type(parsed).__name__
    if found != "CapabilityStatement":
        return f"its answer is {str(found)[:40]!r}", "The base_url must be the FHIR base."
    return None
