"""Every mutant: its fault, the rule whose check must catch it, and what it would mean on the ward."""

from dataclasses import replace
from typing import Any

from simulator.journal.app import JournalApp
from simulator.journal.http import Answer, Call
from tests.mutants.faults import (
    Mutant,
    Resource,
    answered,
    asked,
    both,
    entries,
    ignores,
    races,
    stores,
    without,
)


def _lags(app: JournalApp) -> None:
    """What was written last is not found yet."""
    latest: list[str] = []

    def remember(_: Call, resource: Resource) -> None:
        latest[:] = [f"{resource.get('resourceType')}/{resource.get('id')}"]

    def hide(_: Call, bundle: Resource) -> None:
        found = bundle.get("entry", [])
        bundle["entry"] = [e for e in found if f"{e['resource']['resourceType']}/{e['resource']['id']}" not in latest]
        if not bundle["entry"]:
            del bundle["entry"]

    both(answered("create", remember), answered("search-type", hide))(app)


def _uncode(call: Call, bundle: Resource) -> None:
    if call.kind == "AllergyIntolerance":
        for resource in entries(bundle):
            resource["code"] = {"text": "Allergi"}


def _always_current(app: JournalApp) -> None:
    """An earlier version reads as the current one."""
    app.journal.interactions["vread"] = app.journal.interactions["read"]


def _without_display(resource: Resource) -> None:
    for coding in resource.get("code", {}).get("coding", ()):
        coding.pop("display", None)


def _any_status(app: JournalApp) -> None:
    """Observations are stored whatever their status says."""
    sound = app.journal.validator.check

    def check(resource: Any, expected: str) -> None:
        known = {**resource, "status": "final"} if expected == "Observation" else resource
        sound(known, expected)

    app.journal.validator.check = check  # type: ignore[method-assign]


def _no_last_page(call: Call, bundle: Resource) -> None:
    if any(name == "_cursor" for name, _ in call.query):
        bundle["link"] = [link for link in bundle.get("link", ()) if link["relation"] != "next"]


def _naive(resource: Resource) -> None:
    if "sent" in resource:
        resource["sent"] = resource["sent"][:19] + "Z"


def _boasts(_: Call, statement: Resource) -> None:
    for claim in statement["rest"][0]["resource"]:
        if claim["type"] == "Patient":
            claim["searchParam"].append({"name": "skonummer", "type": "token"})


def _exposes(app: JournalApp) -> None:
    """The answer to a look-up names the question as an address."""
    sound = app.journal.interactions["search-type"]

    def apply(journal: Any, store: Any, call: Call) -> Answer:
        answer = sound.apply(journal, store, call)
        question = "&".join(f"{name}={text}" for name, text in call.query)
        answer.headers["Content-Location"] = f"{journal.base}/{call.kind}?{question}"
        return answer

    app.journal.interactions["search-type"] = replace(sound, apply=apply)


def _piecemeal(app: JournalApp) -> None:
    """A transaction is carried out entry by entry, like a batch."""
    sound = app.journal.interactions["transaction"]
    assert sound.prepare is not None
    prepare = sound.prepare

    def read_as_batch(journal: Any, call: Call) -> None:
        call.body = call.body.replace(b'"type":"transaction"', b'"type":"batch"')
        prepare(journal, call)

    app.journal.interactions["transaction"] = replace(sound, prepare=read_as_batch)


def _skips_a_step(call: Call, bundle: Resource) -> None:
    if call.kind == "Task" and len(bundle.get("entry", ())) > 2:
        del bundle["entry"][1]


def _stays_active(resource: Resource) -> None:
    resource["status"] = "active"


def _unlinked(resource: Resource) -> None:
    resource.pop("referralRequest", None)


def _unlogged(app: JournalApp) -> None:
    """A search leaves nothing in the access log."""
    sound = app.journal.interactions["search-type"]
    app.journal.interactions["search-type"] = replace(sound, audited=False)


