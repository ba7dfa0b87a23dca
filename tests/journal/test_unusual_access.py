"""Who looked without a plausible relation is shown to the data-protection officer, and who treats is not."""

from itertools import count
from typing import Any

import pytest

from tests.journal.securing import ENH, FNR, HOME_CARE, HPR, Callers, attest

Json = dict[str, Any]
NUMBERS = count(60_000)
STAFF = count(9_150_000)
SCOPE = "user/AuditEvent.rs journal/data-protection"


def ref(resource: Json) -> Json:
    """A reference to a stored resource."""
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


class Ward:
    """A home-care service with patients and nurses, who live here too."""

    def __init__(self, callers: Callers) -> None:
        self.callers = callers
        place = {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}
        self.place = callers.put_in(place)[0]

    def person(self, line: str = "") -> Json:
        """Somebody who lives here and whom home care serves."""
        number = f"138172{next(NUMBERS):05d}"
        home = [{"line": [line or f"Storgata {number}"], "postalCode": number[-4:] if not line else "9008"}]
        patient = {"resourceType": "Patient", "identifier": [{"system": FNR, "value": number}], "address": home}
        found = self.callers.put_in(patient)[0]
        episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": ref(found)}
        self.callers.put_in(episode | {"managingOrganization": ref(self.place)})
        return found

    def nurse(self, person: Json) -> tuple[tuple[str, str, str], Json]:
        """The person as a nurse, and as Practitioner."""
        hpr = str(next(STAFF))
        known = self.callers.put_in({"resourceType": "Practitioner", "identifier": [{"system": HPR, "value": hpr}]})
        return (person["identifier"][0]["value"], hpr, "SP"), known[0]

    def look(self, nurse: tuple[str, str, str], patient: Json, **how: Any) -> None:
        """The nurse opens the patient's record."""
        number = patient["identifier"][0]["value"]
        token = self.callers.person(nurse, attest(nurse, number, **how))
        assert self.callers.get(token, f"Patient/{patient['id']}").status_code == 200

    def visit(self, known: Json, patient: Json) -> None:
        """A contact of the nurse with the patient."""
        contact = {"resourceType": "Encounter", "status": "finished", "class": {"code": "HH"}, "subject": ref(patient)}
        self.callers.put_in(contact | {"participant": [{"individual": ref(known)}]})

    def asked(self, query: str = "") -> dict[tuple[str, str], set[str]]:
        """What the data-protection officer is shown: HPR number and ``Patient/id`` to the grounds."""
        officer = self.callers.person(("13817204999", "", ""), scope=SCOPE)
        answer = self.callers.get(officer, f"AuditEvent/$unusual-access{query}")
        assert answer.status_code == 200, answer.text
        found = {}
        for entry in answer.json().get("entry", ()):
            issue = entry["resource"]
            who = issue["implicated"][0]["identifier"]["value"]
            assert issue["evidence"][0]["detail"][0]["reference"].startswith("AuditEvent/")
            found[who, issue["patient"]["reference"]] = {coding["code"] for coding in issue["code"]["coding"]}
        return found


@pytest.fixture(scope="module")
def ward(callers: Callers) -> Ward:
    """One service for all tests."""
    return Ward(callers)


def test_who_treats_is_not_shown(ward: Ward) -> None:
    """A nurse who visits the patient, before or after the look-up, a neighbour's too, is no finding."""
    nurse, known = ward.nurse(ward.person("Fjellveien 1"))
    patients = [ward.person(), ward.person("Fjellveien 3")]
    for patient in patients:
        ward.look(nurse, patient)
        ward.visit(known, patient)
    shown = ward.asked()
    assert [pair for pair in shown if pair[0] == nurse[1]] == []


def test_a_look_without_contact_is_no_finding_by_itself(ward: Ward) -> None:
    """Somebody on duty may look and leave; it takes another ground."""
    nurse, _ = ward.nurse(ward.person())
    ward.look(nurse, ward.person())
    assert [pair for pair in ward.asked() if pair[0] == nurse[1]] == []


OVERRIDE = {"purpose": "BTG", "care": {"decision_ref": {"id": "d", "description": "Hastet", "user_selected": True}}}
CURIOUS: dict[str, tuple[str, str, Json]] = {
    "own-record": ("Strandveien 1", "", {}),
    "same-household": ("Strandveien 2", "Strandveien 2", {}),
    "neighbour": ("Havnegata 7", "Havnegata 12", {}),
    "override-without-follow-up": ("Strandveien 3", "Torget 1", OVERRIDE),
}
"""Ground: where the nurse lives, where who is looked up lives (nowhere: the nurse), and how."""


@pytest.mark.parametrize("ground", CURIOUS)
def test_who_is_curious_is_shown_with_the_ground(ward: Ward, ground: str) -> None:
    """The own record, a housemate's, a neighbour's without contact, an override that nothing followed."""
    here, there, how = CURIOUS[ground]
    own = ward.person(here)
    nurse, _ = ward.nurse(own)
    patient = ward.person(there) if there else own
    ward.look(nurse, patient, **how)
    assert ground in ward.asked()[nurse[1], f"Patient/{patient['id']}"]


def test_a_colleague_who_is_looked_up_without_contact_is_shown(ward: Ward) -> None:
    """Who works at the same place is a colleague; treated by the other, that alone is no finding."""
    first, second = ward.person(), ward.person()
    (nurse, _), (other, known) = ward.nurse(first), ward.nurse(second)
    ward.look(nurse, ward.person())
    ward.look(other, first)
    assert "colleague" in ward.asked()[other[1], f"Patient/{first['id']}"]
    ward.visit(known, first)
    assert (other[1], f"Patient/{first['id']}") not in ward.asked()


def test_only_the_data_protection_officer_is_shown(callers: Callers, ward: Ward) -> None:
    """Nurses, systems and operators are refused; the officer sees no clinical content, and is in the log."""
    person = ward.person()
    nurse, _ = ward.nurse(person)
    number = person["identifier"][0]["value"]
    tokens = [
        callers.person(nurse, attest(nurse, number)),
        callers.system(),
        callers.person(("13817204998", "", ""), scope="user/*.cruds journal/operate"),
        callers.citizen(number),
    ]
    assert [callers.get(token, "AuditEvent/$unusual-access").status_code for token in tokens] == [403] * 4
    officer = callers.person(("13817204999", "", ""), scope=f"user/*.cruds {SCOPE}")
    for path in (f"Patient/{person['id']}", "Condition", f"Patient/{person['id']}/$everything"):
        assert callers.get(officer, path).status_code == 403
    assert callers.get(officer, "AuditEvent/$unusual-access?date=ge2026-13-01").status_code == 400
    assert callers.get(officer, "AuditEvent/$unusual-access?date=lt2020-01-01").json()["total"] == 0
    log = callers.get(callers.system(), "AuditEvent?agent-name=Kari&_count=5").json()
    assert log["total"] > 0


def test_open_mode_knows_nobody(client: Any) -> None:
    """Where nobody is asked who he is, nobody can be told from another."""
    assert client.get("AuditEvent/$unusual-access").status_code == 403
