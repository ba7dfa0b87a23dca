"""The people and the care of the run, as its files tell them; each example is given people of its own."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson
import polars as pl

from simulator.domain.interaction import Interaction
from simulator.fhir import row_to_interaction

Row = dict[str, Any]
MOST_ASKED: Final = 100


class NobodyError(Exception):
    """The study holds nobody (left) who fits an example: the bench's own lack, never the candidate's fault."""


@dataclass(frozen=True, slots=True)
class Written:
    """Something the study writes: the row of a create, and its resource."""

    row: Row

    @property
    def id(self) -> str:
        """The interaction's id."""
        return str(self.row["interaction"])

    @property
    def type(self) -> str:
        """The resource type."""
        return str(self.row["type"])

    @property
    def resource(self) -> dict[str, Any]:
        """A fresh copy of the resource, with ``urn:uuid:`` references."""
        found: dict[str, Any] = orjson.loads(self.row["body"])
        return found

    @property
    def interaction(self) -> Interaction:
        """The interaction itself."""
        return row_to_interaction(self.row)


@dataclass(frozen=True, slots=True)
class Resident:
    """One resident and everything the study writes about them."""

    person: Row
    rows: tuple[Row, ...]
    events: tuple[Row, ...]

    @property
    def patient(self) -> Written:
        """The resident as Patient."""
        return self.written("Patient")[0]

    def written(self, *types: str, phase: str = "") -> list[Written]:
        """What is created about the resident, in order; of some types or all, in one phase or all."""
        return [
            Written(row)
            for row in self.rows
            if row["verb"] == "create" and (not types or row["type"] in types) and phase in ("", row["phase"])
        ]


Fits = Callable[[Resident], bool]


def anybody(_: Resident) -> bool:
    """Everybody fits."""
    return True


class Study:
    """A run's population, events and interactions; hands out residents, never the same one twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[int] = set()
        self._added: dict[str, Row] = {}

    @cached_property
    def seed(self) -> int:
        """The seed the study was made from."""
        return int(orjson.loads((self._folder / "manifest.json").read_bytes())["seed"])

    @cached_property
    def start(self) -> date:
        """The day its care begins."""
        first: datetime = self._events.sort("at").item(0, "at")
        return first.date()

    @cached_property
    def interactions(self) -> pl.DataFrame:
        """All interactions, in order."""
        return pl.read_parquet(self._folder / "interactions.parquet")

    @cached_property
    def population(self) -> pl.DataFrame:
        """Everybody."""
        return pl.read_parquet(self._folder / "population.parquet")

    @cached_property
    def _events(self) -> pl.DataFrame:
        # A reminder is no other message than the one that an example speaks of.
        return pl.read_parquet(self._folder / "events.parquet").filter(pl.col("reminder").fill_null(0) == 0)

    @cached_property
    def _by_id(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.interactions["interaction"])}

    @cached_property
    def _counts(self) -> pl.DataFrame:
        """One row per resident with an interaction: counts of creates, by ``phase.Type``, and of messages and steps."""
        written = self.interactions.filter((pl.col("verb") == "create") & (pl.col("resident") >= 0))
        words = written.select("resident", word=pl.concat_str(pl.col("phase").cast(pl.String), "type", separator="."))
        sent = self._events.filter(pl.col("message").is_not_null()).select("resident", word="message")
        return (
            pl.concat([words, sent.select("resident", "word")])
            .with_columns(n=1)
            .pivot("word", index="resident", values="n", aggregate_function="sum")
            .fill_null(0)
            .sort("resident")
        )

    def types_written(self) -> list[str]:
        """The resource types the study creates."""
        return sorted(self.interactions.filter(pl.col("verb") == "create")["type"].unique())

    def add(self, interactions: pl.DataFrame) -> None:
        """What an example tells beyond the study can be needed like the study's own."""
        for row in interactions.to_dicts():
            self._added.setdefault(row["interaction"], row | {"seq": len(self._added)})

    def added(self, interaction: str) -> Written:
        """Something an example has told."""
        return Written(self._added[interaction])

    def resident(self, example: str, fits: Fits, /, *, where: str = "", **least: int) -> Resident:
        """A resident with at least so many of each thing and who fits, by the example's name, and nobody else's.

        Words are ``record_Condition`` (phase and type) or a message type; ``where`` is an SQL condition over the
        population's columns. Raises NobodyError when there is none.
        """
        wanted = {word.replace("_", ".", 1) if word[0].islower() else word: n for word, n in least.items()}
        fitting = self._counts
        for word, n in wanted.items():
            if word not in fitting.columns:
                raise NobodyError(f"Nobody in the study has '{word}'.")
            fitting = fitting.filter(pl.col(word) >= n)
        if where:
            those = self.population.filter(pl.sql_expr(where))["resident"]
            fitting = fitting.filter(pl.col("resident").is_in(those.implode()))
        numbers = [n for n in fitting["resident"] if n not in self._taken]
        for number in sorted(numbers, key=lambda n: blake2b(f"{example}/{n}".encode(), digest_size=8).digest())[
            :MOST_ASKED
        ]:
            found = self._told(number)
            if fits(found):
                self._taken.add(number)
                return found
        told = ", ".join([*(f"{n} {word}" for word, n in wanted.items()), *filter(None, [where])])
        raise NobodyError(f"Nobody in the study is left who fits and has at least {told}.")

    def _told(self, number: int) -> Resident:
        person = self.population.row(by_predicate=pl.col("resident") == number, named=True)
        rows = self.interactions.filter(pl.col("resident") == number).sort("seq").to_dicts()
        events = self._events.filter(pl.col("resident") == number).sort("event").to_dicts()
        return Resident(person, tuple(rows), tuple(events))

    def needed(self, rows: Iterable[Row]) -> list[Row]:
        """The rows and everything they need, transitively, in the order of the study."""
        found: dict[tuple[bool, int], Row] = {}
        waiting = [str(row["interaction"]) for row in rows]
        while waiting:
            name = waiting.pop()
            number = self._by_id.get(name)
            row = self.interactions.row(number, named=True) if number is not None else self._added[name]
            place = (number is None, int(row["seq"]))
            if place not in found:
                found[place] = row
                waiting += row["needs"] or []
        return [found[place] for place in sorted(found)]

    def organisation_beside(self, others: Collection[str]) -> str:
        """The first organisation that is none of some, by the interaction that writes it; raises NobodyError."""
        written = self.interactions.filter((pl.col("type") == "Organization") & (pl.col("verb") == "create"))
        for name in written["interaction"]:
            if name not in others:
                return str(name)
        raise NobodyError("The study holds no further organisation.")

    def organisations(self, resident: Resident) -> Sequence[Written]:
        """Organisations that meet the resident, in the order of the study."""
        rows = self.needed(resident.rows)
        return [Written(row) for row in rows if row["type"] == "Organization" and row["verb"] == "create"]
