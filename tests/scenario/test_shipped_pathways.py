"""The shipped pathways against what they rest on: named deadlines, who sends what to whom, for whom a step is."""

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
import yaml

from simulator.domain.scenario import Pathway, Step
from simulator.figures import Figures
from simulator.places import PATHWAYS
from simulator.population import make_population
from simulator.scenario.pathways import load_pathway

NAMES = sorted(file.stem for file in PATHWAYS.glob("*.yaml"))
DAY = 86400
WAYS: dict[str, tuple[set[str], set[str]]] = {
    "HELSEOPPL_SOKNAD": ({"hospital"}, {"intake"}),
    "HELSEOPPLYSNINGER_LEGE": ({"home-care", "alarm-centre", "mental-health", "rehabilitation"}, {"gp"}),
    "INNLEGGELSESRAPPORT": ({"home-care"}, {"hospital", "ohd"}),
    "LOG_INNLAGT": ({"hospital", "ohd"}, {"home-care", "mental-health"}),
    "MEDISINSKE_OPPLYSNINGER": ({"gp"}, {"home-care", "nursing-home"}),
    "ORIENTERING_TJENESTETILBUD": ({"intake"}, {"gp"}),
    "UTSKRIVNINGSRAPPORT": ({"hospital", "nursing-home"}, {"home-care"}),
    "KPR_HST": ({"health-station"}, {"registers"}),
    "SYKMELD": ({"gp"}, {"nav"}),
}
"""Who sends a message to whom (Norsk helsenett's guides to PLO messages; KPR's reports of the health stations)."""
SAID = {
    ("cancer", "answered"),
    ("discharge-ready", "decided"),
    ("discharge-ready", "discharged"),
    ("lab-test", "answered"),
    ("ohd-stay", "admitted"),
    ("psychiatry", "admitted"),
    ("psychiatry", "discharged"),
}
"""Steps that begin with the patient or the sample, or by telephone, whatever becomes of the message."""
LIMITS = {
    ("service-application", "appealed"): (28 * DAY, "decided"),
    ("elderly-at-home", "gp-seen"): (7 * DAY, "told-gp"),
    ("newborn-visit", "visit"): (10 * DAY, "born"),
    ("newborn-visit", "midwife-visit"): (3 * DAY, "home"),
    ("pregnancy", "nurse-visit"): (10 * DAY, "birth"),
    ("pregnancy", "midwife-visit"): (3 * DAY, "home"),
    ("referral", "assessed"): (14 * DAY, "referred"),
    ("coercion", "appealed"): (21 * DAY, "told-next-of-kin"),
    ("child-welfare-concern", "gone-through"): (7 * DAY, "reported"),
    ("child-welfare-concern", "told-back"): (21 * DAY, "reported"),
    ("child-welfare-concern", "gp-answered"): (round(365.25 / 4 * DAY), "gone-through"),
}
"""Deadlines in seconds, and the step they count from: four weeks by pasient- og brukerrettighetsloven § 7-5, three
by § 4A-7, ten working days by § 2-2 a, a week and then three months by barnevernsloven §§ 2-1 and 2-2; five working
days, and the guideline's days after birth or coming home."""


def steps() -> Iterator[tuple[Pathway, Step]]:
    """Every step of every shipped pathway."""
    for name in NAMES:
        pathway = load_pathway(name)
        yield from ((pathway, step) for step in pathway.steps)


def one(pathway: str, step: str) -> Step:
    """A step by the two names."""
    return next(found for found in load_pathway(pathway).steps if found.id == step)


@pytest.mark.parametrize("name", NAMES)
def test_every_deadline_is_a_named_number(name: str) -> None:
    """Deadlines, and when a receipt is missed, are parameters, so that each has a source and a status on its page."""
    written: dict[str, Any] = yaml.safe_load((PATHWAYS / f"{name}.yaml").read_text("utf-8"))
    limits = [step["within"] for step in written["steps"] if "within" in step]
    limits = [limit["time"] if isinstance(limit, dict) else limit for limit in limits]
    limits += [step["acknowledged"]["within"] for step in written["steps"] if "acknowledged" in step]
    assert [limit for limit in limits if not str(limit).startswith("parameter ")] == []


