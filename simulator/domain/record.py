"""What is known of residents beside the population: tables of which somebody has no row or several."""

from dataclasses import dataclass, fields
from typing import Final

import polars as pl

from simulator.domain.tables import ALLERGIES, CONSENTS, GP_LISTS, IDENTITIES, MEDICINES, RELATIONS, SERVICES

Schema = dict[str, pl.DataType | type[pl.DataType]]

RECORD: Final[dict[str, Schema]] = {
    "identities": IDENTITIES,
    "relations": RELATIONS,
    "services": SERVICES,
    "medicines": MEDICINES,
    "allergies": ALLERGIES,
    "consents": CONSENTS,
    "gp_lists": GP_LISTS,
}
"""The tables by name, each with its columns."""


@dataclass(frozen=True, slots=True)
class Record:
    """The tables of :data:`RECORD` about some whole municipalities."""

    identities: pl.DataFrame
    relations: pl.DataFrame
    services: pl.DataFrame
    medicines: pl.DataFrame
    allergies: pl.DataFrame
    consents: pl.DataFrame
    gp_lists: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables by name, in the order of :data:`RECORD`."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
