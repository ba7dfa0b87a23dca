"""Faker's Norwegian word lists as columns to draw from; its providers are never called for a person."""

from collections.abc import Iterable
from functools import cache

import polars as pl
from faker.providers.address.no_NO import Provider as Addresses
from faker.providers.person.no_NO import Provider as Persons


@cache
def given_names() -> tuple[pl.Series, pl.Series]:
    """Given names of women and of men."""
    return _series(Persons.first_names_female), _series(Persons.first_names_male)


@cache
def family_names() -> pl.Series:
    """Family names, as Statistics Norway lists the most common."""
    return _series(Persons.last_names)


@cache
def street_names() -> pl.Series:
    """Street names: a family name and a Norwegian ending."""
    return _series(name + ending for name in family_names() for ending in Addresses.street_suffixes)


def _series(words: Iterable[str]) -> pl.Series:
    return pl.Series(sorted(set(words)), dtype=pl.String)
