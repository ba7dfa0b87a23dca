"""The organisations, practitioners and premises that the residents' bulk data refers to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from simulator.fhir.bulk_lines import line
from simulator.fhir.elements import Resource, interaction_id
from simulator.fhir.location import location
from simulator.fhir.registry import Names, Registry
from simulator.fhir.render import MunicipalityNames

_DOCTOR: Final = "gp.doctor"
_SERVICES: Final = {"home_care_id": "home-care", "nursing_home_id": "nursing-home"}
TYPES: Final = ("Organization", "Location", "Practitioner", "PractitionerRole")
_REFERENCE: Final = re.compile(r"urn:uuid:([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What residents look up in the registry."""

    offices: pl.DataFrame
    """``site``, ``fastlege``: ``office`` and ``doctor``, the ids of organisation and practitioner."""
    sites: pl.DataFrame
    """``site``: ``municipality`` (its name) and the ids of its services."""


def homes(people: pl.DataFrame) -> pl.DataFrame:
    """``site`` and ``fastlege`` of the residents, each pair once; -1 stands for every site."""
    pairs = people.select("site", "fastlege").unique()
    every = pairs.select("site", fastlege=pl.lit(-1, dtype=pl.Int32)).unique()
    return pl.concat([pairs, every]).unique().sort("site", "fastlege")


def looked_up(known: pl.DataFrame, names: MunicipalityNames, seed: int) -> LookedUp:
    """What the residents of :func:`homes` may be cared for by."""
    return _listed(known, names, Registry(seed, str, ([], [])))


def lines(known: pl.DataFrame, names: MunicipalityNames, called: Names, seed: int) -> dict[str, list[str]]:
    """By resource type, one line of JSON for everybody and everything that the residents of :func:`homes` look up.

    ``called`` are the names that practitioners get.
    """
    registry = Registry(seed, lambda number: names.municipality(number).name, called)
    found = _listed(known, names, registry)
    return _lines(registry, dict(found.sites.select("site", "municipality").iter_rows()), seed)


def _listed(known: pl.DataFrame, names: MunicipalityNames, registry: Registry) -> LookedUp:
    sites = known["site"].unique().sort().to_list()
    town = [names.municipality(site.partition(".")[0]).name for site in sites]
    services = {
        column: [registry.organisation(f"{site}/{kind}") for site in sites] for column, kind in _SERVICES.items()
    }
    offices = known.filter(pl.col("fastlege") >= 0)
    keys = [f"{site}/gp/{number}" for site, number in offices.iter_rows()]
    return LookedUp(
        offices=offices.with_columns(
            office=pl.Series([registry.organisation(key) for key in keys], dtype=pl.String),
            doctor=pl.Series([registry.practitioner(key, _DOCTOR, 0) for key in keys], dtype=pl.String),
        ),
        sites=pl.DataFrame({"site": sites, "municipality": town, **services}),
    )


def _lines(registry: Registry, towns: dict[str, str], seed: int) -> dict[str, list[str]]:
    found = list(registry.resources())
    kinds = {identity: resource["resourceType"] for identity, resource in found}
    lines: dict[str, list[str]] = {kind: [] for kind in TYPES}
    for identity, resource in [*found, *_premises(found, registry, towns, seed)]:
        written = line(resource, identity)
        lines[resource["resourceType"]].append(_REFERENCE.sub(lambda m: f"{kinds[m[1]]}/{m[1]}", written))
    return lines


def _premises(
    found: list[tuple[str, Resource]], registry: Registry, towns: dict[str, str], seed: int
) -> Iterator[tuple[str, Resource]]:
    """A Location for every organisation that sees people: all but the municipalities themselves."""
    organisations: dict[str, Any] = {i: r for i, r in found if r["resourceType"] == "Organization"}
    for key, identity in registry.organisations():
        site, _, kind = key.partition("/")
        if kind:
            place = location(identity, organisations[identity]["name"], towns[site])
            yield interaction_id(seed, "location", key), place
