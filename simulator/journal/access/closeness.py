"""Labels whoever is close to somebody as his address becomes protected, and what an older journal left without a label.

A RelatedPerson often lives where the protected person lives. Its own label keeps it hidden when the protection of the
other is lifted (``secrecy``). Where an older journal has lifted a protection, it is looked for once, after the database
has been taken forward: it is in no index.
"""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from simulator.journal.access.secrecy import LABELS, is_labelled, labels_in
from simulator.journal.audit.record import Record, store_records
from simulator.journal.indexing import Indexer, relative
from simulator.journal.store import Store

Json = dict[str, Any]
Made = tuple[str, str]
"""Who was labelled, and the Patient close to him, each as ``Type/id``."""
KIND: Final = "RelatedPerson"
CHORE: Final = "label-lifted"
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
_LIFTED: Final = (
    "SELECT DISTINCT p.rid, p.id FROM idx_reference f JOIN resource r ON r.rid = f.rid AND r.deleted = 0"
    " JOIN resource p ON p.type = 'Patient' AND p.id = substr(f.target, 9) AND p.vid > 1"
    " WHERE f.param = ? AND f.target LIKE 'Patient/%'"
    " AND NOT EXISTS (SELECT 1 FROM idx_token l WHERE l.param = ? AND l.code IN ('R', 'V') AND l.rid = p.rid)"
)
_VERSIONS: Final = "SELECT seq, content FROM version WHERE rid = ? ORDER BY vid DESC"
_DUE: Final = "SELECT name FROM chore WHERE name = ?"


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
            store.put(_with(labels, close), found, "PUT")
            made.append(f"{KIND}/{identity}")
    return made


def _with(labels: list[Json], close: Json) -> Json:
    meta = close["meta"]
    return close | {"meta": meta | {"security": [*meta.get("security", ()), *labels]}}


def label_left(store: Store, indexer: Indexer, *, secured: bool) -> int:
    """Labels those close to who is or was protected and were stored by an older journal; gives how many there were."""
    asked = [indexer.numbers[f"{KIND}.patient"], indexer.numbers["Resource._security"]]
    if not (store.connection.rows(_DUE, [CHORE]) or store.connection.rows(_LEFT, asked)):
        return 0
    store.begin()
    try:
        made = [one for (identity,) in store.rows(_LEFT, asked) for one in _label(store, indexer, identity)]
        if store.rows(_DUE, [CHORE]):
            lifted = store.rows(_LIFTED, asked)
            made += [one for rid, identity in lifted for one in _label_lifted(store, indexer, rid, identity)]
            store.run("DELETE FROM chore WHERE name = ?", [CHORE])
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


def _label(store: Store, indexer: Indexer, identity: str) -> list[Made]:
    found = store.find("Patient", identity)
    patient: Json = orjson.loads(found.content) if found and found.content else {"resourceType": "Patient"}
    return [(one, f"Patient/{identity}") for one in label_close(store, indexer, patient)]


def _label_lifted(store: Store, indexer: Indexer, rid: int, identity: str) -> Iterator[Made]:
    """Labels those who were close to a Patient when a protection of his was lifted, and have never had a label."""
    patient, lifted, labels = f"Patient/{identity}", 0, list[Json]()
    for seq, content in store.rows(_VERSIONS, [rid]):
        version: Json = orjson.loads(content or b"{}")
        if is_labelled(version):
            labels = [label for label in labels_in(version) if label.get("code") in LABELS]
            break
        lifted = seq
    if not labels:
        return
    for (close,) in store.rows(_CLOSE, [indexer.numbers[f"{KIND}.patient"], patient]):
        found = store.find(KIND, close)
        assert found is not None
        rows = store.rows(_VERSIONS, [found.rid])
        versions: list[tuple[int, Json]] = [(seq, orjson.loads(content or b"{}")) for seq, content in rows]
        before = next((version for seq, version in versions if seq < lifted), {})
        about = relative(str((before.get("patient") or {}).get("reference")), indexer.base)
        if about == patient and not any(is_labelled(version) for _, version in versions):
            store.put(_with(labels, versions[0][1]), found, "PUT")
            yield f"{KIND}/{close}", patient
