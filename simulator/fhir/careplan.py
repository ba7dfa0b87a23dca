"""CarePlan: what home care is to do for somebody."""

from simulator.domain.codes import IPLOS_HOME_CARE, IPLOS_SERVICE
from simulator.fhir.contact import Contact, Person
from simulator.fhir.elements import Resource, concept, ref
from simulator.fhir.episode import home_care


def running_plan(person: Person, organisation: str, since: str) -> Resource:
    """The plan of a resident with home care from before; ``since`` is a date."""
    hours = f"{person.row['home_care_hours']:.1f}".replace(".", ",")
    return _plan(ref(person.patient), organisation, since, f"{hours} timer per uke")


def new_plan(contact: Contact) -> Resource:
    """The plan that comes with a decision on services."""
    organisation = home_care(contact.registry, contact.person.site)
    resource = _plan(contact.subject, organisation, contact.at, "Oppstart etter vedtak")
    resource["author"] = ref(contact.author)
    return resource


def _plan(subject: dict[str, str], organisation: str, since: str, extent: str) -> Resource:
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "title": "Tiltaksplan hjemmetjeneste",
        "subject": subject,
        "period": {"start": since},
        "created": since,
        "activity": [
            {
                "detail": {
                    "code": concept(IPLOS_SERVICE, IPLOS_HOME_CARE),
                    "status": "in-progress",
                    "scheduledString": extent,
                    "performer": [ref(organisation)],
                }
            }
        ],
    }
