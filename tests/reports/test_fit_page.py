"""The page of a population's fit: every target on it, misses first and red, whole in both languages."""

import re
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from reports.fit_page import Subject, fit_page
from simulator.figures import Figures
from simulator.places import MUNICIPALITIES
from simulator.population import RecordFit, make_population, make_record, population_fit

SUBJECT = Subject(("Alta",), 7)


@pytest.fixture(scope="module")
def figures() -> Figures:
    return Figures.load()


@pytest.fixture(scope="module")
def alta(figures: Figures) -> pl.DataFrame:
    return make_population(figures, [figures.municipality("Alta").kommunenummer], 7)


@pytest.fixture(scope="module", params=["en", "nb"])
def page(request: pytest.FixtureRequest, alta: pl.DataFrame, figures: Figures) -> str:
    return fit_page(population_fit(alta, figures), alta, figures, SUBJECT, request.param)


class Tags(HTMLParser):
    """What stands open, so that a tag closed twice or never is seen."""

    VOID = frozenset({"meta", "path", "use", "br", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the parser's
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(tag)


def test_the_page_is_whole_and_stands_alone(page: str) -> None:
    """Well-formed HTML that fetches nothing and holds the pictures as SVG."""
    tags = Tags()
    tags.feed(page)
    assert (tags.open, tags.faults) == ([], [])
    assert page.count("<svg") == 5
    assert "src=" not in page
    assert 'href="http' not in page


def test_every_target_has_its_row(page: str, alta: pl.DataFrame, figures: Figures) -> None:
    """As many rows as targets, none red, people in whole numbers, each with a link to a source that is listed."""
    targets = population_fit(alta, figures)
    assert page.count('<th scope="row">') == len(targets)
    assert 'class="missed"' not in page
    few = min(row["made"] for row in targets if row["target"].startswith("female aged"))
    assert 0 < few < 100
    assert f">{few:.0f}</td>" in page
    sources = {row["source"] for row in targets}
    assert page.count('<li id="source-') == len(sources)


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_targets_of_the_record_are_told_by_name(alta: pl.DataFrame, figures: Figures, lang: str) -> None:
    """Every target has a name in words, those of services, medicines and numbers as well, and counts per 1,000."""
    record = RecordFit(figures)
    record.add(alta, make_record(alta, figures, 7))
    page = fit_page([*population_fit(alta, figures), *record.rows()], alta, figures, SUBJECT, lang)
    names = re.findall(r'<th scope="row">([^<]*)</th>', page)
    assert [name for name in names if re.search(r"[a-z]_[a-z]|[a-z]\.[a-z]", name)] == []
    assert any("Metformin" in name for name in names)


def test_the_same_people_give_the_same_page(alta: pl.DataFrame, figures: Figures) -> None:
    """Nothing of the hour or of memory goes into a page."""
    fit = population_fit(alta, figures)
    first, again = (fit_page(fit, alta, figures, SUBJECT, "nb") for _ in range(2))
    assert first == again


def test_a_spoilt_figure_is_red_on_top(alta: pl.DataFrame, tmp_path: Path) -> None:
    """Held against a figure somebody spoilt, the page says so first, in red, with the target by name."""
    folder = tmp_path / "figures"
    copytree(MUNICIPALITIES, folder)
    path = folder / "prevalence.csv"
    old, new = "dementia,male,80,89,0.205", "dementia,male,80,89,0.905"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    spoilt = Figures.load(folder)
    page = fit_page(population_fit(alta, spoilt), alta, spoilt, SUBJECT, "en")
    verdict = page[page.index('id="verdict"') : page.index('id="limits-title"')]
    assert "verdict failed" in page
    assert 'class="missed"><th scope="row">Dementia' in verdict


def test_an_official_miss_stands_before_an_assumed_one(alta: pl.DataFrame, figures: Figures) -> None:
    """However far off the assumed one is."""
    fit = population_fit(alta, figures)
    chosen = {status: next(row for row in fit if row["status"] == status) for status in ("official", "assumed")}
    fit = [row for row in fit if row["target"] not in {r["target"] for r in chosen.values()}]
    fit += [{**chosen["assumed"], "target": "guess", "error": 9.0, "ok": False}]
    fit += [{**chosen["official"], "target": "count", "error": 0.1, "ok": False}]
    page = fit_page(fit, alta, figures, SUBJECT, "en")
    assert page.index('scope="row">count') < page.index('scope="row">guess')


def test_a_hostile_name_is_text(alta: pl.DataFrame, figures: Figures) -> None:
    """Markup in a figure's source or a place's name is shown, not obeyed."""
    fit = [{**row, "source": "<script>alert(1)</script>"} for row in population_fit(alta, figures)]
    page = fit_page(fit, alta, figures, Subject(("<b>Alta",), 7), "en")
    assert "<script" not in page
    assert "<b>Alta" not in page
