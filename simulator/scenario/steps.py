"""Turns the steps of a pathway file into ``domain.scenario.Step``, checking every word against the staffing's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from simulator.conditions import amount, condition
from simulator.documents import Location
from simulator.domain.information import READS, RECORDS
from simulator.domain.scenario import (
    APPOINTMENT,
    MESSAGES,
    Acknowledgement,
    Deadline,
    Distribution,
    Edge,
    Hours,
    Lacking,
    Number,
    Occupation,
    Opening,
    Staffing,
    Step,
)
from simulator.scenario.expressions import distribution, hours, number, seconds
from simulator.scenario.faults import Faults
from simulator.scenario.models import EdgeModel, LackingModel, OpeningModel, PathwayModel, Quantity, StepModel


@dataclass(frozen=True, slots=True)
class StepReader:
    """Reads the steps of one file."""

    faults: Faults
    staffing: Staffing
    parameters: Mapping[str, Number]
    steps: Sequence[str]
    """Every step id of the pathway, and ``appointment`` where there is one."""
    senders: frozenset[str] = frozenset()
    """The steps that send a message."""

    def read(self, number_of_step: int, model: StepModel) -> Step:
        """One step; what is wrong is added to the faults."""
        place: Location = ("steps", number_of_step)
        self._check_words(place, model)
        role = self.staffing.roles.get(model.by)
        after = tuple(self._edge((*place, "after", n), edge) for n, edge in enumerate(model.after))
        return Step(
            id=model.id,
            by=model.by,
            at=model.at or (role.at if role else ""),
            channel=model.channel or "message",
            after=after,
            takes=self._distribution((*place, "takes"), model.takes),
            travel=self._distribution((*place, "travel"), model.travel),
            needs=self._needs(place, model),
            priority=self.faults.parse((*place, "priority"), lambda: amount(model.priority), "0"),
            patience=None if model.patience is None else self._seconds((*place, "patience"), model.patience),
            opening=None if model.opening is None else self._opening((*place, "opening"), model.opening),
            within=self._deadline((*place, "within"), model, after),
            sends=model.sends,
            to=model.to,
            records=tuple(model.records),
            reads=tuple(model.reads),
            chance=self._chance((*place, "chance"), model.chance),
            only_if=tuple(model.only_if),
            unless=tuple(model.unless),
            where=self.faults.parse((*place, "where"), lambda: condition(model.where), "") if model.where else "",
            occupies=self._occupies((*place, "occupies"), model),
            postpone=self._postpone((*place, "postpone"), model),
            acknowledged=self._acknowledged((*place, "acknowledged"), model),
            lacking=None if model.lacking is None else self._lacking((*place, "lacking"), model.lacking, model),
            title=model.title.model_dump() if model.title else {},
        )

    def _check_words(self, place: Location, model: StepModel) -> None:
        word = self.faults.word
        word((*place, "by"), model.by, self.staffing.roles, "role")
        if model.at:
            word((*place, "at"), model.at, self.staffing.organisations, "organisation")
        for n, record in enumerate(model.records):
            word((*place, "records", n), record, RECORDS, "record")
        for n, looked_up in enumerate(model.reads):
            word((*place, "reads", n), looked_up, READS, "read")
        for key, others in (("if", model.only_if), ("unless", model.unless)):
            for n, other in enumerate(others):
                word((*place, key, n), other, self._own_steps(), "step")
        if model.sends:
            word((*place, "sends"), model.sends, MESSAGES, "message")
        if model.to:
            word((*place, "to"), model.to, self.staffing.organisations, "organisation")
        if bool(model.sends) != bool(model.to):
            self.faults.add(place, "'sends' and 'to' belong together: what is sent, and to whom")
        if not model.channel and not model.sends:
            self.faults.add((*place, "id"), f"step '{model.id}' sends nothing and has no 'channel'")

    def _needs(self, place: Location, model: StepModel) -> str:
        """The staff a step waits for: what it names, or the staff of its role when it takes time."""
        if model.needs:
            if not self.faults.word((*place, "needs"), model.needs, self.staffing.staff, "staff"):
                return ""
            staff = self.staffing.staff[model.needs]
            if staff.role != model.by:
                message = f"nobody can do step '{model.id}': it is by {model.by}, but {model.needs} are {staff.role}"
                self.faults.add((*place, "needs"), message)
            return model.needs
        if model.takes is None:
            return ""
        return next((name for name, staff in self.staffing.staff.items() if staff.role == model.by), "")

    def _edge(self, place: Location, model: str | EdgeModel) -> Edge:
        if isinstance(model, str):
            self.faults.word(place, model, self.steps, "step")
            return Edge(model)
        self.faults.word((*place, "step"), model.step, self.steps, "step")
        known = model.when == "known"
        if known and model.step not in self.senders:
            self.faults.add((*place, "when"), f"'{model.step}' sends no message that could become known")
        return Edge(model.step, self._distribution((*place, "delay"), model.delay), known=known)

    def _occupies(self, place: Location, model: StepModel) -> Occupation | None:
        if model.occupies is None:
            return None
        self.faults.word((*place, "place"), model.occupies.place, self.staffing.places, "place")
        self.faults.word((*place, "until"), model.occupies.until, self._own_steps(), "step")
        return Occupation(model.occupies.place, model.occupies.until)

    def _postpone(self, place: Location, model: StepModel) -> int | None:
        if model.postpone is None:
            return None
        if model.patience is None:
            self.faults.add(place, "'postpone' needs 'patience': how long it waits before it is put off")
        found = self._seconds(place, model.postpone)
        if found <= 0:
            self.faults.add(place, "a step is put off by more than nothing")
        return found

    def _acknowledged(self, place: Location, model: StepModel) -> Acknowledgement | None:
        if model.acknowledged is None:
            return None
        if not model.sends:
            self.faults.add(place, f"step '{model.id}' sends nothing that could be acknowledged")
        within = self._seconds((*place, "within"), model.acknowledged.within)
        if within <= 0:
            self.faults.add((*place, "within"), "a receipt takes more than no time")
        if f"{model.id}-reminder" in self.steps:
            self.faults.add(place, f"'{model.id}-reminder' is what the reminder is called; name the step otherwise")
        takes = self._distribution((*place, "takes"), model.acknowledged.takes)
        return Acknowledgement(within, model.acknowledged.remind, takes)

    def _lacking(self, place: Location, lacking: LackingModel, model: StepModel) -> Lacking:
        word = self.faults.word
        if not model.reads:
            self.faults.add(place, f"step '{model.id}' reads nothing that could be lacking")
        if bool(lacking.sends) != bool(lacking.to):
            self.faults.add(place, "'sends' and 'to' belong together: what is asked, and of whom")
        if bool(lacking.by) != (lacking.answered is not None) or (lacking.by and not lacking.sends):
            self.faults.add(
                place, "'by' and 'answered' belong together, and to an inquiry that 'sends': who answers it"
            )
        if lacking.sends:
            word((*place, "sends"), lacking.sends, MESSAGES, "message")
        if lacking.to:
            word((*place, "to"), lacking.to, self.staffing.organisations, "organisation")
        if lacking.by:
            word((*place, "by"), lacking.by, self.staffing.roles, "role")
        for suffix in ("inquiry", "answer"):
            if f"{model.id}-{suffix}" in self.steps:
                self.faults.add(place, f"'{model.id}-{suffix}' is what the {suffix} is called; name the step otherwise")
        return Lacking(
            self._distribution((*place, "takes"), lacking.takes),
            lacking.sends,
            lacking.to,
            lacking.by,
            self._distribution((*place, "answered"), lacking.answered),
        )

    def _own_steps(self) -> list[str]:
        return [step for step in self.steps if step != APPOINTMENT]

    def _deadline(self, place: Location, model: StepModel, after: Iterable[Edge]) -> Deadline | None:
        if model.within is None:
            return None
        if isinstance(model.within, str):
            first = next((edge.step for edge in after), "")
            return Deadline(self._seconds(place, model.within), first)
        self.faults.word((*place, "of"), model.within.of, self.steps, "step")
        return Deadline(self._seconds((*place, "time"), model.within.time), model.within.of)

    def _opening(self, place: Location, model: OpeningModel) -> Opening:
        span = self.faults.parse((*place, "hours"), lambda: hours(model.hours), Hours(0, 86400))
        spread = self._seconds((*place, "spread"), model.spread)
        if spread > span.seconds:
            self.faults.add((*place, "spread"), f"a spread of {model.spread} ends after the opening of {model.hours}")
        return Opening(span, model.weekday, spread)

    def _distribution(self, place: Location, text: Quantity | None) -> Distribution | None:
        if text is None:
            return None
        return self.faults.parse(place, lambda: distribution(text, self.parameters), None)

    def _seconds(self, place: Location, text: Quantity) -> int:
        return self.faults.parse(place, lambda: seconds(text, self.parameters), 1)

    def _chance(self, place: Location, text: Quantity) -> Number:
        found = self.faults.parse(place, lambda: number(text, self.parameters), Number(1.0))
        if not found.figures and found.constant > 1:
            self.faults.add(place, f"a chance of {found.constant:g} is above 1")
        return found


def step_names(model: PathwayModel) -> list[str]:
    """The words ``after:`` may use in a pathway."""
    names = [step.id for step in model.steps]
    return [*names, APPOINTMENT] if model.demand is not None and model.demand.lead is not None else names
