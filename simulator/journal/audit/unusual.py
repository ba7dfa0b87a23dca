"""$unusual-access: look-ups in the audit trail without a plausible relation, each with its grounds.

For the data-protection officer (personvernombud) alone: Normen (follow-up of logs), pasientjournalloven § 22,
helsepersonelloven § 21a. What is found is a reason to ask, never a judgement. Look-ups by one professional in one
record are taken together; each ground weighs something, and what weighs enough is shown as a DetectedIssue.
"""

import re
import time
from statistics import median
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import orjson

from simulator.journal import dates
from simulator.journal.access import words
from simulator.journal.access.challenge import no_access
from simulator.journal.audit.traces import Trace, Traces, traces
from simulator.journal.clock import instant
from simulator.journal.definitions import parameters
from simulator.journal.errors import refuse
from simulator.journal.http import Answer, Call
from simulator.journal.journal import Interaction, Journal
from simulator.journal.store import Reader
from simulator.journal.supported import WRITABLE

Json = dict[str, Any]
GROUNDS: Final = "https://journalbenk.example/fhir/CodeSystem/unusual-access"
WEIGHTS: Final = {
    "own-record": (3, "looked up the own record as staff"),
    "override-without-follow-up": (3, "let himself in on his own authority, and no contact followed"),
    "no-contact": (2, "no contact with the patient before or after, and nothing written"),
    "same-household": (2, "lives at the patient's address"),
    "colleague": (2, "works where the patient works"),
    "volume": (2, "looked at far more patients than others do"),
    "neighbour": (1, "lives in the patient's street"),
}
"""The grounds, what each weighs and what it says (bench values)."""
ENOUGH: Final = 3
"""No ground that a treating professional may well have is enough alone (bench value)."""
PERSONAL: Final = frozenset({"fastlege", "shift"})
"""What access can rest on that is a relation of the professional's own, whatever is written."""
AROUND: Final = 30 * 86_400 * 1_000_000
"""How long before and after a look-up a contact makes it plausible (bench value)."""
USUAL_PERIOD: Final = 7 * 86_400 * 1_000_000
MANY: Final = 20
"""As many patients are never too many (bench value); beyond, three times as many as half of all look at."""
TIMES: Final = 3
_HOUSE: Final = re.compile(r"\s+\d+\s*[A-Za-z]?\s*$")


def apply(journal: Journal, reader: Reader, call: Call) -> Answer:
    """200 with a Bundle of DetectedIssues; 403 for anybody but the data-protection officer."""
    if call.caller is None or call.caller.role != "data-protection":
        raise no_access("analysis of the access log is the data-protection officer's alone")
    begin, end = _period(call)
    found = traces(reader, begin, end)
    examiner = _Examiner(journal, reader, found)
    entries = []
    for trace in found.found:
        grounds = examiner.grounds(trace)
        if sum(WEIGHTS[ground][0] for ground in grounds) >= ENOUGH:
            call.record.touch(trace.patient, trace.patient)
            entries.append({"resource": _issue(trace, grounds), "search": {"mode": "match"}})
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    return Answer(200, orjson.dumps(bundle | ({"entry": entries} if entries else {})))


def _period(call: Call) -> tuple[int, int]:
    """The period asked for by ``date=ge…`` and ``date=lt…``, in microseconds; the last seven days otherwise."""
    now = time.time_ns() // 1000
    begin, end = now - USUAL_PERIOD, now + 1
    for key, text in call.query:
        if key != "date" or text[:2] not in {"ge", "lt"}:
            raise refuse(400, "value", "the period is asked for by date=ge<instant> and date=lt<instant>")
        try:
            at = dates.span(text[2:].replace(" ", "+"))[0] * 1000
        except (ValueError, OverflowError):
            raise refuse(400, "value", f"{text[:40]!r} is not an instant") from None
        begin, end = (at, end) if text.startswith("ge") else (begin, at)
    return begin, end


