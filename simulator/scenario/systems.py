"""Reads a systems file: what care is written down in, and by which roads information gets from one to another."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from simulator.conditions import condition
from simulator.documents import Document, read
from simulator.domain.information import READS
from simulator.domain.scenario import MESSAGES, Distribution, Number, Staffing
from simulator.domain.systems import MISHAPS, SYSTEMS, Baseline, Road, RoadTraffic, Systems, Way
from simulator.places import SCENARIOS
from simulator.scenario.expressions import distribution, number
from simulator.scenario.faults import Faults
from simulator.scenario.models import Quantity
from simulator.scenario.parameters import read_parameters
from simulator.scenario.system_models import BaselineModel, SystemsModel, TrafficModel

FOLDER: Final = SCENARIOS / "systems"
SENT_BY: Final[tuple[Road, ...]] = ("message", "letter")
"""Roads on which something can go wrong."""
_AT_ONCE: Final = Distribution("constant", Number(0.0, duration=True))


def load_systems(name_or_path: str | Path = "standard", staffing: Staffing | None = None) -> Systems:
    """The systems of that name in ``scenarios/systems/``, or in that file; raises InputError with file and line.

    Kinds of organisation are checked against ``staffing`` when it is given.
    """
    path = Path(name_or_path)
    return parse_systems(read(path if path.suffix else FOLDER / f"{name_or_path}.yaml"), staffing)


def parse_systems(document: Document, staffing: Staffing | None = None) -> Systems:
    """The systems a document describes; raises InputError."""
    model = document.as_model(SystemsModel)
    faults = Faults(document)
    parameters, origins = read_parameters(model.parameters, faults)
    traffic: dict[Road, RoadTraffic] = {
        road: _traffic(road, entry, parameters, faults) for road, entry in model.roads.items()
    }
    ways = {
        one: {other: Way(w.road, tuple(w.fetches)) for other, w in row.items()} for one, row in model.between.items()
    }
    _check_whole(model, faults)
    for message, kinds in model.carries.items():
        faults.word(("carries", message), message, MESSAGES, "message")
        for n, kind in enumerate(kinds):
            faults.word(("carries", message, n), kind, READS, "kind of information")
    baseline = {kind: _baseline(kind, entry, parameters, faults) for kind, entry in model.baseline.items()}
    for kind, entry in model.baseline.items():
        faults.word(("baseline", kind), kind, READS, "kind of information")
        if staffing is not None:
            faults.word(("baseline", kind, "by"), entry.by, staffing.organisations, "organisation")
    faults.stop()
    return Systems(
        model.systems,
        {kind: entry.title.model_dump() for kind, entry in model.kinds.items()},
        traffic,
        ways,
        {message: tuple(kinds) for message, kinds in model.carries.items()},
        baseline,
        origins,
    )


def _check_whole(model: SystemsModel, faults: Faults) -> None:
    """Every ordered pair of systems has its way, over a road that is described."""
    for one in SYSTEMS:
        if one not in model.kinds:
            faults.add(("kinds",), f"'{one}' is not described")
        for other in SYSTEMS:
            way = model.between.get(one, {}).get(other)
            if way is None:
                faults.add(("between", one), f"there is no way from '{one}' to '{other}'")
                continue
            place = ("between", one, other)
            faults.word(place, way.road, model.roads, "road")
            for n, kind in enumerate(way.fetches):
                faults.word((*place, "fetches", n), kind, READS, "kind of information")


def _traffic(road: Road, model: TrafficModel, parameters: Mapping[str, Number], faults: Faults) -> RoadTraffic:
    place = ("roads", road)
    shares = {
        word: _share((*place, word), getattr(model, word.replace("-", "_")), parameters, faults) for word in MISHAPS
    }
    shares = {word: share for word, share in shares.items() if share.figures or share.constant}
    if shares and road not in SENT_BY:
        faults.add((*place, min(shares)), f"nothing is sent by '{road}', so nothing can be {min(shares)}")
    fixed = sum(share.constant for share in shares.values() if not share.figures)
    if fixed > 1:
        faults.add(place, f"the shares of what happens to messages come to {fixed:g}; they are parts of a whole")
    if model.held_back is None and {"late", "out-of-order"} & set(shares):
        faults.add(place, "'late' and 'out-of-order' need 'held_back': how much longer those are under way")
    return RoadTraffic(
        _time((*place, "delay"), model.delay, parameters, faults) or _AT_ONCE,
        shares,
        None if model.held_back is None else _time((*place, "held_back"), model.held_back, parameters, faults),
        None
        if model.overtaken_within is None
        else _time((*place, "overtaken_within"), model.overtaken_within, parameters, faults),
    )


def _share(place: tuple[str, ...], text: Quantity, parameters: Mapping[str, Number], faults: Faults) -> Number:
    found = faults.parse(place, lambda: number(text, parameters), Number(0.0))
    if not found.figures and found.constant > 1:
        faults.add(place, f"a share of {found.constant:g} is above 1")
    return found


def _time(
    place: tuple[str, ...], text: Quantity, parameters: Mapping[str, Number], faults: Faults
) -> Distribution | None:
    return faults.parse(place, lambda: distribution(text, parameters), None)


def _baseline(kind: str, model: BaselineModel, parameters: Mapping[str, Number], faults: Faults) -> Baseline:
    place = ("baseline", kind)
    where = faults.parse((*place, "where"), lambda: condition(model.where), "") if model.where else ""
    return Baseline(model.by, where, _share((*place, "told"), model.told, parameters, faults))
