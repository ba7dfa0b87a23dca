"""Access that comes and goes: care teams with a period, parents by where they live, operators by a ticket."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journal.conftest import Store, start
from tests.journal.securing import ENH, FNR, HPR, NURSE, Callers, attest, condition, leaks, of, person, ref, shown
from tests.signing import start_neighbours

Json = dict[str, Any]
HOME = {"use": "home", "line": ["Storgata 1"], "postalCode": "9008", "city": "Tromsø"}
AWAY = {"use": "home", "line": ["Lillegata 2"], "postalCode": "9009", "city": "Tromsø"}
OPERATOR = ("01817212399", "", "")


def at(hours: float) -> str:
    """An instant so many hours from now."""
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")


@pytest.mark.parametrize(
    ("team", "member"),
    [({"end": at(-1)}, {}), ({}, {"end": at(-1)}), ({}, {"start": at(1)}), ({"start": at(1)}, {})],
)
def test_membership_holds_in_its_period_only(callers: Callers, team: Json, member: Json) -> None:
    """A team or membership that has ended, or not begun, is no relation; one that holds is, and its end ends it."""
    patient, nurse = callers.put_in(
        person(), {"resourceType": "Practitioner", "identifier": [{"system": HPR, "value": NURSE[1]}]}
    )
    other = callers.put_in({"resourceType": "Organization", "identifier": [{"system": ENH, "value": "999999999"}]})[0]
    members = [{"member": ref(nurse), "period": {"start": at(-2)} | member}, {"member": ref(other)}]
    body: Json = {"resourceType": "CareTeam", "status": "active", "subject": ref(patient), "participant": members}
    stored = callers.put_in(body | {"period": {"start": at(-2)} | team})[0]
    token, path = callers.person(NURSE, attest(NURSE, of(patient))), f"Patient/{patient['id']}"
    assert callers.get(token, path).status_code == 403
    holds = stored | {"period": {"start": at(-2)}}
    holds["participant"] = [{"member": ref(nurse), "period": {"start": at(-2), "end": at(1)}}]
    for status, expected in (("active", 200), ("inactive", 403)):
        changed = callers.send(callers.system(), "PUT", f"CareTeam/{stored['id']}", holds | {"status": status})
        assert changed.status_code == 200, changed.text
        assert callers.get(token, path).status_code == expected


def family(callers: Callers, homes: list[list[Json]]) -> tuple[Json, list[str]]:
    """A child of eight at home, two parents at these addresses, and the parents' tokens."""
    born = f"{date.today().year - 8}-01-01"  # noqa: DTZ011  a year's tolerance
    child, *parents = callers.put_in(
        person(born, address=[HOME]), *(person("1985-01-01", address=home) for home in homes)
    )
    role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "PRN"}]}
    link = {"resourceType": "RelatedPerson", "active": True, "patient": ref(child), "relationship": [role]}
    callers.put_in(*(link | {"identifier": [{"system": FNR, "value": of(one)}]} for one in parents))
    return child, [callers.citizen(of(one)) for one in parents]


@pytest.mark.parametrize(
    ("homes", "opens"),
    [
        ([[HOME], [AWAY]], [200, 200]),
        ([[AWAY], [AWAY]], [404, 404]),
        ([[HOME | {"use": "old"}], [AWAY]], [404, 404]),
        ([[{"text": "Storgata 1, 9008 Tromsø"}], [{"use": "home", "city": "Tromsø"}]], [404, 404]),
    ],
)
def test_a_parent_at_home_opens_the_record_for_both(
    callers: Callers, homes: list[list[Json]], opens: list[int]
) -> None:
    """Both parents see the child when one is registered where it lives; none when none is, or it cannot be told."""
    child, tokens = family(callers, homes)
    assert [callers.get(token, f"Patient/{child['id']}").status_code for token in tokens] == opens


@pytest.fixture(scope="module")
def strict(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callers]:
    """Callers of a journal where each parent must live with the child."""
    folder: Path = tmp_path_factory.mktemp("strict")
    with start_neighbours(folder) as signer:
        options = store.options(str(folder / "data"))
        running = start(*options, "--issuer", signer.issuer, "--parents-home", "own")
        yield Callers(signer, running.base)
        assert running.stop() == 0
        assert running.process.stdout is not None
        running.process.stdout.close()


def test_each_parent_must_live_there_where_that_is_the_rule(strict: Callers) -> None:
    """With ``--parents-home own`` the parent who lives elsewhere sees nothing."""
    child, tokens = family(strict, [[HOME], [AWAY]])
    assert [strict.get(token, f"Patient/{child['id']}").status_code for token in tokens] == [200, 404]


@pytest.fixture
def ticket(callers: Callers) -> Callable[..., Json]:
    """Makes tickets for the operator."""
    [place] = callers.put_in({"resourceType": "Organization", "name": "Driftsvakt"})

    def make(patient: Json, **more: Any) -> Json:
        coded = {"coding": [{"system": "https://journalbenk.example/access", "code": "operator-access"}]}
        body: Json = {
            "resourceType": "Task",
            "status": "accepted",
            "intent": "order",
            "code": coded,
            "for": ref(patient),
            "requester": ref(place),
            "owner": {"identifier": {"system": FNR, "value": OPERATOR[0]}},
            "reasonCode": {"text": "Feil i legemiddelliste, sak 4711"},
            "restriction": {"period": {"start": at(-1), "end": at(1)}},
        }
        return {name: value for name, value in (body | more).items() if value is not None}

    return make


