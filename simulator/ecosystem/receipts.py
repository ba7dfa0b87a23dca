"""FHIR messages that neighbours take, and the application receipts they answer with; the same message counts once."""

from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Json = dict[str, Any]
Act = Callable[[str, Json], list[Json]]
"""Does what a message (its Volven 8279 code) says of a resource; gives what the answer carries, or RefusedError."""
FHIR: Final = "application/fhir+json"
MESSAGES: Final = "urn:oid:2.16.578.1.12.4.1.1.8279"
MUNICIPAL: Final = "https://journalbenk.example/fhir/CodeSystem/municipal-message"


class RefusedError(Exception):
    """A message that is not acted upon, and why."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class Counter:
    """Where messages are handed in: a receipt for each, and the same one when the same message comes again.

    Args:
        endpoint: The neighbour's own address.
        answers: Which message answers which, when it is not APPREC.
        act: Acts upon a message.
    """

    def __init__(self, endpoint: str, answers: dict[str, str], act: Act) -> None:
        self._endpoint = endpoint
        self._answers = answers
        self._act = act
        self._given: dict[str, Json] = {}

    async def take(self, request: Request) -> Response:
        """200 with a receipt; 400 for what is no message."""
        try:
            event, number, resource = _read(orjson.loads(await request.body()))
        except (LookupError, TypeError, AttributeError, ValueError):
            return fhir(outcome("structure", "this is no message Bundle with a MessageHeader and its focus"), 400)
        if number not in self._given:
            self._given[number] = self._receipt(event, number, resource)
        return fhir(self._given[number])

    def _receipt(self, event: str, number: str, resource: Json) -> Json:
        try:
            found, problem = self._act(event, resource), None
        except RefusedError as error:
            found, problem = [], outcome(error.code, str(error))
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            found, problem = (
                [],
                outcome("structure", f"what the message is about is no sound R4 ({type(error).__name__})"),
            )
        header = {
            "resourceType": "MessageHeader",
            "eventCoding": {"system": MESSAGES, "code": self._answers.get(event, "APPREC")},
            "source": {"endpoint": self._endpoint},
            "response": {"identifier": number, "code": "fatal-error" if problem else "ok"},
        }
        parts = [header, *([problem] if problem else []), *found]
        return {
            "resourceType": "Bundle",
            "type": "message",
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid4()}"},
            "entry": [{"fullUrl": f"urn:uuid:{uuid4()}", "resource": part} for part in parts],
        }


def _read(message: Json) -> tuple[str, str, Json]:
    """Event, id and focus of a message; raises what JSON of another shape raises for what is none, or ValueError."""
    entries = message["entry"]
    header, second = (entries[place]["resource"] for place in range(2))
    event, number = header["eventCoding"]["code"], message["identifier"]["value"]
    about = {one["reference"] for one in header.get("focus") or ()}
    focus = next((one["resource"] for one in entries[1:] if about & _names(one)), second)
    sound = isinstance(event, str) and isinstance(number, str) and isinstance(focus, dict)
    if not sound or message["type"] != "message" or header["eventCoding"]["system"] not in {MESSAGES, MUNICIPAL}:
        raise ValueError("not a message")
    return event, number, focus


def _names(entry: Json) -> set[str]:
    """What the resource of an entry may be referred to by."""
    resource = entry["resource"]
    return {str(entry.get("fullUrl")), f"{resource.get('resourceType')}/{resource.get('id')}"}


async def facts_in(request: Request) -> Json:
    """The facts in a request; raises ValueError for what is no JSON object."""
    found = orjson.loads(await request.body())
    if not isinstance(found, dict):
        raise ValueError("facts are a JSON object")  # noqa: TRY004  one kind of error for whatever is not understood
    return found


def refusing(serve: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """A handler of facts with 409 for what cannot be and 400 for what is not understood."""

    async def served(request: Request) -> Response:
        try:
            answer: Response = await serve(request)
        except RefusedError as error:
            return JSONResponse({"message": str(error)}, 409)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            return JSONResponse({"message": f"not understood ({type(error).__name__})"}, 400)
        return answer

    return served


def fhir(resource: Json, status: int = 200) -> Response:
    """A resource as an answer."""
    return Response(orjson.dumps(resource), status, media_type=FHIR)


def outcome(code: str, words: str) -> Json:
    """An OperationOutcome with one error."""
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code, "diagnostics": words}]}
