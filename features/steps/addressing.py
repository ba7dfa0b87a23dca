"""Steps on messages that the candidate sends: to where the address register says, and what becomes of them."""

from typing import Any, Final

from pytest_bdd import given, then, when

from features.example import Example
from features.posting import told, written
from features.study import Written
from features.telling import step
from simulator.domain.codes import HER_ID, MUNICIPAL_SERVICE
from simulator.domain.exchange import Exchange

REGISTER, SERVER = "adresseregisteret", "meldingstjener"
OLD_HER, NEW_HER, OTHER_HER = "8140001", "8140002", "8140003"
OLD, NEW, OTHER = "legekontor", "legekontor-ny", "annen-tjeneste"
REPORT: Final = step("home-care.nurse", message="HELSEOPPLYSNINGER_LEGE", receiver="gp")
REFUSAL: Final = "E36"
LOOKS, PAUSE_S = 100, 0.05


@given("a resident whose surgery is in the address register, beside another service of the same unit")
def surgery_registered(example: Example) -> None:
    """Two parties of one organisation number; only one has the surgery's service."""
    neighbours = example.neighbours
    neighbours.behave_well(REGISTER, SERVER)
    neighbours.forget(SERVER)
    example.meet()
    messages = told(example, (REPORT, REPORT))
    example.seed(messages, leaving_out=messages)
    enter(example, messages[0], OTHER_HER, OTHER, service="KX17")
    enter(example, messages[0], OLD_HER, OLD)
    for box in (OLD, NEW, OTHER):
        neighbours.tell(SERVER, box, {"answer": "ok"})


def enter(example: Example, message: Written, her: str, box: str, *, service: str = "") -> None:
    """The receiver of a message is a party of the register that receives in a box; by its own service or another."""
    needed = {w.id: w for w in map(Written, example.study.needed([message.row]))}
    organisation = needed[message.resource["recipient"][0]["reference"].removeprefix("urn:uuid:")].resource
    codings = [coding for kind in organisation.get("type", ()) for coding in kind["coding"]]
    own = [coding["code"] for coding in codings if coding["system"] == MUNICIPAL_SERVICE]
    party = {
        "navn": organisation["name"],
        "organisasjonsnummer": organisation["identifier"][0]["value"],
        "tjenester": [service] if service else own,
        "endepunkt": f"{example.neighbours.address}/{SERVER}/{box}",
    }
    example.neighbours.tell(REGISTER, f"kommunikasjonsparter/{her}", party)


def send(example: Example, message: Written, label: str, *, her: str = "") -> Exchange:
    """Store the message, and have it sent."""
    example.write(message, f"written.{label}", actor="home-care.nurse")
    return hand_over(example, message, f"send.{label}", her=her)


def hand_over(example: Example, message: Written, label: str, *, her: str = "") -> Exchange:
    """Have a stored message sent; to whom its recipient is, when no HER-id is named."""
    named = {"name": "receiver", "valueIdentifier": {"system": HER_ID, "value": her}}
    body: dict[str, Any] = {"resourceType": "Parameters", **({"parameter": [named]} if her else {})}
    return example.send("operation", "$send-message", label, target=message.id, body=body)


def watched(example: Example, task: str, label: str, *statuses: str) -> None:
    """Look at a Task until it is in one of the states, or for five seconds."""
    for _ in range(LOOKS):
        found = example.send("read", "Task", label, target=task, actor="home-care.nurse")
        if found.outcome != "ok" or (found.resource() or {}).get("status") in statuses:
            return
        example.wait(PAUSE_S)


def task_of(exchange: Exchange) -> str:
    """``Task/id`` of an answer; empty when it names none."""
    found = exchange.resource() or {}
    return f"Task/{found['id']}" if exchange.outcome == "ok" and found.get("resourceType") == "Task" else ""


@when("home care writes to the surgery, the surgery moves, and home care writes again")
def write_and_move(example: Example) -> None:
    """Another HER-id and another endpoint; the old ones are gone."""
    first, second = written(example)
    neighbours = example.neighbours
    arrived(example, send(example, first, "first"), 1)
    neighbours.tell(REGISTER, f"kommunikasjonsparter/{OLD_HER}", method="DELETE")
    enter(example, second, NEW_HER, NEW)
    arrived(example, send(example, second, "second"), 2)
    neighbours.tell(REGISTER, f"kommunikasjonsparter/{NEW_HER}", method="DELETE")
    example.know(limit_s=limit(example), boxes={"first": f"/{SERVER}/{OLD}", "second": f"/{SERVER}/{NEW}"})


def arrived(example: Example, asked: Exchange, number: int, rule: str = "R-SAM-04") -> None:
    """Wait until so many messages have come; for nothing, when the candidate did not say that it would send."""
    least = number if asked.outcome == "ok" else 0
    example.neighbours.received(SERVER, least=least, within_s=limit(example, rule))


def limit(example: Example, rule: str = "R-SAM-04") -> float:
    """Seconds within which a message has to arrive, by a rule."""
    return float(example.catalogue.rules[rule].limit_s or 0)


@then("each message went to the surgery where it received at that moment, and nowhere else")
def right_address(example: Example) -> None:
    """By what the message server received."""
    example.holds("R-SAM-04")


@when("the surgery refuses a message, and its message server is down when the next one is sent")
def refuse_and_fall(example: Example) -> None:
    """A negative receipt; and no answer for a while."""
    refused, lost = written(example)
    neighbours = example.neighbours
    neighbours.tell(SERVER, OLD, {"answer": "refused", "error": REFUSAL})
    if task := task_of(send(example, refused, "refused")):
        watched(example, task, "task.refused", "failed", "rejected", "completed", "cancelled")
    neighbours.tell(SERVER, OLD, {"answer": "ok"})
    neighbours.behave(SERVER, down=True)
    asked = send(example, lost, "lost")
    task = task_of(asked)
    arrived(example, asked, 2)
    if task:
        watched(example, task, "task.waiting", "requested", "in-progress", "completed", "failed")
    neighbours.behave_well(SERVER)
    if task:
        watched(example, task, "task.arrived", "completed", "failed", "cancelled")
    arrived(example, asked, 2)
    neighbours.tell(REGISTER, f"kommunikasjonsparter/{OLD_HER}", method="DELETE")
    example.know(refusal=REFUSAL)


@then("home care sees that the first was refused and why, and the second arrives when it can")
def followed_up(example: Example) -> None:
    """Two Tasks, and what the server received."""
    example.holds("R-SAM-03C")
