"""Checks of access, each given histories that keep its rule and histories that break it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

Json = dict[str, Any]
PATIENT = {"resourceType": "Patient", "id": "p"}
DIAGNOSIS = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}}
REASON = "Funnet bevisstløs"
EVENT = {"resourceType": "AuditEvent", "id": "1", "agent": [{"name": "Kari"}], "outcomeDesc": REASON}


def world(story: Any) -> Any:
    """A patient with a diagnosis, both taken in."""
    story.fact(
        patient=["i-Patient-p"],
        own=["i-Condition-c"],
        blocked=["i-Condition-c"],
        reason=REASON,
        secrets=["Gata 7", "Østre gate 7"],
    )
    return story.write("seed", PATIENT, "p").write("seed", DIAGNOSIS, "c")


def tokens(story: Any, status: int = 401, sound: int = 200) -> Any:
    """A sound token, and two wrong ones."""
    if sound == 200:
        story.search("sound", PATIENT)
    else:
        story.refuse("sound", sound, verb="search")
    return story.refuse("wrong.Expired", 401, verb="search").refuse("wrong.IatPast", status, verb="search")


def test_tokens_that_open_nothing(story: Any) -> None:
    """Each wrong token refused with 401 and the sound one taken: pass."""
    assert tokens(story).judged("wrong_tokens_open_nothing").outcome == "pass"


@pytest.mark.parametrize(("status", "sound"), [(403, 200), (401, 401)])
def test_tokens_that_open_or_shut_too_much(story: Any, status: int, sound: int) -> None:
    """A wrong token refused otherwise than as unknown, or everybody shut out: fail."""
    assert tokens(story, status, sound).judged("wrong_tokens_open_nothing").outcome == "fail"


def test_an_answered_wrong_token_is_a_failure(story: Any) -> None:
    """A wrong token that gets an answer: fail, naming the fault."""
    found = tokens(story).search("wrong.InvalidIssuer", PATIENT).judged("wrong_tokens_open_nothing")
    assert (found.outcome, "InvalidIssuer" in found.message) == ("fail", True)


def test_no_wrong_token_tried_says_nothing(story: Any) -> None:
    """Without evidence the check is inconclusive."""
    assert story.search("sound", PATIENT).judged("wrong_tokens_open_nothing").outcome == "inconclusive"


@pytest.mark.parametrize(("answer", "outcome"), [(401, "pass"), (403, "pass"), (404, "pass"), (500, "fail")])
def test_attests_are_refused_in_any_way_that_says_why(story: Any, answer: int, outcome: str) -> None:
    """401, 403 or 404 refuse an attest; a breakdown does not."""
    told = story.read("sound", PATIENT).refuse("wrong.expired", answer, verb="read")
    assert told.judged("wrong_attests_open_nothing").outcome == outcome


def test_an_old_attest_that_opens_is_a_failure(story: Any) -> None:
    """A record shown on an attest that does not hold: fail."""
    told = story.read("sound", PATIENT).read("wrong.expired", PATIENT)
    assert told.judged("wrong_attests_open_nothing").outcome == "fail"


BLIND = ["no_data_without_a_relation", "operators_see_no_clinical_content"]


@pytest.mark.parametrize("check", BLIND)
def test_who_has_no_business_sees_nothing(story: Any, check: str) -> None:
    """Empty lists and refusals for the stranger, everything for the nurse in charge: pass."""
    told = world(story).read("relation.patient", PATIENT).search("relation.chart", DIAGNOSIS)
    told.search("stranger.chart").refuse("stranger.patient", 403, verb="read")
    assert told.judged(check).outcome == "pass"


@pytest.mark.parametrize("check", BLIND)
def test_one_path_that_shows_is_enough(story: Any, check: str) -> None:
    """A single answer with the patient's diagnosis, as match or included: fail."""
    told = world(story).read("relation.patient", PATIENT).search("relation.chart", DIAGNOSIS)
    told.refuse("stranger.patient", 403, verb="read").search("stranger.include", DIAGNOSIS)
    assert told.judged(check).outcome == "fail"


@pytest.mark.parametrize("check", BLIND)
def test_shutting_everybody_out_is_no_access_control(story: Any, check: str) -> None:
    """When the nurse in charge does not find the record either: fail."""
    told = world(story).read("relation.patient", PATIENT).search("relation.chart").search("stranger.chart")
    assert told.judged(check).outcome == "fail"


