"""The STRESS-DES checklist (Monks and others 2019) filled in for one study, from what the study itself says.

Each item is a sentence of the text files with the study's own numbers and names filled in; what the bench does in
every study alike stands in the text, and what differs comes from ``study.json``.
"""

from dataclasses import dataclass
from typing import Any, Final

from reports.run_files import mapping, rows
from reports.studies.files import StudyFiles
from reports.studies.wording import Wording

ITEMS: Final = (
    *("1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4", "2.5.5"),
    *("3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist, filled in."""

    number: str
    title: str
    text: str


def checklist(files: StudyFiles, say: Wording) -> list[Item]:
    """Every item in order; the same for the same study."""
    texts, values = say.texts, _values(files, say)
    found = []
    for number in ITEMS:
        key = number.replace(".", "_")
        variant = _variant(number, files)
        text = texts(f"stress.text.{key}{variant}", **values)
        found.append(Item(number, texts(f"stress.item.{key}"), text))
    return found


def _variant(number: str, files: StudyFiles) -> str:
    """Which of an item's texts holds for this study."""
    if number in ("1.3", "2.3"):
        return "_many" if len(files.alternatives) > 1 else "_one"
    if number == "4.3":
        return f"_{files.replications.get('reason', 'single')}"
    return "_warm" if number == "4.1" and files.study.get("warm_up") else "_cold" if number == "4.1" else ""


def _values(files: StudyFiles, say: Wording) -> dict[str, Any]:
    study, manifest, texts = files.study, files.run.manifest, say.texts
    replications = files.replications
    machine, versions = mapping(manifest.get("machine")), mapping(manifest.get("versions"))
    places = [str(place.get("name")) for place in rows(manifest.get("municipalities"))]
    return {
        "title": texts.pick(study.get("title")),
        "places": _listed(places, say),
        "residents": study.get("residents", 0),
        "start": texts.day(study.get("start")),
        "days": texts("header.days", n=study.get("days", 0)),
        "alternatives": _listed([say.alternative(str(row["name"])) for row in files.alternatives], say),
        "baseline": say.alternative(files.baseline),
        "changes": "; ".join(_change(row, say) for row in files.alternatives if row.get("changes")) or "–",
        "pathways": _listed([texts.pick(title) for title in mapping(study.get("pathways")).values()], say),
        "steps": study.get("steps", 0),
        "staff": _listed([say.over(str(role)) for role in study.get("staff", [])], say),
        "places_short": _listed([texts.name("place", str(name)) for name in study.get("places", [])], say),
        "organisations": _listed([texts.name("organisation", str(k)) for k in study.get("organisations", [])], say),
        "figures": len(rows(manifest.get("figures"))),
        "assumed": len(rows(manifest.get("assumed"))),
        "warm_up": texts("header.days", n=study.get("warm_up", 0)),
        "before": texts("header.days", n=study.get("before", 0)),
        "made": replications.get("made", 1),
        "least": replications.get("least", 1),
        "most": replications.get("most", 1),
        "measure": say.measure(str(replications.get("measure", ""))),
        "half_width": texts.share(replications.get("half_width")),
        "seed": str(study.get("seed", "")),
        "versions": ", ".join(f"{name} {version}" for name, version in sorted(versions.items())),
        "machine": f"{machine.get('model', '?')}, {machine.get('cpus', '?')} CPU, {machine.get('platform', '?')}",
        "command": str(manifest.get("command", "")),
    }


def _listed(words: list[str], say: Wording) -> str:
    """Words as a list; a long one is cut and says how many there are."""
    if not words:
        return say.texts("stress.none")
    if len(words) > 24:
        return say.texts("stress.listed", shown=", ".join(words[:12]), n=len(words))
    return ", ".join(words)


def _change(alternative: dict[str, Any], say: Wording) -> str:
    said = ", ".join(
        f"{say.texts.name('study_key', str(row['key']))}: {row['value']}" for row in alternative["changes"]
    )
    return f"{say.alternative(str(alternative['name']))} ({said})"


def as_markdown(items: list[Item], title: str) -> str:
    """The checklist as a text file of its own."""
    lines = [f"# {title}", ""]
    for item in items:
        lines += [f"## {item.number} {item.title}", "", item.text, ""]
    return "\n".join(lines)
