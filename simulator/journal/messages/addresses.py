"""Where a party receives messages, asked of the address register (Adresseregisteret) just before each message."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from simulator.journal.neighbours import Neighbours

NAME: Final = "adresseregisteret"
HODEMELDING: Final = "hodemelding"
"""The form of those who take XML."""
PARTIES: Final = "kommunikasjonsparter"


@dataclass(frozen=True, slots=True)
class Address:
    """A communication party as the register has it now.

    Attributes:
        her: Its HER-id.
        name: What it is called.
        number: Its organisation number; empty without one.
        endpoint: Where it receives.
        form: ``fhir``, or ``hodemelding`` for XML.
    """

    her: str
    name: str
    number: str
    endpoint: str
    form: str


class Addresses:
    """Asks the register; the calls block. Nothing is kept, for an address may change before the next message.

    Each raises OSError when the register does not answer, or not as it should.
    """

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours

    def party(self, her: str) -> Address | None:
        """The valid party of a HER-id; None when there is none."""
        if not (her.isascii() and her.isdigit()):
            return None
        status, told = self._neighbours.ask(NAME, f"{PARTIES}/{her}")
        if status == 404:
            return None
        return _address(told) if _whole(status, told).get("gyldig", True) else None

    def service(self, number: str, service: str) -> Address | None:
        """The one party of an organisation number and, when it is given, of a service (Volven 8663); None otherwise."""
        asked = {"organisasjonsnummer": number} | ({"tjeneste": service} if service else {})
        status, told = self._neighbours.ask(NAME, f"{PARTIES}?{urlencode(asked)}")
        found = _whole(status, told)[PARTIES]
        return _address(found[0]) if len(found) == 1 else None


def _whole(status: int, told: Any) -> dict[str, Any]:
    if status != 200 or not isinstance(told, dict):
        raise OSError(f"the address register answered {status}")
    return told


def _address(told: dict[str, Any]) -> Address:
    try:
        return Address(
            str(told["herId"]),
            str(told["navn"]),
            str(told.get("organisasjonsnummer") or ""),
            str(told["endepunkt"]),
            str(told.get("format") or "fhir"),
        )
    except KeyError as error:
        raise OSError(f"the address register left out {error}") from None
