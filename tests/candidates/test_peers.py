"""The candidates that come with the bench, started for real and spoken to alike."""

from pathlib import Path

import orjson
import pytest

from simulator.candidates import Session, list_candidates, load_candidate, running
from simulator.domain.interaction import Interaction
from simulator.histories import Recorder

PATIENT = orjson.dumps({"resourceType": "Patient", "name": [{"family": "Prøvesen"}], "gender": "female"})
OBSERVATION = orjson.dumps(
    {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": "urn:uuid:p"},
    }
)


@pytest.mark.slow
@pytest.mark.peers
@pytest.mark.parametrize("name", list_candidates())
def test_create_read_search_history(name: str, tmp_path: Path, recorder: Recorder) -> None:
    """Each shipped candidate starts, and a patient and an observation can be written, read, found and traced in it."""
    with running(load_candidate(name), tmp_path / "candidate") as found:
        session = Session(found, recorder, name)
        exchanges = [
            session.send(interaction)
            for interaction in (
                Interaction("p", "create", "Patient", body=PATIENT),
                Interaction("o", "create", "Observation", body=OBSERVATION),
                Interaction("r", "read", "Observation", "o"),
                Interaction("s", "search", "Observation", query="subject=urn:uuid:p"),
                Interaction("h", "history", "Patient", "p"),
            )
        ]
        session.close()
    assert [e.outcome for e in exchanges] == ["ok"] * 5, [e.response for e in exchanges]
    searched = exchanges[3].resource()
    assert searched is not None
    assert [entry["resource"]["id"] for entry in searched["entry"]] == [str(session.reference("o")).partition("/")[2]]
