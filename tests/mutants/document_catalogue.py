"""Journals with one fault each in documents, where entries come from, and what is moved in from old systems."""

from dataclasses import replace
from typing import Any

from simulator.journal.access.view import View
from simulator.journal.app import JournalApp
from simulator.journal.http import Answer, Call
from simulator.journal.provenance import render
from tests.mutants.faults import Mutant, Resource, answered, ignores


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


def author_lost(_: JournalApp) -> None:
    anonymous = {"who": {"display": "journal"}}
    setattr(render, "_agent", lambda _: anonymous)  # noqa: B010  replaced in this process only


DOCUMENT_MUTANTS = (
    Mutant(
        "author-lost",
        "R-JRN-04C",
        "Every change is told of as made by the journal itself.",
        "Nobody can ask whoever wrote it what was meant.",
        author_lost,
        secured=True,
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
        "R-SAM-05B",
        "Whoever has the address of a document's content gets it.",
        "What the patient has blocked is read by anybody with a link.",
        content_for_all,
        secured=True,
    ),
    Mutant(
        "silent-gap",
        "R-SAM-05C",
        "That other communities did not answer is not told.",
        "The nurse believes that the hospital has written nothing.",
        answered("$outside-documents", silent_gap),
        neighbours=True,
    ),
)  # fmt: skip  a table
