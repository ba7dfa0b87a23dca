"""Secured journals with one fault each in who is let in and what they see."""

from simulator.journal.access import (
    attest,
    blocks,
    caller,
    citizens,
    gate,
    prescribing,
    relations,
    rights,
    secrecy,
    tickets,
    token,
)
from simulator.journal.access.outside import HealthPersonnel
from simulator.journal.access.view import View
from simulator.journal.app import JournalApp
from simulator.journal.store import Reader
from simulator.journal.supported import WRITABLE
from tests.mutants.faults import Mutant


def never_expires(_: JournalApp) -> None:
    token.Tokens.check = lambda *_: None  # type: ignore[method-assign]


def any_age(_: JournalApp) -> None:
    setattr(attest.Attest, "check_age", lambda _: None)  # noqa: B010  replaced in this process only


def everybody_related(_: JournalApp) -> None:
    relations.Relations.relation = lambda *_: "employed"  # type: ignore[method-assign]


def reason_not_kept(_: JournalApp) -> None:
    told = caller.Caller.account

    def account(self: caller.Caller) -> dict[str, object]:
        return {name: value for name, value in told(self).items() if name != "reason"}

    caller.Caller.account = account  # type: ignore[method-assign]


def whole_record_for_cases(_: JournalApp) -> None:
    rights.DECISION_TYPES = frozenset(WRITABLE)  # type: ignore[misc]


def operators_are_systems(_: JournalApp) -> None:
    sound = rights.Rights.work_out

    def work_out(self: rights.Rights, reader: object, who: caller.Caller) -> View:
        if who.role == "operator":
            return View(who, self.indexer, self.secrecy, everybody=True)
        return sound(self, reader, who)  # type: ignore[arg-type]

    rights.Rights.work_out = work_out  # type: ignore[assignment,method-assign]


def versions_unmasked(app: JournalApp) -> None:
    secrecy.Secrecy.is_protected = lambda *_: False  # type: ignore[method-assign]
    told_afterwards(app)


def told_afterwards(_: JournalApp) -> None:
    """Each version is masked or not by its own label."""
    setattr(secrecy.Secrecy, "_was_protected", lambda *_: False)  # noqa: B010  replaced in this process only


def counts_blocked(_: JournalApp) -> None:
    setattr(blocks.Blocked, "conditions", lambda _: [])  # noqa: B010  replaced in this process only


def child_until_sixteen(_: JournalApp) -> None:
    citizens.CHILD = 16


def members_for_ever(_: JournalApp) -> None:
    def member(self: relations.Relations, reader: Reader, who: frozenset[str], patient: str) -> bool:
        asked = (("patient", patient), ("participant", ",".join(sorted(who))))
        return bool(self.found(reader, "CareTeam", *asked))

    relations.Relations._member = member  # type: ignore[method-assign]


def homes_unasked(_: JournalApp) -> None:
    setattr(citizens, "lives_with", lambda *_: True)  # noqa: B010  replaced in this process only


def lasting_tickets(_: JournalApp) -> None:
    tickets.UNDER_WAY |= {"completed"}  # type: ignore[misc]


def authorised_for_life(app: JournalApp) -> None:
    assert app.journal.gate is not None
    personnel: HealthPersonnel = app.journal.gate.personnel
    app.journal.gate.personnel = HealthPersonnel(personnel.address, age=1e9)


def any_right_is_full(_: JournalApp) -> None:
    setattr(gate, "scope_of", lambda _: frozenset({prescribing.EVERYTHING}))  # noqa: B010  replaced in this process only


ACCESS_MUTANTS = (
    Mutant(
        "expired-token",
        "R-TIL-01A",
        "Lifetime, issuer and audience of a token are not looked at.",
        "Whoever once had a token, or has one for another service, has the whole record.",
        never_expires,
        secured=True,
    ),
    Mutant(
        "old-attest",
        "R-TIL-01B",
        "The age of an attest is not looked at.",
        "Yesterday's patient is still open today.",
        any_age,
        secured=True,
    ),
    Mutant(
        "all-staff",
        "R-TIL-02A",
        "Employment anywhere counts as a relation.",
        "Anybody on the ward reads the record of a neighbour.",
        everybody_related,
        secured=True,
    ),
    Mutant(
        "silent-override",
        "R-TIL-02B",
        "The reason for breaking the glass is not kept.",
        "The resident cannot see why a stranger opened the record.",
        reason_not_kept,
        secured=True,
    ),
    Mutant(
        "curious-office",
        "R-TIL-02C",
        "A case officer sees the whole record.",
        "The office that decides on home help reads psychiatric diagnoses.",
        whole_record_for_cases,
        secured=True,
    ),
    Mutant(
        "all-seeing-operator",
        "R-TIL-06",
        "An operator is taken for a system.",
        "Operations staff read records without anybody knowing.",
        operators_are_systems,
        secured=True,
    ),
    Mutant(
        "address-in-history",
        "R-TIL-07",
        "Versions from before the protection are shown as they were.",
        "A person in hiding is found by the address in an earlier version.",
        versions_unmasked,
        secured=True,
    ),
    Mutant(
        "address-told-afterwards",
        "R-TIL-07B",
        "Versions from before the protection are shown when it is lifted.",
        "Whoever moves back is found by the address in an old version.",
        told_afterwards,
        secured=True,
    ),
    Mutant(
        "blocked-counted",
        "R-INN-02",
        "Totals count what is blocked.",
        "The neighbour learns that there is a diagnosis, and can guess which.",
        counts_blocked,
        secured=True,
    ),
    Mutant(
        "parents-until-sixteen",
        "R-INN-03",
        "A child counts as small until sixteen.",
        "A parent reads what a fourteen-year-old told the school nurse.",
        child_until_sixteen,
        secured=True,
    ),
    Mutant(
        "member-for-ever",
        "R-ADM-04B",
        "Who was once a member of a care team counts as one for ever.",
        "Somebody who left the team years ago still reads along.",
        members_for_ever,
        secured=True,
    ),
    Mutant(
        "homes-unasked",
        "R-INN-03B",
        "Nobody asks where the parents of a child live.",
        "A parent whom a child was moved away from reads where and how it is treated.",
        homes_unasked,
        secured=True,
    ),
    Mutant(
        "lasting-ticket",
        "R-TIL-06B",
        "A ticket opens the record also when it has been completed.",
        "Operations staff keep every record they were once let into.",
        lasting_tickets,
        secured=True,
    ),
    Mutant(
        "authorised-for-life",
        "R-GRU-02",
        "What HPR once said is believed for ever.",
        "A clinician who has lost the licence goes on treating.",
        authorised_for_life,
        secured=True,
    ),
    Mutant(
        "everybody-prescribes",
        "R-LEG-07",
        "Whoever is authorised in HPR prescribes everything.",
        "A helsesykepleier without the training starts a treatment with antibiotics.",
        any_right_is_full,
        secured=True,
    ),
)  # fmt: skip  a table