def case(story: Any, *shown: Json) -> Any:
    """A case officer is shown some things besides the service, which the nurse in charge finds as well."""
    service = {"resourceType": "EpisodeOfCare", "id": "e"}
    story.fact(services=["i-EpisodeOfCare-e"], clinical=["i-Condition-c"])
    story.write("seed", service, "e").write("seed", DIAGNOSIS, "c").search("relation.chart", DIAGNOSIS)
    return story.search("services", service).search("stranger.chart", *shown)


def test_a_case_officer_sees_the_case(story: Any) -> None:
    """The service found and no diagnosis: pass."""
    assert case(story).judged("case_officer_sees_the_case_only").outcome == "pass"


def test_a_case_officer_who_sees_more_or_less(story: Any) -> None:
    """A diagnosis shown: fail; the service not found either: fail."""
    assert case(story, DIAGNOSIS).judged("case_officer_sees_the_case_only").outcome == "fail"
    story.exchanges = [e for e in story.exchanges if e.label != "services"]
    assert story.search("services").judged("case_officer_sees_the_case_only").outcome == "fail"


def override(story: Any, *, without: bool = False, log: bool = True) -> Any:
    """The glass is broken without and with a reason, and the log read."""
    world(story)
    if without:
        story.read("without-reason", PATIENT)
    else:
        story.refuse("without-reason", 403, verb="read")
    return story.read("with-reason", PATIENT).search("log.1", *([EVENT] if log else []))


def test_an_override_with_its_reason_in_the_log(story: Any) -> None:
    """Refused without a reason, opened with one, and the reason in the log: pass."""
    assert override(story).judged("override_is_logged_with_its_reason").outcome == "pass"


@pytest.mark.parametrize("change", [{"without": True}, {"log": False}])
def test_a_silent_override_is_a_failure(story: Any, change: Json) -> None:
    """Opened without a reason, or the reason not in the log: fail."""
    assert override(story, **change).judged("override_is_logged_with_its_reason").outcome == "fail"


def test_an_override_that_does_not_open_is_a_failure(story: Any) -> None:
    """Emergency access that is refused leaves the patient without help: fail."""
    told = world(story).refuse("without-reason", 403, verb="read").refuse("with-reason", 403, verb="read")
    assert told.judged("override_is_logged_with_its_reason").outcome == "fail"


@pytest.mark.parametrize(("after", "outcome"), [(401, "pass"), (403, "pass"), (200, "fail"), (500, "fail")])
def test_access_ends_with_the_authorisation(story: Any, after: int, outcome: str) -> None:
    """The look after the loss must be refused, and for the right reason."""
    story.read("before", PATIENT)
    told = story.read("after", PATIENT) if after == 200 else story.refuse("after", after, verb="read")
    assert told.judged("lost_authorisation_ends_access").outcome == outcome


@pytest.mark.parametrize(("status", "outcome"), [(503, "pass"), (403, "fail"), (200, "fail"), (500, "fail")])
def test_what_is_said_while_hpr_is_down(story: Any, status: int, outcome: str) -> None:
    """Silence is told as silence; neither as a lost authorisation nor by letting in."""
    condition = {"resourceType": "Condition", "id": "c"}
    story.search("up.1", condition)
    story.search("down", condition) if status == 200 else story.refuse("down", status, verb="search")
    assert story.search("up.2", condition).judged("silent_register_is_told").outcome == outcome


def test_a_nurse_who_is_shown_nothing_at_any_time(story: Any) -> None:
    """Who lets nobody see anything does not pass by saying 503."""
    story.search("up.1").refuse("down", 503, verb="search").search("up.2")
    assert story.judged("silent_register_is_told").outcome == "fail"


def escaped(story: Any) -> Any:
    """The last answer with its letters written as JSON may write them."""
    *_, last = story.exchanges
    body = json.dumps(json.loads(last.response.body), ensure_ascii=True)
    story.exchanges[-1] = replace(last, response=replace(last.response, body=body))
    return story


def protected(story: Any, *looks: Callable[[Any], Any]) -> Any:
    """The address is protected, and looked for."""
    world(story).update("protect", PATIENT).read("look.patient", PATIENT)
    for look in looks:
        look(story)
    return story


def test_an_address_in_no_answer(story: Any) -> None:
    """The resident shown without the address: pass."""
    assert protected(story).judged("protected_address_is_never_shown").outcome == "pass"


@pytest.mark.parametrize(
    "look",
    [
        lambda s: s.search("look.history", {**PATIENT, "address": [{"line": ["Gata 7"]}]}, verb="history"),
        lambda s: s.search("by-address", PATIENT),
        lambda s: escaped(s.read("look.system", {**PATIENT, "address": [{"line": ["Østre gate 7"]}]})),
    ],
)
def test_an_address_that_is_told_or_found_by(story: Any, look: Callable[[Any], Any]) -> None:
    """An earlier version with the address, or a search that finds by it: fail."""
    assert protected(story, look).judged("protected_address_is_never_shown").outcome == "fail"