class _Examiner:
    """Looks for what makes look-ups plausible, and for what does the opposite."""

    def __init__(self, journal: Journal, reader: Reader, found: Traces) -> None:
        self.journal = journal
        self.reader = reader
        self.found = found
        self.counted = found.patients_of()
        self.many = max(MANY, TIMES * int(median(self.counted.values() or [0])))
        numbers = journal.indexer.numbers
        kinds = [kind for kind in WRITABLE if kind not in {"Consent", "Provenance"} and "patient" in parameters()[kind]]
        self.patient_of = ", ".join(str(numbers[f"{kind}.patient"]) for kind in kinds)
        self._names: dict[str, list[str]] = {}
        self._addresses: dict[str, tuple[str, str]] = {}

    def grounds(self, trace: Trace) -> list[str]:
        """The grounds to ask about a trace, by name."""
        contact = trace.wrote or bool(trace.bases & PERSONAL) or self._met(trace)
        found = {
            "own-record": trace.person == trace.patient,
            "override-without-follow-up": trace.overrode and not contact,
            "no-contact": not contact,
            "colleague": trace.person != trace.patient and trace.place in self.found.staff.get(trace.patient, set()),
            "volume": self.counted[trace.hpr] > self.many,
        }
        if trace.person and trace.person != trace.patient:
            (own, street), (other, others) = self._address(trace.person), self._address(trace.patient)
            found["same-household"] = bool(own) and own == other
            found["neighbour"] = bool(street) and street == others and own != other
        return [name for name in WEIGHTS if found.get(name)]

    def _met(self, trace: Trace) -> bool:
        """Whether something about the patient names the professional, stored around the time he looked."""
        names = self._named(trace.hpr)
        marks = ", ".join("?" * len(names))
        rows = self.reader.rows(
            "SELECT 1 FROM idx_reference p JOIN idx_reference f ON f.rid = p.rid JOIN resource r ON r.rid = p.rid"  # noqa: S608  the journal's own numbers, values are bound
            f" WHERE p.param IN ({self.patient_of}) AND p.target = ? AND f.target IN ({marks})"
            " AND r.deleted = 0 AND r.updated BETWEEN ? AND ? LIMIT 1",
            (trace.patient, *names, trace.first - AROUND, trace.last + AROUND),
        )
        return bool(rows)

    def _named(self, hpr: str) -> list[str]:
        """What a professional is called in this journal: as Practitioner, and in his roles."""
        if hpr not in self._names:
            found = self.journal.rights.relations.found
            people = [f"Practitioner/{p['id']}" for p in found(self.reader, "Practitioner", _identified(hpr))]
            asked = ("practitioner", ",".join(people))
            roles = found(self.reader, "PractitionerRole", asked) if people else []
            self._names[hpr] = [*people, *(f"PractitionerRole/{role['id']}" for role in roles)]
        return self._names[hpr]

    def _address(self, patient: str) -> tuple[str, str]:
        """Where somebody lives, and in which street, each with its post code; empty when that is not known."""
        if patient not in self._addresses:
            stored = self.reader.find("Patient", patient.partition("/")[2])
            resource = orjson.loads(stored.content) if stored and stored.content else {}
            home: Json = next(iter(resource.get("address", ())), {})
            line, code = next(iter(home.get("line", ())), ""), home.get("postalCode", "")
            known = bool(line and code)
            street = _HOUSE.sub("", line)
            self._addresses[patient] = (f"{line}, {code}", f"{street}, {code}") if known else ("", "")
        return self._addresses[patient]


def _identified(hpr: str) -> tuple[str, str]:
    return "identifier", f"{words.HPR}|{hpr}"


def _issue(trace: Trace, grounds: list[str]) -> Json:
    """A trace as a DetectedIssue: who, whose record, on which grounds, and the AuditEvents it rests on."""
    weight = sum(WEIGHTS[ground][0] for ground in grounds)
    events = [{"reference": f"AuditEvent/{seq}"} for seq in trace.looks[:100]]
    who = {"system": words.HPR, "value": trace.hpr}
    return {
        "resourceType": "DetectedIssue",
        "id": str(uuid5(NAMESPACE_URL, f"{trace.hpr}/{trace.patient}/{trace.first}")),
        "status": "preliminary",
        "code": {"coding": [{"system": GROUNDS, "code": name, "display": WEIGHTS[name][1]} for name in grounds]},
        "severity": "high" if weight > ENOUGH else "moderate",
        "patient": {"reference": trace.patient},
        "identifiedDateTime": instant(trace.last),
        "implicated": [{"type": "Practitioner", "identifier": who, "display": trace.name}],
        "evidence": [{"detail": events}],
    }


INTERACTION = Interaction(apply, place="pool")
