"""Steps on the years of introduction: the same care in every mix of who uses the common record and who does not."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.study import Resident, Written
from features.telling import step
from simulator.checks.content import references
from simulator.checks.evidence import name_in
from simulator.figures import Figures

HOSPITAL, GP, HOME_CARE = "hospital.doctor", "gp.doctor", "home-care.nurse"
MIXES: Final = [(gp, home) for gp in ("inside", "outside") for home in ("inside", "outside")]
DIALOGUE: Final = "DIALOG_HELSEFAGLIG"
Mix = dict[str, Any]


@given("residents whose fastlege and municipality do or do not use the common record, in every combination")
def every_mix(example: Example) -> None:
    """One resident for each combination, and the curves by which both spread over the years."""
    for _ in MIXES:
        example.seed([example.meet(record_Patient=1, where="fastlege >= 0").patient])
    figures = Figures.load()
    curves = {who: figures.by_key(f"rollout.{who}") for who in ("municipalities", "gps")}
    example.know(curves=curves)


@when("each is discharged, discussed and referred, and everybody looks where they can")
def same_care(example: Example) -> None:
    """The same steps for all: who is inside opens the record, who is outside the inbox and what the messages carry."""
    mixes = []
    for number, ((gp, home), resident) in enumerate(zip(MIXES, example.residents, strict=True), start=1):
        mix = _care(example, resident, f"{number}")
        mix["sides"] = {"gp": gp, "home-care": home, "hospital": "outside"}
        mixes.append(mix)
        for who, side in mix["sides"].items():
            look = _look_inside if side == "inside" else _look_outside
            look(example, resident, (f"{number}.{who}", who), mix)
    example.know(mixes=mixes)


def _care(example: Example, resident: Resident, number: str) -> Mix:
    """An epikrise to both, a word between them, a referral: what was written, and to whom."""
    told = example.tell(
        step(HOSPITAL, "discharge-summary", message="EPIKRISE", receiver="gp"),
        step(HOSPITAL, message="EPIKRISE", receiver="home-care"),
        step(GP, "note", message=DIALOGUE, receiver="home-care"),
        step(HOME_CARE, "note", message=DIALOGUE, receiver="gp"),
        step(GP, message="HENVISNING", receiver="hospital", reason="R81"),
        about=resident,
    )
    receivers = ("gp", "home-care", "home-care", "gp", "hospital")
    carried: Written | None = None
    mix: Mix = {"documents": [], "messages": {}, "offices": {}, "carried": {}}
    for place, (written, receiver) in enumerate(zip(told, receivers, strict=True), start=1):
        document = next((w for w in written if w.type == "DocumentReference"), None)
        if document is not None:
            carried = document
            example.write(document, f"care.{number}.{place}.document")
            mix["documents"].append(document.id)
        message = next(w for w in written if w.type == "Communication")
        _send(example, message, f"care.{number}.{place}.message", carried if receiver != "hospital" else None)
        mix["messages"].setdefault(receiver, []).append(message.id)
        mix["offices"][receiver] = message.resource["recipient"][0]["reference"]
        if receiver != "hospital" and carried is not None:
            mix["carried"].setdefault(receiver, []).append(carried.id)
    return mix


def _send(example: Example, message: Written, label: str, carried: Written | None) -> None:
    payload = [{"contentReference": {"reference": f"urn:uuid:{carried.id}"}}] if carried is not None else []
    example.send_as(message, label, {**message.resource, **({"payload": payload} if payload else {})})


def _look_inside(example: Example, resident: Resident, where: tuple[str, str], _mix: Mix) -> None:
    label, who = where
    for kind in ("DocumentReference", "Communication"):
        example.chart(kind, f"inside.{label}.{kind}", resident, actor=who)


def _look_outside(example: Example, resident: Resident, where: tuple[str, str], mix: Mix) -> None:
    label, who = where
    inbox = example.chart("Communication", f"inbox.{label}", resident, recipient=mix["offices"][who], actor=who)
    entries = [entry for page in inbox for entry in (page.resource() or {}).get("entry") or []]
    led = [r for entry in entries for r in references((entry.get("resource") or {}).get("payload"))]
    for number, name in enumerate(dict.fromkeys(filter(None, map(name_in, led))), start=1):
        example.send("read", "DocumentReference", f"led.{label}.{number}", target=name, actor=who)


@then("everybody has all that was meant for them, whichever side they are on")
def nobody_left_out(example: Example) -> None:
    """In every mix."""
    example.holds("R-MIG-03")
