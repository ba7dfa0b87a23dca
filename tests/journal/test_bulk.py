"""Bulk export: everything, of one instant, for systems only; nothing blocked or protected; one audit line a patient."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from simulator.journal.bulk.folder import Files
from simulator.journal.bulk.transfer import content
from tests.journal.messaging import fresh_number
from tests.journal.securing import DOCTOR, FNR, Callers, attest

Json = dict[str, Any]
ASYNC = {"Prefer": "respond-async"}
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"


def finished(get: Callable[[str], Any], where: str) -> Json:
    """The manifest of an export, once it is there."""
    until = time.monotonic() + 20
    while (answer := get(where)).status_code == 202:
        assert answer.headers["X-Progress"]
        assert time.monotonic() < until
        time.sleep(0.02)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    manifest: Json = answer.json()
    return manifest


def lines(get: Callable[[str], Any], files: list[Json]) -> list[Json]:
    """The resources in some files of a manifest."""
    found = []
    for one in files:
        answer = get(one["url"])
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/fhir+ndjson")
        parts = [orjson.loads(line) for line in answer.content.splitlines()]
        assert {part["resourceType"] for part in parts} == {one["type"]}
        assert len(parts) == one["count"]
        found += parts
    return found


def exported(client: Any, path: str = "$export") -> list[Json]:
    """Everything that an export of an open journal gives."""
    begun = client.get(path, **ASYNC)
    assert begun.status_code == 202, begun.text
    return lines(client.get, finished(client.get, begun.headers["Content-Location"])["output"])


def names(resources: list[Json]) -> set[str]:
    return {f"{one['resourceType']}/{one['id']}" for one in resources}


@pytest.fixture
def two(client: Any, patient: Json, observation: Callable[..., Json]) -> tuple[Json, Json, Json]:
    """A patient with a measurement and another patient, in the shared journal."""
    one, other = client.create(patient), client.create(patient)
    return one, other, client.create(observation(f"Patient/{one['id']}"))


def test_a_system_export_gives_every_resource_as_it_is_read(client: Any, two: tuple[Json, Json, Json]) -> None:
    """Each resource comes once, as a read gives it, and registers come with those about patients."""
    register = client.create({"resourceType": "Organization", "name": "Hjemmetjenesten"})
    found = exported(client)
    assert len(names(found)) == len(found)
    by_name = {f"{one['resourceType']}/{one['id']}": one for one in found}
    for resource in (*two, register):
        assert by_name[f"{resource['resourceType']}/{resource['id']}"] == resource


def test_types_and_filters_narrow_an_export(client: Any, two: tuple[Json, Json, Json]) -> None:
    """_type leaves out other types, and _typeFilter what meets none of a type's searches."""
    one, other, measured = two
    assert {r["resourceType"] for r in exported(client, "$export?_type=Observation")} == {"Observation"}
    narrowed = f"$export?_type=Patient,Observation&_typeFilter=Patient?_id={one['id']},Patient?_id={other['id']}"
    found = names(exported(client, narrowed))
    assert {n for n in found if n.startswith("Patient/")} == {f"Patient/{one['id']}", f"Patient/{other['id']}"}
    assert f"Observation/{measured['id']}" in found


def test_patients_without_registers_and_a_group_without_others(client: Any, two: tuple[Json, Json, Json]) -> None:
    """Patient/$export is about patients only, a Group's about its members only; an unknown group is 404."""
    one, other, measured = two
    group = {"resourceType": "Group", "type": "person", "actual": True, "member": []}
    group["member"] = [
        {"entity": {"reference": f"Patient/{one['id']}"}},
        {"entity": {"reference": f"Patient/{other['id']}"}, "inactive": True},
    ]
    stored = client.create(group)
    kept = names(exported(client, f"Group/{stored['id']}/$export"))
    assert kept == {f"Patient/{one['id']}", f"Observation/{measured['id']}"}
    everybody = names(exported(client, "Patient/$export"))
    assert kept | {f"Patient/{other['id']}"} <= everybody
    assert not any(name.startswith(("Organization/", "Group/")) for name in everybody)
    assert client.get("Group/nobody/$export", **ASYNC).status_code == 404


