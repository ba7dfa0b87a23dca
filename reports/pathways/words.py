"""What a pathway says, in sentences: who it is for, how often it happens, and what each step does, when and by whom."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from reports.language import Texts
from reports.pathways.amounts import Amounts
from simulator.domain.codes import MESSAGE_NAMES
from simulator.domain.scenario import (
    APPOINTMENT,
    OLDEST,
    Following,
    LifeEvent,
    Milestones,
    Pathway,
    Rate,
    Schedule,
    Staffing,
    Step,
)

_PART: Final = re.compile(r"\w+\s*(?:>=|<=|>|<|=)\s*(?:[\d.]+|'[^']*')|[A-Za-z_]\w*")
_CODE: Final = re.compile(r" \([A-Z_]+\)$")
"""A message's code behind a step's name: the page says it beside."""
_WORD: Final = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Wording:
    """Says one pathway in one language."""

    pathway: Pathway
    staffing: Staffing
    texts: Texts
    amounts: Amounts

    def who(self) -> str:
        """For whom the pathway is."""
        who = self.pathway.who
        parts = []
        if (who.youngest, who.oldest) != (0, OLDEST):
            key = "from" if who.oldest >= OLDEST else "to" if who.youngest == 0 else "between"
            parts.append(self.texts(f"pathways.ages_{key}", low=str(who.youngest), high=str(who.oldest)))
        if who.where:
            parts.append(self.condition(who.where))
        return ", ".join(parts) if parts else self.texts("pathways.everybody")

    def condition(self, where: str) -> str:
        """An SQL condition in words, as far as there are words for it."""
        return _PART.sub(lambda match: self._in_words(match[0]), where)

    def _in_words(self, part: str) -> str:
        """A comparison, or else its words one by one; each is looked up once, so that no word is told twice."""
        known = self.texts.name("condition_of", re.sub(r"\s+", " ", part).removesuffix(".0"))
        return known if known in self.texts.entries.values() else _WORD.sub(lambda match: self._column(match[0]), part)

    def _column(self, word: str) -> str:
        return self.texts.name("column", word.lower() if word in ("AND", "OR", "NOT") else word)

    def how_often(self) -> str:
        """How often it happens, in the whole country or to each person."""
        demand, texts, amounts = self.pathway.demand, self.texts, self.amounts
        if isinstance(demand, Rate):
            if demand.total is not None:
                said = texts("pathways.often_total", total=amounts.plain(demand.total))
            else:
                said = texts(
                    "pathways.often_rate",
                    rate=amounts.plain(replace(demand.rate, constant=demand.rate.constant * 1000)),
                )
            lead = demand.lead and texts("pathways.often_lead", lead=amounts.spread(demand.lead))
            return f"{said} {lead}" if lead else said
        if isinstance(demand, Schedule):
            total, of = amounts.plain(demand.total), amounts.plain(demand.of)
            return texts("pathways.often_planned", total=total, of=of)
        if isinstance(demand, Milestones):
            ages = ", ".join(amounts.age(age) for age in demand.at)
            return texts("pathways.often_ages", n=len(demand.at), ages=ages)
        if isinstance(demand, Following):
            return " ".join(self._following(demand))
        assert isinstance(demand, LifeEvent)
        return texts("pathways.often_life", event=texts.name("life_event", demand.kind))

    def _following(self, demand: Following) -> Iterator[str]:
        for source in demand.sources:
            pathway, step = self.texts.name("pathway", source.pathway), human(source.step)
            share = self.amounts.share(source.chance)
            yield self.texts("pathways.often_from", pathway=pathway, step=step, share=share)

    def role(self, name: str) -> str:
        """What a profession or actor is called."""
        role = self.staffing.roles.get(name)
        return self.texts.pick(role.title) if role else name

    def organisation(self, kind: str) -> str:
        """What a kind of organisation is called."""
        return self.texts.name("organisation", kind)

    def step(self, name: str) -> str:
        """What a step of this pathway is called."""
        return next((self.title(step) for step in self.pathway.steps if step.id == name), human(name))

    def title(self, step: Step) -> str:
        """What a step is called: by its own file, by the report's texts, or else by its id."""
        if step.title:
            return self.texts.pick(step.title)
        named = self.texts.name("step", step.id)
        return human(step.id) if named == step.id else _CODE.sub("", named)

    def message(self, code: str) -> str:
        """A message type by its official name."""
        return f"{MESSAGE_NAMES[code]} ({code})" if code in MESSAGE_NAMES else code

    def kinds(self, words: tuple[str, ...]) -> str:
        """Kinds of information, as a list."""
        return ", ".join(self.texts.name("information", word) for word in words)


