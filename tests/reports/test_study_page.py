"""A simulated study's page: what changes, with intervals; whole in both languages, readable when partial."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

import reports
from reports.language import LANGUAGES, load_texts
from reports.pictures.studies import steps_between
from reports.run_files import read_manifest
from reports.studies.files import read_study
from reports.studies.stress import ITEMS, checklist
from reports.studies.view import HEADLINES, study_view
from reports.studies.wording import Wording

ALTERNATIVES = {"today": 0.30, "common": 0.10}


def figure(alternative: str, name: str, over: str, unit: str, value: float) -> dict[str, Any]:
    spread = {"low": value * 0.9, "high": value * 1.1, "n": 5}
    return {"alternative": alternative, "name": name, "over": over, "unit": unit, "value": value, **spread}


def figures() -> list[dict[str, Any]]:
    return [
        figure(alternative, name, over, unit, value * factor)
        for alternative, value in ALTERNATIVES.items()
        for name, over, unit, factor in (
            ("information.missing_share", "all", "share", 1.0),
            ("information.missing_share", "home-care.nurse", "share", 1.2),
            ("information.missing_share", "information/medication", "share", 0.5),
            ("work.minutes", "all", "min", 6000.0),
            ("work.overtime_minutes", "all", "min", 0.0),
            ("knowledge.hours.mean", "message/EPIKRISE", "h", 10.0),
        )
    ]


def differences() -> list[dict[str, Any]]:
    row = {"alternative": "common", "over": "all", "n": 5}
    return [
        {
            **row,
            "name": "information.missing_share",
            "unit": "share",
            "baseline": 0.3,
            "value": 0.1,
            "difference": -0.2,
            "low": -0.25,
            "high": -0.15,
            "verdict": "lower",
        },
        {
            **row,
            "name": "work.minutes",
            "unit": "min",
            "baseline": 1800.0,
            "value": 600.0,
            "difference": -1200.0,
            "low": -2600.0,
            "high": 200.0,
            "verdict": "unclear",
        },
    ]


def facts(**changes: Any) -> dict[str, Any]:
    titles = {"today": {"nb": "I dag", "en": "Today"}, "common": {"nb": "Felles journal", "en": "Common journal"}}
    return {
        "study": "two-ways",
        "title": {"nb": "I dag mot felles journal", "en": "Today against the common journal"},
        "seed": 1,
        "start": "2026-01-12",
        "days": 7,
        "warm_up": 0,
        "before": 28,
        "residents": 294860,
        "baseline": "today",
        "alternatives": [
            {"name": name, "title": title, "changes": [{"key": "participation", "value": f"gp {name}"}]}
            for name, title in titles.items()
        ],
        "replications": {
            "least": 5,
            "most": 20,
            "measure": "information.missing_share",
            "half_width": 0.05,
            "made": 5,
            "reason": "precise",
        },
        "roles": {"home-care.nurse": {"nb": "Sykepleier i hjemmetjenesten", "en": "Home-care nurse"}},
        "pathways": {"home-care-round": {"nb": "Runde", "en": "Round"}},
        "steps": 14,
        "staff": ["home-care.nurse"],
        "places": [],
        "organisations": ["gp", "hospital"],
        **changes,
    }


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Path]:
    """A study's folder; the manifest's state and anything of study.json can be changed."""

    def make(state: str = "complete", told: dict[str, Any] | None = None, **changes: Any) -> Path:
        manifest = {
            "run": "bergen",
            "state": state,
            "study": "two-ways",
            "study_title": facts()["title"],
            "municipalities": [{"kommunenummer": "4601", "name": "Bergen", "population": 294860}],
            "period": {"start": "2026-01-12", "days": 7},
            "seed": 1,
            "assumed": [{"name": "x", "status": "assumed"}],
            "figures": [{"name": "x", "status": "assumed"}, {"name": "y", "status": "official"}],
            **(told or {}),
        }
        hours = [
            {"alternative": "today", "role": "home-care.nurse", "hour": hour, "per_day": hour} for hour in range(24)
        ]
        for name, data in {
            "manifest.json": manifest,
            "study.json": facts(**changes),
            "measurements.json": figures(),
            "comparison.json": differences(),
            "hours.json": hours,
        }.items():
            (tmp_path / name).write_bytes(orjson.dumps(data))
        return tmp_path

    return make


def test_the_line_that_makes_it_again_asks_for_the_same_places(study: Callable[..., Path]) -> None:
    """Of a study cut to some municipalities the same ones, or else its digests would not be the same."""
    asked = {"study": "my/two-ways.yaml", "municipalities": ["4601", "Voss"]}
    page = reports.write(study(told={"asked": asked})).read_text("utf-8")
    assert "journalbenk simulate my/two-ways.yaml --municipality 4601 --municipality Voss --seed 1 --out DIR" in page


def test_a_digest_is_shown_whole_and_memory_in_the_language(study: Callable[..., Path]) -> None:
    """A digest with eleven digits in a row is compared, not masked; what is no digest is."""
    digest = f"a12345678901{'b' * 52}"
    told = {"timeline_digest": digest, "population_digest": "x12345678901", "machine": {"memory_gib": 23.5}}
    page = reports.write(study(told=told), lang="nb").read_text("utf-8")
    assert digest in page
    assert "x123456*****" in page
    assert "<dd>23,5</dd>" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_stands_alone_with_its_pictures(study: Callable[..., Path], lang: str) -> None:
    """Three pictures, nothing fetched, the same again, and each picture a file."""
    folder = study()
    page = reports.write(folder, lang=lang).read_text("utf-8")
    assert page.count("<svg") == 3
    assert "src=" not in page
    assert 'href="http' not in page
    assert sorted(path.stem for path in (folder / "pictures").iterdir()) == [
        f"{name}.{lang}" for name in ("day", "intervals", "lacking")
    ]
    assert reports.write(folder, lang=lang).read_text("utf-8") == page


def test_a_difference_is_told_with_its_interval(study: Callable[..., Path]) -> None:
    """Percentage points with sign, the interval, and in words that it is lower; the unclear one is called not shown."""
    page = reports.write(study(), lang="en").read_text("utf-8")
    assert "−20.0\u202fpercentage points" in page
    assert "[−25.0 to −15.0]" in page
    lower = "Information that did not come in the period, share of the needs (30.0% → 10.0%)"
    assert f"<strong>Lower:</strong><ul><li>{lower}</li></ul>" in page
    assert "<strong>No difference shown:</strong> Working time (30\u202fh → 10\u202fh)" in page


def test_working_time_is_told_in_hours(study: Callable[..., Path]) -> None:
    """1 800 minutes are 30 hours, and the difference follows."""
    files = read_study(read_manifest(study()))
    row = next(
        row for row in study_view(files, Wording(files, load_texts("en"))).headlines if row.name == "work.minutes"
    )
    assert [cell.value for cell in row.cells] == ["30\u202fh", "10\u202fh"]
    assert row.cells[1].change == "−20.0\u202fh"


def test_what_never_happened_is_one_line(study: Callable[..., Path]) -> None:
    """A chief figure that is zero in every alternative takes no rows of the table."""
    files = read_study(read_manifest(study()))
    view = study_view(files, Wording(files, load_texts("en")))
    assert view.never == ["Overtime"]
    assert "work.overtime_minutes" not in [row.name for row in view.headlines]


def test_what_is_put_in_is_not_told_as_found(study: Callable[..., Path]) -> None:
    """Where everybody uses the common journal the page names the alternative and says that it is an assumption."""
    assert "is put into the simulation" not in reports.write(study()).read_text("utf-8")
    page = reports.write(study(inside=["common"])).read_text("utf-8")
    assert "With Common journal everybody uses the common journal" in page
    assert "is put into the simulation, not found by it" in page


def test_figures_say_what_they_are_of(study: Callable[..., Path]) -> None:
    """The period that counts are of, which interval a column has, and whose day is drawn."""
    page = reports.write(study()).read_text("utf-8")
    assert "Counts, sums and costs are of the whole period of 7 days" in page
    assert page.count('<th scope="col" class="n">95% interval of the difference</th>') >= 1
    assert "There are 2 comparisons in all; if nothing were different, about 0.10 of them would still look so." in page
    assert "Hours are Norwegian. Shown for: Today." in page


@pytest.mark.parametrize(("made", "told"), [(1, False), (5, True)])
def test_a_line_is_explained_where_there_is_one(study: Callable[..., Path], made: int, *, told: bool) -> None:
    """Out of one replication comes no interval, and so no line in the picture of what was lacking."""
    times = {**facts()["replications"], "made": made}
    page = reports.write(study(replications=times), lang="en").read_text("utf-8")
    assert "did not come to see in the period either." in page
    assert ("The dark line is the 95% interval." in page) == told


def test_a_title_with_dollars_is_a_title(study: Callable[..., Path]) -> None:
    """Dollars begin no formula in a picture: they stand there as they are."""
    alternatives = [{**row, "title": {"nb": r"$\frac$ A", "en": r"$\frac$ A"}} for row in facts()["alternatives"]]
    assert r"$\frac$ A" in (
        reports.write(study(alternatives=alternatives)).parent / "pictures/intervals.en.svg"
    ).read_text("utf-8")


def test_a_partial_study_does_not_answer(study: Callable[..., Path]) -> None:
    """The page says that it was stopped and after how many replications."""
    stopped = facts()["replications"] | {"made": 2, "reason": "stopped"}
    page = reports.write(study("partial", replications=stopped), lang="en").read_text("utf-8")
    assert "stopped after 2 replications" in page
    assert "What came out" not in page


def test_a_damaged_comparison_is_told_and_not_guessed(study: Callable[..., Path]) -> None:
    """Without readable differences the page shows values alone, and does not call itself complete."""
    folder = study()
    (folder / "comparison.json").write_bytes(b"{")
    page = reports.write(folder, lang="en").read_text("utf-8")
    assert "percentage points" not in page
    assert "What came out" not in page


def test_a_study_that_was_cut_off_still_has_a_page(study: Callable[..., Path]) -> None:
    """Without a readable study.json the figures are shown, and the page does not call itself complete."""
    folder = study()
    (folder / "study.json").write_bytes((folder / "study.json").read_bytes()[:40])
    page = reports.write(folder, lang="en").read_text("utf-8")
    assert "</html>" in page
    assert "What came out" not in page


def test_what_rests_on_assumptions_says_so(study: Callable[..., Path]) -> None:
    """How many figures are assumed stands beside the answer, with a link to which."""
    page = reports.write(study(), lang="nb").read_text("utf-8")
    assert "Dette bygger på 1 tall som er antatt" in page


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", ["single", "asked", "precise", "most", "stopped"])
def test_the_checklist_is_filled_in(study: Callable[..., Path], lang: str, reason: str) -> None:
    """Every item has a text in both languages, however the replications ended; nothing is left to fill in."""
    files = read_study(read_manifest(study(replications=facts()["replications"] | {"reason": reason})))
    items = checklist(files, Wording(files, load_texts(lang)))
    assert [item.number for item in items] == list(ITEMS)
    assert all(item.text and "{" not in item.text and "study." not in item.text for item in items)


def test_the_checklist_is_of_this_study(study: Callable[..., Path]) -> None:
    """Residents, alternatives and rule are the study's own."""
    files = read_study(read_manifest(study()))
    said = {item.number: item.text for item in checklist(files, Wording(files, load_texts("en")))}
    assert "294,860 residents of Bergen" in said["1.1"]
    assert "Common journal (participation: gp common)" in said["1.3"]
    assert "at least 5, at most 20" in said["4.3"]


def test_one_day_is_not_said_in_the_plural(study: Callable[..., Path]) -> None:
    """A study of one day after a warm-up of one."""
    files = read_study(read_manifest(study(days=1, warm_up=1, before=3)))
    said = {item.number: item.text for item in checklist(files, Wording(files, load_texts("en")))}
    assert said["4.2"] == "1 day from 12 January 2026."
    assert "a warm-up of 1 day (pathways may ask for more, up to 3 days)" in said["4.1"]


def test_alternatives_that_end_in_numbers_make_a_curve() -> None:
    """Shares or years are places on a line; three words are not."""
    assert steps_between(["gp-0", "gp-15", "gp-40"]) == [0, 15, 40]
    assert steps_between(["today", "common", "paper"]) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chief_figure_has_a_name(lang: str) -> None:
    """No leader meets a dotted name."""
    entries = load_texts(lang).entries
    assert [name for name in HEADLINES if f"measure.{name}" not in entries] == []
