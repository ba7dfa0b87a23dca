"""EpisodeOfCare: a municipal service that somebody has been granted, typed by IPLOS (Volven 9151).

The shape follows the Oslo municipal draft's municipal-service (managingOrganization 1..1, type 1..1), with the system
that no-basis and the OKT draft use.
"""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from simulator.domain.clinical_codes import IPLOS_COERCION
from simulator.domain.codes import IPLOS_HOME_CARE, IPLOS_NURSING_HOME, IPLOS_SAFETY_ALARM, IPLOS_SERVICE
from simulator.fhir.assumptions import assumption
from simulator.fhir.contact import Contact, Person
from simulator.fhir.elements import Resource, concept, ref
from simulator.fhir.registry import Registry

_HOME_CARE: Final = "home-care"
_OSLO: Final = ZoneInfo("Europe/Oslo")


def granted_services(person: Person) -> list[tuple[tuple[str, str], str]]:
    """The services a resident has decisions on before the period: (IPLOS type, kind of organisation that gives it)."""
    row = person.row
    services = []
    if row["home_care_hours"] > 0:
        services.append((IPLOS_HOME_CARE, _HOME_CARE))
    if row["safety_alarm"]:
        services.append((IPLOS_SAFETY_ALARM, _HOME_CARE))
    if row["nursing_home"]:
        services.append((IPLOS_NURSING_HOME, "nursing-home"))
    return services


def running_service(person: Person, service: tuple[str, str], organisation: str, since: str) -> Resource:
    """A service granted before the period; ``since`` is a date."""
    return _episode(ref(person.patient), service, organisation, since)


def service_decision(contact: Contact) -> Resource:
    """Home care granted in a contact, with the application it answers when the episode has one."""
    organisation = home_care(contact.registry, contact.person.site)
    resource = _episode(contact.subject, IPLOS_HOME_CARE, organisation, contact.at)
    application = contact.made.get("service-request")
    if application:
        resource["referralRequest"] = [ref(application.interaction)]
    if contact.person.service is None:
        contact.person.service = contact.identity
    return resource


def coercion_decision(contact: Contact) -> Resource:
    """A decision on health care against resistance (pbrl. kap. 4A): a service of IPLOS type 24 that ends by itself."""
    begins = datetime.fromisoformat(contact.at).astimezone(_OSLO)
    ends = begins + timedelta(days=int(assumption("coercion_days")))
    organisation = contact.organisation or home_care(contact.registry, contact.person.site)
    resource = _episode(contact.subject, IPLOS_COERCION, organisation, contact.at)
    resource["period"]["end"] = ends.isoformat()
    return resource


def home_care(registry: Registry, site: str) -> str:
    """The home-care service of a site."""
    return registry.organisation(f"{site}/{_HOME_CARE}") or ""


def _episode(subject: dict[str, str], service: tuple[str, str], organisation: str, since: str) -> Resource:
    return {
        "resourceType": "EpisodeOfCare",
        "status": "active",
        "type": [concept(IPLOS_SERVICE, service)],
        "patient": subject,
        "managingOrganization": ref(organisation),
        "period": {"start": since},
    }
