"""Bulk data about who people are: residents as columns, their Patient, and the relatives they name."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl

from simulator.domain.codes import RELATIVES
from simulator.fhir.bulk_lines import address, fill, fit_for_json, slot, variants
from simulator.fhir.bulk_registry import Listed
from simulator.fhir.contact import Person
from simulator.fhir.patient import HIDDEN, patient
from simulator.fhir.related import related_person

_TEXTS: Final = ("given_name", "family_name", "street", "city")
_RELATIVE: Final = ("person_number", "given_name", "family_name", "sex", "birth_date", "phone")
_ROW: Final = (*dict.fromkeys((*_TEXTS, *_RELATIVE, "kommunenummer", "postal_code")),)
_MUNICIPALITY: Final = 10**7


def identified(people: pl.DataFrame) -> pl.DataFrame:
    """``people`` with ``site`` (kommunenummer, and replica if any) and ``id``, the Patient's."""
    replica, code = pl.col("replica"), pl.col("kommunenummer")
    site = pl.when(replica > 0).then(pl.concat_str(code, pl.lit("."), replica)).otherwise(code)
    running = (pl.col("resident") % _MUNICIPALITY).cast(pl.String)
    return people.with_columns(site=site).with_columns(id=pl.concat_str("site", pl.lit("-"), running))


def prepared(people: pl.DataFrame, listed: Listed) -> pl.DataFrame:
    """Rows of :func:`identified` ready to be filled in: texts as JSON has them, and whom they are cared for by."""
    joined = people.join(listed.offices, on=["site", "fastlege"], how="left", maintain_order="left")
    joined = joined.join(listed.sites, on="site", how="left", maintain_order="left")
    told = fit_for_json(joined, [*_TEXTS, "municipality"])
    return told.with_columns(pl.col("sex").cast(pl.String), pl.col("birth_date").cast(pl.String))


def person_like(flags: dict[str, Any], *, doctor: bool) -> Person:
    """Somebody whose every column is a slot, but for those given."""
    row = {name: slot(name) for name in _ROW} | flags
    return Person(
        resident=0,
        patient=address("Patient", slot("id")),
        site="",
        row=row,
        doctor=address("Practitioner", slot("doctor")) if doctor else None,
        office=address("Organization", slot("office")) if doctor else None,
    )


def patients(people: pl.DataFrame) -> Iterator[pl.Series]:
    """The Patient of each row of :func:`prepared`."""
    flags_too = {"_doctor": pl.col("doctor").is_not_null(), "_phone": pl.col("phone") != ""}
    flagged = people.select("id", "municipality", "doctor", "office", "protection", *_ROW, **flags_too)
    for flags, rows in variants(flagged, ["_doctor", "_phone", "protection"]):
        known = {"protection": flags["protection"]} | ({} if flags["_phone"] else {"phone": ""})
        person = person_like(known, doctor=bool(flags["_doctor"]))
        yield fill(patient(person, slot("municipality")), slot("id"), rows)


def related_persons(people: pl.DataFrame, everybody: pl.DataFrame) -> Iterator[pl.Series]:
    """A RelatedPerson for every relative that a row of :func:`prepared` names, found among ``everybody``."""
    numbers = everybody["resident"].to_numpy()
    for column, relation in RELATIVES.items():
        if column not in people.columns:
            continue
        named = people.filter(pl.col(column).is_not_null()).select("id", column)
        place = np.searchsorted(numbers, named[column].to_numpy())
        known = np.minimum(place, len(numbers) - 1)
        found = numbers[known] == named[column].to_numpy()
        reachable = pl.when(pl.col("protection") == HIDDEN).then(pl.lit("")).otherwise("phone")
        relatives = (
            everybody.select(*_RELATIVE, "protection")[known]
            .with_columns(phone=reachable)
            .with_columns(id=named["id"])
            .filter(pl.Series(found))
        )
        rows = fit_for_json(relatives, ["given_name", "family_name"])
        rows = rows.with_columns(pl.col("sex").cast(pl.String), pl.col("birth_date").cast(pl.String))
        for flags, part in variants(rows.with_columns(_phone=pl.col("phone") != ""), ["_phone"]):
            relative = {name: slot(name) for name in _RELATIVE} | ({} if flags["_phone"] else {"phone": ""})
            resource = related_person(person_like({}, doctor=False), relative, relation)
            yield fill(resource, f"{slot('id')}-{column}", part)
