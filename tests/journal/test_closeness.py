"""Who lived with somebody whose address was protected is labelled when an older journal's database is taken forward."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.journal.clock import Clock
from simulator.journal.definitions import parameters
from simulator.journal.indexing import Indexer
from simulator.journal.settings import Settings
from simulator.journal.storage.migrations import migrate, number
from simulator.journal.storage.opening import database
from simulator.journal.store import Store
from tests.journal.caring import V

Json = dict[str, Any]
BEFORE_CHORES = 7
N = [{**V[0], "code": "N"}]
BASE = "http://127.0.0.1:8080/fhir"


def patient(identity: str, labels: list[Json]) -> Json:
    """A Patient with these labels."""
    return {"resourceType": "Patient", "id": identity, "meta": {"security": labels}}


def near(identity: str, whose: str, labels: list[Json] = ()) -> Json:  # type: ignore[assignment]
    """Somebody close to a Patient."""
    about = {"resourceType": "RelatedPerson", "id": identity, "patient": {"reference": f"Patient/{whose}"}}
    return about | {"meta": {"security": [*labels]}}


@pytest.fixture
def older(store: Any, tmp_path: Path) -> Path:
    """The folder of a journal that knew no label of those who are close, with protections that it lifted."""
    options = store.options(str(tmp_path))
    place = database(Settings(tmp_path, store=options[-1] if "--store" in options else ""))
    connection = place.connect(write=True)
    migrate(place, connection, BEFORE_CHORES)
    keys = {parameter.key: None for found in parameters().values() for parameter in found.values()}
    written = Store(connection, Indexer(number(connection, list(keys)), BASE), Clock())
    written.begin()
    for one in (
        *(near("lived-there", "lifted"), near("opened", "lifted", V), near("opened", "lifted", N)),
        *(near("moved", "open"), near("never", "open"), patient("open", []), patient("open", N)),
        *(patient("lifted", []), patient("lifted", V), patient("lifted", N), patient("lifted", [])),
        *(near("came-later", "lifted"), near("moved", "lifted")),
    ):
        written.put(one, written.find(one["resourceType"], one["id"]), "PUT")
    written.commit()
    connection.close()
    return tmp_path


def test_who_was_close_when_a_protection_was_lifted_is_labelled(
    launch: Callable[..., Any], connect: Callable[[str], Any], older: Path
) -> None:
    """Once, with a line in the log; not who came later, was close to somebody else then, or was said to be open."""
    for _ in range(2):
        running = launch(data=older)
        client = connect(running.base)
        shown = {one: client.get(f"RelatedPerson/{one}").json() for one in client.ids("RelatedPerson")}
        codes = {one: [c["code"] for c in told["meta"].get("security", ())] for one, told in shown.items()}
        others: Json = {one: [] for one in ("moved", "never", "came-later")}
        assert codes == {"lived-there": ["V"], "opened": ["N"]} | others
        assert shown["lived-there"]["meta"]["versionId"] == "2"
        told = client.get("AuditEvent?entity=RelatedPerson/lived-there&subtype=update&_summary=count").json()
        assert told["total"] == 1
        assert running.stop() == 0
