"""CareTeam: who works together around somebody with an individual plan (individuell plan), and who coordinates."""

from simulator.domain.clinical_codes import PLAN_COORDINATOR
from simulator.domain.codes import FUNCTION
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, ref


def care_team(contact: Contact) -> Resource:
    """The coordinator who writes the plan, the fastlege's practice, home care and the person."""
    team = [contact.organisation, contact.person.office, contact.receiver]
    members = [{"member": ref(party)} for party in dict.fromkeys(filter(None, team))]
    coordinator = {"role": [concept(FUNCTION, PLAN_COORDINATOR)], "member": ref(contact.author)}
    resource: Resource = {
        "resourceType": "CareTeam",
        "status": "active",
        "name": "Ansvarsgruppe",
        "subject": contact.subject,
        "period": {"start": contact.at},
        "participant": [coordinator, {"member": contact.subject}, *members],
    }
    return resource
