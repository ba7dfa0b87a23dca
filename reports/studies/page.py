"""Puts a simulated study into its page: what changes, pictures, all figures, calibration, method and provenance."""

from typing import Any, Final

from markupsafe import Markup

from reports.language import Texts
from reports.page import environment, header_of, style
from reports.pictures.studies import day, intervals, lacking
from reports.provenance import provenance
from reports.run_files import Row, RunFiles
from reports.studies.files import StudyFiles, read_study
from reports.studies.stress import Item, as_markdown, checklist
from reports.studies.view import HEADLINES, study_view
from reports.studies.wording import Wording

_PANELS: Final = 8
_MISSING: Final = "information.missing_share"


def study_page(run: RunFiles, texts: Texts) -> tuple[str, dict[str, Markup], str]:
    """The page, its pictures by name, and the STRESS-DES checklist as Markdown; the same for the same run."""
    files = read_study(run)
    say = Wording(files, texts)
    pictures = _pictures(files, say)
    items = checklist(files, say)
    page = environment(texts).get_template("study.html.jinja").render(
        t=texts,
        style=style(),
        run=run,
        head=header_of(run, texts),
        files=files,
        say=say,
        view=study_view(files, say),
        pictures=pictures,
        inside=_inside(files, say),
        provenance=provenance(run),
        stress=items,
    )  # fmt: skip
    return page, pictures, _markdown(items, say)


def _markdown(items: list[Item], say: Wording) -> str:
    return as_markdown(items, f"STRESS-DES: {say.texts.pick(say.files.study.get('title'))}")


def _inside(files: StudyFiles, say: Wording) -> str:
    """What is put in, not found, where everybody uses the common journal; nothing where nobody's alternative is so."""
    found = files.study.get("inside")
    names = [str(name) for name in found] if isinstance(found, list) else []
    if not names:
        return ""
    if len(files.alternatives) == 1:
        return say.texts("study.inside_one")
    return say.texts("study.inside_many", titles=", ".join(say.alternative(name) for name in names))


def _pictures(files: StudyFiles, say: Wording) -> dict[str, Markup]:
    titles = {str(row.get("name", "")): say.alternative(str(row.get("name", ""))) for row in files.alternatives}
    found: dict[str, Markup] = {}
    panels = [(say.measure(name), rows) for name in HEADLINES if (rows := _over_all(files, name, say))][:_PANELS]
    if len(titles) > 1 and panels:
        found["intervals"] = intervals(panels, titles, say.texts)
    bars = _kinds(files, say)
    if bars:
        found["lacking"] = lacking(bars, titles, say.texts)
    base = [row for row in files.hours if row["alternative"] == files.baseline]
    if base:
        roles = {str(row["role"]): say.over(str(row["role"])) for row in base}
        found["day"] = day(base, roles, say.texts)
    return found


def _over_all(files: StudyFiles, name: str, say: Wording) -> list[Row]:
    """A figure over everything in each alternative; nothing when it is zero in all of them."""
    rows = [say.readable(row) for row in files.figures if (row["name"], row["over"]) == (name, "all")]
    return rows if any(row["value"] for row in rows) else []


def _kinds(files: StudyFiles, say: Wording) -> list[tuple[str, dict[str, Row]]]:
    found: dict[str, dict[str, Any]] = {}
    for row in files.figures:
        if row["name"] == _MISSING and row["over"].startswith("information/"):
            found.setdefault(row["over"], {})[row["alternative"]] = row
    worst = {over: max(row["value"] for row in rows.values()) for over, rows in found.items()}
    ranked = sorted((over for over in found if worst[over]), key=lambda over: (-worst[over], over))
    return [(say.over(over), found[over]) for over in ranked]
