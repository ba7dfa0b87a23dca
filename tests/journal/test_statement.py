"""What the CapabilityStatement lists is done, nothing else answers, and the journal's page has a paragraph for each."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import simulator.journal
from simulator.journal.neighbours import NEEDING
from simulator.journal.routing import BESIDE
from tests.journal.samples import sample
from tests.journal.securing import Callers

Json = dict[str, Any]
STORES = ["sqlite"]
"""Nothing here rests on what differs between databases."""
ROOM = Path(simulator.journal.__file__).parent
PAGE = ROOM / "README.md"
NAMES = yaml.safe_load((Path(__file__).parent / "r4_names.yaml").read_text())
TYPES, OPERATIONS = NAMES["types"].split(), NAMES["operations"].split()


PATCH = "application/json-patch+json"
INTERACTIONS = {
    "read",
    "vread",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "history-system",
    "create",
    "search-type",
    "search-system",
    "transaction",
    "batch",
}  # fmt: skip  a table: http://hl7.org/fhir/R4/valueset-type-restful-interaction.html


@pytest.fixture(scope="module")
def told(served: Any) -> Iterator[tuple[Any, Json]]:
    """A client, and the rest of the CapabilityStatement."""
    from tests.journal.conftest import Client  # noqa: PLC0415  pytest imports the conftest itself first

    client = Client(served.base)
    yield client, client.get("metadata").json()["rest"][0]
    client.session.close()


def refused(answer: Any, *statuses: int) -> bool:
    """Whether an answer is a refusal of one of these statuses with an OperationOutcome that says something."""
    if answer.status_code not in statuses:
        return False
    body = answer.json()
    return body["resourceType"] == "OperationOutcome" and bool(body["issue"][0]["diagnostics"])


def codes(resource: Json) -> set[str]:
    """The interactions listed for a type."""
    return {one["code"] for one in resource["interaction"]}


def test_every_interaction_listed_does_its_work(told: tuple[Any, Json]) -> None:
    """A resource of each type is made, read, found, changed, patched, traced and deleted, as its type is listed."""
    client, rest = told
    missing = []
    for resource in rest["resource"]:
        if "create" in codes(resource):
            missing += lived(client, resource["type"], codes(resource))
    hint = "it is listed; if a rule asks more of a type than R4 does, give it an entry in tests/journal/samples.py"
    assert missing == [], hint


def lived(client: Any, kind: str, listed: set[str]) -> list[tuple[str, str, int]]:
    """What was not answered as it should be in the life of one resource: type, interaction, status."""
    made = client.send("POST", kind, sample(kind))
    if made.status_code != 201:
        return [(kind, "create", made.status_code)]
    stored = made.json()
    at, change = f"{kind}/{stored['id']}", [{"op": "add", "path": "/language", "value": "nb"}]
    acts: dict[str, Callable[[], Any]] = {
        "read": lambda: client.get(at),
        "vread": lambda: client.get(f"{at}/_history/1"),
        "search-type": lambda: client.get(f"{kind}?_id={stored['id']}"),
        "update": lambda: client.send("PUT", at, stored, If_Match='W/"1"'),
        "patch": lambda: client.send("PATCH", at, change, Content_Type=PATCH),
        "history-instance": lambda: client.get(f"{at}/_history"),
        "history-type": lambda: client.get(f"{kind}/_history?_count=1"),
        "delete": lambda: client.send("DELETE", at),
    }
    assert acts.keys() | {"create"} == listed, f"{kind}: tell test_statement.lived how to try what is new"
    answers = {name: act() for name, act in acts.items()}
    wrong = [(kind, name, a.status_code) for name, a in answers.items() if a.status_code != 200 and name != "delete"]
    if answers["delete"].status_code != 204 or client.get(at).status_code != 410:
        wrong.append((kind, "delete", answers["delete"].status_code))
    if not wrong and (answers["search-type"].json()["total"], answers["history-instance"].json()["total"]) != (1, 3):
        wrong.append((kind, "search-type or history-instance", 200))
    return wrong


def test_no_interaction_that_is_not_listed_answers(told: tuple[Any, Json]) -> None:
    """Of a type with fewer interactions the others are 405; of the system what is not listed is 404 or 405."""
    client, rest = told
    calls = {
        "read": ("GET", "/x"),
        "vread": ("GET", "/x/_history/1"),
        "update": ("PUT", "/x"),
        "patch": ("PATCH", "/x"),
        "delete": ("DELETE", "/x"),
        "history-instance": ("GET", "/x/_history"),
        "history-type": ("GET", "/_history"),
        "create": ("POST", ""),
        "search-type": ("GET", "?_count=0"),
    }  # fmt: skip  a table
    for resource in rest["resource"]:
        for name, (method, path) in calls.items():
            if name not in codes(resource):
                assert refused(client.send(method, resource["type"] + path), 405), (resource["type"], name)
    assert {one["code"] for one in rest["interaction"]} == {"transaction", "batch"}
    for method, path in (("GET", ""), ("GET", "?_type=Patient"), ("GET", "_history"), ("POST", "_search"), ("PUT", "")):
        assert refused(client.send(method, path), 404, 405), (method, path)


def test_no_type_that_is_not_listed_answers(told: tuple[Any, Json]) -> None:
    """Every other type of R4 is 404, by each method and at each place."""
    client, rest = told
    listed = {one["type"] for one in rest["resource"]}
    assert listed <= set(TYPES)
    for kind in sorted(set(TYPES) - listed):
        for method, path in (("GET", ""), ("POST", ""), ("GET", "/1"), ("PUT", "/1"), ("GET", "/_history")):
            assert refused(client.send(method, kind + path), 404), (method, kind, path)
    for path in (
        "nothing",
        "patient",
        "Patient/1/2",
        "Patient/1/_history/1/2",
        "exports",
        "cds-services/x/y/z",
        "x/$y",
    ):
        assert refused(client.get(path), 404), path


def places(client: Any, rest: Json) -> Iterator[tuple[str, str, set[str]]]:
    """The system and each type: its name, where its operations are called, and those listed for it."""
    yield "", "", {f"${one['name']}" for one in rest.get("operation", ())}
    for resource in rest["resource"]:
        kind = resource["type"]
        listed = {f"${one['name']}" for one in resource.get("operation", ())}
        made = client.send("POST", kind, sample(kind)) if "create" in codes(resource) else None
        yield kind, f"{kind}/{made.json()['id'] if made else 'x'}/", listed


def test_operations_answer_where_they_are_listed_and_nowhere_else(told: tuple[Any, Json]) -> None:
    """Each operation listed is understood at its place; every other name is 404 there, by GET and POST."""
    client, rest = told
    found = list(places(client, rest))
    here = set().union(*(listed for _, _, listed in found))
    for kind, at, listed in found:
        for name in sorted(here.union(OPERATIONS)):
            paths = (f"{kind}/{name}" if kind else name, f"{at}{name}") if name in here else (f"{at}{name}",)
            methods = ("GET", "POST") if name in here else ("POST",)
            answers = [client.send(m, path, {} if m == "POST" else None) for path in paths for m in methods]
            unknown = [refused(a, 404) and "operation" in a.json()["issue"][0]["diagnostics"] for a in answers]
            not_for = [a.status_code == 405 for a in answers]
            assert all(a.status_code < 500 for a in answers), (kind, name)
            understood = not all(a or b for a, b in zip(unknown, not_for, strict=True))
            assert understood is (name in listed), (kind or "system", name, [a.text for a in answers])


def test_what_needs_neighbours_is_listed_and_known_beside_them_only(told: tuple[Any, Json], callers: Callers) -> None:
    """One rule for all of it: without neighbours it is like any operation that nobody has heard of."""
    client, rest = told
    beside = callers.get(callers.system(), "metadata").json()["rest"][0]
    alone, listed = ({at for at in operations(one) if at[1] in NEEDING} for one in (rest, beside))
    assert alone == set()
    assert {name for _, name in listed} == set(NEEDING)
    for kind, name in sorted(listed):
        at = f"{kind}/x/{name}" if kind else name
        method = "GET" if kind == "Patient" else "POST"
        answers = [client.send(method, path) for path in (at, f"Patient/x/{name}-unheard-of")]
        said = [answer.json()["issue"][0]["diagnostics"].replace("-unheard-of", "") for answer in answers]
        assert [answer.status_code for answer in answers] == [404, 404], name
        assert said[0] == said[1]


def operations(rest: Json) -> set[tuple[str, str]]:
    """Every operation listed: its type, empty for the system, and its name."""
    own = {(one["type"], f"${o['name']}") for one in rest["resource"] for o in one.get("operation", ())}
    return own | {("", f"${one['name']}") for one in rest.get("operation", ())}


def test_no_search_parameter_that_is_not_listed_is_used(told: tuple[Any, Json]) -> None:
    """Parameters of other types, and those of R4 that are listed nowhere, are left out, and refused when strict."""
    client, rest = told
    own = {one["type"]: {p["name"] for p in one["searchParam"]} for one in rest["resource"]}
    every = set().union(*own.values()) | {"_text", "_content", "_filter", "_query", "_list", "_contained", "phonetic"}
    for kind, listed in own.items():
        strangers = sorted(every - listed - {"_tag", "_security", "_profile", "_source"})
        query = "&".join(f"{name}=x" for name in strangers)
        answer = client.get(f"{kind}?{query}&_count=0", Prefer="handling=lenient")
        assert answer.status_code == 200, (kind, answer.text)
        used = answer.json()["link"][0]["url"].partition("?")[2]
        assert used in {"", "_count=0"}, (kind, used)
        assert refused(client.get(f"{kind}?{strangers[0]}=x", Prefer="handling=strict"), 400)


def rows() -> list[tuple[str, str, str]]:
    """The rows of the page's tables under its heading of what the journal does."""
    part = PAGE.read_text().partition("\n## What it does")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return [(line[0], line[1], line[2]) for line in lines if len(line) == 3 and line[0] not in {"what", "---"}]


