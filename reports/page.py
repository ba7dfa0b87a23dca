"""Puts a run's views and pictures into the page's template."""

from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.care import care_view
from reports.cleaning import line
from reports.conformance import gather
from reports.language import Texts
from reports.load import PERCENTILES, load_view, responses
from reports.pictures.load import over_time, spread
from reports.pictures.people import pyramid
from reports.pictures.timeline import timeline
from reports.population import official_bands, population_view
from reports.provenance import provenance
from reports.run_files import RunFiles, mapping, rows
from reports.sentence import candidate_name, verdict_sentence
from simulator.domain.requirement import Catalogue
from simulator.places import REPORTS

TEMPLATES: Final = REPORTS / "templates"


@dataclass(frozen=True, slots=True)
class Header:
    """Who was tested, by what, when."""

    candidate: str
    software: str
    address: str
    study: str
    places: list[tuple[str, int | None]]
    start: str
    days: int | None
    started: str
    ended: str
    run: str


def html(run: RunFiles, catalogue: Catalogue, texts: Texts) -> str:
    """The whole page, self-contained; the same string for the same run and language."""
    conformance = gather(run, catalogue, texts)
    load = load_view(run, texts)
    return (
        environment(texts)
        .get_template("report.html.jinja")
        .render(
            t=texts,
            style=style(),
            run=run,
            head=header_of(run, texts),
            verdict=verdict_sentence(run, conformance, load, texts),
            conformance=conformance,
            tested=sum(
                1 for requirement in catalogue.requirements.values() if not any(requirement.not_tested.values())
            ),
            catalogue=catalogue,
            load=load,
            percentiles=PERCENTILES,
            population=population_view(run),
            care=care_view(run),
            provenance=provenance(run),
            pictures=_pictures(run, texts),
        )
    )


def environment(texts: Texts) -> Environment:
    """The templates, with the filters that write numbers and days in one language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        number=texts.number, amount=texts.amount, share=texts.share, day=texts.day, instant=texts.instant
    )
    return made


def style() -> Markup:
    """The style sheet that stands in every page."""
    return Markup((TEMPLATES / "style.css").read_text("utf-8"))  # noqa: S704  the project's own file


def header_of(run: RunFiles, texts: Texts) -> Header:
    """What the manifest says of a run, as it stands on top of a page."""
    manifest, period = run.manifest, mapping(run.manifest.get("period"))
    software = run.candidate.get("software")
    named = " ".join(str(part) for part in software.values() if part) if isinstance(software, dict) else software
    return Header(
        candidate=candidate_name(run, texts) if run.candidate else "",
        software=line(named or "", 120),
        address=line(run.candidate.get("base_url") or "", 200),
        study=line(texts.pick(manifest.get("study_title")) or manifest.get("study") or "", 200),
        places=[(line(m.get("name", "?"), 60), m.get("population")) for m in rows(manifest.get("municipalities"))],
        start=texts.day(period.get("start")) if period.get("start") else "",
        days=period.get("days"),
        started=texts.instant(manifest.get("started")) if manifest.get("started") else "",
        ended=texts.instant(manifest.get("ended")) if manifest.get("ended") else "",
        run=line(manifest.get("run") or run.folder.name, 120),
    )


def _pictures(run: RunFiles, texts: Texts) -> dict[str, Markup | None]:
    """The pictures for which the run holds something to draw."""
    found: dict[str, Markup | None] = dict.fromkeys(("pyramid", "timeline", "load_time", "load_spread"))
    if run.population is not None and run.population.height:
        found["pyramid"] = pyramid(run.population, official_bands(run.fit), texts)
    if run.events is not None and run.events.height:
        found["timeline"] = timeline(run.events, texts)
    if run.load is not None and responses(run.load).height:
        found["load_time"] = over_time(run.load, texts)
        found["load_spread"] = spread(run.load, texts)
    return found