OPEN = {**PATIENT, "address": [{"line": ["Åpenveien 7"]}]}


def lifted(story: Any, *looks: Callable[[Any], Any], now: Any = OPEN) -> Any:
    """The address is protected, exchanged for an open one, and looked for."""
    world(story).fact(open="Åpenveien 7").update("protect", PATIENT).update("lift", OPEN, "3")
    story.read("look.patient", now)
    for look in looks:
        look(story)
    return story


def test_a_former_address_in_no_answer(story: Any) -> None:
    """The resident shown where he lives now: pass."""
    assert lifted(story).judged("lifted_address_is_not_told_afterwards").outcome == "pass"


@pytest.mark.parametrize(
    ("looks", "now"),
    [
        ([lambda s: s.search("look.history", {**PATIENT, "address": [{"line": ["Gata 7"]}]}, verb="history")], OPEN),
        ([lambda s: s.search("by-address", PATIENT)], OPEN),
        ([], PATIENT),
    ],
)
def test_a_former_address_told_or_the_new_one_hidden(story: Any, looks: list[Any], now: Any) -> None:
    """An earlier version with the address, a search that finds by it, or everything hidden for good: fail."""
    found = lifted(story, *looks, now=now).judged("lifted_address_is_not_told_afterwards")
    assert (found.outcome, found.attribution) == ("fail", "candidate")


def blocking(story: Any, *leaks: Callable[[Any], Any], absent: int = 404) -> Any:
    """A diagnosis seen, blocked, looked for, and seen again by breaking the glass."""
    world(story).search("before", DIAGNOSIS).write("consent", {"resourceType": "Consent"}, "x")
    story.search("look.chart").search("count")
    for leak in leaks:
        leak(story)
    story.refuse("blocked-read", 404, verb="read").refuse("absent-read", absent, verb="read")
    return story.search("glass", DIAGNOSIS).search("log.1", EVENT)


def test_a_block_that_hides(story: Any) -> None:
    """In no answer, no count and no refusal, and found by breaking the glass: pass."""
    assert blocking(story).judged("blocked_entry_is_hidden_in_every_channel").outcome == "pass"


@pytest.mark.parametrize(
    "leak",
    [
        lambda s: s.search("look.include", DIAGNOSIS),
        lambda s: s.search("look.has", PATIENT),
        lambda s: s.search("count", DIAGNOSIS),
    ],
)
def test_a_block_that_leaks(story: Any, leak: Callable[[Any], Any]) -> None:
    """The entry in an answer, found through a chain, or counted: fail."""
    assert blocking(story, leak).judged("blocked_entry_is_hidden_in_every_channel").outcome == "fail"


def test_a_refusal_that_tells(story: Any) -> None:
    """A blocked entry refused otherwise than one that never was: fail."""
    assert blocking(story, absent=410).judged("blocked_entry_is_hidden_in_every_channel").outcome == "fail"


def family(story: Any, *, sees: tuple[int, ...], opens: tuple[int, ...]) -> Any:
    """Three children, and what the parent is shown of each."""
    story.fact(children={str(age): [f"i-Condition-{age}"] for age in (8, 14, 17)}).read("own", PATIENT)
    for age in (8, 14, 17):
        entry = {"resourceType": "Condition", "id": str(age)}
        story.write("seed", entry, str(age)).update(f"born.{age}", PATIENT)
        story.write(f"related.{age}", {"resourceType": "RelatedPerson"}, str(age))
        if age in opens:
            story.read(f"child.{age}", {"resourceType": "Patient", "id": str(age)})
        else:
            story.refuse(f"child.{age}", 404, verb="read")
        story.search(f"diagnoses.{age}", *([entry] if age in sees else []))
    return story


@pytest.mark.parametrize(
    ("sees", "opens", "outcome"),
    [
        ((8,), (8, 14), "pass"),
        ((8,), (8,), "pass"),
        ((8, 14), (8, 14), "fail"),
        ((), (8, 14), "fail"),
        ((8,), (8, 14, 17), "fail"),
    ],
)
def test_age_decides(story: Any, sees: tuple[int, ...], opens: tuple[int, ...], outcome: str) -> None:
    """All of the youngest, no diagnoses of the middle one, nothing of the eldest; anything else fails."""
    assert family(story, sees=sees, opens=opens).judged("age_decides_what_parents_see").outcome == outcome
