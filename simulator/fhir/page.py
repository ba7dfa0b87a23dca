"""The contract as a page that people read: one self-contained HTML file in bokmål or English."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from simulator.domain.requirement import Catalogue
from simulator.errors import InputError, nearest

_TEMPLATES: Final = Path(__file__).parent / "templates"

WORDS: Final[dict[str, dict[str, str]]] = {
    "nb": {
        "rules": "Regler",
        "resources": "Ressurser og operasjoner",
        "system": "For hele tjeneren",
        "rule": "Regel",
        "level": "Nivå",
        "requirement": "Krav",
        "text": "Hva som kreves",
        "source": "Kilde",
        "type": "Ressurs",
        "interactions": "Operasjoner",
        "search": "Søkeparametre",
        "profile": "Profil",
        "conditional": "betinget oppretting",
        "no_profile": "ingen norsk profil publisert",
        "version": "Versjon",
        "note": "SHALL er et krav, SHOULD en anbefaling, MAY en mulighet.",
    },
    "en": {
        "rules": "Rules",
        "resources": "Resources and interactions",
        "system": "For the whole server",
        "rule": "Rule",
        "level": "Level",
        "requirement": "Requirement",
        "text": "What is demanded",
        "source": "Source",
        "type": "Resource",
        "interactions": "Interactions",
        "search": "Search parameters",
        "profile": "Profile",
        "conditional": "conditional create",
        "no_profile": "no Norwegian profile published",
        "version": "Version",
        "note": "SHALL is a demand, SHOULD a recommendation, MAY a possibility.",
    },
}


def contract_page(catalogue: Catalogue, lang: str = "nb") -> str:
    """The page in ``lang`` (``nb`` or ``en``); raises InputError for another language."""
    if lang not in WORDS:
        raise InputError(f"no texts in '{lang}'", expected="nb or en", remedy=nearest(lang, WORDS))
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("contract.html.j2")
    return template.render(catalogue=catalogue, contract=catalogue.contract, lang=lang, words=WORDS[lang])