def _erasable(app: JournalApp) -> None:
    """Whoever asks may remove an entry of the access log."""
    from simulator.journal import app as application  # noqa: PLC0415  replaced in this process only

    sound = application.serve_request

    async def serve_request(journal: Any, scope: Any, receive: Any) -> Answer:
        if scope["method"] == "DELETE" and "/AuditEvent/" in scope["path"]:
            return Answer(204)
        return await sound(journal, scope, receive)

    application.serve_request = serve_request


def _unbounded(app: JournalApp) -> None:
    """A request of any size is taken."""
    app.journal.settings = replace(app.journal.settings, body_limit=1_000_000_000)


def _guesses_gender(resource: Resource) -> None:
    number = resource["identifier"][0]["value"]
    resource["gender"] = "female" if int(number[8]) % 2 == 0 else "male"


def _one_address(resource: Resource) -> None:
    resource["address"] = resource.get("address", [])[-1:]


def _open_ended(call: Call, bundle: Resource) -> None:
    if call.kind == "Encounter":
        for resource in entries(bundle):
            resource.get("period", {}).pop("end", None)


def _not_on_the_day(call: Call) -> None:
    if call.kind == "Encounter":
        call.query = [(n, t.replace("ge", "sa", 1) if n == "date" else t) for n, t in call.query]


