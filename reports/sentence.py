"""The verdict of a whole run in one sentence, and the tone it is shown in: never more than the evidence carries."""

from dataclasses import dataclass
from typing import Literal

from reports.cleaning import line
from reports.conformance import Conformance
from reports.language import Texts
from reports.load import LoadView
from reports.run_files import RunFiles

Tone = Literal["passed", "failed", "unsure", "measured", "simulated"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the run says, in one sentence, and how to colour it."""

    tone: Tone
    text: str


def verdict_sentence(run: RunFiles, conformance: Conformance, load: LoadView | None, texts: Texts) -> Sentence:
    """The run's verdict; a partial run, a run without evidence and a bound generator are never a pass."""
    if not run.complete:
        return Sentence("unsure", why_incomplete(run, texts))
    if not run.candidate:
        return Sentence("simulated", texts("verdict.simulated_only"))
    if not run.verdicts and load is None:
        return Sentence("unsure", texts("verdict.no_evidence", candidate=candidate_name(run, texts)))
    clauses = [*_requirements(run, conformance, texts), *(load_clauses(load, texts) if load else [])]
    return Sentence(_tone(conformance, load), f"{'; '.join(clauses)}.")


def why_incomplete(run: RunFiles, texts: Texts) -> str:
    """Why a run that is not complete gives no verdict."""
    return texts(f"verdict.{'damaged' if run.damaged else 'outdated' if run.outdated else 'partial'}")


def candidate_name(run: RunFiles, texts: Texts) -> str:
    """Title and version of the candidate as the manifest gives them; a title that holds the version is left alone."""
    title = run.candidate.get("title") or run.candidate.get("name") or texts("header.unnamed")
    version = str(run.candidate.get("version") or "")
    return line(title if version in str(title) else f"{title} {version}", 120)


def _requirements(run: RunFiles, conformance: Conformance, texts: Texts) -> list[str]:
    counts = conformance.counts
    judged = sum(counts.values()) - counts["not_applicable"]
    name = candidate_name(run, texts)
    if not judged:
        return [texts("verdict.none_judged", candidate=name)]
    clauses = [texts("verdict.passed", candidate=name, passed=counts["pass"], n=judged)]
    if counts["fail"]:
        clauses.append(texts("verdict.failed", n=counts["fail"]))
    if unsaid := counts["inconclusive"] + counts["error"]:
        clauses.append(texts("verdict.unsaid", n=unsaid))
    if counts["not_applicable"]:
        clauses.append(texts("verdict.not_applicable", n=counts["not_applicable"]))
    return clauses


def load_clauses(load: LoadView, texts: Texts) -> list[str]:
    """What the load run says, and whether it may be believed; what was not kept is said in any case."""
    broken = [texts("verdict.load_broken", n=load.broken)] if load.broken else []
    return [*broken, *_load_clauses(load, texts)]


def _load_clauses(load: LoadView, texts: Texts) -> list[str]:
    if load.state == "generator-bound":
        return [texts("verdict.load_bound")]
    if load.state != "valid":
        return [texts("verdict.load_partial")]
    said = texts(f"verdict.load_{load.outcome}", scale=load.scale, met=load.met, missed=load.missed, n=load.limits)
    return [said, texts("verdict.load_valid")]


def _tone(conformance: Conformance, load: LoadView | None) -> Tone:
    counts = conformance.counts
    if counts["fail"] or (load and load.broken) or (load and load.state == "valid" and load.outcome == "not_met"):
        return "failed"
    unsaid = counts["inconclusive"] + counts["error"]
    if unsaid or (load and (load.state != "valid" or load.outcome != "met")):
        return "unsure"
    if counts["pass"]:
        return "passed"
    return "measured" if load and not conformance.rule_counts else "unsure"
