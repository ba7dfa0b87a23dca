"""CarePlan: what home care is to do for somebody, and the individual plan (individuell plan) that several share."""

from simulator.domain.clinical_codes import INDIVIDUAL_PLAN
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


def individual_plan(contact: Contact) -> Resource:
    """An individual plan, shared by the team of the episode."""
    team = contact.made["care-team"].interaction
    own = contact.organisation or contact.person.office or contact.person.patient
    resource = _plan(contact.subject, own, contact.at, "Mål og tiltak etter samtale")
    resource |= {"title": INDIVIDUAL_PLAN[1], "author": ref(contact.author), "careTeam": [ref(team)]}
    return resource


def plan_changed(plan: Resource, contact: Contact) -> Resource:
    """The plan, with one more measure and a note of who added it."""
    measure = {
        "detail": {
            "code": concept(IPLOS_SERVICE, IPLOS_HOME_CARE),
            "status": "scheduled",
            "description": "Nytt tiltak",
            "scheduledString": contact.at[:10],
            "performer": [ref(contact.organisation or contact.author)],
        }
    }
    return {**plan, "activity": [*plan["activity"], measure]}


def earlier_plan(contact: Contact) -> Resource:
    """A plan from before the period, for a person whom the record knows none of."""
    return _plan(contact.subject, home_care(contact.registry, contact.person.site), contact.before, "Etter behov")


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
