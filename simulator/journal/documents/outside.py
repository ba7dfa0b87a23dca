"""Documents of other communities: the journal asks for them as their reader (IHE MHD ITI-67 and ITI-68).

``Patient/[id]/$outside-documents`` lists what document sharing knows of the patient, each document marked with where it
is from (``meta.source``) and with an address in this journal; ``Patient/[id]/$outside-document?document=…`` gives its
bytes. Both show what the caller's view shows: blocks, labels and types hold for them as for the journal's own.
"""

from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

import orjson

from simulator.journal.access import words
from simulator.journal.access.outside import Told, ask
from simulator.journal.access.view import View
from simulator.journal.documents.attachments import DOCUMENT, sound
from simulator.journal.documents.binary import SAFE, media_type
from simulator.journal.errors import FhirError, Issue, outcome, refuse
from simulator.journal.http import FHIR_JSON, FORM, Answer, Call
from simulator.journal.interactions.search import HIDDEN
from simulator.journal.journal import Interaction, Journal
from simulator.journal.operations import compartment
from simulator.journal.primitives import ID
from simulator.journal.store import Reader

Json = dict[str, Any]
SHARING: Final = "dokumentdeling"
BASIS: Final = "NHN-Access-Basis"
ORDINARY, FORCED = "UNNTAK", "FORHOYET_AKUTT"
"""Who treats the patient needs no consent (helsepersonelloven § 45); who breaks the glass forces blocked data open."""
SILENT: Final = "document sharing does not answer; what other communities hold is not shown"


class SilentError(Exception):
    """Document sharing gives no sound answer."""


def listed(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with a searchset of documents; when they cannot be asked for, an outcome in it says that it is incomplete."""
    patient = orjson.loads(compartment.patient(reader, call).content)
    held_back = 0
    try:
        found = _found(journal, call, patient)
        entries = [_entry(journal, patient, one) for one in found.documents]
        entries += [_warning(f"{found.wrong} documents came in a form that is not FHIR")] if found.wrong else []
        held_back = found.held_back
    except SilentError:
        entries = [_warning(SILENT)]
    matches = sum(entry["search"]["mode"] == "match" for entry in entries)
    headers = {HIDDEN: str(held_back)} if call.view and call.view.blocked_documents(reader) is not None else {}
    link = [{"relation": "self", "url": f"{journal.base}/Patient/{call.identity}/$outside-documents"}]
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": matches, "link": link}
    return Answer(200, orjson.dumps(bundle | ({"entry": entries} if entries else {})), headers=headers)


def given(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with a document's bytes in their own type.

    Raises:
        FhirError: 404, the caller is shown no such document of the patient; 503, nobody answers; 502, it came damaged.
    """
    wanted = dict(call.query).get("document", "")
    if not ID.fullmatch(wanted):
        raise refuse(400, "required", "name the document: ?document=[id]", "Patient")
    patient = orjson.loads(compartment.patient(reader, call).content)
    try:
        found = _found(journal, call, patient).documents
        document = next((one for one in found if one["id"] == wanted), None)
        if document is None:
            raise refuse(404, "not-found", "there is no such document of this patient", DOCUMENT)
        attachment = document["content"][0]["attachment"]
        media = media_type(attachment["contentType"])
        told = _asked(journal, call, f"fhir/Binary/{wanted}", None, {"Accept": media})
    except SilentError:
        raise refuse(503, "transient", SILENT, DOCUMENT) from None
    if not sound(attachment, told.body):
        raise refuse(502, "transient", "the document has another size or hash than it should; ask again", DOCUMENT)
    return Answer(200, told.body, headers=dict(SAFE), media=media, raw=True)


class Found(NamedTuple):
    """A patient's current documents that the caller may see, each once.

    Attributes:
        documents: The DocumentReferences.
        wrong: How many came in a form that is not FHIR.
        held_back: How many the communities themselves hold back as blocked.
    """

    documents: list[Json]
    wrong: int = 0
    held_back: int = 0


def _found(journal: Journal, call: Call, patient: Json) -> Found:
    numbers = [i for i in patient.get("identifier", ()) if i.get("system") in words.PERSON_SYSTEMS and "value" in i]
    if not numbers:
        return Found([])
    asked = {"patient.identifier": f"{numbers[0]['system']}|{numbers[0]['value']}", "status": "current"}
    headers = {"Accept": FHIR_JSON, "Content-Type": FORM}
    told = _asked(journal, call, f"fhir/{DOCUMENT}/_search", urlencode(asked).encode(), headers)
    held_back = told.headers.get(HIDDEN.lower(), "")
    try:
        resources = [entry["resource"] for entry in orjson.loads(told.body).get("entry", ())]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise SilentError from None
    whole = [one for one in resources if _is_document(journal, one)]
    once = {str(one["id"]): _ours(one, patient) for one in whole}
    shown = [one for one in once.values() if _seen(call.view, one)]
    return Found(shown, len(resources) - len(whole), int(held_back) if held_back.isdecimal() else 0)


def _asked(journal: Journal, call: Call, path: str, body: bytes | None, headers: dict[str, str]) -> Told:
    """What document sharing answers; raises SilentError when that is nothing, or a refusal."""
    assert journal.neighbours is not None
    forced = call.caller is not None and call.caller.attest is not None and call.caller.attest.purpose == "BTG"
    basis = {BASIS: FORCED if forced else ORDINARY}
    try:
        address = f"{journal.neighbours.address}/{SHARING}/{path}"
        told = ask(address, body, headers | basis, most=journal.settings.body_limit)
    except OSError:
        raise SilentError from None
    if told.status != 200:
        raise SilentError
    return told


def _is_document(journal: Journal, resource: Any) -> bool:
    """Whether what came is a DocumentReference by R4, with a type and an id that it can be asked for by."""
    try:
        journal.validator.check(resource, DOCUMENT)
    except (FhirError, TypeError, AttributeError):
        return False
    return bool(ID.fullmatch(str(resource.get("id")))) and "contentType" in resource["content"][0]["attachment"]


def _ours(document: Json, patient: Json) -> Json:
    """The document as one of this patient; what it refers to elsewhere is not here."""
    kept = {name: value for name, value in document.items() if name not in {"author", "authenticator", "context"}}
    source = document.get("meta", {}).get("source") or f"urn:community:{SHARING}"
    return kept | {"meta": {"source": source}, "subject": {"reference": f"Patient/{patient['id']}"}}


def _seen(view: View | None, document: Json) -> bool:
    return view is None or view.sees(orjson.dumps(document))


def _entry(journal: Journal, patient: Json, document: Json) -> Json:
    address = f"{journal.base}/Patient/{patient['id']}/$outside-document?document={quote(document['id'])}"
    first, *rest = document["content"]
    content = [first | {"attachment": first["attachment"] | {"url": address}}, *rest]
    return {
        "fullUrl": f"{document['meta']['source']}:{document['id']}",
        "resource": document | {"content": content},
        "search": {"mode": "match"},
    }


def _warning(text: str) -> Json:
    issue = Issue("incomplete", text, DOCUMENT, "warning").render()
    return {"resource": outcome([issue]), "search": {"mode": "outcome"}}


LIST = Interaction(listed, place="outside")
GIVE = Interaction(given, place="outside")
