"""Interactions as HTTP bytes."""

from typing import Any

import orjson
import pytest

from loadtests.references import from_etag, from_location, from_resource, from_transaction
from loadtests.target import target
from loadtests.wire import Template, Writer, entry
from simulator.errors import InputError

A = "00000000-0000-8000-8000-000000000001"


@pytest.fixture
def writer() -> Writer:
    """Writes to a loopback base."""
    return Writer(target("http://127.0.0.1:8080/fhir"))


def _row(verb: str, kind: str = "Task", **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "interaction": A,
        "verb": verb,
        "type": kind,
        "target": None,
        "query": "",
        "body": None,
        "needs": [],
    }
    return row | {"if_none_exist": None} | more


def _whole(template: Template, **references: bytes) -> bytes:
    whole = template.whole({A: b"Patient/7"} | references)
    assert whole is not None
    return whole


def test_a_search_goes_in_the_body(writer: Writer) -> None:
    """Criteria never stand in the URL, and their references are filled whether percent-encoded or not."""
    for reference in (f"urn:uuid:{A}", f"urn%3Auuid%3A{A}"):
        sent = _whole(writer.template(_row("search", query=f"patient={reference}&_count=50", needs=[A])))
        assert sent.startswith(b"POST /fhir/Task/_search HTTP/1.1\r\n")
        assert sent.endswith(b"\r\nContent-Length: 27\r\n\r\npatient=Patient/7&_count=50")


def test_a_create_is_conditional_where_it_says_so(writer: Writer) -> None:
    """The criteria of a conditional create become If-None-Exist."""
    sent = _whole(writer.template(_row("create", body=b"{}", if_none_exist="identifier=s|1")))
    assert sent.startswith(b"POST /fhir/Task HTTP/1.1\r\n")
    assert b"\r\nIf-None-Exist: identifier=s|1\r\n" in sent


def test_an_update_names_the_id_its_url_names(writer: Writer) -> None:
    """The candidate's id goes into the URL and, as a bare id, into the body."""
    body = b'{"resourceType":"Patient","link":"urn:uuid:%b"}' % A.encode()
    sent = _whole(writer.template(_row("update", "Patient", target=A, body=body)))
    assert sent.startswith(b"PUT /fhir/Patient/7 HTTP/1.1\r\n")
    resource = orjson.loads(sent.partition(b"\r\n\r\n")[2])
    assert (resource["id"], resource["link"]) == ("7", "Patient/7")


@pytest.mark.parametrize(
    ("verb", "start"),
    [
        ("read", b"GET /fhir/Patient/7 HTTP/1.1"),
        ("delete", b"DELETE /fhir/Patient/7 HTTP/1.1"),
        ("patch", b"PATCH /fhir/Patient/7 HTTP/1.1"),
        ("history", b"GET /fhir/Patient/7/_history HTTP/1.1"),
    ],
)
def test_verbs_on_a_resource_name_it_as_the_candidate_did(writer: Writer, verb: str, start: bytes) -> None:
    """A target given by its interaction becomes the reference the candidate gave."""
    assert _whole(writer.template(_row(verb, "Patient", target=A, body=b"[]"))).startswith(start)


def test_a_request_waits_for_its_references(writer: Writer) -> None:
    """While a reference is unknown there is no request."""
    assert writer.template(_row("read", target=A)).whole({}) is None


@pytest.mark.parametrize("row", [_row("merge"), _row("create", body=b"{}", if_none_exist="a=b\r\nX: y")])
def test_what_cannot_be_sent_is_refused(writer: Writer, row: dict[str, Any]) -> None:
    """Unknown verbs and criteria that would break the header are the trace's fault."""
    with pytest.raises(InputError):
        writer.template(row)


def test_a_bundle_entry_refers_within_the_bundle() -> None:
    """An entry has its urn as fullUrl; references known already are filled, those inside the bundle stay."""
    b = A[:-1] + "2"
    body = b'{"a":"urn:uuid:%b","b":"urn:uuid:%b"}' % (A.encode(), b.encode())
    made = orjson.loads(entry(_row("create", body=body, needs=[A, b], if_none_exist="x=1"), {A: b"Patient/7"}))
    assert made["fullUrl"] == f"urn:uuid:{A}"
    assert made["resource"] == {"a": "Patient/7", "b": f"urn:uuid:{b}"}
    assert made["request"] == {"method": "POST", "url": "Task", "ifNoneExist": "x=1"}


def test_names_are_read_from_answers() -> None:
    """Location, ETag, resource and transaction answer each yield the reference, and nonsense yields nothing."""
    assert from_location(b"http://h/fhir/Task/a-1/_history/3") == (b"Task/a-1", b"3")
    assert from_location(b"Task/a-1") == (b"Task/a-1", b"")
    assert from_location(b"http://elsewhere/") == (b"", b"")
    assert [from_etag(etag) for etag in (b'W/"3"', b'"3"', b"3", b"")] == [b"3", b"3", b"3", b""]
    assert from_etag(b'W/"3\t4"') == from_etag(b'W/"%b"' % (b"9" * 65)) == b"", "no version that FHIR could have"
    assert from_resource(b'{"resourceType":"Task","id":"9"}') == b"Task/9"
    assert from_resource(b"<html>") == b""
    assert from_resource(b'{"resourceType":"Task","id":"../x"}') == b""
    made, found = {"status": "201 Created", "location": "Task/1/_history/1"}, {"status": "200"}
    answer = orjson.dumps({"entry": [{"response": made}, {"response": found}]})
    assert from_transaction(answer, 2) == [(b"Task/1", True), (b"", False)]
    assert from_transaction(answer, 3) == []
    assert from_transaction(b"[]", 0) == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "127.0.0.1",
        "http://u:s3cret@127.0.0.1/",
        "http://:s3cret@127.0.0.1/",
        "ftp://u:s3cret@127.0.0.1/",
        "http://127.0.0.1/?a=s3cret",
        "http://127.0.0.1:99999/",
    ],
)
def test_a_base_url_is_checked(url: str) -> None:
    """Anything but a plain http(s) URL is refused, without repeating a secret in it."""
    with pytest.raises(InputError) as refused:
        target(url)
    assert "s3cret" not in str(refused.value)


def test_load_stays_on_this_machine_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another address needs --allow-remote; the token comes from the environment and is not shown."""
    with pytest.raises(InputError, match="allow-remote"):
        target("http://192.0.2.1/fhir")
    set_one, unset = "LOAD_TOKEN", "UNSET_TOKEN"
    monkeypatch.setenv(set_one, "s3cret")
    aim = target("https://192.0.2.1/fhir", token_variable=set_one, allow_remote=True)
    assert b"Authorization: Bearer s3cret\r\n" in aim.common_headers()
    assert b"Accept-Encoding: identity\r\n" in aim.common_headers(), "a candidate may compress for who says nothing"
    assert "s3cret" not in repr(aim)
    assert aim.masked("Bearer s3cret; 010190 12345 and 01019012345") == "Bearer ***; 010190 *** and 010190***"
    with pytest.raises(InputError, match=unset):
        target("http://127.0.0.1/fhir", token_variable=unset)
