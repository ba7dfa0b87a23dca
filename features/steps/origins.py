"""Steps on where entries come from."""

from contextlib import AbstractContextManager, nullcontext

from pytest_bdd import given, then, when

from features.callers import Nurse, employed, signed_in
from features.example import Example
from features.telling import step


@given("a resident about whom two nurses of home care write")
def written_about(example: Example) -> None:
    """Somebody with a service in the record."""
    resident = example.meet(record_EpisodeOfCare=1)
    example.seed(resident.written("EpisodeOfCare", phase="record"))


@when("one nurse writes a note and the other corrects it, and somebody asks who wrote each version")
def write_and_ask(example: Example) -> None:
    """Where nobody signs in, nobody can be named, and only what was done and when is asked."""
    [[note, *_]] = example.tell(step("home-care.nurse", "note"))
    example.seed([note], leaving_out=[note])
    nurses = _nurses(example)
    example.know(authors=[nurse.hpr for nurse in nurses])
    units = {unit for nurse in nurses for unit in (nurse.employer.point_of_care, nurse.employer.legal_entity)}
    example.know(units=sorted(units))
    first, second = nurses or (None, None)
    with _as(example, first):
        example.write(note, "write")
    with _as(example, second):
        example.change(note, "correction", {"description": "Rettet: gjaldt høyre hånd, ikke venstre"})
        example.search("Provenance", "origins", target=f"urn:uuid:{note.id}")


def _nurses(example: Example) -> tuple[Nurse, ...]:
    """Two nurses of the service, where people sign in; otherwise none."""
    tokens = example.session.running.candidate.tokens
    if tokens is None or not tokens.people:
        return ()
    episode = example.resident.written("EpisodeOfCare", phase="record")[0].resource
    place = episode["managingOrganization"]["reference"].removeprefix("urn:uuid:")
    first = employed(example, place)
    return first, employed(example, place, unlike=first)


def _as(example: Example, who: Nurse | None) -> AbstractContextManager[None]:
    """The example as the nurse, where there is one."""
    return signed_in(example, who.caller(example.resident)) if who else nullcontext()


@then("each version tells who wrote it, for which service and when")
def origins_told(example: Example) -> None:
    """Two versions, two authors."""
    example.holds("R-JRN-04C")
