"""Makes the journal's tables of structures and search parameters from the published R4 definitions.

Run ``python -m simulator.journal.generate FOLDER`` where FOLDER holds profiles-types.json, profiles-
resources.json, valuesets.json, v3-codesystems.json and search-parameters.json of FHIR 4.0.1. It is run by hand
when the supported types change; the journal itself reads only the two tables it leaves in ``data/``.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simulator.journal.supported import SUPPORTED
from simulator.journal.terminology import CodeSets

Json = dict[str, Any]

SOURCE = {
    "source": "HL7 FHIR R4 definitions, http://hl7.org/fhir/R4/downloads.html (CC0)",
    "version": "4.0.1",
    "status": "derived",
}
INDEXED = {
    "token": {"code", "boolean", "Coding", "CodeableConcept", "Identifier", "ContactPoint", "string", "uri", "id"},
    "string": {"string", "markdown", "HumanName", "Address"},
    "date": {"date", "dateTime", "instant", "Period", "Timing"},
    "reference": {"Reference", "canonical"},
    "quantity": {"Quantity", "Age", "Duration", "SimpleQuantity"},
    "uri": {"uri", "url", "canonical", "oid"},
}
# phonetic would need a sound-alike index; site and the like stay, they are plain.
LEFT_OUT = {"phonetic"}
CODED = {"code", "Coding", "CodeableConcept"}
SYSTEM_TYPES = {"http://hl7.org/fhirpath/System.String": "string"}
FILTER = re.compile(r"^(?P<path>[\w.]+)\.where\(system='(?P<system>\w+)'\)$")
OF_TYPE = re.compile(r"^\(?(?P<path>[\w.]+?)(?: as |\.as\()(?P<type>\w+)\)+$")
RESOLVED = re.compile(r"^(?P<path>[\w.]+)\.where\(resolve\(\) is (?P<type>\w+)\)$")


def load(path: Path) -> list[Json]:
    """The resources of one bundle of definitions."""
    return [entry["resource"] for entry in json.loads(path.read_bytes())["entry"]]


def element_types(element: Json) -> list[Json]:
    """The types of one element, with FHIRPath's system types named as FHIR's."""
    types = []
    for kind in element.get("type", []):
        code = kind["code"]
        for extension in kind.get("extension", []):
            if extension["url"].endswith("structuredefinition-fhir-type"):
                code = extension["valueUrl"]
        types.append({**kind, "code": SYSTEM_TYPES.get(code, code)})
    return types


def targets(kind: Json) -> list[str] | None:
    """The resource types a reference may point at, or None when any will do."""
    names = [profile.rsplit("/", 1)[1] for profile in kind.get("targetProfile", [])]
    return None if not names or "Resource" in names else names


class Structures:
    """The table of types: per type its elements, each ``[type, min, list, summary, choice, codes, targets]``."""

    def __init__(self, definitions: list[Json], codes: CodeSets) -> None:
        self.definitions = {d["type"]: d for d in definitions if d.get("derivation") != "constraint"}
        self.codes = codes
        self.types: dict[str, Json] = {}

    def add(self, name: str) -> None:
        """Adds a type and every type its elements need."""
        definition = self.definitions.get(name)
        if name in self.types or definition is None or definition["kind"] == "primitive-type":
            return
        self.types[name] = {"kind": definition["kind"], "elements": {}, "required": []}
        for element in definition["snapshot"]["element"][1:]:
            self._element(element)
        for kind in list(self._needed()):
            self.add(kind)

    def _needed(self) -> Iterator[str]:
        for table in list(self.types.values()):
            for row in list(table["elements"].values()):
                if row[0] in self.definitions:
                    yield row[0]

    def _element(self, element: Json) -> None:
        path = element["path"]
        owner, name = path.rsplit(".", 1)
        table = self.types.setdefault(owner, {"kind": "backbone", "elements": {}, "required": []})
        kinds = element_types(element)
        if "contentReference" in element:
            kinds = [{"code": element["contentReference"].removeprefix("#")}]
        if kinds and kinds[0]["code"] in {"BackboneElement", "Element"}:
            kinds = [{"code": path}]
        choice = name.removesuffix("[x]") if name.endswith("[x]") else None
        if element["min"]:
            table["required"].append(choice or name)
        for kind in kinds:
            key = choice + kind["code"][0].upper() + kind["code"][1:] if choice else name
            table["elements"][key] = self._row(element, kind, choice)

    def _row(self, element: Json, kind: Json, choice: str | None) -> list[Any]:
        binding = element.get("binding", {})
        codes = None
        if binding.get("strength") == "required" and kind["code"] in CODED:
            codes = self.codes.use(binding["valueSet"], coded=kind["code"] != "code")
        row = [kind["code"], element["min"], int(element["max"] not in {"0", "1"})]
        row += [int(element.get("isSummary", False)), choice, codes, targets(kind)]
        while row[-1] is None:
            row.pop()
        return row


class Parameters:
    """The table of search parameters: per type and name its kind, its paths and what it may point at."""

    def __init__(self, structures: Structures) -> None:
        self.types = structures.types
        self.codes = structures.codes

    def table(self, definitions: list[Json]) -> dict[str, dict[str, Json]]:
        """The parameters of every supported type, those of all resources left out (the code knows them)."""
        found: dict[str, dict[str, Json]] = {}
        for definition in definitions:
            for base in definition["base"]:
                if base in SUPPORTED and definition["type"] in INDEXED and definition["code"] not in LEFT_OUT:
                    row = self._row(base, definition)
                    if row["paths"]:
                        found.setdefault(base, {})[definition["code"]] = row
        return {base: dict(sorted(found.get(base, {}).items())) for base in SUPPORTED}

    def _row(self, base: str, definition: Json) -> Json:
        wanted = INDEXED[definition["type"]]
        row: Json = {"type": definition["type"], "paths": []}
        targets_found: set[str] = set()
        for part in definition.get("expression", "").split("|"):
            text = part.strip()
            if text == "Patient.deceased.exists() and Patient.deceased != false":
                row["paths"] += [["deceasedBoolean", "boolean"], ["deceasedDateTime", "exists"]]
                continue
            for path in self._paths(base, text):
                if path[1] in wanted:
                    row["paths"].append(path[:4])
                    targets_found |= set(path[4])
        if definition["type"] == "reference":
            row["targets"] = sorted(targets_found & set(SUPPORTED)) or sorted(
                set(definition.get("target", SUPPORTED)) & set(SUPPORTED)
            )
        return row

    def _paths(self, base: str, text: str) -> Iterator[list[Any]]:
        only: str | None = None
        point_at: str | None = None
        where: str | None = None
        if match := OF_TYPE.match(text):
            text, only = match["path"], match["type"]
        elif match := RESOLVED.match(text):
            text, point_at = match["path"], match["type"]
        elif match := FILTER.match(text):
            text, where = match["path"], match["system"]
        steps = text.split(".")
        if steps[0] != base or not all(re.fullmatch(r"\w+", step) for step in steps):
            return
        for keys, row in self._walk(base, steps[1:]):
            if only and row[0] != only:
                continue
            system = self.codes.system(row[5]) if len(row) > 5 and row[5] and row[0] == "code" else None
            allowed = [point_at] if point_at else (row[6] if len(row) > 6 else [])
            yield [".".join(keys), row[0], where, system, allowed]

    def _walk(self, owner: str, steps: list[str]) -> Iterator[tuple[list[str], list[Any]]]:
        for key, row in self.types[owner]["elements"].items():
            choice = row[4] if len(row) > 4 else None
            if steps[0] not in {key, choice}:
                continue
            if len(steps) == 1:
                yield [key], row
            elif row[0] in self.types:
                for rest, leaf in self._walk(row[0], steps[1:]):
                    yield [key, *rest], leaf


def dump(path: Path, head: Json, parts: dict[str, dict[str, Any]]) -> None:
    """Writes a table with one line per row, so that a change to it can be read as a difference."""
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    for name, rows in parts.items():
        body = ",\n".join(f"  {json.dumps(key)}: {json.dumps(row)}" for key, row in sorted(rows.items()))
        lines.append(f"{json.dumps(name)}: {{\n{body}\n}}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main(folder: Path, out: Path) -> None:
    """Reads the definitions in ``folder`` and writes structure.json and search_parameters.json to ``out``."""
    codes = CodeSets(load(folder / "valuesets.json") + load(folder / "v3-codesystems.json"))
    definitions = load(folder / "profiles-types.json") + load(folder / "profiles-resources.json")
    structures = Structures([d for d in definitions if d["resourceType"] == "StructureDefinition"], codes)
    for name in SUPPORTED:
        structures.add(name)
    parameters = Parameters(structures).table(load(folder / "search-parameters.json"))
    dump(out / "structure.json", SOURCE, {"codes": codes.used, "types": structures.types})
    dump(out / "search_parameters.json", SOURCE, {"parameters": parameters})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent / "data")
