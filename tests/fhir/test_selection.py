"""Interactions come out of their table one by one, with all they rest on, or as a transaction."""

import importlib

import orjson
import polars as pl
import pytest

from simulator.errors import InputError
from simulator.fhir import as_transaction, needed_closure, row_to_interaction

Frame = pl.DataFrame


def test_row_becomes_an_interaction(interactions: Frame) -> None:
    """Every field is carried over, and the criteria of a conditional create become If-None-Exist."""
    row = interactions.filter(pl.col("type") == "Patient", pl.col("verb") == "create").to_dicts()[0]
    interaction = row_to_interaction(row)
    assert interaction.id == row["interaction"]
    assert interaction.headers == (("If-None-Exist", row["if_none_exist"]),)
    assert interaction.needs == tuple(row["needs"])
    search = row_to_interaction(interactions.filter(pl.col("verb") == "search").to_dicts()[0])
    assert (search.body, search.headers) == (None, ())


def test_closure_holds_everything_needed(interactions: Frame) -> None:
    """Starting from one decision, patient, doctor, organisations and application come along, in order."""
    decision = interactions.filter(pl.col("type") == "EpisodeOfCare", pl.col("phase") == "care")["interaction"]
    closure = needed_closure(interactions, decision)
    ids = set(closure["interaction"])
    assert set(closure["needs"].explode().drop_nulls()) <= ids
    assert {"Patient", "Practitioner", "Organization", "ServiceRequest"} <= set(closure["type"])
    assert closure["seq"].is_sorted()
    assert closure.height < interactions.height


def test_transaction_is_valid_and_conditional(interactions: Frame) -> None:
    """The registry as one Bundle: valid R4, urn:uuid names, ifNoneExist kept."""
    rows = interactions.filter(pl.col("phase") == "registry").to_dicts()
    bundle = orjson.loads(as_transaction(rows))
    importlib.import_module("fhir.resources.R4B.bundle").Bundle.model_validate(bundle)
    assert [entry["fullUrl"] for entry in bundle["entry"]] == [f"urn:uuid:{row['interaction']}" for row in rows]
    assert all(entry["request"]["ifNoneExist"].startswith("identifier=") for entry in bundle["entry"])


def test_known_references_are_filled_in(interactions: Frame) -> None:
    """What the candidate has named already is referred to by that name."""
    role = interactions.filter(pl.col("type") == "PractitionerRole").to_dicts()[0]
    references = {need: f"Thing/{place}" for place, need in enumerate(role["needs"])}
    resource = orjson.loads(as_transaction([role], references))["entry"][0]["resource"]
    assert {resource["practitioner"]["reference"], resource["organization"]["reference"]} == set(references.values())


def test_only_creates_go_into_a_transaction(interactions: Frame) -> None:
    """A search has no place among what is to be seeded."""
    with pytest.raises(InputError, match="creates only"):
        as_transaction(interactions.filter(pl.col("verb") == "search").to_dicts())
