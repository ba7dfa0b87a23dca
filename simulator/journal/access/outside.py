"""Asks other parties over HTTP: the token service for its keys, the register of health personnel for authorisations."""

import asyncio
import time
from http.client import HTTPException
from typing import Any, Final, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import orjson
from cachetools import TTLCache
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from simulator.journal.errors import FhirError, refuse

ANY_JSON: Final = "application/fhir+json, application/json"
PATIENCE_S: Final = 5.0
LONGEST_ANSWER: Final = 1_000_000
KEYS_AGE_S: Final = 600.0
KEYS_PAUSE_S: Final = 2.0
_MOST_PEOPLE: Final = 50_000
_OPENER: Final = build_opener(ProxyHandler({}))


def fetch(url: str, body: bytes | None = None, *, method: str = "", media: str = "application/json") -> tuple[int, Any]:
    """Status and JSON of a GET, or of a POST of ``body``; the JSON is None unless the status is 2xx and there is any.

    It blocks, at most ``PATIENCE_S`` seconds.

    Raises:
        OSError: Nobody answers, or not in JSON.
    """
    fields = {"Accept": ANY_JSON} | ({"Content-Type": media} if body is not None else {})
    told = ask(url, body, fields, method=method)
    if not 200 <= told.status < 300:
        return told.status, None
    try:
        return told.status, orjson.loads(told.body) if told.body else None
    except orjson.JSONDecodeError as error:
        raise OSError(str(error)) from None


class Told(NamedTuple):
    """What somebody answered; names of header fields in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(url: str, body: bytes | None, fields: dict[str, str], *, method: str = "", most: int = LONGEST_ANSWER) -> Told:
    """The answer to a GET, or to a POST of ``body``, cut at ``most`` bytes; none unless the status is 2xx.

    It blocks, at most ``PATIENCE_S`` seconds.

    Raises:
        OSError: Nobody answers.
    """
    try:
        request = Request(url, body, fields, method=method or None)  # noqa: S310  the operator's own addresses
        with _OPENER.open(request, timeout=PATIENCE_S) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Told(answer.status, headers, answer.read(most))
    except HTTPError as error:
        return Told(error.code, {}, b"")
    except (URLError, HTTPException) as error:
        raise OSError(str(error)) from None


def unreachable(who: str) -> FhirError:
    """503: without this party nobody can be let in."""
    return refuse(503, "transient", f"{who} does not answer; nobody can be let in meanwhile")


class KeySource:
    """The token service's public keys, found by discovery, kept, and asked for again when an unknown one turns up."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._keys: KeySet | None = None
        self._known: frozenset[str] = frozenset()
        self._asked = float("-inf")

    async def keys(self, kid: str) -> KeySet:
        """The key set; fresh when ``kid`` is not in the one at hand, but asked for at most every two seconds.

        Raises:
            FhirError: 503, the token service does not answer.
        """
        age = time.monotonic() - self._asked
        if self._keys is None or age > KEYS_AGE_S or (kid not in self._known and age > KEYS_PAUSE_S):
            self._asked = time.monotonic()
            try:
                self._keys = await asyncio.to_thread(self._fetch)
            except (OSError, JoseError, KeyError, ValueError, TypeError):
                if self._keys is None:
                    self._asked = float("-inf")
                    raise unreachable("the token service") from None
            self._known = frozenset(str(key.kid) for key in self._keys.keys)
        return self._keys

    def _fetch(self) -> KeySet:
        status, found = fetch(f"{self.issuer}/.well-known/openid-configuration")
        if status != 200 or found["issuer"] != self.issuer:
            raise OSError("the discovery document is not the issuer's own")
        status, keys = fetch(found["jwks_uri"])
        if status != 200:
            raise OSError("no keys")
        return KeySet.import_key_set(keys)


class HealthPersonnel:
    """As what somebody is authorised in HPR, with which rights; an answer is believed for ``age`` seconds only."""

    def __init__(self, address: str, age: float) -> None:
        self.address = address
        self._found: TTLCache[str, list[dict[str, Any]]] = TTLCache(_MOST_PEOPLE, age)

    async def professions(self, number: str) -> frozenset[str]:
        """The professions (Volven 9060) that a number is validly authorised for; empty when there is none."""
        return frozenset(str(row["profession"]) for row in await self.authorisations(number))

    async def authorisations(self, number: str) -> list[dict[str, Any]]:
        """The valid authorisations of a number, each with ``profession`` (Volven 9060) and ``requisition_rights``.

        Raises:
            FhirError: 503, the register does not answer.
        """
        known = self._found.get(number)
        if known is not None:
            return known
        try:
            status, person = await asyncio.to_thread(fetch, f"{self.address}/hpr/personer/{number}")
        except OSError:
            raise unreachable("the register of health personnel (HPR)") from None
        if status not in {200, 404}:
            raise unreachable("the register of health personnel (HPR)")
        rows = person["authorisations"] if person else []
        valid = [row for row in rows if row["valid"] is True]
        self._found[number] = valid
        return valid
