"""Whatever is sent, the journal answers with FHIR and without failing."""

import copy
import json
import random
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.journal.interactions.common import check_id, new_id
from tests.journal.securing import Callers

Json = dict[str, Any]
FUZZ = settings(
    max_examples=120, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
NAMES = (
    st.sampled_from(
        [
            "family",
            "name:contains",
            "gender:not",
            "birthdate",
            "identifier",
            "_id",
            "_lastUpdated",
            "_sort",
            "_count",
            "_include",
            "_revinclude",
            "organization.name",
            "general-practitioner:Practitioner.family",
            "_has:Observation:patient:code",
            "_elements",
            "_summary",
            "_total",
            "_cursor",
            "organization:identifier",
            "_has:a",
            "_tag",
            "_profile:below",
            "link:missing",
            "_since",
            "a.b.c",
            ":",
            ".",
        ]
    )
    | TEXT
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every node of a JSON document but its root."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [found for key, value in pairs for found in ((*path, key), *places(value, (*path, key)))]


def test_a_resource_with_anything_anywhere_is_stored_or_refused(
    client: Any, patient: Json, observation: Callable[..., Json]
) -> None:
    """Replacing any node of a resource or bundle by any JSON gives 2xx or 4xx."""
    inner = {
        "resource": observation("Patient/1"),
        "request": {"method": "PUT", "url": "Observation/1", "ifMatch": 'W/"1"'},
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [inner, {"resource": patient, "request": {"method": "POST", "url": "Patient"}}],
    }
    bases = [
        patient,
        observation("Patient/1", valueQuantity={"value": 1}, effectivePeriod={"start": "2020"}),
        bundle,
        bundle | {"type": "transaction"},
    ]

    @FUZZ
    @given(st.sampled_from(bases), TREES, st.integers(0, 1000))
    def run(base: Json, tree: Any, seed: int) -> None:
        body = copy.deepcopy(base)
        *way, last = random.Random(seed).choice(places(body))
        node: Any = body
        for step in way:
            node = node[step]
        node[last] = tree
        path = "" if base["resourceType"] == "Bundle" else base["resourceType"]
        answer = client.send("POST", path, body)
        assert answer.status_code < 500, (answer.text, body)
        if answer.status_code >= 400:
            assert answer.json()["issue"][0]["expression"]

    run()


def test_any_search_is_answered_or_refused(client: Any) -> None:
    """Any parameter with any value gives 200, 400 or 410, strict or lenient."""

    @FUZZ
    @given(
        st.lists(st.tuples(NAMES, TEXT), max_size=4),
        st.sampled_from(["Patient", "AuditEvent", "Patient/_history"]),
        st.booleans(),
    )
    def run(pairs: list[tuple[str, str]], path: str, strict: bool) -> None:
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
        answer = client.get(f"{path}?{query}", Prefer=f"handling={'strict' if strict else 'lenient'}")
        assert answer.status_code in {200, 400, 410, 406}, (answer.text, query)

    run()


def test_any_patch_is_applied_or_refused(client: Any, patient: Json) -> None:
    """Any JSON as a patch gives 2xx or 4xx."""
    path = f"Patient/{client.create(patient)['id']}"
    pointers = st.sampled_from(
        ["", "/", "/name", "/name/0", "/name/-", "/name/9", "/gender/x", "/meta", "/resourceType", "/~2"]
    )
    operation = st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "x"]), "path": pointers},
        optional={"from": pointers, "value": TREES},
    )

    @FUZZ
    @given(st.lists(operation, max_size=3) | TREES)
    def run(steps: Any) -> None:
        answer = client.send("PATCH", path, steps, Content_Type="application/json-patch+json")
        assert answer.status_code < 500, (answer.text, steps)

    run()


def test_any_header_is_taken_or_refused(client: Any, patient: Json) -> None:
    """Any text in the conditional headers gives 2xx or 4xx."""
    stored = client.create(patient)
    text = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12)

    @FUZZ
    @given(
        st.sampled_from(["If-Match", "If-None-Match", "If-None-Exist", "Prefer", "Accept", "If-Modified-Since"]), text
    )
    def run(name: str, value: str) -> None:
        for method, path in (
            ("PUT", f"Patient/{stored['id']}"),
            ("GET", f"Patient/{stored['id']}"),
            ("POST", "Patient"),
        ):
            assert client.send(method, path, stored if method != "GET" else None, **{name: value}).status_code < 500

    run()


