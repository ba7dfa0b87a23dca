"""Whatever is asked, what is hidden stays hidden: random searches, chains and includes by who may see a part."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.journal.caring import V, block, home_care, served
from tests.journal.securing import HPR, NURSE, Callers, attest, condition, of, ref

Json = dict[str, Any]
BLOCKED, STRANGERS, ADDRESS = "blokkertopplysning", "fremmedopplysning", "hemmeligadresse"
QUESTIONS = 250
FILLED = ("Patient", "Condition", "CarePlan", "EpisodeOfCare", "Consent")
__all__ = ["home_care", "served"]


@pytest.fixture(scope="module")
def statement(callers: Callers) -> dict[str, Json]:
    """What the journal says it can be asked, by type."""
    told = callers.get(callers.system(), "metadata").json()
    return {resource["type"]: resource for resource in told["rest"][0]["resource"]}


def question(draw: random.Random, statement: dict[str, Json], values: dict[str, list[str]]) -> str:
    """A random search: criteria, plain or chained, includes, sort order, and how much is shown."""
    kind = draw.choice(FILLED if draw.random() < 0.7 else sorted(statement))
    one = statement[kind]
    parts = []
    for _ in range(draw.choice([0, 1, 1, 2])):
        parameter = draw.choice(one["searchParam"])
        value = draw.choice(values.get(parameter["type"], ["x"]))
        name = parameter["name"]
        if parameter["type"] == "reference" and draw.random() < 0.5:
            target = draw.choice(["Patient", "Condition", "Encounter", "Practitioner"])
            chained = draw.choice(statement[target]["searchParam"])
            name, value = f"{name}:{target}.{chained['name']}", draw.choice(values.get(chained["type"], ["x"]))
        parts.append(f"{name}={value}")
    if draw.random() < 0.2:
        back = draw.choice(["Condition:patient:code", "CarePlan:patient:status", "Consent:patient:status"])
        parts.append(f"_has:{back}={draw.choice(values['token'])}")
    for word, known in (("_include", "searchInclude"), ("_revinclude", "searchRevInclude")):
        if one.get(known) and draw.random() < 0.4:
            parts.append(f"{word}={draw.choice(one[known])}")
    parts += [f"_sort={draw.choice(one['searchParam'])['name']}"] * (draw.random() < 0.2)
    parts += ["_summary=" + draw.choice(["true", "count", "data", "text"])] * (draw.random() < 0.2)
    return f"{kind}?{'&'.join(parts)}"


def test_no_question_shows_what_is_hidden(
    callers: Callers, served: Callable[..., Json], statement: dict[str, Json]
) -> None:
    """Of random questions by a nurse none shows a blocked entry, another patient's, or a protected address."""
    mine = served(meta={"security": V}, address=[{"line": [ADDRESS], "city": ADDRESS}], name=[{"family": "Synlig"}])
    other = served(name=[{"family": STRANGERS}])
    nurse = callers.put_in({"resourceType": "Practitioner", "identifier": [{"system": HPR, "value": NURSE[1]}]})[0]
    secret = callers.put_in(condition(mine, BLOCKED), condition(other, STRANGERS), condition(mine))[0]
    plan = {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": ref(mine)}
    callers.put_in(plan | {"addresses": [ref(secret)]}, plan | {"subject": ref(other), "title": STRANGERS})
    callers.put_in(block(mine, actor=[nurse], data=[secret]))
    values = {
        "token": [BLOCKED, STRANGERS, "P76", "active", of(mine), of(other), "urn:c|"],
        "string": [BLOCKED, STRANGERS, ADDRESS, "Synlig", "h"],
        "reference": [f"Patient/{mine['id']}", f"Patient/{other['id']}", f"Condition/{secret['id']}"],
        "date": ["ge1900", "2026", "le2030-01-01"],
        "uri": ["urn:x"],
        "quantity": ["gt0"],
    }
    token = callers.person(NURSE, attest(NURSE, of(mine)))
    draw = random.Random(20261125)
    shown = 0
    for _ in range(QUESTIONS):
        asked = question(draw, statement, values)
        answer = callers.get(token, asked)
        assert answer.status_code in {200, 400}, (asked, answer.text)
        if answer.status_code == 400:
            continue
        bundle = answer.json()
        told = str(bundle.get("entry", ()))
        assert [word for word in (BLOCKED, STRANGERS, ADDRESS, secret["id"]) if word in told] == [], asked
        matches = [e for e in bundle.get("entry", ()) if e["search"]["mode"] == "match"]
        if "_summary=count" not in asked and len(matches) < 50:
            assert bundle["total"] == len(matches), asked
        shown += len(matches)
    assert shown > QUESTIONS / 10
