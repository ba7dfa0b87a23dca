"""Where a run comes from: seed, digests, versions, machine, figures, and the commands that make it again."""

import re
import shlex
from dataclasses import dataclass
from typing import Any, Final

from reports.cleaning import line
from reports.run_files import Row, RunFiles, mapping, rows

_DIGESTS: Final = ("study_digest", "population_digest", "timeline_digest", "interactions_digest")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything needed to make the run again, as it is shown."""

    digests: list[tuple[str, str]]
    versions: list[tuple[str, str]]
    machine: list[tuple[str, str | float]]
    commands: list[tuple[str, str]]
    """What each does (a key of ``provenance.command``) and the command."""
    assumed: list[dict[str, str]]
    figures: list[dict[str, str]]
    """Every other figure used."""


def provenance(run: RunFiles) -> Provenance:
    """The provenance the manifest gives; what it leaves out is left out here."""
    manifest = run.manifest
    assumed = _figures(manifest.get("assumed"))
    known = {figure["name"] for figure in assumed}
    return Provenance(
        digests=[(key, _digest(manifest[key])) for key in _DIGESTS if manifest.get(key)],
        versions=_pairs(manifest.get("versions")),
        machine=_machine(manifest.get("machine")),
        commands=_commands(run),
        assumed=assumed,
        figures=[figure for figure in _figures(manifest.get("figures")) if figure["name"] not in known],
    )


def _commands(run: RunFiles) -> list[tuple[str, str]]:
    manifest = run.manifest
    said = manifest.get("command")
    command = shlex.join([str(word) for word in said]) if isinstance(said, list) else str(said or "")
    study, seed = study_asked(run), manifest.get("seed")
    places = _only(mapping(manifest.get("asked")).get("municipalities"))
    again = ["journalbenk", "simulate", study, *places, "--seed", str(seed), "--out", "DIR"]
    found = [("again", command), ("simulate", shlex.join(again) if study and seed is not None else "")]
    if run.verdicts:
        found.append(("one", conformance_again(run, "ID")))
    folder = str(manifest.get("folder") or f"runs/{manifest.get('run') or run.folder.name}")
    found.append(("verify", shlex.join(["journalbenk", "verify", folder])))
    found.append(("language", shlex.join(["journalbenk", "report", folder]) + " --lang nb|en"))
    return [(key, line(words)) for key, words in found if words]


def _only(places: Any) -> list[str]:
    """The options that ask for some of a study's municipalities, as they were asked for."""
    return [word for place in places or () for word in ("--municipality", str(place))]


def _digest(value: Any) -> str:
    """A digest as it is: eleven digits in a row are no person's there, and a masked one could not be compared."""
    return str(value) if re.fullmatch(r"[0-9a-f]{64}", str(value)) else line(value, 80)


def _machine(value: Any) -> list[tuple[str, str | float]]:
    return [
        (line(key, 60), found if isinstance(found, float) else line(found, 120))
        for key, found in sorted(mapping(value).items())
    ]


def study_asked(run: RunFiles) -> str:
    """The study as it was named on the command line, which may be a path."""
    return str(mapping(run.manifest.get("asked")).get("study") or run.manifest.get("study") or "")


def asked_again(run: RunFiles) -> list[str]:
    """The options that ask for the same candidate, and for the seed where one was asked for."""
    asked = mapping(run.manifest.get("asked"))
    candidate = ["--candidate", str(asked.get("candidate") or run.candidate.get("name") or "")]
    seed = asked.get("seed")
    return candidate if seed is None else [*candidate, "--seed", str(seed)]


def conformance_again(run: RunFiles, requirement: str) -> str:
    """The line that tries one requirement again, with the study's people and care."""
    study = study_asked(run)
    about = ["--study", study] if study else []
    return shlex.join(["journalbenk", "conformance", *asked_again(run), *about, "--requirement", requirement])


def _figures(value: Any) -> list[dict[str, str]]:
    return sorted((_figure(row) for row in rows(value)), key=lambda figure: figure["name"])


def _figure(row: Row) -> dict[str, str]:
    shown = {name: line(row.get(name) or "", 300) for name in ("name", "unit", "year", "source", "status")}
    return {**shown, "status": shown["status"] or "assumed"}


def _pairs(value: Any) -> list[tuple[str, str]]:
    return [(line(key, 60), line(found, 120)) for key, found in sorted(mapping(value).items())]
