"""Interactions out of their table again: one by one, with all they rest on, or as a transaction."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
import polars as pl

from simulator.domain.interaction import Interaction
from simulator.errors import InputError

_CREATE: Final = "create"


def row_to_interaction(row: Mapping[str, Any]) -> Interaction:
    """A row of tables.INTERACTIONS as an Interaction; a conditional create carries ``If-None-Exist``."""
    criteria = row["if_none_exist"]
    return Interaction(
        id=row["interaction"],
        verb=row["verb"],
        type=row["type"],
        target=row["target"],
        query=row["query"],
        body=row["body"],
        headers=(("If-None-Exist", criteria),) if criteria else (),
        needs=tuple(row["needs"] or ()),
        resident=row["resident"],
        profession=row["profession"],
        event=row["event"],
    )


def needed_closure(frame: pl.DataFrame, selected: Iterable[str]) -> pl.DataFrame:
    """The selected interactions and everything they need, transitively, in the order of ``frame``."""
    found = set(selected)
    fresh = found
    links = frame.select("interaction", "needs")
    while fresh:
        needs = links.filter(pl.col("interaction").is_in(list(fresh)))["needs"].explode().drop_nulls().unique()
        fresh = set(needs.to_list()) - found
        found |= fresh
    return frame.filter(pl.col("interaction").is_in(list(found)))


def as_transaction(rows: Iterable[Mapping[str, Any]], references: Mapping[str, str] | None = None) -> bytes:
    """A FHIR transaction Bundle of creates: ``fullUrl`` is urn:uuid of the interaction, ``ifNoneExist`` as given.

    ``references`` (interaction -> ``Type/id``) fills in what the candidate has named already. Raises InputError for
    a row that is not a create.
    """
    entries = []
    for row in rows:
        if row["verb"] != _CREATE:
            raise InputError(f"interaction {row['interaction']} is a {row['verb']}", expected="creates only")
        body: bytes = row["body"]
        for need in row["needs"] or () if references else ():
            if references and need in references:
                body = body.replace(f'"urn:uuid:{need}"'.encode(), f'"{references[need]}"'.encode())
        request = {"method": "POST", "url": row["type"]}
        if row["if_none_exist"]:
            request["ifNoneExist"] = row["if_none_exist"]
        full_url = f"urn:uuid:{row['interaction']}"
        entries.append({"fullUrl": full_url, "resource": orjson.Fragment(body), "request": request})
    return orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})
