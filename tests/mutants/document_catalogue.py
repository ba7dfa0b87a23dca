"""Journals with one fault each in documents, where entries come from, and what is moved in from old systems."""

from dataclasses import replace
from typing import Any

from simulator.journal.access.view import View
from simulator.journal.app import JournalApp
from simulator.journal.http import Answer, Call
from simulator.journal.provenance.find import ProvenanceFinder
from tests.mutants import breaks
from tests.mutants.faults import Mutant, Resource, answered, ignores, stores


def cut_content(app: JournalApp) -> None:
    """The content of a document breaks off."""
    sound = app.journal.interactions["read"]

    def apply(journal: Any, reader: Any, call: Call) -> Answer:
        answer = sound.apply(journal, reader, call)
        if answer.raw:
            answer.content = answer.content[:20]
        return answer

    app.journal.interactions["read"] = replace(sound, apply=apply)


def content_for_all(_: JournalApp) -> None:
    View._shows_content = lambda *_: True  # type: ignore[method-assign]


def silent_gap(_: Call, bundle: Resource) -> None:
    bundle["entry"] = [e for e in bundle.get("entry", ()) if e["resource"]["resourceType"] != "OperationOutcome"]


def corrections_untold(_: JournalApp) -> None:
    sound = ProvenanceFinder._shown
    ProvenanceFinder._shown = lambda self, where: f"{sound(self, where)} AND v.vid = 1"  # type: ignore[method-assign]


def vaccinations_lost(app: JournalApp) -> None:
    """A vaccination in a bundle is acknowledged and not stored."""
    sound = app.journal.interactions["create"]

    def apply(journal: Any, store: Any, call: Call) -> Answer:
        if not call.inside or call.kind != "Immunization":
            return sound.apply(journal, store, call)
        address = f"{journal.base}/{call.kind}/{call.identity}/_history/1"
        return Answer(201, b"", 1, journal.clock.now(), address)

    app.journal.interactions["create"] = replace(sound, apply=apply)


def cut_notes(resource: Resource) -> None:
    for content in resource["content"]:
        content["attachment"]["data"] = content["attachment"].get("data", "")[:24]


def whole_hours(resource: Resource) -> None:
    period = resource.get("period", {})
    period |= {name: f"{text[:14]}00{text[16:]}" for name, text in period.items() if len(text) > 16}


DOCUMENT_MUTANTS = (
    Mutant(
        "vaccinations-lost",
        "R-MIG-01",
        "Vaccinations of a bundle are acknowledged and not stored.",
        "A child is vaccinated once more, or never.",
        vaccinations_lost,
    ),
    Mutant(
        "notes-cut",
        "R-MIG-01",
        "Texts of documents are cut when they are stored.",
        "Why a medicine was stopped is no longer to be read.",
        stores("DocumentReference", cut_notes),
    ),
    Mutant(
        "moved-to-the-wrong-person",
        "R-MIG-01",
        "Every diagnosis is filed under the first patient.",
        "A patient is treated for what somebody else has.",
        breaks.misfiles,
    ),
    Mutant(
        "dates-rounded",
        "R-MIG-01",
        "Times of contacts are rounded to whole hours.",
        "Nobody can tell any more what came first.",
        stores("Encounter", whole_hours),
    ),
    Mutant(
        "corrections-untold",
        "R-JRN-04C",
        "Only the first version tells where it comes from.",
        "Nobody can ask whoever corrected it what was meant.",
        corrections_untold,
    ),
    Mutant(
        "superseded-shared",
        "R-SAM-05A",
        "A search of documents passes over the status asked for.",
        "The hospital acts on an epikrise that has been replaced.",
        ignores("DocumentReference", "status"),
    ),
    Mutant(
        "content-cut",
        "R-SAM-05A",
        "The content of a document breaks off after twenty bytes.",
        "The doctor reads half an epikrise and takes it for the whole.",
        cut_content,
    ),
    Mutant(
        "content-for-all",
        "R-TIL-02D",
        "Whoever has the address of a document's content gets it.",
        "What the patient has blocked is read by anybody with a link.",
        content_for_all,
        secured=True,
    ),
    Mutant(
        "silent-gap",
        "R-SAM-05B",
        "That other communities did not answer is not told.",
        "The nurse believes that the hospital has written nothing.",
        answered("$outside-documents", silent_gap),
        neighbours=True,
    ),
)  # fmt: skip  a table
