"""What no answer may be: a failure, a traceback, a refusal without an OperationOutcome, or one that tells a secret."""

import re
from typing import Final

import orjson

from tests.fuzzing.channels import Asked
from tests.fuzzing.site import Got

INSIDES: Final = re.compile(
    rb"Traceback \(most recent|\.py\", line \d|simulator[./](?:journal|ecosystem)|sqlite3\.|asyncpg\."
    rb"|SELECT .{1,80} FROM "
)
_ALONE: Final = "$outside-document"
"""What an open journal without neighbours cannot give just now."""
_NOT_FHIR: Final = ("exports/", "Binary/")


def wrong(numbers: tuple[str, ...], caller: tuple[str, tuple[str, ...]], asked: Asked, got: Got) -> list[str]:
    """What is wrong with an answer, in words; empty when nothing is.

    Args:
        numbers: Person numbers, which no address may hold.
        caller: Who asked, and the words that are secret from him.
        asked: The request.
        got: Its answer.
    """
    name, secrets = caller
    found = []
    late = b'"timeout"' in got.body or (_ALONE in asked.path and b'"transient"' in got.body)
    if got.status >= 500 and not (got.status == 503 and late):
        found.append(f"status {got.status}")
    if INSIDES.search(got.body):
        found.append("the answer tells of the journal's insides")
    if got.status >= 400 and asked.method != "HEAD" and not is_outcome(got):
        found.append(f"status {got.status} without an OperationOutcome")
    told = got.body + repr(got.headers).encode()
    found += [f"the answer tells '{word}', which is secret from {name}" for word in secrets if word.encode() in told]
    addresses = " ".join(
        value for field, value in got.headers.items() if field in {"location", "content-location", "link"}
    )
    found += [f"an address holds the person number {number}" for number in numbers if number in addresses]
    if got.status == 200 and got.body and "json" in got.headers.get("content-type", ""):
        found += unreadable(asked, got.body)
    return found


def is_outcome(got: Got) -> bool:
    """Whether a refusal is an OperationOutcome with an issue that says what and where."""
    try:
        body = orjson.loads(got.body)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(body, dict) or body.get("resourceType") != "OperationOutcome" or not body.get("issue"):
        return False
    return all(one.get("severity") and one.get("code") and one.get("diagnostics") for one in body["issue"])


def unreadable(asked: Asked, body: bytes) -> list[str]:
    """What is wrong with a body that says it is JSON."""
    if asked.path.startswith(_NOT_FHIR):
        return []
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return [f"the body is not JSON: {error}"]
    return []
