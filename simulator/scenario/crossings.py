"""Checks what one pathway cannot see by itself: pathways that start one another, and places held against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.documents import read
from simulator.domain.scenario import Following, Pathway, Step
from simulator.errors import nearest
from simulator.places import PATHWAYS
from simulator.scenario.faults import Faults
from simulator.scenario.order import ancestors
from simulator.scenario.pathways import load_pathway


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody who holds ``held`` waits for ``wanted``, in a step of a pathway."""

    held: str
    wanted: str
    pathway: Pathway
    step: str


def check_crossings(pathways: Sequence[Pathway], faults: Faults) -> None:
    """Add a fault for a start that never comes, a cycle of starts, and a deadlock of places."""
    by_name = {pathway.name: pathway for pathway in pathways}
    for pathway in pathways:
        _check_starts(pathway, by_name, faults)
    _check_cycle(by_name, faults)
    _check_deadlock(pathways, faults)


def check_sources(pathway: Pathway, faults: Faults) -> None:
    """Add a fault for a start from itself, or from a pathway or step neither beside the file nor among the shipped."""
    _check_cycle({pathway.name: pathway}, faults)
    demand = pathway.demand
    names = {source.pathway for source in demand.sources} if isinstance(demand, Following) else set()
    files = {name: file for name in names for file in _files(pathway, name) if file.is_file()}
    for n, name in enumerate(_starters(pathway)):
        if name not in files:
            there = [path.stem for path in PATHWAYS.glob("*.yaml")]
            faults.note(_where(pathway, "from", n, "pathway"), f"no pathway '{name}'; {nearest(name, there)}")
    others = {name: load_pathway(file) for name, file in files.items()}
    _check_steps(pathway, others, faults)


def _files(pathway: Pathway, name: str) -> tuple[Path, Path]:
    """Where another pathway may be; the later one counts."""
    return PATHWAYS / f"{name}.yaml", pathway.path.parent / f"{name}.yaml"


def _where(pathway: Pathway, *location: str | int) -> str:
    return read(pathway.path).where(*location)


def _check_starts(pathway: Pathway, by_name: Mapping[str, Pathway], faults: Faults) -> None:
    if not isinstance(pathway.demand, Following):
        return
    for n, source in enumerate(pathway.demand.sources):
        if source.pathway not in by_name:
            message = f"'{pathway.name}' starts from '{source.pathway}', which the study does not have"
            faults.note(_where(pathway, "from", n, "pathway"), f"{message}; {nearest(source.pathway, by_name)}")
    _check_steps(pathway, by_name, faults)


def _check_steps(pathway: Pathway, by_name: Mapping[str, Pathway], faults: Faults) -> None:
    """Add a fault for a start from a step that the other pathway, of those that are there, has not."""
    for n, source in enumerate(pathway.demand.sources if isinstance(pathway.demand, Following) else ()):
        steps = [step.id for step in by_name[source.pathway].steps] if source.pathway in by_name else []
        if source.pathway in by_name and source.step not in steps:
            message = f"'{source.pathway}' has no step '{source.step}'; {nearest(source.step, steps)}"
            faults.note(_where(pathway, "from", n, "step"), message)


def _check_cycle(by_name: Mapping[str, Pathway], faults: Faults) -> None:
    """Pathways that start one another in a ring never begin, or never end."""
    for pathway in by_name.values():
        trail = [(pathway.name, [pathway.name])]
        seen: set[str] = set()
        while trail:
            here, way = trail.pop()
            for other in _starters(by_name[here]):
                if other == pathway.name:
                    ring = " from ".join([*way, other])
                    faults.note(_where(pathway, "from"), f"cycle of 'from': {ring}; it can never begin")
                    return
                if other in by_name and other not in seen:
                    seen.add(other)
                    trail.append((other, [*way, other]))


def _starters(pathway: Pathway) -> list[str]:
    demand = pathway.demand
    return [source.pathway for source in demand.sources] if isinstance(demand, Following) else []


def _check_deadlock(pathways: Sequence[Pathway], faults: Faults) -> None:
    """Places waited for while others are held, in a ring: everybody may end up waiting for everybody."""
    holds = [hold for pathway in pathways for hold in _holds(pathway)]
    for start in holds:
        trail = [(start, [start.held, start.wanted])]
        seen = {start.held}
        while trail:
            hold, way = trail.pop()
            if hold.wanted == start.held:
                number = next(n for n, step in enumerate(start.pathway.steps) if step.id == start.step)
                message = (
                    f"deadlock: '{start.step}' waits for '{start.wanted}' and holds '{start.held}', while others wait "
                    f"the other way round ({' then '.join(way)})"
                )
                faults.note(_where(start.pathway, "steps", number, "occupies"), message)
                return
            for other in holds:
                if other.held == hold.wanted and other.wanted not in seen - {start.held}:
                    seen.add(other.wanted)
                    trail.append((other, [*way, other.wanted]))


def _holds(pathway: Pathway) -> list[Hold]:
    by_id = {step.id: step for step in pathway.steps}
    occupying = [step for step in pathway.steps if step.occupies]
    return [
        Hold(one.occupies.place, other.occupies.place, pathway, other.id)
        for one in occupying
        for other in occupying
        if one.occupies and other.occupies and one is not other and _still_held(one, other, by_id)
    ]


def _still_held(one: Step, other: Step, by_id: Mapping[str, Step]) -> bool:
    """Whether the place of ``one`` may be held when ``other`` waits for its own: neither later nor freed before it."""
    assert one.occupies is not None
    if other.id in ancestors(one, by_id) or one.id in other.unless or other.id in one.unless:
        return False
    return one.occupies.until not in ancestors(other, by_id)
