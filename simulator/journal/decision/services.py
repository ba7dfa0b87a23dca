"""The CDS Hooks services: discovery, cards at ``patient-view`` and ``order-sign``, and why a card was overridden.

https://cds-hooks.hl7.org/2.0/. They stand below the FHIR base, at ``cds-services``. What a card said and why it was
overridden is kept as a DetectedIssue with its mitigation, in the patient's record like everything else.
"""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import orjson

from simulator.journal.access.stage import check_written
from simulator.journal.decision.advice import Advice, at_order, at_view
from simulator.journal.decision.chart import Chart, chart_of, medicines_of
from simulator.journal.decision.knowledge import knowledge
from simulator.journal.errors import refuse
from simulator.journal.http import JSON_TYPES, Answer, Call, check_content_type, parse_json
from simulator.journal.interactions.common import new_id
from simulator.journal.journal import Interaction, Journal
from simulator.journal.operations import compartment
from simulator.journal.store import Reader, Store

SERVICES: Final = {
    "chart-opened": ("patient-view", "Checks that are overdue, and medicines in use that do not go together"),
    "order-check": ("order-sign", "Interactions, allergies, duplicates and doses against the kidney function"),
}
REASONS: Final = "https://journalbenk.example/fhir/CodeSystem/override-reason"
CARD: Final = "https://journalbenk.example/fhir/sid/cds-card"
LONGEST_SUMMARY: Final = 139
OUTCOMES: Final = frozenset({"accepted", "overridden"})


def discover(_: Journal, __: Reader, ___: Call) -> Answer:
    """200 with the services there are."""
    listed = [
        {"hook": hook, "id": name, "title": f"journalbenk {name}", "description": description}
        for name, (hook, description) in SERVICES.items()
    ]
    return Answer(200, orjson.dumps({"services": listed}))


def read_body(_: Journal, call: Call) -> None:
    """Reads the request of a service or a feedback."""
    if call.identity not in SERVICES:
        raise refuse(404, "not-found", f"there is no service {(call.identity or '')[:40]!r}; see cds-services")
    check_content_type(call.headers, JSON_TYPES)
    body = parse_json(call.body)
    if not isinstance(body, dict):
        raise refuse(400, "structure", "the body is not a JSON object")
    call.resource = body


def advise(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with cards, none when there is nothing to say; 404 for an unknown patient; 412 for a request without one."""
    hook, _ = SERVICES[call.identity or ""]
    body: dict[str, Any] = call.resource
    context = body.get("context") if isinstance(body.get("context"), dict) else {}
    if body.get("hook") != hook:
        raise refuse(400, "value", f"this service is for the hook {hook}, not {str(body.get('hook'))[:40]!r}")
    patient = str((context or {}).get("patientId") or "").removeprefix("Patient/")
    if not patient:
        raise refuse(412, "required", "the context names no patientId", "Patient")
    call.kind, call.identity = "Patient", patient
    compartment.patient(reader, call)
    chart = chart_of(journal, reader, call)
    lang = "en" if call.headers.get("accept-language", "").lower().startswith("en") else "nb"
    cards = [_card(patient, advice, lang) for advice in _said(hook, chart, context or {})]
    for card in cards:
        journal.issued.keep(card["uuid"], patient, card["summary"])
    return Answer(200, orjson.dumps({"cards": cards}))


def _said(hook: str, chart: Chart, context: dict[str, Any]) -> list[Advice]:
    if hook == "patient-view":
        return at_view(knowledge(), chart, datetime.now(UTC).date())
    drafts = context.get("draftOrders")
    entries = drafts.get("entry") if isinstance(drafts, dict) else None
    listed = entries if isinstance(entries, list) else []
    resources = [e.get("resource") for e in listed if isinstance(e, dict)]
    orders = [r for r in resources if isinstance(r, dict) and str(r.get("resourceType")).startswith("Medication")]
    return at_order(knowledge(), chart, medicines_of(orders))


def _card(patient: str, advice: Advice, lang: str) -> dict[str, Any]:
    """A card; the same advice on the same patient has the same uuid, so that feedback can be followed."""
    known = knowledge()
    reasons = [{"code": code, "system": REASONS, "display": text.said(lang)} for code, text in known.reasons]
    return {
        "uuid": str(uuid5(NAMESPACE_URL, f"{patient}/{advice.text.en}/{advice.detail}")),
        "summary": advice.text.said(lang)[:LONGEST_SUMMARY],
        "detail": advice.detail,
        "indicator": advice.indicator,
        "source": known.source(advice.source),
        "overrideReasons": reasons,
    }


def keep_feedback(journal: Journal, store: Store, call: Call) -> Answer:
    """200 when what became of each card has been kept; 400 for what is not understood, 404 for an unknown card."""
    given = call.resource.get("feedback")
    if not isinstance(given, list) or not given:
        raise refuse(400, "required", "the body holds no list 'feedback'")
    for issue in [_issue(journal, item) for item in given]:
        journal.validator.check(issue, "DetectedIssue")
        identity = new_id()
        now = store.put(issue | {"id": identity}, None, "POST")
        check_written(call.view, now.content or b"")
        call.record.touch(f"DetectedIssue/{identity}", now.patient)
    return Answer(200, b"{}")


def _issue(journal: Journal, item: Any) -> dict[str, Any]:
    """The DetectedIssue that tells what a card said, and the reason for overriding it as its mitigation."""
    texts = isinstance(item, dict) and all(isinstance(item.get(name), str) for name in ("card", "outcome"))
    if not texts or item["outcome"] not in OUTCOMES:
        raise refuse(400, "value", "each feedback names a 'card' and an 'outcome', accepted or overridden")
    patient, summary = journal.issued.find(item["card"])
    given = item.get("overrideReason")
    override: dict[str, Any] = given if isinstance(given, dict) else {}
    reason, comment = override.get("reason"), override.get("userComment")
    if item["outcome"] == "overridden" and not reason and not comment:
        raise refuse(400, "required", "a card that is overridden needs an 'overrideReason'")
    action = ({"coding": [reason]} if isinstance(reason, dict) else {}) | {"text": str(comment or item["outcome"])}
    at = item.get("outcomeTimestamp")
    return {
        "resourceType": "DetectedIssue",
        "identifier": [{"system": CARD, "value": item["card"]}],
        "status": "final",
        "patient": {"reference": f"Patient/{patient}"},
        "detail": summary,
        "mitigation": [{"action": action, **({"date": at} if isinstance(at, str) else {})}],
    }


DISCOVERY = Interaction(discover, audited=False, public=True)
SERVICE = Interaction(advise, read_body, "pool")
FEEDBACK = Interaction(keep_feedback, read_body, "writer")
