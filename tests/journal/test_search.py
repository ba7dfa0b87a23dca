"""Search of a type: parameters, modifiers, chains, includes, sorting, pages and summaries."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

Json = dict[str, Any]


@pytest.fixture
def people(client: Any, mark: str) -> list[Json]:
    """Three patients of one test, told apart by name, birth date and gender."""
    rows = [
        ("Nordås", "Kåre", "1950-02-03", "male"),
        ("Nordby", "Liv", "1962-07", "female"),
        ("Vik", "Åse", "1990-12-31", "female"),
    ]
    return [
        client.create(
            {
                "resourceType": "Patient",
                "identifier": [{"system": "urn:test", "value": mark}, {"system": "urn:number", "value": f"{mark}-{n}"}],
                "name": [{"family": family, "given": [given]}],
                "birthDate": born,
                "gender": gender,
                "meta": {"tag": [{"system": "urn:tags", "code": mark}]},
            }
        )
        for n, (family, given, born, gender) in enumerate(rows)
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("family=nord", [0, 1]),
        ("family=NORDAS", [0]),
        ("family:exact=Nordås", [0]),
        ("family:exact=nordås", []),
        ("name:contains=or", [0, 1]),
        ("given=åse", [2]),
        ("family=vik,nordby", [1, 2]),
        ("family=nord&given=liv", [1]),
        ("gender=female", [1, 2]),
        ("gender:not=female", [0]),
        ("gender=http://hl7.org/fhir/administrative-gender|male", [0]),
        ("gender=male,female", [0, 1, 2]),
        ("identifier=urn:none|", []),
        ("phone:missing=true", [0, 1, 2]),
        ("phone:missing=false", []),
        ("birthdate=1950", [0]),
        ("birthdate=eq1950-02-03", [0]),
        ("birthdate=1962-07-10", []),
        ("birthdate=ne1950", [1, 2]),
        ("birthdate=gt1962-07", [2]),
        ("birthdate=ge1962-07", [1, 2]),
        ("birthdate=lt1962-07", [0]),
        ("birthdate=le1962-07", [0, 1]),
        ("birthdate=sa1962", [2]),
        ("birthdate=eb1962", [0]),
        ("birthdate=ap1962-07-10", [1]),
        ("birthdate=ge1950&birthdate=lt1963", [0, 1]),
        ("_lastUpdated=ge2020", [0, 1, 2]),
        ("_lastUpdated=lt2020", []),
    ],
)
def test_a_parameter_finds_what_it_should(
    client: Any, people: list[Json], mark: str, query: str, expected: list[int]
) -> None:
    """String, token and date parameters with their modifiers, prefixes, OR lists and AND."""
    found = client.ids(f"Patient?identifier=urn:test|{mark}&{query}")
    assert sorted(found) == sorted(people[n]["id"] for n in expected)


def test_parameters_of_all_resources(client: Any, people: list[Json], mark: str) -> None:
    """_id and _tag find resources of any type."""
    ids = [person["id"] for person in people]
    assert client.ids(f"Patient?_tag=urn:tags|{mark}") == ids
    assert client.ids(f"Patient?_id={ids[0]},{ids[2]},nobody") == [ids[0], ids[2]]


def test_escaped_commas_and_bars_are_part_of_the_value(client: Any, patient: Json, mark: str) -> None:
    r"""``\,`` and ``\|`` stand for the characters themselves."""
    value = f"a,b|{mark}"
    stored = client.create(patient | {"identifier": [{"system": "urn:test", "value": value}]})
    escaped = value.replace(",", "%5C,").replace("|", "%5C%7C")
    assert client.ids(f"Patient?identifier=urn:test|{escaped}") == [stored["id"]]


def test_references_and_chains(client: Any, people: list[Json], mark: str, observation: Callable[..., Json]) -> None:
    """A reference is found by id, Type/id, absolute URL, type modifier, identifier, and through what it points at."""
    who = people[0]["id"]
    stored = client.create(observation(f"Patient/{who}"))
    logical = client.create(
        observation(f"Patient/{who}", performer=[{"identifier": {"system": "urn:p", "value": mark}}])
    )
    both = [stored["id"], logical["id"]]
    for query in (
        f"subject=Patient/{who}",
        f"subject={who}",
        f"patient={who}",
        f"subject:Patient={who}",
        f"subject={client.base}/Patient/{who}",
        f"subject:Patient.identifier=urn:number|{mark}-0",
        f"patient.identifier=urn:number|{mark}-0",
        f"patient.identifier=urn:test|{mark}&patient.family=nordas&code=8867-4",
    ):
        assert client.ids(f"Observation?{query}") == both, query
    assert client.ids(f"Observation?subject:Group={who}") == []
    assert client.ids(f"Observation?performer:identifier=urn:p|{mark}") == [logical["id"]]
    assert client.ids(f"Patient?identifier=urn:test|{mark}&_has:Observation:patient:code=8867-4") == [who]
    assert client.ids(f"Patient?identifier=urn:test|{mark}&_has:Observation:patient:code=none") == []


def test_chains_over_two_links(client: Any, patient: Json, mark: str, observation: Callable[..., Json]) -> None:
    """A chain goes on through a second reference."""
    owner = client.create({"resourceType": "Organization", "name": f"Heim {mark}"})
    who = client.create(patient | {"managingOrganization": {"reference": f"Organization/{owner['id']}"}})
    stored = client.create(observation(f"Patient/{who['id']}"))
    assert client.ids(f"Observation?patient.organization.name=heim {mark}") == [stored["id"]]


def test_chains_go_over_four_links_and_no_further(client: Any, mark: str, observation: Callable[..., Json]) -> None:
    """From an observation to the organisation above the one that answers for the episode; a fifth link is refused."""
    owner = client.create({"resourceType": "Organization", "name": f"Kommune {mark}"})
    part = {"resourceType": "Organization", "partOf": {"reference": f"Organization/{owner['id']}"}}
    home = client.create(part)
    who = client.create({"resourceType": "Patient"})
    subject = {"reference": f"Patient/{who['id']}"}
    episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": subject}
    episode = client.create(episode | {"managingOrganization": {"reference": f"Organization/{home['id']}"}})
    visit = {"resourceType": "Encounter", "status": "finished", "class": {"code": "HH"}, "subject": subject}
    visit = client.create(visit | {"episodeOfCare": [{"reference": f"EpisodeOfCare/{episode['id']}"}]})
    seen = client.create(observation(subject["reference"], encounter={"reference": f"Encounter/{visit['id']}"}))
    chain = "encounter:Encounter.episode-of-care:EpisodeOfCare.organization:Organization.partof:Organization"
    assert client.ids(f"Observation?{chain}.name=Kommune {mark}") == [seen["id"]]
    assert client.ids(f"Observation?encounter.episode-of-care.organization.partof.name=Kommune {mark}") == [seen["id"]]
    further = client.get(f"Observation?{chain}.partof:Organization.name=x")
    assert (further.status_code, further.json()["issue"][0]["code"]) == (400, "too-costly")


def test_quantities_are_found_within_their_precision(
    client: Any, people: list[Json], observation: Callable[..., Json]
) -> None:
    """72 means 71.5 to 72.5; prefixes and units narrow."""
    who = f"Patient/{people[0]['id']}"
    value = {"value": 72.3, "system": "http://unitsofmeasure.org", "code": "/min"}
    stored = client.create(observation(who, valueQuantity=value))
    for query, expected in (
        ("72", 1),
        ("72.0", 0),
        ("gt70||/min", 1),
        ("lt70", 0),
        ("72.3|http://unitsofmeasure.org|/min", 1),
        ("72||kg", 0),
    ):
        assert client.ids(f"Observation?subject={who}&value-quantity={query}") == [stored["id"]] * expected, query


def test_includes_bring_what_is_pointed_at_once(
    client: Any, people: list[Json], mark: str, observation: Callable[..., Json]
) -> None:
    """_include and _revinclude add resources marked as included, each once, outside the total."""
    who = f"Patient/{people[0]['id']}"
    stored = [client.create(observation(who))["id"] for _ in range(2)]
    bundle = client.get(f"Observation?subject={who}&_include=Observation:subject:Patient").json()
    assert bundle["total"] == 2
    assert [e["resource"]["id"] for e in bundle["entry"] if e["search"]["mode"] == "include"] == [people[0]["id"]]
    back = client.get(f"Patient?_id={people[0]['id']}&_revinclude=Observation:patient").json()
    assert [e["resource"]["id"] for e in back["entry"] if e["search"]["mode"] == "include"] == stored


def test_sorting_by_several_keys(client: Any, people: list[Json], mark: str) -> None:
    """_sort takes several keys, each upwards or downwards."""
    ids = [person["id"] for person in people]
    where = f"Patient?identifier=urn:test|{mark}&_count=2&_sort="
    assert client.ids(f"{where}-birthdate") == [ids[2], ids[1], ids[0]]
    assert client.ids(f"{where}gender,-family") == [ids[2], ids[1], ids[0]]
    assert client.ids(f"{where}family") == [ids[0], ids[1], ids[2]]
    assert client.ids(f"{where}-_lastUpdated") == ids[::-1]
    assert client.ids(f"{where}phone,_id") == sorted(ids)


@pytest.mark.parametrize("sort", ["", "&_sort=-birthdate"])
def test_pages_are_stable_while_others_write(client: Any, patient: Json, mark: str, sort: str) -> None:
    """Every match there was at the start is shown once, in order, though resources are made and changed meanwhile."""
    stored = [client.create(patient | {"birthDate": f"19{n:02d}-01-01"}) for n in range(10, 21)]
    ids = [one["id"] for one in stored]
    seen: list[str] = []
    bundle = client.get(f"Patient?identifier=urn:test|{mark}&_count=3{sort}").json()
    while True:
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        client.create(patient | {"birthDate": "1905-01-01"})
        client.send("PUT", f"Patient/{ids[0]}", stored[0])
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        if not following or len(seen) >= 11:
            break
        assert following[0].startswith(f"{client.base}/Patient?")
        bundle = client.get(following[0]).json()
        assert bundle["total"] == 11
    assert seen[:11] == (ids[::-1] if sort else ids)


def test_totals_and_summaries(client: Any, people: list[Json], mark: str) -> None:
    """A total is given unless it is not wanted; counts come without entries; summaries are marked as such."""
    where = f"Patient?identifier=urn:test|{mark}"
    assert client.get(where).json()["total"] == 3
    assert client.get(f"{where}&_count=1").json()["total"] == 3
    assert "total" not in client.get(f"{where}&_total=none").json()
    for count in ("_count=0", "_summary=count"):
        bundle = client.get(f"{where}&{count}").json()
        assert (bundle["total"], "entry" in bundle) == (3, False)
    assert len(client.get(f"{where}&_count=999999").json()["entry"]) == 3
    for shape, kept in (
        ("_summary=true", True),
        ("_summary=text", False),
        ("_summary=data", True),
        ("_elements=name", True),
    ):
        resource = client.get(f"{where}&{shape}").json()["entry"][0]["resource"]
        assert ("name" in resource) is kept
        assert resource["meta"]["tag"][-1]["code"] == "SUBSETTED"
    assert "SUBSETTED" not in client.get(f"{where}&_summary=false").text


def test_unknown_parameters_are_refused_or_left_out(client: Any, people: list[Json], mark: str) -> None:
    """handling=strict refuses an unknown parameter; otherwise the self link shows that it was not used."""
    path = f"Patient?identifier=urn:test|{mark}&shoe-size=44"
    strict = client.get(path, Prefer="handling=strict")
    assert (strict.status_code, strict.json()["issue"][0]["expression"]) == (400, ["Patient.shoe-size"])
    bundle = client.get(path).json()
    assert bundle["total"] == 3
    assert "shoe-size" not in bundle["link"][0]["url"]


@pytest.mark.parametrize(
    "query",
    [
        "birthdate=yesterday",
        "birthdate=1950-02-31",
        "family:soundslike=x",
        "_count=-1",
        "_count=x",
        "_total=perhaps",
        "_summary=no",
        "gender:missing=perhaps",
        "_lastUpdated=x",
        "identifier=a|b|c",
        "gender=" + "x," * 500,
    ],
)
def test_values_not_understood_are_refused(client: Any, query: str) -> None:
    """400 with an OperationOutcome, never a guess."""
    answer = client.get(f"Patient?{query}")
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_form_search_keeps_person_numbers_out_of_links(client: Any, patient: Json) -> None:
    """POST _search joins form and URL; an eleven-digit value is in no link, on no page."""
    digits = "9" * 11
    for _ in range(2):
        client.create(patient | {"identifier": [{"system": "urn:number", "value": digits}]})
    form = {"identifier": f"urn:number|{digits}", "_count": "1"}
    answer = requests.post(f"{client.base}/Patient/_search?gender=male", data=form, timeout=10)
    assert answer.status_code == 200
    links = {link["relation"]: link["url"] for link in answer.json()["link"]}
    assert digits not in str(links)
    assert answer.json()["total"] >= 2
    assert len(client.get(links["next"]).json()["entry"]) == 1


def test_an_unknown_cursor_is_gone(client: Any) -> None:
    """410 with advice, for a cursor that was never given or belongs to another search."""
    assert client.get("Patient?_cursor=nonsense").status_code == 410


def test_very_long_searches_are_answered_or_refused(client: Any) -> None:
    """Hundreds of values in many criteria end as 200 or 400, whatever the kind of parameter."""
    values = ",".join(str(1900 + n % 200) for n in range(400))
    for kind, name, times in (
        ("Patient", "birthdate", 8),
        ("Observation", "focus", 3),
        ("Observation", "patient.birthdate", 4),
    ):
        form = [(name, values)] * times
        answer = requests.post(f"{client.base}/{kind}/_search", data=form, timeout=60)
        assert answer.status_code in {200, 400}, answer.text


def test_timings_and_periods_are_found_by_their_extent(client: Any, people: list[Json]) -> None:
    """A Timing is found by its events or its bounds, a Period without an end by any later date."""
    who = {"reference": f"Patient/{people[0]['id']}"}
    base = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": who}
    events = client.create(base | {"occurrenceTiming": {"event": ["2026-01-03", "2026-01-09"]}})
    bounds = client.create(base | {"occurrenceTiming": {"repeat": {"boundsPeriod": {"start": "2026-02-01"}}}})
    client.create(base | {"occurrenceTiming": {"repeat": {"frequency": 2}}})
    where = f"ServiceRequest?subject={who['reference']}&occurrence="
    assert client.ids(f"{where}2026-01") == [events["id"]]
    assert client.ids(f"{where}gt2026-01-31") == [bounds["id"]]
    assert client.ids(f"{where}ge2026-01-05") == [events["id"], bounds["id"]]


def test_a_backslash_that_is_escaped_escapes_nothing(client: Any, patient: Json, mark: str) -> None:
    """A value that ends with a backslash is one of a list, and the next one another."""
    for end in ("x\\", "y"):
        client.create(patient | {"identifier": [{"system": "urn:test", "value": f"{mark}{end}"}]})
    assert len(client.ids(f"Patient?identifier={mark}x\\\\,{mark}y")) == 2
