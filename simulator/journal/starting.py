"""What ``python -m simulator.journal`` does when it is told no command: it serves, or checks an audit trail."""

import argparse
import socket
import sys
import tempfile
from pathlib import Path

from simulator.journal.access.homes import EITHER, OWN
from simulator.journal.app import build_app
from simulator.journal.audit.chain import verify
from simulator.journal.server import listen, ready, serve
from simulator.journal.settings import Guard, Settings
from simulator.journal.storage.migrations import TooNewError
from simulator.journal.storage.opening import database
from simulator.journal.storage.seam import InUseError
from simulator.journal.storage.sqlite import FILE
from simulator.journal.workers import serve_with


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"a whole number from 1, not {text!r}")
    return int(text)


def arguments(words: list[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="python -m simulator.journal", description="The reference FHIR R4 journal.")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on (8080; 0 picks a free one)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--data", type=Path, help="folder of the database (a fresh temporary folder)")
    parser.add_argument("--store", default="", help="URL of a PostgreSQL database, postgresql://... (a file in --data)")
    parser.add_argument("--base-url", help="address to advertise (http://HOST:PORT/fhir)")
    parser.add_argument("--workers", type=_count, default=1, help="processes that serve together (1)")
    parser.add_argument("--page-cap", type=_count, default=1000, help="most matches on a page (1000)")
    parser.add_argument("--patience", type=float, default=30.0, help="seconds a search may take (30)")
    parser.add_argument("--rate", type=float, default=0.0, help="requests a second from one address (any number)")
    parser.add_argument("--body-limit", type=int, default=10_000_000, help="largest body in bytes (10000000)")
    parser.add_argument(
        "--notify", action="append", default=[], metavar="HOST", help="host that subscribers may be told at"
    )
    parser.add_argument("--notify-tries", type=_count, default=8, help="tries before a Subscription is in error (8)")
    access = parser.add_mutually_exclusive_group(required=True)
    access.add_argument("--open", action="store_true", help="ask nobody who they are: for synthetic people only")
    access.add_argument("--verify", action="store_true", help="check the audit trail of the folder in --data, and stop")
    access.add_argument("--issuer", help="the token service whose access tokens are taken")
    parser.add_argument("--head", default="", help="with --verify: a head SEQ:HASH noted earlier, still to be there")
    parser.add_argument("--audience", default="", help="what tokens for this journal name as audience (the base URL)")
    parser.add_argument("--hpr", default="", help="the register of health personnel (at the issuer's address)")
    parser.add_argument(
        "--receipt-within", type=float, default=60.0, help="seconds to wait for a message's receipt (60)"
    )
    parser.add_argument("--send-again", type=float, default=1.0, help="seconds until a message is sent again (1)")
    parser.add_argument("--neighbours", default="", help="base address of registers and other systems (none)")
    home = "whose home must be a child's for parents to represent it: either parent's, or each one's own (either)"
    parser.add_argument("--parents-home", choices=(EITHER, OWN), default=EITHER, help=home)
    parser.add_argument(
        "--register-interval", type=float, default=0.5, help="seconds between looks at the population register (0.5)"
    )
    return parser.parse_args(words)


def check_trail(data: Path | None, store: str, head: str) -> int:
    """Checks the chain of an audit trail: 0 when it is whole, 1 with what is wrong, 2 when there is none."""
    if not store and (data is None or not (data / FILE).is_file()):
        sys.stderr.write("journal: --verify needs the folder of a journal's database in --data, or its --store\n")
        return 2
    connection = database(Settings(data or Path(), store=store)).connect()
    found = verify(connection, head)
    connection.close()
    before = f", {found.unchained} before chaining began" if found.unchained else ""
    sys.stdout.write(f"audit trail: {found.lines} lines chained{before}; head {found.head}\n")
    if found.fault:
        sys.stdout.write(f"audit trail: BROKEN: {found.fault}\n")
    return 1 if found.fault else 0


def run(words: list[str]) -> int:
    """Serves until told to stop; 0 after that, 2 with a line on stderr if it cannot start."""
    options = arguments(words)
    if options.verify:
        return check_trail(options.data, options.store, options.head)
    try:
        bound = listen(options.host, options.port)
    except (OSError, OverflowError) as error:
        where = f"{options.host}:{options.port}"
        sys.stderr.write(f"journal: cannot listen on {where} ({error}); choose another --port\n")
        return 2
    address = f"http://{options.host}:{bound.getsockname()[1]}/fhir"
    with bound, tempfile.TemporaryDirectory(prefix="journal-") as scratch:
        return _serve(settings(options, Path(scratch), address), bound)


def settings(options: argparse.Namespace, scratch: Path, address: str) -> Settings:
    """The settings that a command line asks for."""
    told = (options.audience, options.hpr)
    guard = Guard(options.issuer.rstrip("/"), *told, parents_home=options.parents_home) if options.issuer else None
    return Settings(
        options.data or scratch,
        base_url=(options.base_url or address).rstrip("/"),
        body_limit=options.body_limit,
        page_cap=options.page_cap,
        store=options.store,
        workers=options.workers,
        patience=options.patience,
        rate=options.rate,
        receipt_s=options.receipt_within,
        resend_s=options.send_again,
        neighbours=options.neighbours.rstrip("/"),
        notify=tuple(options.notify),
        notify_tries=options.notify_tries,
        register_interval=options.register_interval,
        guard=guard,
    )


def _serve(wanted: Settings, bound: socket.socket) -> int:
    place = wanted.store.rpartition("@")[2] or str(wanted.data)
    other = "--store" if wanted.store else "--data"
    try:
        if wanted.workers > 1:
            serve_with(wanted, bound, lambda: ready(wanted.base_url))
        else:
            serve(build_app(wanted), bound)
    except InUseError:
        sys.stderr.write(f"journal: another journal has {place} open; choose another {other}\n")
        return 2
    except TooNewError as error:
        sys.stderr.write(f"journal: cannot use {place}: {error}; start the journal that wrote it, or a later one\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"journal: cannot use {place} ({error.strerror or error}); choose another {other}\n")
        return 2
    return 0
