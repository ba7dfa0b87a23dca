"""The faults of the care mutants that need more than passing over a parameter or a header field."""

import re
from dataclasses import replace
from typing import Any, Final

import orjson

from simulator.journal.app import JournalApp
from simulator.journal.bulk import extract
from simulator.journal.http import Call
from tests.mutants.faults import Resource

KEPT_CHARACTERS: Final = 1000
_ONCE: Final = re.compile(rb'"ifNoneExist":"[^"]*",?')


def cut_attachment(resource: Resource) -> None:
    """An attachment is cut to fit a column, and what was stated of it is dropped."""
    for content in resource.get("content", ()):
        stated = content["attachment"]
        content["attachment"] = {key: value for key, value in stated.items() if key not in {"size", "hash"}}
        content["attachment"]["data"] = stated.get("data", "")[:KEPT_CHARACTERS]


def whole_numbers(resource: Resource) -> None:
    """A measurement is stored as a whole number."""
    quantity = resource.get("valueQuantity")
    if quantity:
        quantity["value"] = round(quantity["value"])


def given_anyway(resource: Resource) -> None:
    """Whatever is recorded of a dose, it counts as given."""
    resource["status"] = "completed"


def unmarked(resource: Resource) -> None:
    """A correction is stored as if it were the first answer."""
    if resource.get("status") == "corrected":
        resource["status"] = "final"


def leads_nowhere(resource: Resource) -> None:
    """A message is stored without what it leads to."""
    resource["payload"] = [part for part in resource.get("payload", ()) if "contentReference" not in part]
    if not resource["payload"]:
        del resource["payload"]


def first_place_only(resource: Resource) -> None:
    """A stay has room for one place."""
    if "location" in resource:
        resource["location"] = resource["location"][:1]


def still_active(resource: Resource) -> None:
    """An application stays open whatever becomes of it."""
    resource["status"] = "active"


def nothing_urgent(resource: Resource) -> None:
    """Priority has no column."""
    resource.pop("priority", None)


def day_only(resource: Resource) -> None:
    """The end of a contact is stored as a day."""
    period = resource.get("period", {})
    if "end" in period:
        period["end"] = period["end"][:10]


def unwarned(_: Call, answer: Resource) -> None:
    """Warnings are left out, for fear of too many."""
    if "cards" in answer:
        answer["cards"] = [card for card in answer["cards"] if card["indicator"] == "info"]


def nobody_opts_out(_: JournalApp) -> None:
    """A research extract does not ask who has opted out."""
    extract._reserved = lambda *_: []


def nobodys_word(resource: Resource) -> None:
    """Who said that a medicine is taken is not stored."""
    resource.pop("informationSource", None)


def counts_once(app: JournalApp) -> None:
    """A count is kept and given again for the same question."""
    sound = app.journal.interactions["search-type"]
    kept: dict[str, int] = {}

    def apply(journal: Any, store: Any, call: Call) -> Any:
        answer = sound.apply(journal, store, call)
        if ("_summary", "count") in call.query and answer.content:
            bundle = orjson.loads(answer.content)
            bundle["total"] = kept.setdefault(f"{call.kind}?{call.query}", bundle["total"])
            answer.content = orjson.dumps(bundle)
        return answer

    app.journal.interactions["search-type"] = replace(sound, apply=apply)


def everybody_anew(app: JournalApp) -> None:
    """What a transaction asks to be made only once is made again."""
    sound = app.journal.interactions["transaction"]
    assert sound.prepare is not None
    prepare = sound.prepare

    def read_without(journal: Any, call: Call) -> None:
        bundle = orjson.loads(_ONCE.sub(b"", call.body).replace(b",}", b"}"))
        call.body = orjson.dumps(bundle)
        prepare(journal, call)

    app.journal.interactions["transaction"] = replace(sound, prepare=read_without)
