"""Labels whoever is close to somebody as his address becomes protected, and what an older journal left without a label.

A RelatedPerson often lives where the protected person lives. Its own label keeps it hidden when the protection of the
other is lifted (``secrecy``).
"""

from typing import Any, Final

import orjson

from simulator.journal.access.secrecy import LABELS, is_labelled, labels_in
from simulator.journal.audit.record import Record, store_records
from simulator.journal.indexing import Indexer
from simulator.journal.store import Store

Json = dict[str, Any]
KIND: Final = "RelatedPerson"
_CLOSE: Final = (
    "SELECT r.id FROM idx_reference f JOIN resource r ON r.rid = f.rid"
    " WHERE f.param = ? AND f.target = ? AND r.deleted = 0 ORDER BY r.rid"
)
_LEFT: Final = (
    "SELECT DISTINCT p.id FROM idx_token l JOIN resource p ON p.rid = l.rid AND p.type = 'Patient'"
    " JOIN idx_reference f ON f.param = ? AND f.target = 'Patient/' || p.id"
    " JOIN resource r ON r.rid = f.rid AND r.deleted = 0"
    " WHERE l.param = ? AND l.code IN ('R', 'V')"
    " AND NOT EXISTS (SELECT 1 FROM idx_token o WHERE o.param = l.param AND o.code IN ('R', 'V') AND o.rid = f.rid)"
)


def label_close(store: Store, indexer: Indexer, patient: Json) -> list[str]:
    """Labels those close to a Patient who is about to be stored, if he is protected; gives them as ``Type/id``."""
    if patient["resourceType"] != "Patient" or not is_labelled(patient):
        return []
    labels = [label for label in labels_in(patient) if label.get("code") in LABELS]
    made = []
    number = indexer.numbers[f"{KIND}.patient"]
    for (identity,) in store.rows(_CLOSE, [number, f"Patient/{patient['id']}"]):
        found = store.find(KIND, identity)
        close: Json = orjson.loads(found.content) if found and found.content else {}
        if close and not is_labelled(close):
            meta = close["meta"]
            store.put(close | {"meta": meta | {"security": [*meta.get("security", ()), *labels]}}, found, "PUT")
            made.append(f"{KIND}/{identity}")
    return made


def label_left(store: Store, indexer: Indexer, *, secured: bool) -> int:
    """Labels those close to who is protected now and were stored by an older journal; gives how many there were."""
    asked = [indexer.numbers[f"{KIND}.patient"], indexer.numbers["Resource._security"]]
    if not store.connection.rows(_LEFT, asked):
        return 0
    store.begin()
    try:
        made = [one for (identity,) in store.rows(_LEFT, asked) for one in _label(store, indexer, identity)]
        agent = {"role": "system", "client": "journal"} if secured else None
        records = [Record("update", one, "", "journal", agent=agent, status=200) for one, _ in made]
        for record, (one, patient) in zip(records, made, strict=True):
            record.touch(one, patient)
        store_records(store, records)
        store.commit()
    except BaseException:
        store.rollback()
        raise
    return len(made)


def _label(store: Store, indexer: Indexer, identity: str) -> list[tuple[str, str]]:
    found = store.find("Patient", identity)
    patient: Json = orjson.loads(found.content) if found and found.content else {"resourceType": "Patient"}
    return [(one, f"Patient/{identity}") for one in label_close(store, indexer, patient)]