@pytest.mark.parametrize(("pathway", "step"), LIMITS)
def test_deadlines_are_those_of_their_sources(pathway: str, step: str) -> None:
    """So long, and counted from what the source counts from."""
    within = one(pathway, step).within
    assert within is not None
    assert (within.seconds, within.of) == LIMITS[pathway, step]


def test_coercion_is_told_of_by_its_own_letter() -> None:
    """The other letter's deadline for appeals is a week too long for it."""
    told = [step.records for _, step in steps() if "coercion-decision" in step.records]
    assert told
    assert all("coercion-letter" in words and "decision-letter" not in words for words in told)


def test_messages_go_the_way_they_are_made_for() -> None:
    """Each type from those who send it to those who receive it."""
    wrong = [
        (pathway.name, step.id, step.at, step.to)
        for pathway, step in steps()
        if step.sends in WAYS and (step.at not in WAYS[step.sends][0] or step.to not in WAYS[step.sends][1])
    ]
    assert wrong == []


def test_whoever_acts_on_a_message_waits_for_it() -> None:
    """Nobody reads or decides by a message that has not come, but for what is brought or said by telephone."""
    early = set()
    for pathway, step in steps():
        before = {other.id: other for other in pathway.steps}
        sent = {edge.step for edge in step.after if not edge.known and edge.step in before}
        if step.at != "citizen" and any(before[name].to == step.at != before[name].at for name in sent):
            early.add((pathway.name, step.id))
    assert early == SAID


def test_what_others_wait_for_is_followed_up() -> None:
    """No pathway ends in silence by one lost message: what is waited for is sent again without a receipt."""
    unwatched = [
        (pathway.name, step.id, edge.step)
        for pathway, step in steps()
        for edge in step.after
        if edge.known and one(pathway.name, edge.step).acknowledged is None
    ]
    assert unwatched == []
    assert all(one("discharge-ready", step).acknowledged for step in ("application", "ready", "acknowledged"))


def test_papers_are_what_is_written() -> None:
    """Statements to NAV are the GP's to NAV, heart tracings nobody's report, and individual plans a coordinator's."""
    by = {word: {(p.name, s.by, s.to) for p, s in steps() if word in s.records} for word in ("statement", "care-plan")}
    assert by["statement"] == {("nav-statement", "gp.doctor", "nav")}
    coordinators = {"rehabilitation.coordinator", "hospital.cancer-coordinator", "mental-health.nurse"}
    assert {role for _, role, _ in by["care-plan"]} == coordinators
    assert [(p.name, s.id) for p, s in steps() if "document" in s.records] == []


def test_a_decision_by_chapter_4a_goes_as_such_and_is_looked_at_after_three_months() -> None:
    """The county governor gets the decision's own message type, and reviews three months after it was made."""
    assert (one("coercion", "copied").sends, one("coercion", "copied").to) == ("VEDTAKSKJEMA_TVANG", "county-governor")
    (since,) = (edge for edge in one("coercion", "reviewed").after if edge.step == "decided")
    assert since.delay is not None
    assert since.delay.mean.constant / DAY == pytest.approx(91.3, abs=0.2)


def test_sick_notes_are_for_those_of_working_age(figures: Figures) -> None:
    """Nobody of 67 or more, and no child, is given one or has one sent to NAV."""
    people = make_population(figures, ("5534",), 1)
    found = 0
    for pathway, step in steps():
        if "sick-note" not in step.records and step.sends != "SYKMELD":
            continue
        assert (step.sends, step.to) == ("SYKMELD", "nav")
        conditions = [pl.sql_expr(where) for where in (pathway.who.where, step.where) if where]
        qualify = pl.col("age").is_between(pathway.who.youngest, pathway.who.oldest)
        theirs = people.filter(qualify, *conditions)
        assert theirs.height > 100, pathway.name
        assert theirs.filter(~pl.col("age").is_between(18, 66)).height == 0, pathway.name
        found += 1
    assert found > 3
