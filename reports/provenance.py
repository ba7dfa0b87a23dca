"""Where a run comes from: seed, digests, versions, machine, figures, and the commands that make it again."""

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
    machine: list[tuple[str, str]]
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
        digests=[(key, line(manifest[key], 80)) for key in _DIGESTS if manifest.get(key)],
        versions=_pairs(manifest.get("versions")),
        machine=_pairs(manifest.get("machine")),
        commands=_commands(run),
        assumed=assumed,
        figures=[figure for figure in _figures(manifest.get("figures")) if figure["name"] not in known],
    )


def _commands(run: RunFiles) -> list[tuple[str, str]]:
    manifest = run.manifest
    said = manifest.get("command")
    command = shlex.join([str(word) for word in said]) if isinstance(said, list) else str(said or "")
    study, seed = str(manifest.get("study") or ""), manifest.get("seed")
    again = ["journalbenk", "simulate", study, "--seed", str(seed), "--out", "DIR"]
    found = [("again", command), ("simulate", shlex.join(again) if study and seed is not None else "")]
    if run.verdicts:
        one = ["journalbenk", "conformance", "--candidate", str(run.candidate.get("name", "")), "--requirement", "ID"]
        found.append(("one", shlex.join(one)))
    name = str(manifest.get("run") or run.folder.name)
    found.append(("verify", shlex.join(["journalbenk", "verify", f"runs/{name}"])))
    found.append(("language", shlex.join(["journalbenk", "report", f"runs/{name}"]) + " --lang nb|en"))
    return [(key, line(words)) for key, words in found if words]


def _figures(value: Any) -> list[dict[str, str]]:
    return sorted((_figure(row) for row in rows(value)), key=lambda figure: figure["name"])


def _figure(row: Row) -> dict[str, str]:
    shown = {name: line(row.get(name) or "", 300) for name in ("name", "unit", "year", "source", "status")}
    return {**shown, "status": shown["status"] or "assumed"}


def _pairs(value: Any) -> list[tuple[str, str]]:
    return [(line(key, 60), line(found, 120)) for key, found in sorted(mapping(value).items())]
