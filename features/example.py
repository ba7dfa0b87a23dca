"""One example under way: who it is about, what was sent, what came back, and the verdict on it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NoReturn
from urllib.parse import quote

import orjson
import pytest

from features.study import Fits, Resident, Row, Study, Written, anybody
from features.telling import Step, tell
from simulator.candidates import Neighbours, Session
from simulator.checks import by_rule, judge
from simulator.domain.exchange import Exchange, Fact, History
from simulator.domain.interaction import Interaction, Verb
from simulator.domain.requirement import Catalogue
from simulator.domain.verdict import Finding, Verdict
from simulator.fhir import row_to_interaction
from simulator.histories import Recorder
from simulator.streams import derived_id

MOST_PAGES: Final = 60
STRICT: Final = (("Prefer", "handling=strict"),)


class EndlessListError(Exception):
    """The candidate's list goes on beyond what the bench reads, so nobody knows what else is in it."""


class NotTakenInError(Exception):
    """The candidate did not take in the people and care the example rests on; the history says what happened."""


@dataclass(slots=True)
class Example:
    """The conversation of one example; everything sent is kept, so that its check can judge it."""

    name: str
    study: Study
    session: Session
    recorder: Recorder
    catalogue: Catalogue
    exchanges: list[Exchange] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)
    residents: list[Resident] = field(default_factory=list)
    _made: int = 0
    told: list[list[Written]] = field(default_factory=list)
    """What the steps told last write."""
    _episodes: int = 0
    rules: tuple[str, ...] = ()
    """The rules it speaks for."""
    _neighbours: Neighbours | None = None

    @property
    def neighbours(self) -> Neighbours:
        """The candidate's neighbours; without any in its file the example ends here, as not applicable."""
        if self._neighbours is None:
            if self.session.running.candidate.neighbours is None:
                why = Finding("not_applicable", "The candidate's file names no neighbours.")
                self.leave_out(dict.fromkeys(self.rules, why))
            self._neighbours = Neighbours(self.session.running, lambda name, value: self.know(**{name: value}))
        return self._neighbours

    @property
    def resident(self) -> Resident:
        """The resident the example is about."""
        return self.residents[0]

    def meet(self, fits: Fits = anybody, *, where: str = "", **least: int) -> Resident:
        """A resident of the study with at least so many of each thing, and who fits, takes part."""
        found = self.study.resident(self.name, fits, where=where, **least)
        self.residents.append(found)
        return found

    def id_of(self, resident: Resident) -> str:
        """The id the candidate gave a resident; one that nobody has when it gave none."""
        return (self.session.reference(resident.patient.id) or "/nobody").partition("/")[2]

    def tell(self, *steps: Step, about: Resident | None = None) -> list[list[Written]]:
        """What each step writes about a resident (the first, when none is named), as pathways would write it."""
        resident = about or self.resident
        self._episodes += 1
        episode = f"{self.name}/{resident.person['resident']}/{self._episodes}"
        self.told = tell(self.study, resident, episode, steps)
        return self.told

    def record(self, label: str, steps: Iterable[Sequence[Written]], *, actor: str = "") -> None:
        """Send what some steps write, in order, as ``<label>.<number>``."""
        before = sum(e.label.startswith(f"{label}.") for e in self.exchanges)
        for number, written in enumerate((w for step in steps for w in step), start=before + 1):
            self.write(written, f"{label}.{number}", actor=actor)

    def know(self, **facts: Any) -> None:
        """Write down what is true in the simulated world."""
        for name, value in facts.items():
            self.facts[name] = value
            self.recorder.fact(self.name, Fact(name, value))

    def seed(self, rows: Iterable[Row | Written], *, leaving_out: Sequence[Written] = ()) -> None:
        """Let the candidate have these creates of the study and all they need, as far as it has not got them."""
        wanted = [row.row if isinstance(row, Written) else row for row in rows]
        left_out = {w.id for w in leaving_out}
        for row in self.study.needed(wanted):
            known = self.session.knows(row["interaction"])
            if row["verb"] == "create" and row["interaction"] not in left_out and not known:
                self._must(self.session.send(row_to_interaction(row), label="seed", actor=row["profession"] or ""))

    def _must(self, exchange: Exchange) -> None:
        """Without the people and care it rests on an example says nothing, so it stops at the first refusal."""
        if self.keep(exchange).outcome != "ok":
            raise NotTakenInError(f"exchange {exchange.number}")

    def write(self, written: Written, label: str, *, actor: str = "", also: Sequence[tuple[str, str]] = ()) -> Exchange:
        """Send one create of the study, after what it needs."""
        self.seed([written], leaving_out=[written])
        interaction = written.interaction
        interaction = replace(interaction, headers=(*interaction.headers, *also))
        return self.keep(self.session.send(interaction, label=label, actor=actor or written.row["profession"] or ""))

    def send_as(self, written: Written, label: str, body: Any, *, actor: str = "", **parts: Any) -> Exchange:
        """Send a create that was told, with another body (and headers), after what it needs."""
        self.seed([written], leaving_out=[written])
        other = replace(written.interaction, body=orjson.dumps(body), **parts)
        return self.keep(self.session.send(other, label=label, actor=actor or written.row["profession"] or ""))

    def interaction(self, verb: Verb, kind: str, **parts: Any) -> Interaction:
        """An interaction of the example's own, with an id that depends on nothing but its place in the example."""
        self._made += 1
        body = parts.pop("body", None)
        encoded = orjson.dumps(body) if isinstance(body, (dict, list)) else body
        return Interaction(derived_id("features", self.name, self._made), verb, kind, body=encoded, **parts)

    def send(self, verb: Verb, kind: str, label: str, *, actor: str = "", **parts: Any) -> Exchange:
        """Send an interaction of the example's own; ``parts`` are those of Interaction, the body as a resource."""
        return self.keep(self.session.send(self.interaction(verb, kind, **parts), label=label, actor=actor))

    def change(self, written: Written, label: str, changes: Mapping[str, Any], **more: Any) -> Exchange:
        """Update something written with some elements changed (None takes one away)."""
        changed = {**written.resource, **changes}
        body = {name: value for name, value in changed.items() if value is not None}
        return self.send("update", written.type, label, target=written.id, body=body, **more)

    def search(
        self, kind: str, label: str, *, actor: str = "", strict: bool = False, **criteria: Any
    ) -> list[Exchange]:
        """Search and follow every page; parameter names with ``_`` for ``-``, except leading ones.

        A list that leads back to a page it has led to ends there. Raises EndlessListError when it goes on for long.
        """
        query = "&".join(f"{_name(n)}={quote(str(v), safe=':|,/')}" for n, v in criteria.items())
        found = [self.send("search", kind, label, actor=actor, query=query, headers=STRICT if strict else ())]
        followed: set[str] = set()
        while (link := _next(found[-1])) and link not in followed:
            if len(found) == MOST_PAGES:
                raise EndlessListError(f"A list still went on after {MOST_PAGES} pages.")
            followed.add(link)
            found.append(self.keep(self.session.follow(link, label=label, actor=actor)))
        return found

    def chart(self, kind: str, label: str, resident: Resident | None = None, **criteria: Any) -> list[Exchange]:
        """Search one type of the resident's record."""
        patient = f"urn:uuid:{(resident or self.resident).patient.id}"
        return self.search(kind, label, patient=patient, **criteria)

    def together(self, interactions: Sequence[Interaction], label: str, *, actor: str = "") -> list[Exchange]:
        """Send several at one instant."""
        labels = [f"{label}.{n}" for n in range(1, len(interactions) + 1)]
        return [self.keep(e) for e in self.session.send_together(interactions, labels=labels, actor=actor)]

    def keep(self, exchange: Exchange) -> Exchange:
        """Remember an exchange for the verdict."""
        self.exchanges.append(exchange)
        return exchange

    def wait(self, seconds: float) -> None:
        """Give the candidate a moment."""
        time.sleep(seconds)

    def holds(self, rule: str) -> None:
        """Judge the example by the rule's check, write the verdict down, and fail the test unless it passes."""
        found = self.judge(rule)
        if found.outcome != "pass":
            pytest.fail(f"{found.outcome} ({found.attribution}): {found.message}", pytrace=False)

    def part(self) -> None:
        """Takes leave of the neighbours: they behave well again for whoever comes next."""
        if self._neighbours is not None:
            self._neighbours.behave_well()
            self._neighbours.close()
            self._neighbours = None

    def leave_out(self, why: dict[str, Finding]) -> NoReturn:
        """End the example without trying it, after writing down by rule what that means for the candidate.

        To pytest this is a skip; to the report it is the verdict written here, so nothing is passed over in silence.
        """
        for rule, found in why.items():
            self.conclude(rule, found)
        pytest.skip(next(iter(why.values())).message)

    def capability(self, rule: str) -> str:
        """The capability that a rule belongs to."""
        return self.catalogue.requirements[self.catalogue.rules[rule].requirement].capability

    def judge(self, rule: str) -> Finding:
        """The verdict on one rule as the history stands, written down."""
        found = judge(by_rule(rule).name, History(self.name, self.facts, tuple(self.exchanges)))
        self.conclude(rule, found)
        return found

    def conclude(self, rule: str, found: Finding) -> None:
        """Write down the verdict on one rule."""
        self.judged.add(rule)
        stated = self.catalogue.rules[rule]
        self.recorder.verdict(
            Verdict(
                requirement=stated.requirement,
                capability=self.catalogue.requirements[stated.requirement].capability,
                level=stated.level,
                rule=rule,
                check=by_rule(rule).name,
                example=self.name,
                outcome=found.outcome,
                attribution=found.attribution,
                message=found.message,
                evidence=found.evidence,
            )
        )


def _name(parameter: str) -> str:
    return f"_{parameter[1:].replace('_', '-')}" if parameter.startswith("_") else parameter.replace("_", "-")


def _next(page: Exchange) -> str:
    """The link to the next page; empty on the last."""
    links = (page.resource() or {}).get("link")
    if page.outcome != "ok" or not isinstance(links, list):
        return ""
    return next((str(x.get("url", "")) for x in links if isinstance(x, dict) and x.get("relation") == "next"), "")
