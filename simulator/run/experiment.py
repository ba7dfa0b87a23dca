"""Runs a study's alternatives, replication by replication, until its figures are known well enough."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from simulator.care.capacity import hours_on_duty
from simulator.domain.scenario import Study
from simulator.measures.replications import RESULTS, Rule, differences, enough, estimates
from simulator.run.describing import replications_facts, study_facts
from simulator.run.folder import RunFolder
from simulator.run.job import Job
from simulator.run.progress import Advance
from simulator.run.replication import Map, Means, Outcome, Task, mapped, task_of
from simulator.run.timeline import EVENTS_FILE, PEOPLE_FILE

UNASKED: Final = 5
"""Replications of a study with alternatives that does not say how many."""


def rule_of(study: Study, asked: int | None) -> Rule:
    """How often a study is repeated: as often as asked for, as its own rule says, or once."""
    if asked is not None:
        return Rule(asked, asked)
    if study.replications is not None:
        said = study.replications
        return Rule(said.least, said.most, said.measure, said.half_width)
    times = UNASKED if study.alternatives else 1
    return Rule(times, times)


@dataclass(slots=True)
class Experiment:
    """A study under way: what its replications have given so far."""

    study: Study
    rule: Rule
    folder: RunFolder
    residents: int
    results: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=RESULTS))
    outcomes: list[Outcome] = field(default_factory=list)
    made: int = 0

    @property
    def alternatives(self) -> dict[str, Study]:
        """Every alternative; the study itself, without a name, when it has none."""
        return dict(self.study.alternatives) or {"": self.study}

    @property
    def first(self) -> Outcome:
        """The baseline's first replication, whose events are kept."""
        return next(o for o in self.outcomes if (o.alternative, o.replication) == (self.study.baseline, 0))

    def run(self, job: Job) -> None:
        """Make replications until it is enough, and write after each what is known by then."""
        self.write("stopped")
        total = self.rule.most * len(self.alternatives)
        with (
            job.watch.stage("Simulating care") as advance,
            mapped(self._means(job, advance, total), self.residents) as each,
        ):
            for outcomes in self._replications(each, job.workers):
                self._take(outcomes)
                if total > 1:
                    advance(len(self.outcomes), total)
                if enough(self.results, self.rule):
                    break
                self.write("stopped")
        self.write(self._reason())

    def _means(self, job: Job, advance: Advance, total: int) -> Means:
        """What tasks are carried out with; of a single one it is told how far it has come."""
        file = self.folder.path / PEOPLE_FILE
        people = pl.scan_parquet(file)
        hours = {name: hours_on_duty(study, people, job.figures) for name, study in self.alternatives.items()}
        told = advance if total == 1 else None
        return Means(file, job.figures, job.workers, job.cluster, job.hands, hours, told)

    def _replications(self, each: Map, workers: int) -> Iterator[list[Outcome]]:
        """The outcomes of one replication after the other; several are begun at once when that fills the processes."""
        width = len(self.alternatives)
        begun = 0
        while begun < self.rule.most:
            ahead = max(self.rule.least - begun, -(-workers // width), 1)
            numbers = range(begun, min(begun + ahead, self.rule.most))
            found = each([task for number in numbers for task in self._tasks(number)])
            for _ in numbers:
                yield [next(found) for _ in range(width)]
            begun = numbers.stop

    def _tasks(self, number: int) -> list[Task]:
        """One replication of every alternative; the care events of the baseline's first are kept."""
        kept = self.folder.path / EVENTS_FILE
        return [
            task_of(study, name, number, kept if (name, number) == (self.study.baseline, 0) else None)
            for name, study in self.alternatives.items()
        ]

    def _take(self, outcomes: list[Outcome]) -> None:
        self.outcomes += outcomes
        self.results = pl.concat([self.results, *(outcome.results for outcome in outcomes)])
        self.made += 1

    def _reason(self) -> str:
        if self.made == 1:
            return "single"
        if not self.rule.measure:
            return "asked"
        return "precise" if enough(self.results, Rule(self.rule.least, self.made + 1, *self._watched())) else "most"

    def _watched(self) -> tuple[str, float]:
        return self.rule.measure, self.rule.half_width

    def write(self, reason: str) -> None:
        """Write what is known: the study's facts, every replication, means with intervals, and differences."""
        facts = study_facts(self.study, self.residents)
        self.folder.json("study.json", {**facts, "replications": replications_facts(self.rule, self.made, reason)})
        self.folder.table("replications.parquet", self.results)
        self.folder.json("measurements.json", estimates(self.results))
        if self.study.alternatives and self.made:
            self.folder.json("comparison.json", differences(self.results, self.study.baseline))
        self.folder.json("hours.json", self._hours())
        self.folder.json("replications.json", [_origin(outcome) for outcome in self.outcomes])

    def _hours(self) -> list[dict[str, Any]]:
        """Steps an hour of an average day, by alternative, profession and hour."""
        if not self.outcomes:
            return []
        days = self.made * self.study.days
        every = pl.concat([o.hours.with_columns(pl.lit(o.alternative).alias("alternative")) for o in self.outcomes])
        summed = every.group_by("alternative", "role", "hour").agg(per_day=pl.col("n").sum() / days)
        order = {name: number for number, name in enumerate(self.alternatives)}
        return sorted(summed.to_dicts(), key=lambda row: (order[row["alternative"]], row["role"], row["hour"]))


def _origin(outcome: Outcome) -> dict[str, Any]:
    return {
        "alternative": outcome.alternative,
        "replication": outcome.replication,
        "seed": outcome.seed,
        "timeline_digest": outcome.timeline_digest,
    }
