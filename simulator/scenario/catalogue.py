"""Reads the requirement catalogue and the contract; faults name file, line and the nearest valid word."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from simulator import documents
from simulator.domain.contract import Contract, ContractResource
from simulator.domain.requirement import Catalogue, Requirement, Rule, Text
from simulator.domain.verdict import Level
from simulator.errors import InputError, nearest
from simulator.places import SCENARIOS

REQUIREMENTS = SCENARIOS / "requirements.yaml"
CONTRACT = SCENARIOS / "contract.yaml"

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
RequirementId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-\d{2}$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^R-[A-Z]{3}-\d{2}[A-Z]?$")]
ResourceInteraction = Literal[
    "read",
    "vread",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "create",
    "search-type",
]
SearchType = Literal["number", "date", "string", "token", "reference", "composite", "quantity", "uri"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Text(_Model):
    nb: Filled
    en: Filled

    def texts(self) -> Text:
        return {"nb": self.nb, "en": self.en}


class _Requirement(_Model):
    title: _Text
    phase: Filled
    status: Literal["sourced", "derived", "part"]
    source: Filled
    consequence: _Text
    not_tested: _Text | None = None


class _Requirements(_Model):
    capabilities: dict[str, _Text]
    requirements: Annotated[dict[RequirementId, _Requirement], Field(min_length=1)]


class _Rule(_Model):
    level: Level
    requirement: RequirementId
    text: _Text
    source: Filled
    limit_s: Annotated[float, Field(gt=0)] | None = None
    by: Literal["example", "load"] = "example"
    consequence: _Text | None = None


class _Resource(_Model):
    type: Filled
    profile: str = ""
    interactions: dict[Level, list[ResourceInteraction]]
    conditional_create: bool = False
    search: dict[str, SearchType]


class _Contract(_Model):
    version: Filled
    date: date
    fhir_version: Literal["4.0.1"]
    url: Filled
    title: _Text
    description: _Text
    system: dict[Level, list[Literal["transaction", "batch", "search-system", "history-system"]]]
    resources: Annotated[list[_Resource], Field(min_length=1)]
    rules: dict[RuleId, _Rule]


def load_catalogue(requirements: Path = REQUIREMENTS, contract: Path = CONTRACT) -> Catalogue:
    """All requirements, rules and capabilities, and the contract; raises InputError with file and line.

    Every rule must belong to a requirement, and every requirement must have a rule or say why it is not tested.
    """
    document, rules_at = documents.read(requirements), documents.read(contract)
    model, agreed = document.as_model(_Requirements), rules_at.as_model(_Contract)
    found = {key: _requirement(document, key, item, model.capabilities) for key, item in model.requirements.items()}
    for key, rule in agreed.rules.items():
        if rule.requirement not in found:
            raise InputError(
                f"rule {key} belongs to '{rule.requirement}', which is not in the catalogue",
                where=rules_at.where("rules", key, "requirement"),
                remedy=nearest(rule.requirement, found),
            )
    _check_levels(rules_at, agreed)
    _check_ruled(document, found, {rule.requirement for rule in agreed.rules.values()})
    rules = {key: _rule(key, rule, found) for key, rule in agreed.rules.items()}
    return Catalogue(found, rules, {key: text.texts() for key, text in model.capabilities.items()}, _contract(agreed))


def _rule(key: str, model: _Rule, requirements: dict[str, Requirement]) -> Rule:
    own = model.consequence.texts() if model.consequence else requirements[model.requirement].consequence
    limit = model.limit_s
    return Rule(key, model.level, model.requirement, model.text.texts(), model.source, limit, model.by, own)


def _check_ruled(document: documents.Document, found: dict[str, Requirement], ruled: set[str]) -> None:
    for key, requirement in found.items():
        if (key in ruled) == bool(requirement.not_tested):
            both = key in ruled
            raise InputError(
                f"{key} has a rule and also says why it is not tested" if both else f"{key} has no rule",
                expected="either a rule in the contract or 'not_tested'",
                where=document.where("requirements", key),
            )


def _check_levels(document: documents.Document, model: _Contract) -> None:
    """Every interaction has one level."""
    told: list[tuple[documents.Location, list[str]]] = [
        (("system",), [c for codes in model.system.values() for c in codes])
    ]
    for n, item in enumerate(model.resources):
        told.append((("resources", n, "interactions"), [c for codes in item.interactions.values() for c in codes]))
    for place, codes in told:
        twice = next((code for code in codes if codes.count(code) > 1), "")
        if twice:
            raise InputError(f"'{twice}' is given twice", expected="one level for each", where=document.where(*place))


def _contract(model: _Contract) -> Contract:
    return Contract(
        version=model.version,
        date=model.date,
        fhir_version=model.fhir_version,
        url=model.url,
        title=model.title.texts(),
        description=model.description.texts(),
        system={code: level for level, codes in model.system.items() for code in codes},
        resources=tuple(_resource(item) for item in model.resources),
    )


def _resource(item: _Resource) -> ContractResource:
    return ContractResource(
        type=item.type,
        interactions={code: level for level, codes in item.interactions.items() for code in codes},
        search=dict(item.search),
        profile=item.profile,
        conditional_create=item.conditional_create,
    )


def _requirement(
    document: documents.Document, key: str, item: _Requirement, capabilities: dict[str, _Text]
) -> Requirement:
    capability = key.partition("-")[0]
    if capability not in capabilities:
        raise InputError(
            f"{key} belongs to capability '{capability}', which is not listed",
            where=document.where("requirements", key),
            remedy=nearest(capability, capabilities),
        )
    return Requirement(
        id=key,
        capability=capability,
        title=item.title.texts(),
        phase=item.phase,
        status=item.status,
        source=item.source,
        consequence=item.consequence.texts(),
        not_tested=item.not_tested.texts() if item.not_tested else {},
    )
