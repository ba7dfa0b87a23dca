"""The check of mixed states, on a history written by hand."""

from typing import Any

import pytest

from tests.checks.conftest import Story

CURVES = {"municipalities": {"2025": 0.1, "2030": 0.85}, "gps": {"2025": 0.02, "2033": 0.6}}
SIDES = [(gp, home) for gp in ("inside", "outside") for home in ("inside", "outside")]


def about(kind: str, number: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": number, "subject": {"reference": "Patient/1"}, **more}


def mixed(story: Story, *, sides: int = 4, left_out: str = "", unopened: str = "") -> Story:
    """In each mix an epikrise goes to the GP and to home care; each looks it up, or opens it from the inbox."""
    mixes = []
    for number, (gp, home) in enumerate(SIDES[:sides], start=1):
        document = about("DocumentReference", f"d{number}", status="current")
        to = {who: about("Communication", f"{who}{number}", status="completed") for who in ("gp", "home-care")}
        story.write(f"care.{number}.1.document", document, f"d{number}")
        for who, message in to.items():
            story.write(f"care.{number}.1.{who}", message, f"{who}{number}")
        for who, side in {"gp": gp, "home-care": home}.items():
            label = f"{number}.{who}"
            if side == "inside":
                story.search(f"inside.{label}.DocumentReference", *([] if label == left_out else [document]))
                story.search(f"inside.{label}.Communication", *to.values())
            else:
                story.search(f"inbox.{label}", *([] if label == left_out else [to[who]]))
                story.read(f"led.{label}.1", document, status=404 if label == unopened else 200)
        names = {who: [f"i-Communication-{who}{number}"] for who in to}
        carried = [f"i-DocumentReference-d{number}"]
        mix = {"sides": {"gp": gp, "home-care": home}, "messages": names, "documents": carried}
        mixes.append({**mix, "carried": dict.fromkeys(to, carried)})
    return story.fact(mixes=mixes, curves=CURVES)


@pytest.mark.parametrize(
    ("parts", "outcome", "words"),
    [
        ({}, "pass", "4 mixes, all that 2025 to 2033 hold"),
        ({"left_out": "1.gp"}, "fail", "missing from what gp (inside) has"),
        ({"left_out": "4.home-care"}, "fail", "missing from what home-care (outside) has"),
        ({"unopened": "3.gp"}, "fail", "cannot be opened from what gp (outside) has"),
        ({"sides": 3}, "inconclusive", "Only 3 mixes"),
    ],
)
def test_every_mix(story: Story, parts: dict[str, Any], outcome: str, words: str) -> None:
    """Somebody without what was meant for them is a failure, on whichever side; mixes left out decide nothing."""
    found = mixed(story, **parts).judged("care_works_in_every_mix")
    assert found.outcome == outcome
    assert words in found.message
