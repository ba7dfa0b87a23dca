"""Task: something somebody is to do, with an owner and a deadline: follow-up, alarms, incidents (avvik) and appeals."""

from simulator.domain.clinical_codes import ALARM, APPEAL, INCIDENT, TASK_KIND, Code
from simulator.fhir.contact import Contact
from simulator.fhir.elements import Resource, concept, ref


def task(contact: Contact) -> Resource:
    """A task requested; its owner is the receiver, else the own organisation, else whoever wrote it."""
    resource: Resource = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "description": "Følg opp pasienten",
        "for": contact.subject,
        "authoredOn": contact.at,
        "lastModified": contact.at,
        "requester": ref(contact.author),
        "owner": ref(contact.receiver or contact.organisation or contact.author),
    }
    if contact.due:
        resource["restriction"] = {"period": {"end": contact.due}}
    if contact.encounter:
        resource["encounter"] = ref(contact.encounter)
    return resource


def alarm(contact: Contact) -> Resource:
    """An alarm from home that somebody must answer, with the measurement it rests on when the episode has one."""
    resource = {**task(contact), "priority": "stat", **_kind(ALARM)}
    measured = contact.made.get("measurement")
    if measured:
        resource["focus"] = ref(measured.interaction)
    return resource


def incident(contact: Contact) -> Resource:
    """An incident (avvik) reported from the record, owned by the municipality's quality system."""
    resource = {**task(contact), **_kind(INCIDENT)}
    resource["owner"] = ref(contact.receiver or contact.registry.organisation(contact.person.site) or contact.author)
    return resource


def appeal(contact: Contact) -> Resource:
    """An appeal against a decision, to whoever made it; with the decision when the episode has it."""
    resource = {**task(contact), **_kind(APPEAL)}
    office = contact.registry.organisation(f"{contact.person.site}/intake")
    resource["owner"] = ref(contact.receiver or office or contact.author)
    decision = contact.made.get("service")
    if decision:
        resource["focus"] = ref(decision.interaction)
    return resource


def _kind(code: Code) -> Resource:
    return {"code": concept(TASK_KIND, code), "description": code[1]}


def earlier_task(contact: Contact) -> Resource:
    """A task requested before the period by the organisation that is to do it."""
    resource = task(contact)
    resource["authoredOn"] = resource["lastModified"] = contact.before
    resource.pop("encounter", None)
    return resource


def done(request: Resource, contact: Contact) -> Resource:
    """The task, completed."""
    return {**request, "status": "completed", "lastModified": contact.at}
