"""Verdicts gathered per requirement and capability: what passed, what failed, what nobody can say."""

import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from reports.cleaning import line
from reports.evidence import ExchangeView, evidence_of
from reports.language import Texts
from reports.provenance import asked_again, conformance_again, study_asked
from reports.run_files import RunFiles
from simulator.domain.requirement import Catalogue, Requirement
from simulator.domain.verdict import Level, Verdict, VerdictOutcome

# A failure is shown before an error, so that a fault of the bench never hides a fault of the candidate.
SHOWN_FIRST: Final[tuple[VerdictOutcome, ...]] = ("fail", "error", "inconclusive", "pass", "not_applicable")
_LEVELS: Final[tuple[Level, ...]] = ("SHALL", "SHOULD", "MAY")


@dataclass(frozen=True, slots=True)
class VerdictView:
    """One verdict as it is shown: the rule, what was seen, and the exchanges it rests on."""

    rule: str
    level: Level
    rule_text: str
    rule_source: str
    check: str
    example: str
    example_lang: str
    outcome: VerdictOutcome
    attribution: str
    message: str
    exchanges: list[ExchangeView]
    left_out: int
    """Exchanges of the evidence that are only in history.jsonl."""


@dataclass(frozen=True, slots=True)
class RequirementView:
    """One requirement and all that was found of it."""

    id: str
    capability: str
    title: str
    consequence: str
    phase: str
    source: str
    status: str
    level: Level
    outcome: VerdictOutcome
    also: list[VerdictOutcome]
    """Further outcomes among its verdicts that are not a pass, so that none hides behind another."""
    advice: int
    """Failures of rules below the requirement's own level: recommendations not followed."""
    verdicts: list[VerdictView]
    command: str

    @property
    def required(self) -> bool:
        """Whether a candidate must meet it."""
        return self.level == "SHALL"


@dataclass(frozen=True, slots=True)
class CapabilityView:
    """A capability with its judged requirements."""

    id: str
    title: str
    requirements: list[RequirementView]


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A requirement without a verdict in this run, and why."""

    id: str
    title: str
    reason: str
    kind: Literal["no_check", "not_run"]


@dataclass(frozen=True, slots=True)
class Conformance:
    """All verdicts of a run, ready for the page."""

    capabilities: list[CapabilityView]
    not_judged: list[NotJudged]
    rule_counts: Counter[VerdictOutcome]
    """Verdicts by outcome, at every level."""

    @property
    def requirements(self) -> list[RequirementView]:
        """Every judged requirement, in order."""
        return [row for capability in self.capabilities for row in capability.requirements]

    @property
    def counts(self) -> Counter[VerdictOutcome]:
        """Required requirements by outcome; each counted once."""
        return Counter(row.outcome for row in self.requirements if row.required)

    @property
    def failed(self) -> list[RequirementView]:
        """Required requirements that failed, in order."""
        return [row for row in self.requirements if row.required and row.outcome == "fail"]

    @property
    def masked_errors(self) -> int:
        """Failed requirements in which something else also went wrong or could not be said."""
        return sum(1 for row in self.failed if row.also)


def gather(run: RunFiles, catalogue: Catalogue, texts: Texts) -> Conformance:
    """The verdicts of ``run`` by capability and requirement, in the catalogue's order."""
    by_requirement: dict[str, list[Verdict]] = {}
    for verdict in run.verdicts:
        by_requirement.setdefault(verdict.requirement, []).append(verdict)
    order = [*catalogue.requirements, *sorted(set(by_requirement) - set(catalogue.requirements))]
    groups: dict[str, list[RequirementView]] = {}
    for name in order:
        if name in by_requirement:
            row = _requirement(name, by_requirement[name], run, (catalogue, texts))
            groups.setdefault(row.capability, []).append(row)
    capabilities = [
        CapabilityView(line(name), line(texts.pick(catalogue.capabilities.get(name, name))), found)
        for name, found in groups.items()
    ]
    not_judged = [_not_judged(r, texts) for r in catalogue.requirements.values() if r.id not in by_requirement]
    return Conformance(capabilities, not_judged, Counter(verdict.outcome for verdict in run.verdicts))


def outcome_of(outcomes: Iterable[VerdictOutcome]) -> VerdictOutcome:
    """The outcome shown for several verdicts: a failure first, then what nobody can say."""
    seen = set(outcomes)
    return next((outcome for outcome in SHOWN_FIRST if outcome in seen), "error")


def _requirement(name: str, verdicts: list[Verdict], run: RunFiles, words: tuple[Catalogue, Texts]) -> RequirementView:
    catalogue, texts = words
    known = catalogue.requirements.get(name)
    level: Level = next((level for level in _LEVELS if any(v.level == level for v in verdicts)), "MAY")
    own = [v.outcome for v in verdicts if v.level == level]
    outcome = outcome_of(own)
    by_load = all(rule.by == "load" for v in verdicts if (rule := catalogue.rules.get(v.rule)))
    return RequirementView(
        id=line(name),
        capability=known.capability if known else verdicts[0].capability,
        title=texts.pick(known.title) if known else texts("requirement.unknown"),
        consequence=_consequence(known, verdicts, words),
        phase=known.phase if known else "",
        source=known.source if known else "",
        status=known.status if known else "",
        level=level,
        outcome=outcome,
        also=[other for other in SHOWN_FIRST[:3] if other in own and other != outcome],
        advice=sum(1 for v in verdicts if v.level != level and v.outcome == "fail"),
        verdicts=[_verdict(v, run, words) for v in sorted(verdicts, key=lambda v: SHOWN_FIRST.index(v.outcome))],
        command=_command(run, name, by_load=by_load),
    )


def _consequence(known: Requirement | None, verdicts: list[Verdict], words: tuple[Catalogue, Texts]) -> str:
    """What the rules that were broken mean for the patient or the care worker, or else the requirement's own words."""
    catalogue, texts = words
    broken = [
        catalogue.rules[v.rule].consequence for v in verdicts if v.outcome == "fail" and v.rule in catalogue.rules
    ]
    said = dict.fromkeys(texts.pick(consequence) for consequence in broken if consequence)
    return " ".join(said) or (texts.pick(known.consequence) if known else "")


def _verdict(verdict: Verdict, run: RunFiles, words: tuple[Catalogue, Texts]) -> VerdictView:
    catalogue, texts = words
    rule = catalogue.rules.get(verdict.rule)
    example, example_lang = texts.example(verdict.example)
    exchanges, left_out = evidence_of(verdict, run.histories)
    return VerdictView(
        rule=line(verdict.rule),
        level=verdict.level,
        rule_text=texts.pick(rule.text) if rule else "",
        rule_source=rule.source if rule else "",
        check=line(verdict.check).replace("_", " "),
        example=line(example),
        example_lang=example_lang,
        outcome=verdict.outcome,
        attribution=verdict.attribution,
        message=line(texts.finding(verdict.message)),
        exchanges=exchanges,
        left_out=left_out,
    )


def _command(run: RunFiles, requirement: str, *, by_load: bool) -> str:
    """What tries this requirement again: the features, or the load of the same study."""
    if by_load:
        return line(shlex.join(["journalbenk", "run", study_asked(run), *asked_again(run)]))
    return line(conformance_again(run, requirement))


def _not_judged(requirement: Requirement, texts: Texts) -> NotJudged:
    reason = texts.pick(requirement.not_tested)
    title = texts.pick(requirement.title)
    if reason:
        return NotJudged(requirement.id, title, reason, "no_check")
    return NotJudged(requirement.id, title, texts("not_judged.not_run"), "not_run")