def human(word: str) -> str:
    """``first-visit`` as ``First visit``."""
    return capital(word.replace("-", " "))


def capital(text: str) -> str:
    """``text`` with a capital letter first."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said of a step: a key of ``pathways.line`` and what is said."""

    key: str
    text: str


def lines_of(step: Step, wording: Wording) -> list[Line]:
    """All that is said of a step: what it does, when, for how long, by when, and what if something goes wrong."""
    parts = (_does, _when, _only, _waits, _takes, _due, _otherwise)
    return [line for part in parts for line in part(step, wording)]


def _does(step: Step, say: Wording) -> Iterator[Line]:
    if step.reads:
        yield Line("reads", say.kinds(step.reads))
    if step.records:
        yield Line("records", say.kinds(step.records))
    if step.sends:
        receiver = say.organisation(step.to)
        yield Line("sends", say.texts("pathways.sends_to", message=say.message(step.sends), receiver=receiver))


def _when(step: Step, say: Wording) -> Iterator[Line]:
    texts, amounts = say.texts, say.amounts
    found = []
    for edge in step.after:
        name = _point(edge.step, say)
        if edge.known:
            name = texts("pathways.known", step=name)
        delay = edge.delay and amounts.spread(edge.delay)
        found.append(texts("pathways.after_delay", step=name, delay=delay) if delay else name)
    yield Line("after", capital("; ".join(found) if found else texts("pathways.first")))
    if step.opening:
        yield Line("hours", amounts.hours(step.opening.hours))


def _only(step: Step, say: Wording) -> Iterator[Line]:
    texts = say.texts
    low, high = say.amounts.value(step.chance)
    if (low, high) != (1.0, 1.0):
        yield Line("chance", say.amounts.share(step.chance))
    for key, names in (("if", step.only_if), ("unless", step.unless)):
        if names:
            yield Line(key, ", ".join(say.step(name) for name in names))
    if step.where:
        yield Line("where", say.condition(step.where))
    if step.occupies:
        place = texts.name("place", step.occupies.place)
        yield Line("occupies", texts("pathways.place_until", place=place, step=say.step(step.occupies.until)))


def _waits(step: Step, say: Wording) -> Iterator[Line]:
    if not step.needs:
        return
    texts, staff = say.texts, say.staffing.staff.get(step.needs)
    said = texts("pathways.needs_one", role=say.role(staff.role) if staff else step.needs)
    if step.patience is not None:
        patience = say.amounts.duration(step.patience)
        postponed = step.postpone and say.amounts.duration(step.postpone)
        if postponed:
            said = f"{said}; {texts('pathways.postponed', patience=patience, later=postponed)}"
        else:
            said = f"{said}; {texts('pathways.given_up', patience=patience)}"
    yield Line("needs", said)
    if not step.priority.isdecimal():
        yield Line("priority", say.texts("pathways.some_first"))


def _takes(step: Step, say: Wording) -> Iterator[Line]:
    if step.takes:
        yield Line("takes", say.amounts.spread(step.takes))
    if step.travel:
        yield Line("travel", say.amounts.spread(step.travel))


def _due(step: Step, say: Wording) -> Iterator[Line]:
    if step.within is None:
        return
    seconds, of = step.within.seconds, step.within.of
    yield Line("within", say.texts("pathways.within_of", time=say.amounts.duration(seconds), step=_point(of, say)))


def _point(name: str, say: Wording) -> str:
    """What others count from: a step in quotation marks, the time booked, or the start."""
    if name in ("", APPOINTMENT):
        return say.texts("pathways.appointment" if name else "pathways.start")
    return say.texts("pathways.quoted", step=say.step(name))


def _otherwise(step: Step, say: Wording) -> Iterator[Line]:
    texts, amounts = say.texts, say.amounts
    if step.acknowledged:
        said = step.acknowledged
        yield Line("receipt", texts("pathways.reminded", time=amounts.duration(said.seconds), n=said.remind))
    if step.lacking:
        found = []
        if step.lacking.takes:
            found.append(texts("pathways.lacking_takes", time=amounts.spread(step.lacking.takes)))
        if step.lacking.sends:
            receiver = say.organisation(step.lacking.to)
            found.append(texts("pathways.lacking_sends", message=say.message(step.lacking.sends), receiver=receiver))
        if step.lacking.answered:
            found.append(texts("pathways.lacking_answered", time=amounts.spread(step.lacking.answered)))
        yield Line("lacking", " ".join(found))