def test_since_gives_what_changed_and_what_was_deleted(client: Any, two: tuple[Json, Json, Json]) -> None:
    """From the time of one export the next gives what has changed, and deletes as a transaction, no more."""
    one, other, measured = two
    begun = client.get("$export?_type=Patient", **ASYNC)
    before = finished(client.get, begun.headers["Content-Location"])["transactionTime"]
    client.send("PUT", f"Patient/{one['id']}", one | {"gender": "female"})
    client.send("DELETE", f"Observation/{measured['id']}")
    begun = client.get(f"$export?_since={before}", **ASYNC)
    manifest = finished(client.get, begun.headers["Content-Location"])
    found = names(lines(client.get, manifest["output"]))
    assert f"Patient/{one['id']}" in found
    assert f"Patient/{other['id']}" not in found
    (bundle,) = lines(client.get, manifest["deleted"])
    assert {"request": {"method": "DELETE", "url": f"Observation/{measured['id']}"}} in bundle["entry"]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("$export", {}, 400),
        ("$export?_type=Invoice", ASYNC, 400),
        ("$export?_type=AuditEvent", ASYNC, 400),
        ("Patient/$export?_type=Organization", ASYNC, 400),
        ("$export?_since=yesterday", ASYNC, 400),
        ("$export?_outputFormat=application/xml", ASYNC, 400),
        ("$export?_outputFormat=ndjson&_type=Group", ASYNC, 202),
        ("$export?_elements=id", ASYNC, 400),
        ("$export?_elements=id&_type=Group", {"Prefer": "respond-async, handling=lenient"}, 202),
        ("$export?_typeFilter=Patient?unheard=1", ASYNC, 400),
        ("$export?_typeFilter=Patient?_include=Patient:link", ASYNC, 400),
        ("$export?_type=Group&_typeFilter=Patient?_id=x", ASYNC, 400),
        ("Observation/$export", ASYNC, 404),
        ("exports/never-was", {}, 404),
        ("exports/../$export", {}, 400),
    ],
)
def test_what_an_export_is_asked_with_is_held_to_the_guide(client: Any, path: str, fields: Json, status: int) -> None:
    """What is not understood is refused, unless it may be passed over; without Prefer nothing begins."""
    answer = client.get(path, **fields)
    assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome"), answer.text


def test_an_export_can_be_taken_back(client: Any, two: tuple[Json, Json, Json]) -> None:
    """After DELETE there is neither status nor files."""
    assert two
    where = client.get("$export", **ASYNC).headers["Content-Location"]
    manifest = finished(client.get, where)
    assert client.send("DELETE", where).status_code == 202
    assert client.get(where).status_code == client.get(manifest["output"][0]["url"]).status_code == 404
    assert client.send("DELETE", where).status_code == 404


def test_files_are_fetched_by_the_names_given_only(client: Any, two: tuple[Json, Json, Json]) -> None:
    """Neither the job's own state nor anything outside its folder is a file of the export."""
    assert two
    where = client.get("$export?_type=Patient", **ASYNC).headers["Content-Location"]
    finished(client.get, where)
    for name in ("job.json", "..%2Fjob.json", "Patient.9.ndjson", "..%2F..%2Fjournal.sqlite"):
        assert client.get(f"{where}/{name}").status_code == 404


def test_every_patient_of_an_export_has_a_line_in_the_trail(client: Any, two: tuple[Json, Json, Json]) -> None:
    """The trail of each patient says that an export took the record along."""
    one, other, _ = two
    exported(client)
    for who in (one, other):
        trail = client.get(f"AuditEvent?entity=Patient/{who['id']}&subtype=operation").json()
        assert [e["resource"]["subtype"][0]["display"] for e in trail["entry"]].count("$export") >= 1


def test_a_file_is_closed_at_its_size_and_no_line_is_cut(tmp_path: Path) -> None:
    """Three lines of ten bytes make two files of at most twenty; the next type begins another."""
    files = Files(tmp_path, 20)
    for kind in ("Patient", "Patient", "Patient", "Task"):
        files.put(kind, b"123456789")
    files.close()
    assert [(f["name"], f["count"]) for f in files.made] == [
        ("Patient.1.ndjson", 2),
        ("Patient.2.ndjson", 1),
        ("Task.1.ndjson", 1),
    ]
    assert (tmp_path / "Patient.1.ndjson").read_bytes() == b"123456789\n" * 2


def test_what_is_written_during_an_export_is_not_in_it(
    launch: Callable[..., Any], connect: Callable[[str], Any], patient: Json
) -> None:
    """A transaction that moves a patient from one record to another is seen whole or not at all."""
    client = connect(launch().base)
    for _ in range(200):
        client.create(patient)
    pairs = [client.create(patient | {"active": True}) for _ in range(2)]
    where = client.get("$export", **ASYNC).headers["Content-Location"]
    for turn in range(20):
        entries = [
            {
                "resource": one | {"active": turn % 2 == 1},
                "request": {"method": "PUT", "url": f"Patient/{one['id']}"},
            }
            for one in pairs
        ]
        assert client.transact(*entries).status_code == 200
    found = {one["id"]: one for one in lines(client.get, finished(client.get, where)["output"])}
    seen = [(found[one["id"]]["active"], found[one["id"]]["meta"]["versionId"]) for one in pairs]
    assert seen[0] == seen[1]


