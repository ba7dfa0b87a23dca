"""Documents: their content as bytes, found by MHD's parameters, and seen by whoever may see the document."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from tests.journal.caring import block
from tests.journal.securing import ENH, FNR, HOME_CARE, NURSE, Callers, attest, of, person, ref

Json = dict[str, Any]
PDF = b"%PDF-1.4 Utskrevet i god tilstand \xc3\xa6\xc3\xb8\xc3\xa5 \x00\xff"
SHA1 = b64encode(hashlib.sha1(PDF, usedforsecurity=False).digest()).decode()
CODES = "urn:oid:2.16.578.1.12.4.1.1.9603"
FHIR = "application/fhir+json"


@pytest.fixture
def stored(client: Any) -> str:
    """The address of a PDF stored by its own type."""
    answer = requests.post(f"{client.base}/Binary", PDF, headers={"Content-Type": "application/pdf"}, timeout=10)
    assert answer.status_code == 201, answer.text
    assert answer.json()["contentType"] == "application/pdf"
    return f"{client.base}/Binary/{answer.json()['id']}"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "application/pdf"),
        ("*/*", "application/pdf"),
        ("application/pdf", "application/pdf"),
        ("application/pdf, application/fhir+json;q=0.1", "application/pdf"),
        (FHIR, FHIR),
        ("application/json, text/plain, */*;q=0.5", FHIR),
        ("application/fhir+json, application/pdf", "application/pdf"),
        ("text/html", None),
    ],
)
def test_content_comes_as_it_is_asked_for(stored: str, accept: str | None, media: str | None) -> None:
    """The bytes in their own type unless FHIR is asked for; 406 for what is neither."""
    for address in (stored, f"{stored}/_history/1"):
        answer = requests.get(address, headers={"Accept": accept}, timeout=10)
        assert answer.status_code == (200 if media else 406)
        if media:
            assert answer.headers["Content-Type"] == media
            content = b64decode(answer.json()["data"]) if media == FHIR else answer.content
            assert (content, answer.headers["ETag"]) == (PDF, 'W/"1"')
            assert media == FHIR or answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_format_parameter_has_the_last_word(stored: str) -> None:
    """``_format`` outweighs Accept, in both directions."""
    asked = {"json": FHIR, "application/fhir+json": FHIR, "application/pdf": "application/pdf"}
    for text, media in asked.items():
        answer = requests.get(f"{stored}?{urlencode({'_format': text})}", headers={"Accept": "*/*"}, timeout=10)
        assert answer.headers["Content-Type"] == media
    assert requests.get(f"{stored}?_format=xml", timeout=10).status_code == 406


def test_content_is_replaced_by_content(stored: str) -> None:
    """An update with other bytes makes a new version, and the earlier one is kept."""
    answer = requests.put(stored, b"Rettet", headers={"Content-Type": "text/plain; charset=utf-8"}, timeout=10)
    assert answer.status_code == 200
    assert requests.get(stored, timeout=10).content == b"Rettet"
    assert requests.get(f"{stored}/_history/1", timeout=10).content == PDF


@pytest.mark.parametrize("media", ["text/pl ain", "text/plain; x=\t", "/pdf"])
def test_content_of_no_media_type_is_refused(client: Any, media: str) -> None:
    """What is no media type never becomes a header field of an answer."""
    answer = requests.post(f"{client.base}/Binary", PDF, headers={"Content-Type": media}, timeout=10)
    assert answer.status_code == 415


def test_a_bundle_holds_the_resource(client: Any, stored: str) -> None:
    """Inside a bundle a Binary is a resource, whatever its type."""
    entry = {"request": {"method": "GET", "url": "/".join(stored.rsplit("/", 2)[1:])}}
    told = client.send("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": [entry]}).json()
    assert told["entry"][0]["resource"]["resourceType"] == "Binary"


def document(patient: Json, url: str, **attachment: Any) -> Json:
    """A document whose content lies at an address."""
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": ref(patient),
        "content": [{"attachment": {"contentType": "application/pdf", "url": url} | attachment}],
    }


@pytest.mark.parametrize(
    ("stated", "status"),
    [({"size": len(PDF), "hash": SHA1}, 201), ({"size": 1}, 422), ({"hash": "AAAA"}, 422)],
)
def test_size_and_hash_must_be_those_of_the_content(client: Any, stored: str, stated: Json, status: int) -> None:
    """A document that states another size or hash than its content has is refused, inline or by reference."""
    patient = client.send("POST", "Patient", person()).json()
    assert client.send("POST", "DocumentReference", document(patient, stored, **stated)).status_code == status
    inline = document(patient, "", **stated)
    inline["content"][0]["attachment"] = {"data": b64encode(PDF).decode()} | stated
    assert client.send("POST", "DocumentReference", inline).status_code == status


def transaction(patient: Json, *, size: int = len(PDF), label: str = "") -> Json:
    """A document and its content, each naming the other, the content first."""
    index = document(patient, "urn:uuid:2f1c7f2e-0000-4000-8000-000000000001", size=size, hash=SHA1)
    if label:
        index["securityLabel"] = [{"coding": [{"system": CODES, "code": label}]}]
    content = {"resourceType": "Binary", "contentType": "application/pdf", "data": b64encode(PDF).decode()}
    content["securityContext"] = {"reference": "urn:uuid:2f1c7f2e-0000-4000-8000-000000000002"}  # type: ignore[assignment]
    entries = [("Binary", 1, content), ("DocumentReference", 2, index)]
    made = [
        {
            "fullUrl": f"urn:uuid:2f1c7f2e-0000-4000-8000-00000000000{number}",
            "resource": resource,
            "request": {"method": "POST", "url": kind},
        }
        for kind, number, resource in entries
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": made}


def test_a_document_and_its_content_come_together(client: Any) -> None:
    """A transaction stores both with their references, and neither when the size is wrong."""
    patient = client.send("POST", "Patient", person()).json()
    answer = client.send("POST", "", transaction(patient))
    assert answer.status_code == 200, answer.text
    binary, index = ("/".join(e["response"]["location"].split("/")[-4:-2]) for e in answer.json()["entry"])
    assert client.get(index).json()["content"][0]["attachment"]["url"] == binary
    assert requests.get(f"{client.base}/{binary}", timeout=10).content == PDF
    assert client.send("POST", "", transaction(patient, size=7)).status_code == 422


MHD = {
    "status": "current",
    "type": f"{CODES[:-4]}9602|A03-2",
    "category": f"{CODES[:-4]}9602|A00-1",
    "setting": "urn:s|S1",
    "facility": "urn:f|F1",
    "event": "urn:e|E1",
    "format": "urn:ihe:pcc:xphr:2007",
    "security-label": f"{CODES}|N",
    "date": "ge2026-01-01",
    "period": "ge2026-01-10",
    "author.family": "Legesen",
    "author.given": "Lise",
}


def test_documents_are_found_by_every_parameter_of_mhd(client: Any) -> None:
    """ITI-67: each parameter finds the document and leaves another out, with the person number in the body only."""
    patient = client.send("POST", "Patient", person()).json()
    author = {"resourceType": "Practitioner", "name": [{"family": "Legesen", "given": ["Lise"]}]}
    author = client.send("POST", "Practitioner", author).json()

    def coded(system: str, code: str) -> Json:
        return {"coding": [{"system": system, "code": code}]}

    told = {
        "type": coded(f"{CODES[:-4]}9602", "A03-2"),
        "category": [coded(f"{CODES[:-4]}9602", "A00-1")],
        "date": "2026-01-12T10:00:00Z",
        "author": [ref(author)],
        "securityLabel": [coded(CODES, "N")],
        "context": {
            "event": [coded("urn:e", "E1")],
            "period": {"start": "2026-01-10", "end": "2026-01-12"},
            "facilityType": coded("urn:f", "F1"),
            "practiceSetting": coded("urn:s", "S1"),
            "related": [ref(patient)],
        },
    }
    body = document(patient, "Binary/none") | told
    body["content"][0]["format"] = {"system": "urn:oid:1.3.6.1.4.1.19376.1.2.3", "code": "urn:ihe:pcc:xphr:2007"}
    wanted = client.send("POST", "DocumentReference", body).json()["id"]
    other = document(patient, "Binary/none") | {"status": "superseded", "date": "2025-01-01T10:00:00Z"}
    client.send("POST", "DocumentReference", other)
    for name, value in (MHD | {"related": f"Patient/{patient['id']}"}).items():
        form = {"patient.identifier": f"{FNR}|{of(patient)}", name: value}
        headers = {"Prefer": "handling=strict"}
        answer = requests.post(f"{client.base}/DocumentReference/_search", form, headers=headers, timeout=10)
        assert [e["resource"]["id"] for e in answer.json().get("entry", ())] == [wanted], (name, answer.text)


@pytest.fixture
def looked_after(callers: Callers) -> Callable[[], Json]:
    """Makes a patient whom the nurse's service looks after."""

    def make() -> Json:
        place, patient = callers.put_in(
            {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}, person()
        )
        episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": ref(patient)}
        callers.put_in(episode | {"managingOrganization": ref(place)})
        return patient

    return make


