"""Care events in, FHIR interactions out: registry first, then the record as it stood, then the simulated care."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

import polars as pl

from simulator.domain.municipality import COUNTRY, area_code
from simulator.domain.person_number import sex
from simulator.domain.tables import INSTANT, INTERACTIONS
from simulator.errors import InputError
from simulator.fhir.care import Care, prepared
from simulator.fhir.contact import Birth
from simulator.fhir.past import Past, rows_of
from simulator.fhir.registry import Names, Professions, Registry
from simulator.fhir.rows import Rows

_OSLO: Final = ZoneInfo("Europe/Oslo")
_SLICE: Final = 20_000
NAMES_FROM: Final = 2_000


class MunicipalityNames(Protocol):
    """Where municipalities get their names from: the official figures."""

    def municipality(self, kommunenummer_or_name: str, /) -> Any:
        """A domain.municipality.Municipality."""
        ...


def render(  # noqa: PLR0913  the tables, and the options of one job
    events: pl.DataFrame,
    population: pl.DataFrame,
    figures: MunicipalityNames | None = None,
    *,
    seed: int,
    start: date,
    professions: Professions | None = None,
    lives: pl.DataFrame | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> pl.DataFrame:
    """The interactions (tables.INTERACTIONS) of ``events`` (tables.EVENTS) among ``population`` (tables.POPULATION).

    The same seed and rows give the same bytes. Events may have a column ``reached``, in whose order they then are: when
    what was done at ``at`` comes to the candidate. Only residents who occur in the events get a record. ``start`` is
    the first day of the period in Oslo; registry and record are intended for the day before. ``professions`` says what
    each role is (as in the standard staffing by default). ``lives`` (tables.LIFE_EVENTS) tell of the children that
    residents bore and the events are about, of whom else neither the sex nor always the day is known. Raises
    InputError when an event concerns somebody who is not in the population.
    """
    names = _municipality_names(population, figures)
    registry = Registry(seed, lambda number: names.get(number, number), practitioner_names(population), professions)
    midnight = datetime.combine(start, datetime.min.time(), _OSLO)
    past, record = Past(seed, start, registry, names), Rows()
    people = {row["resident"]: past.person(row) for row in rows_of(population, events["resident"])}
    _check_known(events, people)
    for person in people.values():
        past.write(person, record)
    care = Care(seed, (midnight - timedelta(days=1)).isoformat(), people, registry, past, record, _by_mother(lives))
    told = prepared(events)
    parts = []
    for offset in range(0, told.height, _SLICE):
        rows = Rows()
        care.write(told.slice(offset, _SLICE), rows)
        parts.append(rows.columns())
        if progress:
            progress(min(offset + _SLICE, told.height), told.height)
    listed = Rows()
    for identity, resource in registry.resources():
        listed.create(identity, resource, (-1, -1), conditional=True)
    before = midnight - timedelta(days=1)
    frames = [_earlier("registry", listed, before), _earlier("record", record, before)]
    return _numbered([*frames, _timed(pl.concat(parts), events)] if parts else frames)


def _by_mother(lives: pl.DataFrame | None) -> dict[int, list[Birth]]:
    """Resident to the children she bore, in order; the sex is what a newborn's person number says."""
    found: dict[int, list[Birth]] = {}
    if lives is not None:
        day = pl.col("at").dt.convert_time_zone(_OSLO.key).dt.strftime("%Y-%m-%d")
        told = lives.filter(pl.col("kind").cast(pl.String) == "birth").sort("at").select("other", day, "to")
        for mother, born, number in told.iter_rows():
            found.setdefault(mother, []).append(Birth(born, sex(number)))
    return found


def _numbered(frames: list[pl.DataFrame]) -> pl.DataFrame:
    whole = pl.concat(frames).with_row_index("seq")
    return whole.select(pl.col(name).cast(kind) for name, kind in INTERACTIONS.items()).rechunk()


def _earlier(phase: str, rows: Rows, at: datetime) -> pl.DataFrame:
    return _ordered(
        rows.columns().with_columns(
            phase=pl.lit(phase),
            at=pl.lit(at).dt.convert_time_zone("UTC").cast(INSTANT),
            profession=pl.lit("system"),
            pathway=pl.lit(""),
        )
    )


def _timed(written: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Care with its instants: what is looked up when work begins, what is written when it is done or gets through."""
    written_at = "reached" if "reached" in events.columns else "at"
    told = events.select(pl.col("event").cast(pl.Int64), "began", "pathway", at=written_at, profession="role")
    joined = written.join(told, on="event", how="left", maintain_order="left")
    timed = joined.with_columns(
        phase=pl.lit("care"), at=pl.when(pl.col("verb") == "search").then("began").otherwise("at")
    )
    return _ordered(timed.sort("at", "event", maintain_order=True))


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col(name).cast(pl.String) if name == "phase" else pl.col(name) for name in INTERACTIONS if name != "seq"
    )


def _municipality_names(population: pl.DataFrame, figures: MunicipalityNames | None) -> dict[str, str]:
    numbers = population["kommunenummer"].unique().sort().to_list()
    if figures is None:
        return {number: number for number in numbers}
    places = [figures.municipality(number) for number in numbers]
    # Organisations that several municipalities have together are named after the area that shares them.
    areas = {COUNTRY: "Norge"} | {area_code(place.health_region): place.health_region for place in places}
    areas |= {place.county_code: place.county for place in places}
    return areas | {place.kommunenummer: place.name for place in places}


def practitioner_names(population: pl.DataFrame) -> Names:
    """Names to call practitioners by: those of the first residents."""
    some = population.head(NAMES_FROM)
    given, family = (some[name].unique().sort().to_list() for name in ("given_name", "family_name"))
    return given or ["Ukjent"], family or ["Ukjent"]


def _check_known(events: pl.DataFrame, people: dict[int, Any]) -> None:
    strangers = set(events["resident"].unique().to_list()) - set(people)
    if strangers:
        raise InputError(
            f"{len(strangers)} residents of the events are not in the population, e.g. {min(strangers)}",
            expected="events and population of one run",
            remedy="Simulate again, or name the population the events were simulated from.",
        )
