"""The pages that explain pathways: whole, in both languages, from the YAML alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from reports.language import LANGUAGES, load_texts
from reports.pathways import Shelf, index_page, pathway_page
from reports.pathways.amounts import Amounts
from reports.pathways.words import Wording, lines_of
from reports.pictures.lanes import Box, lanes
from simulator.domain.information import READS, RECORDS
from simulator.domain.scenario import Milestones, Number, Pathway, Staffing
from simulator.figures import Figures
from simulator.places import PATHWAYS
from simulator.scenario import load_pathway, load_staffing
from simulator.scenario.catalogue import load_catalogue
from simulator.scenario.uses import figures_of

OWN = """
pathway: visit-of-a-baker
title: {nb: Bakerens besøk, en: The baker's visit}
who: {ages: 67-120, where: "home_care_hours > 0 AND NOT nursing_home"}
demand: {rate: 2}
parameters:
  kneading: {value: 45 min, source: bench value, status: assumed}
steps:
  - id: ring-first
    title: {nb: Ringer på, en: Rings the bell}
    by: citizen
    channel: electronic
    records: [appointment]
  - id: bakes
    by: home-care.nurse
    channel: home
    after: {step: ring-first, delay: 2 h}
    takes: lognormal(mean=parameter kneading, cv=0.5)
    patience: 4 h
    postpone: 1 d
    within: {time: 24 h, of: ring-first}
    reads: [medication]
    records: [visit]
    lacking: {takes: 10 min, sends: DIALOG_FORESPORSEL, to: gp}
  - id: tells
    by: home-care.nurse
    after: bakes
    chance: 0.25
    sends: DIALOG_HELSEFAGLIG
    to: gp
    acknowledged: {within: 24 h, remind: 2}
"""


@pytest.fixture(scope="module")
def staffing() -> Staffing:
    return load_staffing()


@pytest.fixture(scope="module")
def baker(staffing: Staffing, tmp_path_factory: pytest.TempPathFactory) -> Pathway:
    path = tmp_path_factory.mktemp("own") / "baker.yaml"
    path.write_text(OWN, "utf-8")
    return load_pathway(path, staffing)


@pytest.fixture(scope="module")
def shelf(staffing: Staffing, baker: Pathway) -> Shelf:
    shipped = [load_pathway(path, staffing) for path in sorted(PATHWAYS.glob("*.yaml"))]
    named = {pathway.name: sorted(figures_of(pathway)) for pathway in [*shipped, baker]}
    return Shelf(staffing, load_catalogue(), Figures.load(), named)


def wording(pathway: Pathway, shelf: Shelf, lang: str) -> Wording:
    texts = load_texts(lang)
    return Wording(pathway, shelf.staffing, texts, Amounts(texts, shelf.figures))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", sorted(PATHWAYS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_pathway_has_a_page(path: Path, shelf: Shelf, lang: str) -> None:
    """A page that stands alone, with a picture, every step as a heading, and a row for every number."""
    pathway = load_pathway(path, shelf.staffing)
    page = pathway_page(pathway, shelf, lang)
    assert page.count("<svg") == 1
    assert page.count("<h3>") == len(pathway.steps)
    assert page.count('<th scope="row">') == len(pathway.parameters) + len(figures_of(pathway))
    assert "src=" not in page
    assert 'href="http' not in page
    assert page == pathway_page(pathway, shelf, lang)


def test_a_step_says_what_its_yaml_says(baker: Pathway, shelf: Shelf) -> None:
    """Time, patience, postponement, deadline and what happens when something is lacking, in words."""
    said = {line.key: line.text for line in lines_of(baker.steps[1], wording(baker, shelf, "en"))}
    assert said == {
        "reads": "medicines",
        "records": "visit",
        "after": "2 hours after “Rings the bell”",
        "needs": "until somebody is free: Home-care nurse; after 4 hours it is put off by 24 hours",
        "takes": "about 45 minutes",
        "within": "within 24 hours of “Rings the bell”",
        "lacking": "The work takes longer: 10 minutes. "
        "An inquiry goes out: Forespørsel (DIALOG_FORESPORSEL) to the fastlege.",
    }


def test_a_message_says_its_receipt_and_its_chance(baker: Pathway, shelf: Shelf) -> None:
    """Who it goes to, how often it is sent, and how often it is sent again."""
    said = {line.key: line.text for line in lines_of(baker.steps[2], wording(baker, shelf, "nb"))}
    assert said["sends"].endswith("(DIALOG_HELSEFAGLIG) til fastlegen")
    assert said["chance"] == "25,0\u202f%"
    assert said["receipt"] == "ventes innen 24 timer; uten den purres det, høyst 2 ganger"


def test_who_qualifies_is_told_in_words(baker: Pathway, shelf: Shelf) -> None:
    """Ages and an SQL condition, in both languages."""
    assert wording(baker, shelf, "en").who() == (
        "aged 67 and older, has home care and not has a long-term place in a nursing home"
    )
    assert wording(baker, shelf, "nb").who() == "67 år og eldre, har hjemmetjeneste og ikke langtidsplass på sykehjem"


def test_a_figure_has_its_value_with_its_unit(shelf: Shelf) -> None:
    """One number stands with its unit as the language writes it; a figure by age says that it is a table."""
    pathway = load_pathway(PATHWAYS / "discharge-ready.yaml", shelf.staffing)
    page = pathway_page(pathway, shelf, "nb")
    assert '<td data-label="Verdi">154\u202f000 stays per year</td>' in page
    assert '<td data-label="Verdi">en tabell (days)</td>' in page


def test_the_index_leads_to_every_page(baker: Pathway, shelf: Shelf) -> None:
    """A link for each pathway, in the language of the page."""
    page = index_page([baker], shelf, "nb")
    assert '<a href="visit-of-a-baker.nb.html">Bakerens besøk</a>' in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_organisation_and_place_has_a_name(lang: str, staffing: Staffing) -> None:
    """What the standard staffing names is named for people in both languages."""
    names = load_texts(lang).entries
    assert [kind for kind in staffing.organisations if f"organisation.{kind}" not in names] == []
    assert [place for place in staffing.places if f"place.{place}" not in names] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_has_a_name_in_words(lang: str, staffing: Staffing) -> None:
    """Steps of shipped pathways have a title of their own or one in the texts; nobody reads an id."""
    names = load_texts(lang).entries
    steps = [step for path in PATHWAYS.glob("*.yaml") for step in load_pathway(path, staffing).steps]
    assert [step.id for step in steps if not step.title and f"step.{step.id}" not in names] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_information_has_a_name(lang: str) -> None:
    """Every word that a step may write or look up is named in both languages."""
    names = load_texts(lang).entries
    assert [word for word in (*READS, *RECORDS) if f"information.{word}" not in names] == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(30, "30 seconds"), (60, "1 minute"), (5400, "90 minutes"), (86400, "24 hours"), (4.2 * 86400, "4.2 days")],
)
def test_durations_are_in_the_unit_people_use(shelf: Shelf, seconds: float, said: str) -> None:
    """Ninety minutes stay minutes, a day is told in hours, four days in days."""
    assert Amounts(load_texts("en"), shelf.figures).duration(seconds) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [("259765.0", "259\u202f765"), ("0.545", "0,545"), ("5 d", "5 døgn"), ("1 h", "1 time"), ("18.5 h", "18,5 timer")],
)
def test_a_parameter_is_written_as_the_language_does(shelf: Shelf, written: str, said: str) -> None:
    """A number or a duration of the pathway's file; anything else stays as it is."""
    amounts = Amounts(load_texts("nb"), shelf.figures)
    assert amounts.written(written) == said
    assert amounts.written("figure of.something * 2") == "figure of.something * 2"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(10 * 86400, "10 days"), (6 * 604800, "6 weeks"), (3 * 2629800, "3 months"), (4 * 31557600, "4 years")],
)
def test_ages_are_told_as_a_childs(shelf: Shelf, seconds: int, said: str) -> None:
    """Days first, then weeks, months and years."""
    assert Amounts(load_texts("en"), shelf.figures).age(seconds) == said