@pytest.fixture
def put_document(callers: Callers) -> Callable[..., tuple[str, str]]:
    """Stores a document and its content as the integration does; ``Binary/id`` and ``DocumentReference/id``."""

    def put(patient: Json, label: str = "") -> tuple[str, str]:
        answer = callers.send(callers.system(), "POST", "", transaction(patient, label=label))
        assert answer.status_code == 200, answer.text
        return tuple("/".join(e["response"]["location"].split("/")[-4:-2]) for e in answer.json()["entry"])  # type: ignore[return-value]

    return put


def reads(callers: Callers, token: str, binary: str) -> list[int]:
    """How each way of reading a Binary is answered."""
    paths = (binary, f"{binary}/_history/1", f"{binary}/_history")
    found = [callers.send(token, "GET", path, Accept="application/pdf").status_code for path in paths[:2]]
    return [*found, callers.get(token, paths[2]).status_code]


def test_content_is_seen_by_whoever_sees_the_document(
    callers: Callers, looked_after: Callable[..., Json], put_document: Callable[..., tuple[str, str]]
) -> None:
    """A nurse with a relation reads it, one without does not, and a block of the document hides the content with it."""
    patient, other = looked_after(), looked_after()
    binary, index = put_document(patient)
    mine, theirs = (callers.person(NURSE, attest(NURSE, of(one))) for one in (patient, other))
    assert callers.send(mine, "GET", binary, Accept="application/pdf").content == PDF
    assert (reads(callers, mine, binary), reads(callers, theirs, binary)) == ([200] * 3, [404] * 3)
    log = callers.get(callers.system(), f"AuditEvent?entity={binary}&patient=Patient/{patient['id']}").json()
    assert log["total"] >= 1
    kind, _, identity = index.partition("/")
    callers.put_in(block(patient, data=[{"resourceType": kind, "id": identity}]))
    assert reads(callers, mine, binary) == reads(callers, callers.system(), binary) == [404] * 3