def test_an_export_ends_with_its_process_and_its_time(launch: Callable[..., Any], connect: Any, tmp_path: Path) -> None:
    """One that a process did not live to finish has failed; one whose time is over is gone."""
    client = connect(launch(data=tmp_path).base)
    begun = client.get("$export", **ASYNC).headers["Content-Location"]
    finished(client.get, begun)
    file = tmp_path / "exports" / begun.rpartition("/")[2] / "job.json"
    state, gone = orjson.loads(file.read_bytes()), subprocess.Popen(["true"])
    gone.wait()
    file.write_bytes(orjson.dumps(state | {"state": "running", "progress": "x", "process": gone.pid}))
    assert client.get(begun).status_code == 500
    file.write_bytes(orjson.dumps(state))
    assert client.get(begun).status_code == 200
    day_ago = time.time() - 25 * 3600
    os.utime(file, (day_ago, day_ago))
    assert client.get(begun).status_code == 404


# ---- from one journal into another


def command(store: Any, data: Path, *words: str) -> tuple[int, str, str]:
    """Runs the journal's command line on a folder's database."""
    parts = [sys.executable, "-m", "simulator.journal", *words, *store.options(str(data))]
    done = subprocess.run(parts, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_a_record_moves_to_another_journal_whole(
    store: Any, launch: Callable[..., Any], connect: Callable[[str], Any], patient: Json, tmp_path: Path
) -> None:
    """What is taken out of one journal and into another is exported from both alike; a second time changes nothing."""
    one, other = tmp_path / "one", tmp_path / "other"
    old = launch(data=one)
    client = connect(old.base)
    who = client.create(patient)
    client.send("PUT", f"Patient/{who['id']}", who | {"gender": "female"})
    about = {"subject": {"reference": f"{old.base}/Patient/{who['id']}"}, "code": {"text": "Målt"}, "status": "final"}
    measured = client.create({"resourceType": "Observation", "valueQuantity": {"value": 36.6}} | about)
    gone = client.create(patient)
    client.send("DELETE", f"Patient/{gone['id']}")
    before = exported(client)
    old.stop()
    base = ("--base-url", old.base)
    assert command(store, one, "export", str(tmp_path / "files"), *base)[0] == 0
    assert command(store, other, "import", str(tmp_path / "files")) == (
        0,
        "2 resources stored, 0 were there already\n",
        "",
    )
    assert "0 resources stored, 2 were" in command(store, other, "import", str(tmp_path / "files"))[1]
    client = connect(launch(data=other).base)
    after = exported(client)
    assert sorted(map(content, before), key=str) == sorted(map(content, after), key=str)
    assert client.ids(f"Observation?patient=Patient/{who['id']}") == [measured["id"]]
    assert client.ids(f"AuditEvent?entity=Patient/{who['id']}&subtype=update")


def files_of(folder: Path, *resources: Json) -> Path:
    """Resources as the folder of an export."""
    folder.mkdir()
    for one in resources:
        with (folder / f"{one['resourceType']}.1.ndjson").open("ab") as file:
            file.write(orjson.dumps(one) + b"\n")
    return folder


def numbered(identity: str, number: str, **more: Any) -> Json:
    """A Patient of a national identity number."""
    return {"resourceType": "Patient", "id": identity, "identifier": [{"system": FNR, "value": number}]} | more


def test_nobody_gets_a_second_record_by_a_transfer(store: Any, tmp_path: Path) -> None:
    """Who is here under another id is named before anything is stored; once merged, the record moves."""
    data, number, other = tmp_path / "data", fresh_number(), fresh_number()
    here = files_of(tmp_path / "here", numbered("here", number), numbered("b", other))
    assert "2 resources stored" in command(store, data, "import", str(here))[1]
    measured = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "Målt"}}
    measured |= {"subject": {"reference": "Patient/there"}}
    came = files_of(tmp_path / "came", numbered("there", number), numbered("b", other, gender="male"), measured)
    code, _, said = command(store, data, "import", str(came))
    assert code == 2
    assert "Patient.1.ndjson, line 1: Patient/there is the person of Patient/here here" in said
    assert "1 resources clash" in said
    assert number not in said
    assert "2 resources written" in command(store, data, "export", str(tmp_path / "out"))[1]
    link = [{"other": {"reference": "Patient/here"}, "type": "replaced-by"}]
    merged = files_of(tmp_path / "merged", numbered("there", number, active=False, link=link), measured)
    assert "2 resources stored" in command(store, data, "import", str(merged))[1]


