"""What the command line offers to choose from, known before any room is loaded: help and wrong use answer at once."""

from enum import StrEnum
from typing import Any, Final

import yaml

from simulator.places import SCENARIOS


class Language(StrEnum):
    """Languages a report can be written in."""

    nb = "nb"
    en = "en"


class Format(StrEnum):
    """Files people can be written as."""

    parquet = "parquet"
    csv = "csv"
    ndjson = "ndjson"


DEFAULTS: Final[dict[str, Any]] = yaml.safe_load((SCENARIOS / "defaults.yaml").read_text("utf-8"))
DEFAULT_STUDY: Final[str] = DEFAULTS["study"]
DEFAULT_CANDIDATE: Final[str] = DEFAULTS["candidate"]
ECOSYSTEM: Final = "ecosystem"
