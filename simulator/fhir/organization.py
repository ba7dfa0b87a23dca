"""Organization: municipalities, their services, GP practices and hospitals."""

from simulator.domain.codes import (
    ENH,
    MUNICIPAL_SERVICE,
    ORGANISATION_KINDS,
    ORGANISATION_LEVEL,
    OrganisationKind,
    profile,
)
from simulator.fhir.elements import Resource, concept, identifier, ref


def organization(key: str, number: str, municipality: str, parent: str | None) -> Resource:
    """The organisation of a key ``<site>[/<kind>[/<n>]]`` (no-basis-Organization), part of its municipality.

    Hospitals and GP practices lie in a municipality but are not part of it.
    """
    site, _, rest = key.partition("/")
    word, _, list_number = rest.partition("/")
    kind = ORGANISATION_KINDS.get(word or "municipality", OrganisationKind(word))
    replica = site.partition(".")[2]
    name = f"{municipality} {kind.name}" + (f" {int(list_number) + 1}" if list_number.isdigit() else "")
    resource: Resource = {
        "resourceType": "Organization",
        "meta": {"profile": profile("Organization")},
        "identifier": identifier(ENH, number),
        "active": True,
        "name": f"{name} ({replica})" if replica else name,
    }
    if kind.service:
        resource["type"] = [concept(MUNICIPAL_SERVICE, kind.service)]
    elif kind.level:
        resource["type"] = [concept(ORGANISATION_LEVEL, kind.level)]
    if parent and word not in {"hospital", "gp"}:
        resource["partOf"] = ref(parent)
    return resource
