"""The documentation names what there is: commands, options, scenario keys, requirements, files."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from simulator.candidates import descriptions
from simulator.cli import app
from simulator.places import ROOT, SCENARIOS
from simulator.scenario import models, study_models, system_models
from simulator.scenario.catalogue import load_catalogue

README = (ROOT / "README.md").read_text("utf-8")
APP: Any = typer.main.get_command(app)
COMMANDS: dict[str, Any] = APP.commands


def options(command: Any) -> set[str]:
    return {name for p in command.params if p.param_type_name == "option" for name in p.opts if name != "--help"}


def row(command: str) -> str:
    return next(line for line in README.splitlines() if re.match(rf"\| `{command}[ `]", line))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_documented_with_its_options(name: str) -> None:
    """The README's table names each command and exactly its options."""
    assert set(re.findall(r"`(--[a-z-]+)`", row(name))) == options(COMMANDS[name])


def test_every_documented_command_exists() -> None:
    """The README names no command that is not there."""
    named = set(re.findall(r"^\| `([a-z]+)[ `]", README, re.MULTILINE)) | set(
        re.findall(r"journalbenk ([a-z]+)", README)
    )
    assert named <= set(COMMANDS) | {"is"}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_explains_itself(name: str) -> None:
    """Each command and option has a help text."""
    command = COMMANDS[name]
    assert command.help
    assert [p.name for p in command.params if not getattr(p, "help", None)] == []


@pytest.mark.parametrize("page", sorted(p for p in ROOT.rglob("*.md") if not {".venv", "runs"} & set(p.parts)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    """Every relative link of every document points at a file that is there."""
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("target", re.findall(r"`?make ([a-z]+)`?", README))
def test_every_make_target_named_exists(target: str) -> None:
    """The README names no make target that is not there."""
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


SCENARIOS_SAY = (models, study_models, system_models)


def keys(*modules: object) -> set[str]:
    found = [m for module in modules for m in vars(module).values() if isinstance(m, type) and issubclass(m, BaseModel)]
    return {field.alias or name for model in found for name, field in model.model_fields.items()}


@pytest.mark.parametrize("key", sorted(keys(*SCENARIOS_SAY, descriptions)))
def test_every_scenario_key_is_documented(key: str) -> None:
    """Each key a scenario file may have is explained in scenarios/README.md."""
    assert re.search(rf"`{key}[`:]", (SCENARIOS / "README.md").read_text("utf-8"))


def test_every_documented_key_exists() -> None:
    """The tables of scenarios/README.md name no key that no file may have."""
    text = (SCENARIOS / "README.md").read_text("utf-8").split("## A study", 1)[1]
    cells = re.findall(r"^\| ([^|]*`[^|]*) \|", text, re.MULTILINE)
    named = {key for cell in cells for key in re.findall(r"`([a-z_0-9]+)`", cell)}
    assert named <= keys(*SCENARIOS_SAY)


def requirement_table() -> str:
    catalogue = load_catalogue()
    rows = ["| requirement | what it asks | rules |", "|---|---|---|"]
    for identity, requirement in catalogue.requirements.items():
        rules = [rule.id for rule in catalogue.rules.values() if rule.requirement == identity]
        if rules:
            rows.append(f"| {identity} | {requirement.title['en']} | {', '.join(rules)} |")
    return "\n".join(rows)


def test_the_table_of_requirements_is_the_catalogue() -> None:
    """features/README.md lists exactly the requirements that are tested, as the catalogue words them."""
    assert requirement_table() in (ROOT / "features" / "README.md").read_text("utf-8")


def test_no_document_names_an_unknown_requirement() -> None:
    """Every requirement id in any document is in the catalogue."""
    known = set(load_catalogue().requirements)
    pages = [p for p in ROOT.rglob("*.md") if not {".venv", "runs"} & set(p.parts)]
    prefixes = "|".join(load_catalogue().capabilities)
    named = {identity for p in pages for identity in re.findall(rf"\b(?:{prefixes})-\d\d\b", p.read_text("utf-8"))}
    assert named <= known
