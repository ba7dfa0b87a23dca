"""Expands the value sets that R4 binds elements to, for the generator of the structure table."""

from typing import Any

Json = dict[str, Any]


class CodeSets:
    """Value sets by address, expanded on demand; those that need a terminology server stay unexpanded."""

    def __init__(self, resources: list[Json]) -> None:
        self.sets = {r["url"]: r for r in resources if r["resourceType"] == "ValueSet"}
        self.systems = {r["url"]: r for r in resources if r["resourceType"] == "CodeSystem"}
        self.used: dict[str, list[str]] = {}

    def use(self, canonical: str, *, coded: bool) -> str | None:
        """Notes that an element needs a value set; gives the set's name, or None if it cannot be listed.

        Args:
            canonical: The value set's address, with or without a version.
            coded: True for Coding and CodeableConcept, whose codes carry their system (``system|code``).
        """
        url = canonical.split("|", maxsplit=1)[0]
        pairs = self._expand(url)
        if not pairs:
            return None
        name = url.rsplit("/", 1)[1] + ("|" if coded else "")
        self.used[name] = sorted({f"{system}|{code}" if coded else code for system, code in pairs})
        return name

    def system(self, name: str) -> str | None:
        """The one code system behind a value set, or None when it draws on several."""
        for url in self.sets:
            if url.rsplit("/", 1)[1] == name:
                systems = {system for system, _ in self._expand(url) or ()}
                return systems.pop() if len(systems) == 1 else None
        return None

    def _expand(self, url: str) -> set[tuple[str, str]] | None:
        if url not in self.sets:
            return None
        found: set[tuple[str, str]] = set()
        for include in self.sets[url].get("compose", {}).get("include", []):
            part = self._include(include)
            if part is None:
                return None
            found |= part
        return found

    def _include(self, include: Json) -> set[tuple[str, str]] | None:
        if "filter" in include:
            return None
        if "valueSet" in include:
            parts = [self._expand(url.split("|")[0]) for url in include["valueSet"]]
            return None if None in parts else set().union(*[part or set() for part in parts])
        system = include["system"]
        if "concept" in include:
            return {(system, concept["code"]) for concept in include["concept"]}
        if system not in self.systems or self.systems[system].get("content") != "complete":
            return None
        return {(system, code) for code in self._codes(self.systems[system].get("concept", []))}

    def _codes(self, concepts: list[Json]) -> list[str]:
        found = []
        for concept in concepts:
            found.append(concept["code"])
            found += self._codes(concept.get("concept", []))
        return found
