"""Steps on where entries come from."""

from pytest_bdd import then, when

from features.callers import Nurse, employed, signed_in
from features.example import Example
from features.telling import step


@when("the nurse writes a note and corrects it, and a colleague asks who wrote each version")
def write_and_ask(example: Example, nurse: Nurse) -> None:
    """The correction is a colleague's, so that the two versions have two authors."""
    [[note, *_]] = example.tell(step("home-care.nurse", "note"))
    example.seed([note], leaving_out=[note])
    place = example.resident.written("EpisodeOfCare", phase="record")[0].resource["managingOrganization"]["reference"]
    colleague = employed(example, place.removeprefix("urn:uuid:"), unlike=nurse)
    units = [nurse.employer.point_of_care, nurse.employer.legal_entity]
    example.know(authors=[nurse.hpr, colleague.hpr], units=units)
    with signed_in(example, nurse.caller(example.resident)):
        example.write(note, "write")
    with signed_in(example, colleague.caller(example.resident)):
        example.change(note, "correction", {"description": "Rettet: gjaldt høyre hånd, ikke venstre"})
        example.search("Provenance", "origins", target=f"urn:uuid:{note.id}")


@then("each version tells who wrote it, for which service and when")
def origins_told(example: Example) -> None:
    """Two versions, two authors."""
    example.holds("R-JRN-04C")
