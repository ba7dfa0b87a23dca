"""The contract is published as a valid CapabilityStatement and as a page in both languages."""

from html.parser import HTMLParser

import polars as pl
import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from simulator.domain.requirement import Catalogue
from simulator.errors import InputError
from simulator.fhir import capability_statement, contract_page
from simulator.fhir.page import words
from simulator.scenario.catalogue import load_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The bench's own catalogue."""
    return load_catalogue()


def test_capability_statement_is_valid_r4(catalogue: Catalogue) -> None:
    """Kind requirements, FHIR 4.0.1, one server with every resource of the contract."""
    statement = capability_statement(catalogue)
    CapabilityStatement.model_validate(statement)
    assert (statement["kind"], statement["fhirVersion"]) == ("requirements", "4.0.1")
    assert len(statement["rest"][0]["resource"]) == len(catalogue.contract.resources)


def test_contract_covers_everything_that_is_sent(catalogue: Catalogue, interactions: pl.DataFrame) -> None:
    """No interaction and no search parameter of the simulated care goes beyond the contract."""
    agreed = {item.type: item for item in catalogue.contract.resources}
    codes = {"search": "search-type", "create": "create", "update": "update"}
    for kind, verb, query in interactions.select("type", "verb", "query").unique().rows():
        assert codes[verb] in agreed[kind].interactions
        names = {part.partition("=")[0] for part in query.split("&") if part}
        assert names <= {*agreed[kind].search, "_sort", "_count"}


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_page_shows_every_rule(catalogue: Catalogue, lang: str) -> None:
    """The page names each rule with its text and source, needs nothing from elsewhere, and is closed properly."""
    page = contract_page(catalogue, lang)
    parser = HTMLParser()
    parser.feed(page)
    for rule in catalogue.rules.values():
        assert f'id="{rule.id}"' in page
    assert "<script" not in page
    assert 'src="' not in page
    assert "<link" not in page


def test_page_texts_exist_in_both_languages() -> None:
    """No text is missing in one of them."""
    assert set(words()["nb"]) == set(words()["en"])


def test_unknown_language_is_refused(catalogue: Catalogue) -> None:
    """Another language is named, with what there is."""
    with pytest.raises(InputError, match="nb or en"):
        contract_page(catalogue, "nn")