def test_a_transfer_overwrites_nobody_with_somebody_else(store: Any, tmp_path: Path) -> None:
    """An id that another person has here, or something about another, is named, and nothing is stored."""
    data = tmp_path / "data"
    flag = {"resourceType": "Flag", "id": "f", "status": "active", "code": {"text": "Fare"}}
    of = [flag | {"subject": {"reference": f"Patient/{identity}"}} for identity in ("a", "b")]
    files_of(tmp_path / "here", numbered("a", fresh_number()), numbered("b", fresh_number()), of[0])
    assert "3 resources stored" in command(store, data, "import", str(tmp_path / "here"))[1]
    files_of(tmp_path / "came", numbered("a", fresh_number()), of[1])
    code, _, said = command(store, data, "import", str(tmp_path / "came"))
    assert code == 2
    assert "Patient/a is about somebody else here" in said
    assert "Flag/f is about somebody else here" in said


def test_who_is_close_to_somebody_protected_arrives_labelled(store: Any, tmp_path: Path) -> None:
    """What an older journal did not label is labelled on the way in, once."""
    near = {"resourceType": "RelatedPerson", "id": "r", "patient": {"reference": "Patient/p"}}
    label = {"meta": {"security": [{"system": CONFIDENTIALITY, "code": "V"}]}}
    files = files_of(tmp_path / "files", numbered("p", fresh_number()) | label, near)
    for stored in (2, 0):
        assert f"{stored} resources stored" in command(store, tmp_path / "data", "import", str(files))[1]
    command(store, tmp_path / "data", "export", str(tmp_path / "out"))
    (line,) = (tmp_path / "out" / "RelatedPerson.1.ndjson").read_bytes().splitlines()
    assert [one["code"] for one in orjson.loads(line)["meta"]["security"]] == ["V"]


def test_a_document_leads_to_its_content_wherever_it_comes(store: Any, tmp_path: Path) -> None:
    """The address of a journal's own Binary is of no journal in particular once it has left; other addresses stay."""
    urls = ["http://127.0.0.1:8080/fhir/Binary/b", "https://elsewhere.example/Binary/b"]
    content = [{"attachment": {"contentType": "text/plain", "url": url}} for url in urls]
    document = {"resourceType": "DocumentReference", "id": "d", "status": "current", "content": content}
    command(store, tmp_path / "data", "import", str(files_of(tmp_path / "files", document)))
    command(store, tmp_path / "data", "export", str(tmp_path / "out"))
    told = orjson.loads((tmp_path / "out" / "DocumentReference.1.ndjson").read_bytes())
    assert [one["attachment"]["url"] for one in told["content"]] == ["Binary/b", urls[1]]


