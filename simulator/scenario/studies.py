"""Reads a study: where, when, which pathways, with how many hands; and gives it a digest."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from simulator.documents import Document, read
from simulator.domain.measurement import MEASURES
from simulator.domain.scenario import Limit, LoadPlan, Pathway, Replications, Selection, Staffing, Study
from simulator.domain.systems import Systems
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.places import PATHWAYS, STUDIES
from simulator.scenario.alternatives import check_alternatives, documents_of
from simulator.scenario.crossings import check_crossings
from simulator.scenario.expressions import seconds, whole_days
from simulator.scenario.faults import Faults
from simulator.scenario.hands import check_hands
from simulator.scenario.lives import check_lives
from simulator.scenario.naming import check_capabilities, check_requirements
from simulator.scenario.participation import SMALLEST_UNQUOTED, UNQUOTED, ParticipationReader
from simulator.scenario.pathways import load_pathway
from simulator.scenario.staffing import STAFFINGS, load_staffing
from simulator.scenario.study_models import LoadModel, ReplicationsModel, StudyModel
from simulator.scenario.systems import FOLDER as SYSTEM_FILES
from simulator.scenario.systems import load_systems
from simulator.scenario.uses import figure_faults, uses_of, uses_of_staffing, uses_of_study, uses_of_systems


def load_study(name_or_path: str | Path, figures: Figures) -> Study:
    """The study of that name in ``scenarios/studies/``, or in that file.

    Pathways are files beside the study, or names in ``scenarios/pathways/``. Raises InputError naming every fault
    with file, line and the nearest valid word.
    """
    path = Path(name_or_path)
    return parse_study(read(path if path.suffix else STUDIES / f"{name_or_path}.yaml"), figures)


def parse_study(document: Document, figures: Figures) -> Study:
    """The study a document describes, with its alternatives; raises InputError."""
    model = document.as_model(StudyModel)
    faults = Faults(document)
    check_alternatives(model, faults)
    faults.stop()
    study = _parse(document, figures)
    others = {name: _parse(other, figures) for name, other in documents_of(document, model)}
    study = replace(study, alternatives=others, baseline=model.baseline)
    return replace(study, digest=study_digest(study))


def _parse(document: Document, figures: Figures) -> Study:
    """One study without alternatives."""
    model = document.as_model(StudyModel)
    faults = Faults(document)
    municipalities = _municipalities(model, figures, faults)
    files = _pathway_files(model, document.path, faults)
    check_capabilities(("conformance", "capabilities"), model.conformance.capabilities, faults)
    check_requirements(("conformance", "requirements"), model.conformance.requirements, faults)
    staffing_file = _named_file(("staffing", "use"), model.staffing.use, document.path, faults)
    systems_file = _named_file(("systems",), model.systems, document.path, faults)
    faults.stop()
    staffing = load_staffing(staffing_file)
    systems = load_systems(systems_file, staffing if staffing_file.parent == STAFFINGS else None)
    pathways = tuple(load_pathway(file, staffing) for file in files)
    _check_names(model, pathways, staffing, faults)
    check_crossings(pathways, faults)
    check_hands(pathways, staffing, model.staffing.factor, figures, faults)
    study = _study(model, document.path, (municipalities, pathways, staffing, systems), figures, faults)
    check_lives(model, study.warm_up, pathways, figures, faults)
    faults.stop()
    wrong = figure_faults(uses_of_staffing(staffing), staffing_file, figures)
    wrong += figure_faults(uses_of_systems(systems), systems_file, figures)
    wrong += [fault for p in pathways for fault in figure_faults(uses_of(p), p.path, figures)]
    wrong += figure_faults(uses_of_study(study), document.path, figures)
    if wrong:
        raise InputError("\n  ".join(wrong))
    return replace(study, digest=study_digest(study))


def _study(
    model: StudyModel,
    path: Path,
    parts: tuple[tuple[str, ...], tuple[Pathway, ...], Staffing, Systems],
    figures: Figures,
    faults: Faults,
) -> Study:
    municipalities, pathways, staffing, systems = parts
    reader = ParticipationReader(staffing, municipalities, figures, faults)
    return Study(
        model.study,
        model.title.model_dump(),
        path,
        "",
        municipalities,
        model.start,
        model.days,
        model.seed,
        pathways,
        staffing,
        staff_factors=dict(sorted(model.staffing.factor.items())),
        demand_factors=dict(sorted(model.demand.items())),
        conformance=Selection(tuple(model.conformance.capabilities), tuple(model.conformance.requirements)),
        load=None if model.load is None else _load(model.load, model.days, staffing, faults),
        systems=systems,
        participation=reader.participation(model),
        adoption=reader.adoption(model),
        mishaps=reader.mishaps(model),
        outages=reader.outages(model),
        response=reader.response(model),
        warm_up=faults.parse(("warm_up",), lambda: whole_days(model.warm_up), 0),
        interactions=model.interactions,
        replications=None if model.replications is None else _replications(model.replications, faults),
    )


def _replications(model: ReplicationsModel, faults: Faults) -> Replications:
    if model.most < model.least:
        faults.add(("replications", "most"), f"at most {model.most} is less than at least {model.least}")
    faults.word(("replications", "until", "measure"), model.until.measure, MEASURES, "measure")
    return Replications(model.least, model.most, model.until.measure, model.until.half_width)


def _municipalities(model: StudyModel, figures: Figures, faults: Faults) -> tuple[str, ...]:
    if isinstance(model.municipalities, str):
        return tuple(place.kommunenummer for place in figures.municipalities())
    found: list[str] = []
    for number, word in enumerate(model.municipalities):
        place = ("municipalities", number)
        if isinstance(word, int) and word < SMALLEST_UNQUOTED:
            faults.add(place, UNQUOTED)
            continue
        try:
            code = figures.municipality(str(word)).kommunenummer
        except InputError as error:
            faults.add(place, str(error))
            continue
        if code in found:
            faults.add(place, f"'{word}' is named twice")
        found.append(code)
    return tuple(found)


def _pathway_files(model: StudyModel, path: Path, faults: Faults) -> list[Path]:
    files = []
    for number, name in enumerate(model.pathways):
        place = ("pathways", number)
        beside = path.parent / name
        if Path(name).suffix and beside.is_file():
            files.append(beside)
        elif faults.word(place, name, sorted(p.stem for p in PATHWAYS.glob("*.yaml")), "pathway"):
            files.append(PATHWAYS / f"{name}.yaml")
        if name in model.pathways[:number]:
            faults.add(place, f"'{name}' is named twice")
    return files


def _named_file(place: tuple[str, ...], name: str, path: Path, faults: Faults) -> Path:
    """A file beside the study, or of that name in the folder of its kind."""
    beside = path.parent / name
    if Path(name).suffix and beside.is_file():
        return beside
    folder = STAFFINGS if place[0] == "staffing" else SYSTEM_FILES
    faults.word(place, name, sorted(p.stem for p in folder.glob("*.yaml")), place[0])
    return folder / f"{name}.yaml"


def _check_names(model: StudyModel, pathways: tuple[Pathway, ...], staffing: Staffing, faults: Faults) -> None:
    names = [pathway.name for pathway in pathways]
    for number, name in enumerate(names):
        if name in names[:number]:
            other = pathways[names.index(name)].path.name
            message = f"'{name}' is what the pathway in {other} is called already; give one another name"
            faults.add(("pathways", number), message)
    for name in model.staffing.factor:
        faults.word(("staffing", "factor", name), name, [*staffing.staff, *staffing.places], "staff or place")
    for name in model.demand:
        faults.word(("demand", name), name, [pathway.name for pathway in pathways], "pathway")


def _load(model: LoadModel, days: int, staffing: Staffing, faults: Faults) -> LoadPlan:
    start = faults.parse(("load", "window_start"), lambda: seconds(model.window_start), 0)
    length = faults.parse(("load", "window"), lambda: seconds(model.window), 1)
    if length < 1:
        faults.add(("load", "window"), "a window of no time at all; it takes a second at least")
    if start + length > days * 86400:
        faults.add(("load", "window_start"), f"the window ends after the period of {days} days")
    for role in model.limits:
        faults.word(("load", "limits", role), role, staffing.roles, "role")
    return LoadPlan(
        start, length, model.people, {role: Limit(**limit.model_dump()) for role, limit in model.limits.items()}
    )


def study_digest(study: Study) -> str:
    """SHA-256 of all that the study says, its pathways and staffing included, wherever the files lie."""
    return sha256(orjson.dumps(_plain(replace(study, digest="")), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return ""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
