"""Who there is besides the patients: organisations and practitioners, made when somebody first refers to them.

Numbers are synthetic: organisation numbers begin with 2 or 3, as Skatteetaten's Test-Norge uses and no real unit has,
with a valid check digit; HPR numbers are nine digits beginning with 9, where real ones have at most eight.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from simulator.domain.clinical_codes import PLACE_ID
from simulator.domain.profession import UNSPECIFIED_PROFESSION, Profession
from simulator.fhir.elements import Resource, identifier, interaction_id
from simulator.fhir.location import location
from simulator.fhir.organization import organization
from simulator.fhir.practitioner import practitioner, practitioner_role
from simulator.figures.professions import standard_professions

_WEIGHTS: Final = (3, 2, 7, 6, 5, 4, 3, 2)
NOBODY: Final = frozenset({"citizen"})
"""Kinds of organisation that stand for the inhabitants themselves."""

Professions = Mapping[str, Profession]
"""What each role is by its code tables; a role that is not there is of no stated profession."""

Names = tuple[list[str], list[str]]
"""Given and family names to call practitioners by."""


class Registry:
    """Organisations and practitioners by key; a key asked for becomes part of the registry."""

    def __init__(
        self, seed: int, municipality_name: Callable[[str], str], names: Names, professions: Professions | None = None
    ) -> None:
        """``professions`` are those of the standard staffing when none are given."""
        self._seed = seed
        self._name = municipality_name
        self._names = names
        self._professions = standard_professions() if professions is None else professions
        self._organisations: dict[str, str] = {}
        self._practitioners: dict[tuple[str, str, int], str] = {}
        self._places: dict[tuple[str, str], str] = {}

    def organisation(self, key: str | None) -> str | None:
        """Id of the organisation ``<site>/<kind>[/<n>]`` or ``<site>``; None for citizens and for no key."""
        if key is None:
            return None
        found = self._organisations.get(key)
        if found is None:
            site, _, kind = key.partition("/")
            if kind.partition("/")[0] in NOBODY:
                return None
            if kind and is_municipality(site):
                self.organisation(site)
            found = self._organisations[key] = interaction_id(self._seed, "organization", key)
        return found

    def practitioner(self, organisation: str | None, role: str, staff: int) -> str | None:
        """Id of the person with that number within organisation and role; None for systems and citizens."""
        if staff < 0 or organisation is None or self.organisation(organisation) is None:
            return None
        key = (organisation, role, staff)
        found = self._practitioners.get(key)
        if found is None:
            found = self._practitioners[key] = interaction_id(self._seed, "practitioner", *key)
        return found

    def place(self, organisation: str, name: str) -> str:
        """Id of the place of that name in an organisation, such as a ward or a kind of bed; "" is all of it."""
        found = self._places.get((organisation, name))
        if found is None:
            self.organisation(organisation)
            found = self._places[organisation, name] = interaction_id(self._seed, "place", organisation, name)
        return found

    def organisations(self) -> list[tuple[str, str]]:
        """Key and id of every organisation asked for so far, by key."""
        return sorted(self._organisations.items())

    def resources(self) -> Iterator[tuple[str, Resource]]:
        """Every resource with its interaction id: organisations by key (owners first), places, then people."""
        numbers = _unique(sorted(self._organisations), self._seed, _organisation_number)
        owned = {}
        for key, number in numbers.items():
            site = key.partition("/")[0]
            parent = self._organisations.get(site) if site != key else None
            yield self._organisations[key], organization(key, number, self._name(site.partition(".")[0]), parent)
            owned[key] = self._name(site.partition(".")[0])
        for (key, name), identity in sorted(self._places.items()):
            if key in owned:
                place = location(self._organisations[key], name or key.partition("/")[2], owned[key])
                yield identity, {**place, "identifier": identifier(PLACE_ID, identity)}
        yield from self._people(numbers)

    def _people(self, numbers: dict[str, str]) -> Iterator[tuple[str, Resource]]:
        people = sorted(self._practitioners)
        hprs = _unique(["/".join(map(str, key)) for key in people], self._seed, _hpr_number)
        for person, hpr in zip(people, hprs.values(), strict=True):
            identity, (place, role, _) = self._practitioners[person], person
            is_a = self._professions.get(role, UNSPECIFIED_PROFESSION)
            yield identity, practitioner(hpr, is_a, self._called(identity))
            role_id = interaction_id(self._seed, "practitioner-role", *person)
            number = f"{hpr}-{numbers[place]}"
            yield role_id, practitioner_role(identity, self._organisations[place], (role, is_a), number)

    def _called(self, identity: str) -> tuple[str, str]:
        given, family = self._names
        return given[int(identity[:4], 16) % len(given)], family[int(identity[4:8], 16) % len(family)]


def is_municipality(site: str) -> bool:
    """Whether what an organisation is named after is a municipality: an area that shares one is nobody's owner."""
    number = site.partition(".")[0]
    return len(number) == len("0301") and number.isdigit()


def _unique(keys: Iterable[str], seed: int, make: Callable[[int], str | None]) -> dict[str, str]:
    """A number for every key, derived from it; keys that meet in one number are told apart in the order given."""
    taken: set[str] = set()
    numbers: dict[str, str] = {}
    for key in keys:
        attempt = 0
        number: str | None = None
        while number is None or number in taken:
            number = make(int(interaction_id(seed, "number", key, attempt)[:8], 16))
            attempt += 1
        taken.add(number)
        numbers[key] = number
    return numbers


def _organisation_number(draw: int) -> str | None:
    digits = f"{2 + draw % 2}{draw // 2 % 10_000_000:07d}"
    check = -sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11
    return None if check == 10 else f"{digits}{check}"


def _hpr_number(draw: int) -> str:
    return f"9{draw % 100_000_000:08d}"
