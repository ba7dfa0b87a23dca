"""The page of a population's fit: every target against what was made, misses first, with pictures of the whole."""

import re
from dataclasses import dataclass
from typing import Final

import polars as pl
from markupsafe import Markup

from reports.cleaning import line
from reports.language import Texts, load_texts
from reports.page import environment, style
from reports.pictures.fit import ages_alone, household_sizes, list_sizes, prevalence
from reports.pictures.people import pyramid
from reports.population import FitRow, fit_row, official_bands
from reports.run_files import Row
from simulator.domain.figure import STATUSES
from simulator.errors import InputError
from simulator.figures import Figures

_BAND: Final = re.compile(r"(?P<what>.+) aged (?P<first>\d{1,3})-(?P<last>\d{1,3})")
_PLACE: Final = re.compile(r"residents (?P<code>\d{4}) (?P<name>.+)")
_CONDITION: Final = "condition "
_NAMED: Final = re.compile(r"(?P<kind>service|medicine|allergy) (?P<what>.+)")
_RECORD: Final = ("service ", "medicine ", "allergy ", "relation ", "consent ", "identity ")
_PEOPLE: Final = re.compile(r"(residents|share of residents)(?! per)")
_OLDEST: Final = 120
_STATUSES: Final[tuple[str, ...]] = STATUSES


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose fit it is."""

    places: tuple[str, ...]
    """Names of the municipalities; none for the whole nation."""
    seed: int


@dataclass(frozen=True, slots=True)
class Target:
    """One target as the page shows it."""

    name: str
    row: FitRow
    per_thousand: float | None
    """What was made for each thousand residents, where it counts people."""
    source: int
    """Number of the source in the page's list, from 1."""


@dataclass(frozen=True, slots=True)
class Group:
    """Targets of one kind, in the order of the fit."""

    key: str
    targets: list[Target]
    missed: int
    folded: bool


def fit_page(fit: list[Row], people: pl.DataFrame, figures: Figures, subject: Subject, lang: str) -> str:
    """The whole page in ``lang`` (``en`` or ``nb``), self-contained; the same string for the same people.

    ``fit`` is what ``population_fit`` found of ``people`` (``tables.POPULATION``). Raises InputError for a language
    there is not.
    """
    texts = load_texts(lang)
    rows = [fit_row(row) for row in fit]
    sources = list(dict.fromkeys(row.source for row in rows))
    targets = [_target(row, people.height, sources, figures, texts) for row in rows]
    return (
        environment(texts)
        .get_template("fit.html.jinja")
        .render(
            t=texts,
            style=style(),
            subject=subject,
            year=figures.year,
            residents=people.height,
            targets=targets,
            missed=sorted((t for t in targets if not t.row.ok), key=_importance),
            groups=_groups(targets),
            sources=sources,
            pictures=_pictures(people, fit, figures, texts),
        )
    )


def _target(row: FitRow, residents: int, sources: list[str], figures: Figures, texts: Texts) -> Target:
    counts = _counts_people(row, figures) and residents > 0
    return Target(
        _named(row.target, texts), row, row.made / residents * 1000 if counts else None, sources.index(row.source) + 1
    )


def _counts_people(row: FitRow, figures: Figures) -> bool:
    """Whether a target counts residents: a number of people, or a share of them applied to those there are."""
    if row.target.startswith(("residents", "female aged", "male aged", _CONDITION, *_RECORD)):
        return True
    band = _BAND.fullmatch(row.target)
    try:
        unit = figures.origin(band["what"] if band else row.target).unit
    except InputError:
        return False
    return _PEOPLE.match(unit) is not None and row.made >= 1


def _named(target: str, texts: Texts) -> str:
    """What a target is called: by its words where the page has them, else as it stands in the figures."""
    if place := _PLACE.fullmatch(target):
        return f"{line(place['name'], 60)} ({place['code']})"
    if band := _BAND.fullmatch(target):
        first, last = int(band["first"]), int(band["last"])
        what = _named(band["what"], texts)
        if first == last:
            return texts("fit.one_age", what=what, age=first)
        return texts("fit.from_age" if last >= _OLDEST else "fit.ages", what=what, first=first, last=last)
    if target.startswith(_CONDITION):
        return texts.name("condition", target.removeprefix(_CONDITION))
    if record := _NAMED.fullmatch(target):
        return texts(f"fit.of_{record['kind']}", what=line(record["what"], 100))
    return texts.name("target", line(target, 120))


def _importance(target: Target) -> tuple[int, float]:
    return _STATUSES.index(target.row.status), -target.row.strain


def _groups(targets: list[Target]) -> list[Group]:
    """Official ones first, then derived, then assumed; the municipalities, perhaps hundreds, by themselves."""
    places = [t for t in targets if _PLACE.fullmatch(t.row.target)]
    others = [t for t in targets if not _PLACE.fullmatch(t.row.target)]
    found = [_group(status, [t for t in others if t.row.status == status]) for status in STATUSES]
    return [group for group in (*found, _group("places", places, folded=True)) if group.targets]


def _group(key: str, targets: list[Target], *, folded: bool = False) -> Group:
    return Group(key, targets, sum(not t.row.ok for t in targets), folded)


def _pictures(people: pl.DataFrame, fit: list[Row], figures: Figures, texts: Texts) -> list[tuple[Markup, str]]:
    """Each picture with its caption."""
    return [
        (pyramid(people, official_bands(fit), texts), texts("population.caption")),
        (prevalence(people, figures, texts), texts("fit.prevalence_caption")),
        (household_sizes(people, texts), texts("fit.households_caption")),
        (ages_alone(people, figures, texts), texts("fit.alone_caption")),
        (list_sizes(people, figures, texts), texts("fit.lists_caption")),
    ]
