"""The contract as a page that people read: one self-contained HTML file in bokmål or English."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import RootModel

from simulator.documents import read
from simulator.domain.requirement import Catalogue
from simulator.errors import InputError, nearest

_TEMPLATES: Final = Path(__file__).parent / "templates"


class _Words(RootModel[dict[str, dict[str, str]]]):
    pass


@cache
def words() -> dict[str, dict[str, str]]:
    """The fixed texts of the page: language, then word."""
    return read(_TEMPLATES / "contract.yaml").as_model(_Words).root


def contract_page(catalogue: Catalogue, lang: str = "nb") -> str:
    """The page in ``lang`` (``nb`` or ``en``); raises InputError for another language."""
    if lang not in words():
        raise InputError(f"no texts in '{lang}'", expected="nb or en", remedy=nearest(lang, words()))
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("contract.html.j2")
    return template.render(catalogue=catalogue, contract=catalogue.contract, lang=lang, words=words()[lang])
