"""Bulk data about the relatives and representatives that people name."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.codes import FAMILY_RELATION, HIDDEN, RELATION_ROLE, RELATIVES, REPRESENTATIVES
from simulator.fhir.bulk_lines import fill, fit_for_json, slot, variants
from simulator.fhir.bulk_people import RELATIVE, person_like
from simulator.fhir.related import related_person

_NAMES: Final = ("given_name", "family_name")


def related_persons(people: pl.DataFrame, everybody: pl.DataFrame, relations: pl.DataFrame) -> Iterator[pl.Series]:
    """A RelatedPerson for everybody whom a row of ``bulk_people.prepared`` names, or who stands for it.

    Partners and parents are those of the rows' own columns, the others those of ``relations`` (``tables.RELATIONS``);
    all are found among ``everybody``.
    """
    for column, relation in RELATIVES.items():
        if column in people.columns:
            named = people.filter(pl.col(column).is_not_null()).select("id", other=column, since=pl.lit(""))
            yield from _told(named, everybody, column, (FAMILY_RELATION, relation))
    known = people.select("id", "resident").join(relations, on="resident", maintain_order="left")
    for kind, role in REPRESENTATIVES.items():
        named = known.filter(pl.col("kind") == kind).select("id", "other", since=pl.col("from").cast(pl.String))
        yield from _told(named, everybody, kind, (RELATION_ROLE, role))


def _told(
    named: pl.DataFrame, everybody: pl.DataFrame, kind: str, relation: tuple[str, tuple[str, str]]
) -> Iterator[pl.Series]:
    """``named``: the ``id`` of a Patient, the number of the ``other``, and ``since`` when, or an empty text."""
    numbers = everybody["resident"].to_numpy()
    place = np.searchsorted(numbers, named["other"].to_numpy())
    known = np.minimum(place, len(numbers) - 1)
    found = numbers[known] == named["other"].to_numpy()
    reachable = pl.when(pl.col("protection") == HIDDEN).then(pl.lit("")).otherwise("phone")
    relatives = (
        everybody.select(*RELATIVE, "protection")[known]
        .with_columns(pl.col("sex", "birth_date").cast(pl.String), named["id"], named["since"], phone=reachable)
        .filter(pl.Series(found))
    )
    rows = fit_for_json(relatives, _NAMES).with_columns(_phone=pl.col("phone") != "", _since=pl.col("since") != "")
    for flags, part in variants(rows, ["_phone", "_since"]):
        relative = {name: slot(name) for name in RELATIVE} | ({} if flags["_phone"] else {"phone": ""})
        resource = related_person(person_like({}, doctor=False), relative, relation[1], system=relation[0])
        if flags["_since"]:
            resource["period"] = {"start": slot("since")}
        yield fill(resource, f"{slot('id')}-{kind}", part)