def test_the_page_tells_of_what_is_listed_and_of_nothing_else(told: tuple[Any, Json]) -> None:
    """The interactions and operations that the page names are those of the CapabilityStatement."""
    _, rest = told
    listed = {one["code"] for one in rest["interaction"]}
    listed |= {f"${one['name']}" for one in rest.get("operation", ())}
    for resource in rest["resource"]:
        listed |= codes(resource) | {f"${one['name']}" for one in resource.get("operation", ())}
    listed |= set(NEEDING)
    named = {code for what, _, _ in rows() for path in re.findall(r"`[^`]+`", what) for code in named_in(path)}
    lacking = dict.fromkeys(listed - named, f"add a row for it to 'What it does' in {PAGE.name}, with its paragraph")
    assert lacking == {}
    assert named - listed == set(), f"{PAGE.name} tells of what the CapabilityStatement does not list"


def named_in(code: str) -> set[str]:
    """The interactions and operations in a piece of code of the page: ``Patient/[id]/$everything`` names one."""
    return set(re.findall(r"\$[a-z][a-z-]*", code)) | ({code.strip("`")} & INTERACTIONS)


def test_every_row_has_its_paragraph_and_its_module() -> None:
    """Each row names a paragraph of a standard or a law, and modules that are there."""
    for what, modules, paragraph in rows():
        assert re.search(r"\]\(https?://|RFC|IHE|SFM|§|forskrift|lov|HIS \d|hl7\.fhir|no-basis-", paragraph), what
        folder = ""
        for name in re.findall(r"`([\w/.]+)`", modules):
            folder = name.rpartition("/")[0] or folder
            assert (ROOM / name).exists() or (ROOM / folder / name).exists(), (what, name)


def test_every_interaction_and_what_stands_beside_types_is_on_the_page() -> None:
    """Each module of an interaction or operation, and each path beside the types, is named on the page."""
    text = PAGE.read_text()
    modules = [*(ROOM / "operations").glob("*.py"), *(ROOM / "interactions").glob("*.py")]
    helpers = {"__init__.py", "common.py", "compartment.py", "entries.py", "versions.py"}
    assert [one.name for one in modules if one.name not in helpers and f"{one.name}`" not in text] == []
    assert [name for name in BESIDE if name not in text] == []