def test_a_ticket_opens_one_record_for_a_while(callers: Callers, ticket: Callable[..., Json]) -> None:
    """An operator reads, and does not write, the ticket's patient; the patient's log says why; the end ends it."""
    patient, other = callers.put_in(person(), person())
    entry, theirs = callers.put_in(condition(patient), condition(other))
    token = callers.person(OPERATOR, scope="user/*.cruds journal/operate")
    path = f"Condition/{entry['id']}"
    assert callers.get(token, path).status_code == 403
    stored = callers.put_in(ticket(patient))[0]
    assert callers.get(token, path).status_code == 200
    assert callers.get(token, f"Condition/{theirs['id']}").status_code == 404
    assert callers.send(token, "PUT", path, entry).status_code == 403
    log = callers.get(callers.citizen(of(patient)), "AuditEvent?_count=100").json()["entry"]
    told = [e["resource"]["purposeOfEvent"][0]["text"] for e in log if "purposeOfEvent" in e["resource"]]
    assert f"ticket Task/{stored['id']}: Feil i legemiddelliste, sak 4711" in told
    ended = stored | {"status": "completed"}
    assert callers.send(callers.system(), "PUT", f"Task/{stored['id']}", ended).status_code == 200
    assert callers.get(token, path).status_code == 403


@pytest.mark.parametrize(
    "fault",
    [
        {"restriction": {"period": {"start": at(-3), "end": at(-1)}}},
        {"restriction": {"period": {"start": at(-1), "end": at(9)}}},
        {"restriction": None},
        {"reasonCode": None},
        {"requester": None},
        {"owner": {"identifier": {"system": FNR, "value": "01817212300"}}},
    ],
)
def test_a_ticket_that_lacks_something_opens_nothing(
    callers: Callers, ticket: Callable[..., Json], fault: Json
) -> None:
    """Run out, too long, without an end, without a reason, approved by nobody, or somebody else's."""
    [patient] = callers.put_in(person())
    callers.put_in(ticket(patient, **fault))
    token = callers.person(OPERATOR, scope="user/*.cruds journal/operate")
    assert callers.get(token, f"Patient/{patient['id']}").status_code == 403


def test_an_operator_writes_no_ticket(callers: Callers, ticket: Callable[..., Json]) -> None:
    """Neither the first ticket nor a longer one is the operator's own to write."""
    [patient] = callers.put_in(person())
    token = callers.person(OPERATOR, scope="user/*.cruds journal/operate")
    assert callers.send(token, "POST", "Task", ticket(patient)).status_code == 403
    stored = callers.put_in(ticket(patient))[0]
    longer = stored | {"restriction": {"period": {"start": at(-1), "end": at(5)}}}
    assert callers.send(token, "PUT", f"Task/{stored['id']}", longer).status_code == 403


def years_ago(years: int, days: int = 0) -> str:
    """A birth date so many years before today, and some days later."""
    today = date.today()  # noqa: DTZ011  a day's tolerance is given by the callers of this
    return (date(today.year - years, today.month, min(today.day, 28)) + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("relation", "born", "sees"),
    [
        ("PRN", years_ago(12, 3), "all"),
        ("PRN", years_ago(12, -3), "some"),
        ("PRN", years_ago(16, 3), "some"),
        ("PRN", years_ago(16, -3), "none"),
        ("GUARD", years_ago(80), "all"),
        ("POWATT", years_ago(80), "all"),
        ("POWATT", years_ago(16, 3), "none"),
        ("FRND", years_ago(5), "none"),
    ],
)
def test_who_represents_whom_follows_age_and_relation(callers: Callers, relation: str, born: str, sees: str) -> None:
    """Parents until 12, 16 and no longer; guardians of adults; proxies of those from 16; changes on the birthday."""
    principal, receiver = callers.put_in(person(born, address=[HOME]), person("1980-01-01", address=[HOME]))
    entry = callers.put_in(condition(principal))[0]
    role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": relation}]}
    link = {"resourceType": "RelatedPerson", "active": True, "patient": ref(principal), "relationship": [role]}
    callers.put_in(link | {"identifier": [{"system": FNR, "value": of(receiver)}]})
    token = callers.citizen(of(receiver))
    patient, record = (
        callers.get(token, path).status_code for path in (f"Patient/{principal['id']}", f"Condition/{entry['id']}")
    )
    assert (patient, record) == {"all": (200, 200), "some": (200, 404), "none": (404, 404)}[sees]
    assert callers.get(token, f"Patient/{receiver['id']}").status_code == 200
    assert callers.send(token, "PUT", f"Condition/{entry['id']}", entry).status_code == 403


def test_what_is_not_for_parents_is_not_shown_to_them(callers: Callers) -> None:
    """An entry labelled as withheld from parents (Volven 9603) is hidden from them, not from the child's nurse."""
    child, parent = callers.put_in(person(years_ago(8), address=[HOME]), person("1985-01-01", address=[HOME]))
    label = [{"system": "urn:oid:2.16.578.1.12.4.1.1.9603", "code": "NORN_FORANS"}]
    entry = callers.put_in(condition(child, meta={"security": label}))[0]
    role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "PRN"}]}
    link = {"resourceType": "RelatedPerson", "active": True, "patient": ref(child), "relationship": [role]}
    callers.put_in(link | {"identifier": [{"system": FNR, "value": of(parent)}]})
    token = callers.citizen(of(parent))
    assert leaks(callers, token, child, entry) == []
    assert shown(callers, token, f"Condition?patient=Patient/{child['id']}") == []
