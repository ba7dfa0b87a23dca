"""What can be set about a journal."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Guard:
    """Whom a secured journal relies on to know its callers.

    Attributes:
        issuer: The token service's address, as its tokens name it.
        audience: What tokens for this journal name as their audience; empty for the journal's base URL.
        hpr: The address of the register of health personnel; empty for the issuer's.
        hpr_age: Seconds that an answer of the register is believed.
        parents_home: ``either`` when one parent at a child's home is enough for both, or ``own``.
    """

    issuer: str
    audience: str = ""
    hpr: str = ""
    hpr_age: float = 1.0
    parents_home: str = "either"


@dataclass(frozen=True, slots=True)
class Settings:
    """How one journal is run.

    Attributes:
        data: The folder of the database; made if absent.
        base_url: The address advertised in links and ``Location``, without a slash at the end.
        body_limit: The largest request body accepted, in bytes.
        page_size: The number of matches on a page when ``_count`` is not given.
        page_cap: The number of matches on a page that no ``_count`` exceeds.
        include_cap: The number of included resources on a page.
        batch: The number of writes that one commit makes durable at most.
        audit_delay: Seconds that the AuditEvent of a read may wait for its commit.
        store: The URL of a PostgreSQL database; empty for a file in ``data``.
        workers: How many processes serve it.
        patience: Seconds that a search or another read may take.
        rate: Requests a second that one address may send on the average; 0 for any number.
        notify: The hosts that subscribers may be told at, besides this machine.
        notify_tries: How often in a row a notification is tried before its Subscription is in error.
        export_bytes: After how many bytes a file of a bulk export is closed and another begun.
        receipt_s: Seconds within which a message that is sent is to be acknowledged; then its Task says it is not.
        resend_s: Seconds until a message that was not delivered, or not acknowledged in time, is sent again; doubled
            each time.
        neighbours: The base address of the registers, journals and agencies it works with; empty when it has none.
        register_interval: Seconds between two looks at the feed of the population register.
        guard: Whom it relies on to know its callers; None for open mode, in which nobody is asked who they are.
    """

    data: Path
    base_url: str = "http://127.0.0.1:8080/fhir"
    body_limit: int = 10_000_000
    page_size: int = 50
    page_cap: int = 1000
    include_cap: int = 2000
    batch: int = 256
    audit_delay: float = 0.02
    store: str = ""
    workers: int = 1
    patience: float = 30.0
    rate: float = 0.0
    notify: tuple[str, ...] = ()
    notify_tries: int = 8
    export_bytes: int = 16_000_000
    receipt_s: float = 60.0
    resend_s: float = 1.0
    neighbours: str = ""
    register_interval: float = 0.5
    guard: Guard | None = None
