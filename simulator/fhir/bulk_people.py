"""Bulk data about who people are: residents as columns, and their Patient."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import polars as pl

from simulator.fhir.bulk_lines import address, fill, fit_for_json, slot, variants
from simulator.fhir.bulk_registry import LookedUp
from simulator.fhir.contact import Person
from simulator.fhir.patient import FURTHER_KINDS, Identity, patient

_TEXTS: Final = ("given_name", "family_name", "street", "city")
RELATIVE: Final = ("person_number", "given_name", "family_name", "sex", "birth_date", "phone")
"""What is told of a relative."""
_ROW: Final = (*dict.fromkeys((*_TEXTS, *RELATIVE, "kommunenummer", "postal_code", "language", "citizenship")),)
_MUNICIPALITY: Final = 10**7


def identified(people: pl.DataFrame) -> pl.DataFrame:
    """``people`` with ``site`` (kommunenummer, and replica if any) and ``id``, the Patient's."""
    replica, code = pl.col("replica"), pl.col("kommunenummer")
    site = pl.when(replica > 0).then(pl.concat_str(code, pl.lit("."), replica)).otherwise(code)
    running = (pl.col("resident") % _MUNICIPALITY).cast(pl.String)
    return people.with_columns(site=site).with_columns(id=pl.concat_str("site", pl.lit("-"), running))


def prepared(people: pl.DataFrame, seen: LookedUp) -> pl.DataFrame:
    """Rows of :func:`identified` ready to be filled in: texts as JSON has them, and whom they are cared for by."""
    joined = people.join(seen.offices, on=["site", "fastlege"], how="left", maintain_order="left")
    joined = joined.join(seen.sites, on="site", how="left", maintain_order="left")
    told = fit_for_json(joined, [*_TEXTS, "municipality"])
    return told.with_columns(pl.col("sex", "language", "citizenship", "birth_date").cast(pl.String))


def person_like(flags: dict[str, Any], *, doctor: bool) -> Person:
    """Somebody whose every column is a slot, but for those given."""
    row = {name: slot(name) for name in _ROW} | {"interpreter": False} | flags
    return Person(
        resident=0,
        patient=address("Patient", slot("id")),
        site="",
        row=row,
        doctor=address("Practitioner", slot("doctor")) if doctor else None,
        office=address("Organization", slot("office")) if doctor else None,
    )


def with_identities(people: pl.DataFrame, identities: pl.DataFrame, day: date) -> pl.DataFrame:
    """Rows of :func:`prepared` with the numbers beside their own (``tables.IDENTITIES``), and who has none yet.

    Columns by kind of number: the number, or null, and when it was held ``_from`` and ``_to``.
    """
    for kind in FURTHER_KINDS:
        held = identities.filter(pl.col("kind") == kind).select(
            "resident",
            pl.col("number").alias(kind),
            *(pl.col(end).cast(pl.String).alias(f"{kind}_{end}") for end in ("from", "to")),
        )
        people = people.join(held, on="resident", how="left", maintain_order="left")
    waiting = identities.filter((pl.col("kind") == "none") & (pl.col("to") > day))["resident"]
    return people.with_columns(unnumbered=pl.col("resident").is_in(waiting.implode()))


def patients(people: pl.DataFrame) -> Iterator[pl.Series]:
    """The Patient of each row of :func:`with_identities`."""
    flags = {
        "_doctor": pl.col("doctor").is_not_null(),
        "_phone": pl.col("phone") != "",
        **{f"_{kind}": pl.col(kind).is_not_null() for kind in FURTHER_KINDS},
    }
    flagged = people.with_columns(**flags)
    for values, rows in variants(flagged, [*flags, "protection", "interpreter", "unnumbered"]):
        known = {name: values[name] for name in ("protection", "interpreter")}
        person = person_like(known | ({} if values["_phone"] else {"phone": ""}), doctor=values["_doctor"])
        further = [
            Identity(kind, slot(kind), (slot(f"{kind}_from"), slot(f"{kind}_to")))
            for kind in FURTHER_KINDS
            if values[f"_{kind}"]
        ]
        resource = patient(person, slot("municipality"), further, unnumbered=values["unnumbered"])
        yield fill(resource, slot("id"), rows)
