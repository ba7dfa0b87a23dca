"""Puts pathways into pages: one each, and an index of them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reports.language import load_texts
from reports.page import environment, style
from reports.pathways.amounts import Amounts
from reports.pathways.words import Line, Wording, capital, lines_of
from reports.pictures.lanes import Box, lanes
from simulator.domain.figure import FigureUse
from simulator.domain.requirement import Catalogue
from simulator.domain.scenario import APPOINTMENT, Pathway, Staffing
from simulator.errors import InputError
from simulator.figures import Figures


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as the page shows it."""

    number: int
    title: str
    actor: str
    channel: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Sources:
    """Every number a pathway rests on."""

    parameters: Sequence[Any]
    figures: list[FigureUse]

    @property
    def assumed(self) -> int:
        """How many of them are assumptions."""
        return sum(row.status == "assumed" for row in (*self.parameters, *self.figures))


@dataclass(frozen=True, slots=True)
class Shelf:
    """What every page is made with."""

    staffing: Staffing
    catalogue: Catalogue
    figures: Figures
    named: Mapping[str, Sequence[str]]
    """The figures each pathway names."""


def pathway_page(pathway: Pathway, shelf: Shelf, lang: str) -> str:
    """A pathway's page in ``lang`` (``en`` or ``nb``), self-contained; the same string for the same files.

    Raises InputError for a language there is not, and for a figure that is not there.
    """
    texts = load_texts(lang)
    say = Wording(pathway, shelf.staffing, texts, Amounts(texts, shelf.figures))
    steps = [
        StepView(number, say.title(step), say.role(step.by), texts.name("channel", step.channel), lines_of(step, say))
        for number, step in enumerate(pathway.steps, 1)
    ]
    return environment(texts).get_template("pathway.html.jinja").render(
        t=texts,
        style=style(),
        pathway=pathway,
        title=texts.pick(pathway.title),
        who=say.who(),
        often=say.how_often(),
        steps=steps,
        picture=_picture(say),
        requirements=[(name, texts.pick(shelf.catalogue.requirements[name].title)) for name in pathway.requirements],
        sources=_sources(pathway, shelf),
        values={name: _value(name, shelf.figures, say) for name in shelf.named[pathway.name]},
        amounts=say.amounts,
    )  # fmt: skip


def index_page(pathways: Sequence[Pathway], shelf: Shelf, lang: str) -> str:
    """The page that leads to the others, in ``lang``."""
    texts = load_texts(lang)
    rows = []
    for pathway in pathways:
        say = Wording(pathway, shelf.staffing, texts, Amounts(texts, shelf.figures))
        actors = list(dict.fromkeys(say.role(step.by) for step in pathway.steps))
        rows.append((pathway.name, texts.pick(pathway.title), say.how_often(), actors, len(pathway.steps)))
    template = environment(texts).get_template("pathways.html.jinja")
    return template.render(t=texts, style=style(), rows=sorted(rows, key=lambda row: row[1].casefold()))


def _sources(pathway: Pathway, shelf: Shelf) -> Sources:
    return Sources(pathway.parameters, [shelf.figures.origin(name) for name in shelf.named[pathway.name]])


def _value(name: str, figures: Figures, say: Wording) -> str:
    """A figure with its unit; of one that is a table, by age or day, that it is."""
    unit = figures.origin(name).unit
    try:
        return f"{say.amounts.written(f'{figures.value(name):.10g}')} {unit}"
    except InputError:
        return say.texts("pathways.table", unit=unit)


def _picture(say: Wording) -> Markup:
    pathway = say.pathway
    roles = list(dict.fromkeys(step.by for step in pathway.steps))
    kinds = [say.staffing.roles[role].at if role in say.staffing.roles else role for role in roles]
    alone = [kind for kind in dict.fromkeys(s.to for s in pathway.steps if s.sends) if kind not in kinds]
    names = [say.role(role) for role in roles] + [capital(say.organisation(kind)) for kind in alone]
    at = {
        **{kind: n for n, kind in reversed(list(enumerate(kinds)))},
        **{k: len(roles) + n for n, k in enumerate(alone)},
    }
    places = {step.id: number for number, step in enumerate(pathway.steps)}
    boxes = [
        Box(
            number=number,
            lane=roles.index(step.by),
            title=say.title(step),
            note=say.amounts.duration(step.within.seconds) if step.within else "",
            after=tuple(places[edge.step] for edge in step.after if edge.step != APPOINTMENT),
            message=step.sends,
            to=at[step.to] if step.sends else None,
            sometimes=bool(step.only_if or step.unless or step.where) or say.amounts.value(step.chance) != (1.0, 1.0),
        )
        for number, step in enumerate(pathway.steps, 1)
    ]
    title, actors = say.texts.pick(pathway.title), ", ".join(names)
    return lanes(names, boxes, say.texts("pathways.alt", title=title, n=len(boxes), actors=actors))