def test_what_is_no_http_is_refused_like_everything_else(served: Any) -> None:
    """An unknown method and a broken request line get an OperationOutcome, and the connection closes."""
    host, port = served.base.split("/")[2].split(":")
    for line in (b"FOO /fhir/Patient HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /fhir/Patient\x00 HTTP/1.1\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=10) as wire:
            wire.sendall(line)
            head, _, body = b"".join(iter(lambda: wire.recv(4096), b"")).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert json.loads(body)["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True, scope="session")
def test_a_search_that_branches_too_much_is_refused_and_harms_nobody(callers: Callers, patient: Json) -> None:
    """400 where narrowed chains are more than SQLite can parse; such a condition fails alone among writes at once."""
    branching = "target.target.target.patient.address:contains=x,y"
    token = callers.system()
    answer = callers.get(token, f"Provenance?{branching}")
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "too-costly")
    agent = {"who": {"display": "x"}}
    provenance = {"resourceType": "Provenance", "recorded": "2026-01-01T10:00:00Z", "agent": [agent]}
    provenance |= {"target": [{"reference": "Patient/x"}]}

    def write(position: int) -> int:
        if position % 4:
            return callers.send(token, "POST", "Patient", patient).status_code
        return callers.send(token, "POST", "Provenance", provenance, If_None_Exist=branching).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(16))) == [201 if position % 4 else 400 for position in range(16)]


@pytest.mark.parametrize("summary", ["true", "data", "text", "false", "count"])
def test_a_page_of_nothing_holds_the_total_alone(client: Any, patient: Json, summary: str) -> None:
    """``_count=0`` gives the number of matches, whatever _summary asks for, before it or after it."""
    client.create(patient)
    for query in (f"_count=0&_summary={summary}", f"_summary={summary}&_count=0"):
        answer = client.get(f"Patient?{query}&_sort=-_lastUpdated")
        assert answer.status_code == 200, answer.text
        assert answer.json()["total"] >= 1
        assert "entry" not in answer.json()


@pytest.mark.parametrize("outcome", [["overridden"], {"x": 1}, 1, None, "x"])
def test_feedback_with_an_odd_outcome_is_refused(client: Any, outcome: Any) -> None:
    """What is no outcome is a 400, whatever JSON it is."""
    body = {"feedback": [{"card": "x", "outcome": outcome}]}
    answer = client.send("POST", "cds-services/order-check/feedback", body, Content_Type="application/json")
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "value")


def test_ids_never_look_like_person_numbers() -> None:
    """The server gives no id that it would itself refuse in an update."""
    for identity in (new_id() for _ in range(5000)):
        check_id(identity, "Patient")


def test_a_patch_of_something_too_deep_is_refused(client: Any, patient: Json) -> None:
    """What cannot be copied for its depth does not fit the resource."""
    stored = client.create(patient)
    deep: Json = {}
    for _ in range(500):
        deep = {"a": deep}
    steps = [{"op": "add", "path": "/x", "value": deep}, {"op": "copy", "from": "/x", "path": "/y"}]
    answer = client.send("PATCH", f"Patient/{stored['id']}", steps, Content_Type="application/json-patch+json")
    assert answer.status_code == 422


@pytest.mark.parametrize("concept", ["x", {"coding": 5}, {"coding": ["x"]}, {"coding": [{"system": ["x"], "code": 5}]}])
def test_odd_orders_give_no_advice(client: Any, patient: Json, concept: Any) -> None:
    """A draft is held against nothing before it is asked about; what is not coded has no cards."""
    order = {"resourceType": "MedicationRequest", "medicationCodeableConcept": concept}
    entries: Any
    for entries in ([{"resource": order}], 5, ["x"]):
        context = {"patientId": client.create(patient)["id"], "draftOrders": {"entry": entries}}
        answer = client.send("POST", "cds-services/order-check", {"hook": "order-sign", "context": context})
        assert (answer.status_code, answer.json()) == (200, {"cards": []})
