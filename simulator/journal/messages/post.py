"""Carries one message to where its receiver receives, in the form the receiver takes."""

from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

import orjson

from simulator.journal.errors import FhirError
from simulator.journal.hodemelding.apprec import is_receipt, to_bundle
from simulator.journal.hodemelding.kith import MEDIA, read
from simulator.journal.hodemelding.translation import from_bundle
from simulator.journal.http import FHIR_JSON
from simulator.journal.messages.addresses import HODEMELDING, Address
from simulator.journal.messages.words import Json

PATIENCE_S = 10.0
LONGEST_ANSWER = 1_000_000


class _Nowhere(HTTPRedirectHandler):
    """A message about a patient goes where the register says, and is not led on."""

    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = build_opener(ProxyHandler({}), _Nowhere())


def deliver(address: Address, message: Json) -> tuple[int, Json | None]:
    """The status answered (0 when nobody answers), and the receipt or whatever else came back, None without any."""
    xml = address.form == HODEMELDING
    media = MEDIA if xml else FHIR_JSON
    fields = {"Content-Type": media, "Accept": media}
    body = from_bundle(message) if xml else orjson.dumps(message)
    try:
        request = Request(address.endpoint, body, fields, method="POST")  # noqa: S310  the register's own addresses
        with _OPENER.open(request, timeout=PATIENCE_S) as answer:
            told = answer.read(LONGEST_ANSWER)
            return answer.status, _receipt_in(told) if xml else _understood(told)
    except HTTPError as error:
        return error.code, None
    except (URLError, HTTPException, OSError, ValueError):
        return 0, None


def _receipt_in(told: bytes) -> Json | None:
    """The receipt in an AppRec; None for anything else."""
    try:
        root = read(told)
    except FhirError:
        return None
    return to_bundle(root) if is_receipt(root) else None


def _understood(told: bytes) -> Json | None:
    try:
        found = orjson.loads(told)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
