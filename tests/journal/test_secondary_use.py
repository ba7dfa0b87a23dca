"""Reports and extracts: counted from the record, nobody recognised, those who have opted out left out."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journal.securing import DOCTOR, Callers, attest

Json = dict[str, Any]
ICPC_2 = "urn:oid:2.16.578.1.12.4.1.1.7170"
SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"


def person(client: Any, code: str, **more: Any) -> Json:
    """Somebody with a diagnosis."""
    who: Json = client.create(
        {"resourceType": "Patient", "name": [{"family": "Nordås"}], "gender": "female", "birthDate": "1953-02-03"}
        | more
    )
    client.create(
        {
            "resourceType": "Condition",
            "subject": {"reference": f"Patient/{who['id']}"},
            "code": {"coding": [{"system": ICPC_2, "code": code, "display": "Navnet"}], "text": "Kåres diagnose"},
            "recordedDate": "2025-03-04",
        }
    )
    return who


def consent(who: Json, scope: str = "research", **more: Any) -> Json:
    """A Consent that denies."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": SCOPE, "code": scope}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": f"Patient/{who['id']}"},
        "policyRule": {"coding": [{"code": "OPTOUT"}]},
        "provision": {"type": "deny"},
    } | more


def extract(client: Any, code: str, project: str = "one") -> tuple[set[str], Json]:
    """The pseudonyms of the people in an extract, and the whole of it."""
    answer = client.get(f"$research-extract?project={project}&code={ICPC_2}|{code}")
    assert answer.status_code == 200, answer.text
    resources = [entry["resource"] for entry in answer.json()["entry"]]
    return {one["id"] for one in resources if one["resourceType"] == "Patient"}, answer.json()


def test_an_extract_tells_of_nobody_in_particular(client: Any, mark: str) -> None:
    """Of each person sex, ten years of birth, code and year, under a pseudonym of the project, and nothing else."""
    people = [person(client, mark) for _ in range(5)]
    found, whole = extract(client, mark)
    assert len(found) == len(people)
    assert extract(client, mark)[0] == found
    assert not extract(client, mark, "other")[0] & found
    for entry in whole["entry"]:
        told = entry["resource"]
        if told["resourceType"] == "Patient":
            assert told == {"resourceType": "Patient", "id": told["id"], "gender": "female", "birthDate": "1950"}
        else:
            assert told.keys() == {"resourceType", "id", "subject", "code", "recordedDate"}
            assert (told["code"]["coding"], told["recordedDate"]) == ([{"system": ICPC_2, "code": mark}], "2025")
    assert not any(who["id"] in str(whole) for who in people)


def test_who_has_opted_out_is_left_out_and_still_seen_in_care(client: Any, mark: str) -> None:
    """A reservation against research takes one person out of the extract, and blocks nothing."""
    people = [person(client, mark) for _ in range(6)]
    before, _ = extract(client, mark)
    client.create(consent(people[0]))
    after, _ = extract(client, mark)
    assert after < before
    assert len(before) - len(after) == 1


def test_small_cells_are_left_out(client: Any, mark: str) -> None:
    """Four of one sex and ten years are left out beside five others; and all, when one of the five opts out."""
    many = [person(client, mark) for _ in range(5)]
    for _ in range(4):
        person(client, mark, gender="male")
    person(client, mark, birthDate="1963-01-01")
    assert len(extract(client, mark)[0]) == 5
    client.create(consent(many[0]))
    assert extract(client, mark)[0] == set()


def test_protected_and_blocked_are_in_no_extract(client: Any, mark: str) -> None:
    """Whoever has a protected address, and a diagnosis that is blocked, count for nothing."""
    label = {"security": [{"system": CONFIDENTIALITY, "code": "V"}]}
    person(client, mark, meta=label)
    hidden, *_ = (person(client, mark) for _ in range(6))
    client.create(consent(hidden, "treatment"))
    assert len(extract(client, mark)[0]) == 5
    label = {"security": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9603", "code": "NORS"}]}
    for one in client.ids(f"Condition?code={mark}")[-5:]:
        stored = client.get(f"Condition/{one}").json()
        assert client.send("PUT", f"Condition/{one}", stored | {"meta": label}).status_code == 200
    assert extract(client, mark)[0] == set()


def test_the_report_counts_the_record_anew(client: Any, mark: str) -> None:
    """Contacts of a service in the month, and their people; of fewer than five people no number is told."""
    service, other = (client.create({"resourceType": "Organization", "name": n}) for n in ("Legevakt", "Fysioterapeut"))

    def contact(provider: Json, day: str = "2031-03-04") -> None:
        who = client.create({"resourceType": "Patient", "name": [{"family": mark}]})
        client.create(
            {
                "resourceType": "Encounter",
                "status": "finished",
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                "subject": {"reference": f"Patient/{who['id']}"},
                "serviceProvider": {"reference": f"Organization/{provider['id']}"},
                "period": {"start": f"{day}T10:00:00+01:00", "end": f"{day}T10:20:00+01:00"},
            }
        )

    def counted() -> dict[str, list[Any]]:
        report = client.get("$kpr-report?period=2031-03").json()
        assert report["period"] == {"start": "2031-03-01", "end": "2031-03-31"}
        strata = report["group"][0]["stratifier"][0]["stratum"]
        return {s["value"]["text"]: [p.get("count") for p in s["population"]] for s in strata}

    for _ in range(5):
        contact(service)
    contact(service, "2031-04-01")
    contact(other)
    names = (f"Organization/{service['id']}", f"Organization/{other['id']}")
    assert {name: counted()[name] for name in names} == {names[0]: [5, 5], names[1]: [None, None]}
    contact(service)
    assert counted()[names[0]] == [6, 6]


@pytest.mark.parametrize(
    "path",
    [
        "$research-extract",
        "$research-extract?project=x",
        "$research-extract?project=x&code=a&name=b",
        "$kpr-report",
        "$kpr-report?period=2026-01-15T10:00:00Z",
    ],
)
def test_what_is_asked_for_wrongly_is_refused(client: Any, path: str) -> None:
    """An extract without project or code, or by something else, and a report without a period: 400."""
    assert client.get(path).status_code == 400


def test_reports_and_extracts_are_for_systems_only(callers: Callers) -> None:
    """A professional, a citizen and a system without the scopes are refused; a system with them is not."""
    number = "01815012345"
    asks: list[tuple[Callable[[], str], int]] = [
        (lambda: callers.person(DOCTOR, attest(DOCTOR, number)), 403),
        (lambda: callers.citizen(number), 403),
        (lambda: callers.system("system/Organization.rs"), 403),
        (callers.system, 200),
    ]
    for token, status in asks:
        for path in ("$research-extract?project=x&code=P76", "$kpr-report?period=2026"):
            assert callers.get(token(), path).status_code == status, path
