"""The smaller jobs of the command line: contract, checking files, serving a candidate, writing reports."""

import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson

import reports
from features.wording import SUFFIX, faults_in
from simulator.candidates import load_candidate, running
from simulator.candidates.neighbourhood import around, who_answers
from simulator.care.expectation import off_target
from simulator.documents import read
from simulator.domain.candidate import Neighbours
from simulator.domain.scenario import Selection
from simulator.errors import BenchError, CandidateError, InputError, nearest
from simulator.fhir import assumptions, capability_statement, contract_page
from simulator.figures import Figures
from simulator.places import FEATURES, MUNICIPALITIES, REFERENCES, SCENARIOS
from simulator.population import check_tables
from simulator.run.campaign import CANNOT_SAY, FAILED, PASSED, Result
from simulator.run.choices import DEFAULTS, ECOSYSTEM
from simulator.scenario import check_files, load_pathway
from simulator.scenario.calibration import load_targets
from simulator.scenario.catalogue import load_catalogue
from simulator.storage import whole, writing

_YAML: Final = ".yaml"


def selection(capability: str, requirement: str) -> Selection | None:
    """The part of the contract asked for, None for the study's own; raises InputError for an unknown word."""
    catalogue = load_catalogue()
    for option, word, valid in (
        ("--capability", capability, catalogue.capabilities),
        ("--requirement", requirement, catalogue.requirements),
    ):
        if word and word not in valid:
            raise InputError(f"'{word}' is not in the catalogue", where=option, remedy=nearest(word, valid))
    if requirement and (reason := catalogue.requirements[requirement].not_tested):
        raise InputError(f"{requirement} is not tested: {reason['en']}", where="--requirement")
    rules = [rule for rule in catalogue.rules.values() if rule.requirement == requirement]
    if rules and all(rule.by == "load" for rule in rules):
        remedy = "Use `journalbenk run`, whose load part speaks for it."
        raise InputError(f"{requirement} is judged from load alone", where="--requirement", remedy=remedy)
    if not capability and not requirement:
        return None
    return Selection(tuple(filter(None, [capability])), tuple(filter(None, [requirement])))


def write_report(folder: Path, lang: str) -> Path:
    """Write the report of a run's folder again."""
    if not (folder / "manifest.json").is_file():
        raise InputError(
            "not a run's folder: it has no manifest.json", where=str(folder), remedy="Name a folder under runs/."
        )
    with writing(folder):
        return Path(reports.write(folder, lang=lang))


def serve(name: str, port: int | None, *, say: Callable[[str], None]) -> None:
    """Start a candidate, or ``ecosystem`` the neighbours alone, and wait until a person stops it."""
    if name == ECOSYSTEM:
        _serve_neighbours(port, say=say)
        return
    candidate = load_candidate(name)
    if candidate.start is None:
        raise InputError("the candidate has no 'start', so the bench cannot start it", where=name)
    with tempfile.TemporaryDirectory(prefix="journalbenk-") as folder:
        try:
            with running(candidate, Path(folder), port=port) as system:
                say(f"{candidate.title} answers at {system.base_url} (Ctrl-C stops it)")
                _wait_while_answering(system.base_url)
        except KeyboardInterrupt:
            say("stopped")


def _serve_neighbours(port: int | None, *, say: Callable[[str], None]) -> None:
    told = DEFAULTS["neighbours"]
    neighbours = Neighbours(told["address"], tuple(told["command"]))
    with tempfile.TemporaryDirectory(prefix="journalbenk-") as folder:
        try:
            with around(neighbours, Path(folder) / "neighbours.log", {}, port) as found:
                address = found.words["neighbours"]
                for name, what in who_answers(address).items():
                    say(f"{address}/{name}: {what}")
                say(f"The neighbours answer at {address} (Ctrl-C stops them)")
                _wait_while_answering(address)
        except KeyboardInterrupt:
            say("stopped")


def _wait_while_answering(base_url: str) -> None:
    address = urlsplit(base_url)
    while True:
        time.sleep(1.0)
        try:
            socket.create_connection((address.hostname, address.port), timeout=5.0).close()
        except OSError as error:
            raise CandidateError(f"stopped answering: {error.strerror or error}", where=base_url) from None


def check(paths: Iterable[Path]) -> tuple[list[str], int]:
    """The faults of scenario and feature files, one line each, and how many files were looked at."""
    wanted = list(paths) or [SCENARIOS, FEATURES]
    found = {path: _files(path) if path.is_dir() else [path] for path in wanted}
    files = [file for those in found.values() for file in those]
    empty = [f"{path}: holds no {_YAML} or {SUFFIX} file" for path, those in found.items() if not those]
    figures = Figures.load()
    features = [file for file in files if file.suffix == SUFFIX]
    faults = [fault for file in files if file not in features for fault in _faults(file, figures)]
    return [*empty, *faults, *faults_in(features)], len(files)


def _files(folder: Path) -> list[Path]:
    return sorted(file for kind in (_YAML, SUFFIX) for file in folder.rglob(f"*{kind}"))


def _faults(file: Path, figures: Figures) -> list[str]:
    home = file.resolve()
    try:
        data = read(file).data
        if isinstance(data, dict) and "base_url" in data:
            load_candidate(str(file))
        elif home == MUNICIPALITIES / "sources.yaml":
            check_tables(Figures.load())
        elif home == SCENARIOS / "defaults.yaml":
            pass
        elif home.parent == REFERENCES:
            assumptions()
        elif home in (SCENARIOS / "requirements.yaml", SCENARIOS / "contract.yaml"):
            load_catalogue()
        elif isinstance(data, dict) and "calibration" in data:
            return _off_target(file, figures)
        else:
            return check_files([file], figures)
    except BenchError as error:
        return str(error).splitlines()
    return []


def _off_target(file: Path, figures: Figures) -> list[str]:
    """The totals of a normal year that the pathways' demand does not come to."""
    faults = ((t.name, off_target(t, load_pathway(t.pathway), figures)) for t in load_targets(figures, file))
    return [f"{file}: {name}: {fault}" for name, fault in faults if fault]


def publish_contract(out: Path, lang: str) -> list[Path]:
    """Write the contract as a page and as a CapabilityStatement."""
    catalogue = load_catalogue()
    page, statement = out / f"contract.{lang}.html", out / "capability-statement.json"
    told = contract_page(catalogue, lang).encode()
    for path, content in (
        (page, told),
        (statement, orjson.dumps(capability_statement(catalogue), option=orjson.OPT_INDENT_2)),
    ):
        with whole(path) as part:
            part.write_bytes(content)
    return [page, statement]


def summary(result: Result) -> list[str]:
    """What a person wants to know when a run has ended."""
    lines = [
        f"requirements, {name}: {_counted(outcomes.values())}"
        for name, outcomes in (("required", result.outcomes), ("recommended", result.recommended))
        if outcomes
    ]
    if result.load.limits:
        broken = result.load.outcomes.count("fail")
        kept = f"{broken} promises broken under load" if broken else "nothing lost under load"
        lines.append(f"load limits: {result.load.limits.replace('_', ' ')}; {kept}")
    lines.append(f"report: {result.report}")
    return lines


def _counted(outcomes: Iterable[str]) -> str:
    return ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in sorted(Counter(outcomes).items()))


def worst_code(codes: Iterable[int]) -> int:
    """The exit code of several runs together."""
    found = set(codes)
    return next((code for code in (FAILED, CANNOT_SAY, PASSED) if code in found), CANNOT_SAY)