def test_milestones_are_told_by_age(baker: Pathway, shelf: Shelf) -> None:
    """How many times, and at which ages."""
    checked = replace(baker, demand=Milestones((10 * 86400, 6 * 604800)))
    assert wording(checked, shelf, "en").how_often() == "Each resident 2 times: at the age of 10 days, 6 weeks."


def test_a_figure_that_goes_by_age_is_told_as_a_range(shelf: Shelf) -> None:
    """From the smallest to the largest value."""
    amounts = Amounts(load_texts("en"), shelf.figures)
    low, high = amounts.value(Number(1.0, ("hospital.length_of_stay_days",)))
    assert amounts.plain(Number(1.0, ("hospital.length_of_stay_days",))) == (f"{low:.2f} to {high:.2f}, by age and sex")


def test_each_actor_has_a_lane_and_each_message_an_arrow() -> None:
    """As many headings as lanes, a box for every step, an arrow and a name for every message."""
    boxes = [
        Box(1, 0, "First", "", (), "EPIKRISE", 1),
        Box(2, 1, "Second <b>", "24 h", (0,), sometimes=True),
        Box(3, 1, "Third", "", (0, 1), "DIALOG_SVAR", 1),
    ]
    picture = str(lanes(["Nurse", "Doctor"], boxes, "alt"))
    assert picture.count('rx="5"') == 3
    assert picture.count('stroke-dasharray="5 3"') == 1
    assert picture.count('marker-end="url(#message)"') == 2
    assert picture.count('marker-end="url(#flow)"') == 3
    assert ">EPIKRISE<" in picture
    assert "&lt;b&gt;" in picture
