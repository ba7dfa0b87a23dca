"""Hand-written histories, told exchange by exchange."""

from typing import Any

import orjson
import pytest

from simulator.checks import judge
from simulator.domain.exchange import Exchange, History, Request, Response
from simulator.domain.verdict import Finding

BASE = "http://127.0.0.1:1/fhir"
NOON = 1_768_215_600.0  # 12 January 2026, 12:00 in Oslo


class Story:
    """A history under construction: each call adds one exchange, as if sent a second after the last."""

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}
        self.exchanges: list[Exchange] = []

    def fact(self, **facts: Any) -> "Story":
        """Facts of the simulated world."""
        self.facts.update(facts)
        return self

    def write(self, label: str, resource: dict[str, Any], number: str = "1", *, status: int = 201) -> "Story":
        """A create, taken in (or answered otherwise) as ``number``, version 1."""
        kind = resource["resourceType"]
        headers = {"location": f"{BASE}/{kind}/{number}/_history/1", "etag": 'W/"1"'} if status < 300 else {}
        return self.add(
            label,
            "create",
            f"{BASE}/{kind}",
            sent=resource,
            answer=(status, {}, headers),
            interaction=f"i-{kind}-{number}",
        )

    def update(self, label: str, resource: dict[str, Any], version: str = "2", *, status: int = 200) -> "Story":
        """An update, taken in as that version or answered otherwise."""
        url = f"{BASE}/{resource['resourceType']}/{resource['id']}"
        headers = {"etag": f'W/"{version}"'} if status < 300 else {}
        return self.add(label, "update", url, sent=resource, answer=(status, {}, headers))

    def read(self, label: str, resource: dict[str, Any], *, status: int = 200, verb: str = "read") -> "Story":
        """A read that gave the resource."""
        url = f"{BASE}/{resource.get('resourceType', 'Patient')}/{resource.get('id', '1')}"
        return self.add(label, verb, url, answer=(status, resource, {}))

    def search(self, label: str, *resources: dict[str, Any], verb: str = "search") -> "Story":
        """A search (or history) that listed the resources."""
        entries = [{"fullUrl": f"{BASE}/{r['resourceType']}/{r['id']}", "resource": r} for r in resources]
        kind = resources[0]["resourceType"] if resources else "Patient"
        bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        return self.add(label, verb, f"{BASE}/{kind}/_search", answer=(200, bundle, {}))

    def refuse(self, label: str, status: int, *, issue: dict[str, Any] | None = None, verb: str = "create") -> "Story":
        """Something that was refused, with an OperationOutcome unless the issue is empty."""
        told = {"severity": "error", "code": "invalid", "expression": ["Patient.gender"]} if issue is None else issue
        body = {"resourceType": "OperationOutcome", "issue": [told]} if told else {}
        return self.add(label, verb, f"{BASE}/Patient", sent={"resourceType": "Patient"}, answer=(status, body, {}))

    def silence(self, label: str, verb: str = "create") -> "Story":
        """Something that was never answered."""
        return self.add(label, verb, f"{BASE}/Patient", sent={"resourceType": "Patient"}, answer=(0, {}, {}))

    def add(
        self,
        label: str,
        verb: str,
        url: str,
        *,
        sent: dict[str, Any] | None = None,
        answer: tuple[int, dict[str, Any], dict[str, str]],
        interaction: str = "",
    ) -> "Story":
        """An exchange, part by part; the answer is status (0 for none), body and headers."""
        status, body, headers = answer
        number = len(self.exchanges) + 1
        request = Request("POST", url, {}, orjson.dumps(sent).decode() if sent is not None else None)
        response = Response(status, headers, orjson.dumps(body).decode()) if status else None
        outcome = "unknown" if not status else "ok" if status < 400 else "refused"
        when = NOON + number
        parts = (number, interaction or f"x{number}", verb, url.split("/")[4], request, response, outcome)
        self.exchanges.append(Exchange(*parts, sent=when, finished=when + 0.1, label=label))  # type: ignore[arg-type]
        return self

    def judged(self, check: str) -> Finding:
        """What a check finds in it."""
        return judge(check, History("story", self.facts, tuple(self.exchanges)))


@pytest.fixture
def story() -> Story:
    """An empty history."""
    return Story()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Hands the tables of a module to the tests of ``tables.py``, a history each."""
    if "right" in metafunc.fixturenames:
        metafunc.parametrize("right", list(metafunc.module.RIGHT.items()), ids=list(metafunc.module.RIGHT))
    if "wrong" in metafunc.fixturenames:
        ids = [f"{name}-{what}" for name, what, _ in metafunc.module.WRONG]
        metafunc.parametrize("wrong", metafunc.module.WRONG, ids=ids)
