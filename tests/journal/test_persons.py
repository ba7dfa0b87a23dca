"""A national identity number is one Patient's, however another one comes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.journal.messaging import fresh_number
from tests.journal.securing import NURSE, Callers, attest, of, person

Json = dict[str, Any]
FNR, DNR = (f"urn:oid:2.16.578.1.12.4.1.4.{number}" for number in (1, 2))
PATCH = "application/json-patch+json"


def numbered(value: str, system: str = FNR, **more: Any) -> Json:
    return {"resourceType": "Patient", "identifier": [{"system": system, "value": value}]} | more


def refused(answer: Any, holder: str) -> None:
    """A 409 that says which Patient has the number, and not the number."""
    assert answer.status_code == 409, answer.text
    issue = answer.json()["issue"][0]
    assert issue["code"] == "duplicate"
    assert f"Patient/{holder}" in issue["diagnostics"]
    assert issue["expression"][0].endswith("Patient.identifier") or issue["expression"][0].endswith("identifier")


@pytest.mark.parametrize("system", [FNR, DNR])
def test_a_number_that_somebody_has_is_refused(client: Any, mark: str, system: str) -> None:
    """By create, update, patch, transaction and batch, as a former number too; the holder may go on being written."""
    number = fresh_number()
    holder = client.create(numbered(number))
    other = client.create({"resourceType": "Patient"})
    again = numbered(number, system)
    old = numbered(number, system)
    old["identifier"][0]["use"] = "old"
    step = [{"op": "add", "path": "/identifier", "value": again["identifier"]}]
    refused(client.send("POST", "Patient", again), holder["id"])
    refused(client.send("POST", "Patient", old), holder["id"])
    refused(client.send("POST", "Patient", again, If_None_Exist=f"identifier=urn:x|{mark}"), holder["id"])
    refused(client.send("PUT", f"Patient/p{mark}", again | {"id": f"p{mark}"}), holder["id"])
    refused(client.send("PUT", f"Patient/{other['id']}", again | {"id": other["id"]}), holder["id"])
    refused(client.send("PATCH", f"Patient/{other['id']}", step, Content_Type=PATCH), holder["id"])
    entry = {"resource": again, "request": {"method": "POST", "url": "Patient"}}
    refused(client.transact(entry), holder["id"])
    part = client.transact(entry, kind="batch").json()["entry"][0]["response"]
    assert part["status"] == "409 Conflict"
    assert client.ids(f"Patient?identifier={number}") == [holder["id"]]
    assert client.send("PUT", f"Patient/{holder['id']}", holder | {"active": True}).status_code == 200
    assert client.send("POST", "Patient", again, If_None_Exist=f"identifier={number}").status_code == 200


def test_two_of_one_transaction_are_refused(client: Any) -> None:
    """Both or none: neither is kept."""
    number = fresh_number()
    entry = {"resource": numbered(number), "request": {"method": "POST", "url": "Patient"}}
    assert client.transact(entry, entry).status_code == 409
    assert client.ids(f"Patient?identifier={number}") == []


def test_what_was_merged_or_deleted_keeps_nobody_out(client: Any) -> None:
    """A Patient replaced by another keeps its number beside it; a deleted one comes back only while it is free."""
    number = fresh_number()
    first = client.create(numbered(number))
    assert client.send("DELETE", f"Patient/{first['id']}").status_code == 204
    second = client.create(numbered(number))
    refused(client.send("PUT", f"Patient/{first['id']}", numbered(number, id=first["id"])), second["id"])
    link = [{"other": {"reference": f"Patient/{second['id']}"}, "type": "replaced-by"}]
    merged = numbered(number, id=first["id"], active=False, link=link)
    assert client.send("PUT", f"Patient/{first['id']}", merged).status_code == 201
    assert client.send("PUT", f"Patient/{second['id']}", second | {"active": True}).status_code == 200
    back = merged | {"active": True}
    refused(client.send("PUT", f"Patient/{first['id']}", back), second["id"])


def test_of_many_who_register_somebody_at_once_one_does(
    launch: Callable[..., Any], connect: Callable[[str], Any]
) -> None:
    """With several processes and 64 clients and no condition there is one Patient in the end."""
    base, number = launch("--workers", "2").base, fresh_number()
    barrier = Barrier(64)

    def register(_: int) -> int:
        client = connect(base)
        barrier.wait(timeout=60)
        return int(client.send("POST", "Patient", numbered(number)).status_code)

    with ThreadPoolExecutor(64) as pool:
        assert sorted(pool.map(register, range(64))) == [201] + [409] * 63
    assert len(connect(base).ids(f"Patient?identifier={number}")) == 1


def test_whoever_may_not_register_is_not_told_who_is_there(callers: Callers) -> None:
    """A nurse gets the same refusal for a number that somebody has and for one that nobody has."""
    mine, other = callers.put_in(person(), person())
    token = callers.person(NURSE, attest(NURSE, of(mine)))
    answers = [callers.send(token, "POST", "Patient", body) for body in (numbered(of(other)), numbered(fresh_number()))]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json() == answers[1].json()
    refused(callers.send(callers.system(), "POST", "Patient", numbered(of(other))), other["id"])