MUTANTS = (
    Mutant(
        "late-index",
        "R-JRN-01",
        "What was written last is not found until something else is written.",
        "Legevakt treats a patient without what home care saw an hour ago.",
        _lags,
    ),
    Mutant(
        "withdrawn-shown",
        "R-JRN-02",
        "A search passes over clinical-status.",
        "A diagnosis withdrawn as wrong keeps steering treatment.",
        ignores("Condition", "clinical-status"),
    ),
    Mutant(
        "uncoded-allergy",
        "R-JRN-03",
        "Allergies are listed as text without a code.",
        "No system can warn of the allergy when a medicine is prescribed.",
        answered("search-type", _uncode),
    ),
    Mutant(
        "history-rewritten",
        "R-JRN-04A",
        "An earlier version reads as the current one.",
        "Nobody can show what was known when the decision was made.",
        _always_current,
    ),
    Mutant(
        "last-one-wins",
        "R-JRN-04B",
        "If-Match is passed over.",
        "One nurse's note disappears under another's without anybody noticing.",
        without("update", "if-match"),
    ),
    Mutant(
        "display-lost",
        "R-JRN-05A",
        "The text of a code is not stored.",
        "The nurse sees a code where a diagnosis stood.",
        stores("", _without_display),
    ),
    Mutant(
        "any-code",
        "R-JRN-05B",
        "An Observation is stored whatever its status says.",
        "A measurement that was never finished counts as one.",
        _any_status,
    ),
    Mutant(
        "last-page-lost",
        "R-JRN-09",
        "The second page says it is the last.",
        "The newest visits are missing for whoever leafs through the list.",
        answered("search-type", _no_last_page),
    ),
    Mutant(
        "medicine-race",
        "R-LEG-01",
        "If-Match is looked at before the write has its turn.",
        "Two prescribers both believe their dose is the one given.",
        races("update", "if-match", "MedicationStatement"),
    ),
    Mutant(
        "stopped-still-given",
        "R-LEG-03",
        "A search of medicines passes over status.",
        "Home care keeps giving a medicine the hospital stopped.",
        ignores("MedicationStatement", "status"),
    ),
    Mutant(
        "time-zone-lost",
        "R-SAM-02",
        "The time zone of a message is dropped.",
        "The municipality pays for a day it should not, or misses a deadline.",
        stores("Communication", _naive),
    ),
    Mutant(
        "message-twice",
        "R-SAM-03",
        "If-None-Exist is passed over for messages.",
        "A case officer handles the same admission twice.",
        without("create", "if-none-exist", kind="Communication"),
    ),
    Mutant(
        "boasting",
        "R-SAM-06A",
        "The CapabilityStatement claims a search parameter that does not exist.",
        "A vendor builds on a promise that does not hold.",
        answered("capabilities", _boasts),
    ),
    Mutant(
        "lenient",
        "R-SAM-06B",
        "Unknown search parameters are passed over although strict handling was asked for.",
        "A misspelt question is answered with the wrong patients.",
        without("search-type", "prefer"),
    ),
    Mutant(
        "number-in-address",
        "R-SAM-06C",
        "The answer to a look-up repeats the question as an address.",
        "Person numbers end up in logs that others read.",
        _exposes,
    ),
    Mutant(
        "half-a-transaction",
        "R-SAM-06D",
        "A transaction is carried out like a batch.",
        "Half of what belongs together is in the record.",
        _piecemeal,
    ),
    Mutant(
        "newcomer-race",
        "R-SAM-06E",
        "If-None-Exist is looked at before the write has its turn.",
        "One person has two records, each with half of the allergies.",
        races("create", "if-none-exist", "Patient"),
    ),
    Mutant(
        "step-skipped",
        "R-SAM-08",
        "The history of a task leaves out a step.",
        "Nobody can see that the referral was ever received.",
        answered("history-instance", _skips_a_step),
    ),
    Mutant(
        "never-done",
        "R-SAM-10",
        "A search of tasks passes over status.",
        "A task that is done is done again, and an open one drowns.",
        ignores("Task", "status"),
    ),
    Mutant(
        "never-ends",
        "R-SAM-15",
        "A service that has ended is stored as active.",
        "A nurse drives to somebody who no longer has the service.",
        stores("EpisodeOfCare", _stays_active),
    ),
    Mutant(
        "unlinked-decision",
        "R-ADM-01",
        "A decision is stored without the application it answers.",
        "The applicant cannot see what was decided, nor appeal.",
        stores("EpisodeOfCare", _unlinked),
    ),
    Mutant(
        "everybodys-task",
        "R-ADM-04",
        "A search of tasks passes over the owner.",
        "Both teams think the other one goes.",
        ignores("Task", "owner"),
    ),
    Mutant(
        "silent-search",
        "R-INN-01",
        "A search leaves nothing in the access log.",
        "Somebody snoops in a neighbour's record and nobody can see it.",
        _unlogged,
    ),
    Mutant(
        "double-booking",
        "R-INN-05",
        "If-None-Exist is looked at before the write has its turn.",
        "Two patients sit in the waiting room with the same time.",
        races("create", "if-none-exist", "Appointment"),
    ),
    Mutant(
        "erasable-log",
        "R-TIL-04",
        "An entry of the access log can be removed.",
        "Whoever snoops removes the trace.",
        _erasable,
    ),
    Mutant(
        "strangers-medicines",
        "R-TIL-05A",
        "A search of medicines passes over the patient.",
        "A patient is given somebody else's medicine.",
        ignores("MedicationStatement", "patient"),
    ),
    Mutant(
        "no-limit",
        "R-TIL-05B",
        "A request of any size is taken.",
        "One faulty system takes the record down for everybody.",
        _unbounded,
    ),
    Mutant(
        "gender-from-number",
        "R-GRU-01",
        "Gender is computed from the number.",
        "A woman is not called in to screening.",
        stores("Patient", _guesses_gender),
    ),
    Mutant(
        "former-address-lost",
        "R-GRU-03",
        "Only the last address is stored.",
        "The municipality that owes the service can no longer be found.",
        stores("Patient", _one_address),
    ),
    Mutant(
        "list-leaves-out",
        "R-NFR-07",
        "Lists of contacts leave out when the contact ended.",
        "The record does not survive a change of supplier.",
        answered("search-type", _open_ended),
    ),
    Mutant(
        "first-day-lost",
        "R-RAP-01",
        "A search from a day on leaves that day out.",
        "The municipality reports, and is paid for, less than it does.",
        asked("search-type", _not_on_the_day),
    ),
)  # fmt: skip  a table