def test_people_with_two_patients_move_as_they_are(store: Any, tmp_path: Path) -> None:
    """What an older journal allowed is taken in, and the transfer can be made again."""
    number = fresh_number()
    files = files_of(tmp_path / "files", numbered("one", number), numbered("two", number))
    for stored in (2, 0):
        assert f"{stored} resources stored" in command(store, tmp_path / "data", "import", str(files))[1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"resourceType":"Patient","id":"a","gender":"male"}\n{"resourceType"', "line 2: not JSON"),
        (b'{"resourceType":"Patient","id":"a","gender":"unheard"}', "line 1: "),
        (b'{"resourceType":"Patient","id":"13817204078"}', "line 1: "),
        (b'{"resourceType":"Invoice","id":"a"}', "line 1: "),
    ],
)
def test_a_file_that_is_wrong_is_not_taken_in(store: Any, tmp_path: Path, line: bytes, words: str) -> None:
    """A line that is no valid resource is named with file and number, and nothing is stored."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "Patient.1.ndjson").write_bytes(line)
    code, _, said = command(store, tmp_path / "data", "import", str(files))
    assert code == 2
    assert f"Patient.1.ndjson, {words}" in said
    assert "Traceback" not in said
    assert "0 resources written" in command(store, tmp_path / "data", "export", str(tmp_path / "out"))[1]


def test_a_transfer_says_what_folder_it_cannot_use(store: Any, tmp_path: Path) -> None:
    """A folder that holds something, an empty one, one of changes, and no --data: one line each, code 2."""
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "deleted.1.ndjson").write_bytes(b"{}")
    (tmp_path / "none").mkdir()
    for words, said in (
        (("export", str(tmp_path / "some")), "not empty"),
        (("import", str(tmp_path / "none")), "holds no file"),
        (("import", str(tmp_path / "some")), "changed since"),
    ):
        code, _, told = command(store, tmp_path / "data", *words)
        assert (code, said in told, told.count("\n")) == (2, True, 1), told


# ---- secured


def person(**more: Any) -> Json:
    """A patient."""
    return {"resourceType": "Patient", "name": [{"family": "Hansen"}], "birthDate": "1950-01-01"} | more


def condition(of: Json) -> Json:
    """A diagnosis of a patient."""
    return {
        "resourceType": "Condition",
        "subject": {"reference": f"Patient/{of['id']}"},
        "code": {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7170", "code": "P76"}]},
    }


def whole(callers: Callers, token: str, path: str = "$export") -> list[Json]:
    """Everything that an export of a secured journal gives to a caller."""
    begun = callers.send(token, "GET", path, **ASYNC)
    assert begun.status_code == 202, begun.text
    manifest = finished(lambda url: callers.get(token, url), begun.headers["Content-Location"])
    assert manifest["requiresAccessToken"] is True
    return lines(lambda url: callers.get(token, url), manifest["output"])


def test_an_export_is_for_systems_only(callers: Callers) -> None:
    """Neither a professional, a citizen nor an operator is given much at once, and not one's own job to another."""
    (who,) = callers.put_in(person())
    number = "01815012345"
    for token in (
        callers.person(DOCTOR, attest(DOCTOR, number)),
        callers.citizen(number),
        callers.person(("01815012346", "", ""), scope="journal/operate user/*.cruds"),
    ):
        for path in ("$export", "Patient/$export"):
            assert callers.send(token, "GET", path, **ASYNC).status_code == 403
    assert who
    mine = callers.send(callers.system(), "GET", "$export?_type=Group", **ASYNC).headers["Content-Location"]
    assert callers.get(callers.citizen(number), mine).status_code == 404


def test_an_export_stays_within_scopes(callers: Callers) -> None:
    """Types without a scope are left out; one that is named without a scope is refused."""
    (who,) = callers.put_in(person())
    callers.put_in(condition(who))
    token = callers.system("system/Condition.rs")
    assert {one["resourceType"] for one in whole(callers, token)} == {"Condition"}
    assert callers.send(token, "GET", "$export?_type=Patient", **ASYNC).status_code == 403
    assert callers.send(callers.system("system/Task.cu"), "GET", "$export", **ASYNC).status_code == 403


def test_nothing_blocked_or_protected_is_exported(callers: Callers) -> None:
    """Blocked entries, what refers to them, the block itself and protected addresses are in no file."""
    label = {"security": [{"system": CONFIDENTIALITY, "code": "R"}]}
    hidden, shown = callers.put_in(
        person(meta=label, address=[{"text": "Skjulveien 3", "city": "Tromsø"}], telecom=[{"value": "90000001"}]),
        person(address=[{"text": "Åpenveien 1"}]),
    )
    secret, known = callers.put_in(condition(shown), condition(shown))
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "57016-8"}]}],
        "patient": {"reference": f"Patient/{shown['id']}"},
        "policyRule": {"coding": [{"code": "OPTOUT"}]},
        "provision": {
            "type": "deny",
            "data": [{"meaning": "instance", "reference": {"reference": f"Condition/{secret['id']}"}}],
        },
    }
    (block,) = callers.put_in(consent)
    for path in ("$export", "Patient/$export", f"$export?_typeFilter=Condition?patient=Patient/{shown['id']}"):
        found = whole(callers, callers.system(), path)
        listed = names(found)
        assert f"Condition/{known['id']}" in listed
        assert f"Patient/{hidden['id']}" in listed
        assert not listed & {f"Condition/{secret['id']}", f"Consent/{block['id']}"}
        text = orjson.dumps(found).decode()
        assert "Skjulveien" not in text
        assert "90000001" not in text
        assert "Åpenveien" in text


def test_a_citizen_sees_that_an_export_took_the_record_along(callers: Callers) -> None:
    """The own log has one line of the export, with the system that made it."""
    number = "01815099901"
    (who,) = callers.put_in(person(identifier=[{"system": FNR, "value": number}]))
    whole(callers, callers.system())
    trail = callers.get(callers.citizen(number), f"AuditEvent?patient=Patient/{who['id']}&subtype=operation").json()
    assert [e["resource"]["subtype"][0]["display"] for e in trail["entry"]] == ["$export"]