def test_no_search_finds_content(
    callers: Callers, looked_after: Callable[..., Json], put_document: Callable[..., tuple[str, str]]
) -> None:
    """In a secured journal a Binary is found through its document only."""
    patient = looked_after()
    binary, _ = put_document(patient)
    for token in (callers.system(), callers.person(NURSE, attest(NURSE, of(patient)))):
        assert callers.get(token, f"Binary?_id={binary.partition('/')[2]}").json()["total"] == 0
        assert binary not in callers.get(token, "Binary/_history").text


@pytest.mark.parametrize("label", ["NORS", "NORN_KUT", "NORU", "NORN_FORANS"])
def test_labelled_documents_are_withheld_with_their_content(
    callers: Callers, looked_after: Callable[..., Json], put_document: Callable[..., tuple[str, str]], label: str
) -> None:
    """NORS is for the patient and who breaks the glass; what is refused insight is for the nurse alone."""
    patient = looked_after()
    binary, index = put_document(patient, label)
    put_document(patient)
    reason = {"decision_ref": {"id": "d", "description": "Livstruende", "user_selected": True}}
    tokens = {
        "nurse": callers.person(NURSE, attest(NURSE, of(patient))),
        "glass": callers.person(NURSE, attest(NURSE, of(patient), purpose="BTG", care=reason)),
        "system": callers.system(),
        "citizen": callers.citizen(of(patient)),
    }
    seen, counts = set(), {}
    for who, token in tokens.items():
        answer = callers.get(token, f"DocumentReference?patient=Patient/{patient['id']}")
        ids = {f"DocumentReference/{e['resource']['id']}" for e in answer.json()["entry"]}
        assert answer.json()["total"] == len(ids)
        assert (
            (index in ids) is (reads(callers, token, binary) == [200] * 3) is (reads(callers, token, binary)[0] == 200)
        )
        seen |= {who} if index in ids else set()
        counts[who] = answer.headers.get("NHN-SecurityLabel-Nors-Count")
    refused = {"nurse", "glass", "system"} | ({"citizen"} if label == "NORN_FORANS" else set())
    assert seen == ({"glass", "citizen"} if label == "NORS" else refused)
    told = "1" if label == "NORS" else "0"
    assert counts == {"nurse": told, "glass": None, "system": None, "citizen": None}


def test_a_nurse_stores_a_document_about_the_patient_of_the_attest_only(
    callers: Callers, looked_after: Callable[..., Json]
) -> None:
    """With its content in one transaction; content that names nobody, or somebody else, is refused."""
    patient, other = looked_after(), looked_after()
    token = callers.person(NURSE, attest(NURSE, of(patient)))
    answer = callers.send(token, "POST", "", transaction(patient))
    assert answer.status_code == 200, answer.text
    assert callers.send(token, "POST", "", transaction(other)).status_code == 403
    for context, status in ((f"Patient/{patient['id']}", 201), (f"Patient/{other['id']}", 403), ("", 403)):
        headers = {"Content-Type": "application/pdf", "X_Security_Context": context} if context else {}
        sent = callers.send(
            token, "POST", "Binary", PDF.decode("latin-1"), **{"Content_Type": "application/pdf"} | headers
        )
        assert sent.status_code == status, sent.text
