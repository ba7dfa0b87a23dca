"""Finds the AuditEvents about a resource, with next to nothing written for it at each commit.

An index kept up to date at each commit would write a page of its own for almost every read, since neighbours in the
trail are about different people. Instead the links of ``SIZE`` lines at a time are sorted and appended as a segment. A
search looks into every segment, and reads through the lines after the last one.
"""

from typing import Any, Final

from simulator.journal.store import Store

SIZE: Final = 4096
ABOUT: Final = (
    "{r}.seq IN (SELECT l.seq FROM audit_segment s CROSS JOIN audit_link l WHERE l.segment = s.number AND l.ref = ?"
    " UNION ALL SELECT t.seq FROM audit t WHERE t.seq > (SELECT coalesce(max(last), 0) FROM audit_segment)"
    " AND instr(' ' || t.links || ' ', ?) > 0)"
)


def about(reference: str) -> tuple[str, list[Any]]:
    """The condition that a line of the trail, ``{r}``, is about a resource; CROSS JOIN keeps the segments outermost."""
    return ABOUT, [reference, f" {reference} "]


def cut(store: Store) -> None:
    """Makes segments of the lines that are not in one yet, as long as they fill one."""
    while store.next_audit - store.segmented > SIZE:
        lines = store.rows("SELECT seq, links FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", [store.segmented, SIZE])
        if len(lines) < SIZE:
            return
        store.segments += 1
        store.segmented = lines[-1][0]
        links = sorted((store.segments, ref, seq) for seq, refs in lines for ref in refs.split())
        store.add("audit_segment", [(store.segments, store.segmented)])
        store.add("audit_link", list(links))
