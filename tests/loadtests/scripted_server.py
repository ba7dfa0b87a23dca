"""A scripted FHIR server for the load tests, run as a process: it logs what it gets and misbehaves as told.

Arguments: the log file, then ``key=value`` options: ``stall_at`` (number of the care request that stalls everything),
``stall_s``, ``faults`` (cut, status500, endless, silent, redirect: in turn), ``every`` (which care requests get one),
``transactions`` (yes, no: answered with the request's own Authorization and body, lost: never answered, gateway: 504),
``chunked`` (yes, no), ``read_back`` (yes, silent, slow). The port is printed when it listens. Care requests are all but
the transactions and Patients.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

LOG = Path(sys.argv[1])
OPTIONS = dict(argument.split("=") for argument in sys.argv[2:])
STATE = {"care": 0, "resources": 0}


def created(kind: str) -> str:
    STATE["resources"] += 1
    return f"{kind}/{STATE['resources']}"


def note(request: dict[str, str]) -> None:
    with LOG.open("a", encoding="utf-8") as log:
        log.write(json.dumps(request) + "\n")


def transaction(body: bytes) -> dict[str, Any]:
    entries = json.loads(body)["entry"]
    made = [created(entry["request"]["url"]) for entry in entries]
    answers = [{"response": {"status": "201 Created", "location": f"{name}/_history/1"}} for name in made]
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}


def answer(method: str, path: str, head: str, body: bytes) -> tuple[int, list[str], bytes]:
    kind = path.removeprefix("/fhir").strip("/").split("/")[0]
    if method == "POST" and not kind:
        if OPTIONS.get("transactions") == "no":
            return 501, [], (head.partition("Authorization: ")[2].partition("\r\n")[0] + " ").encode() + body[:5000]
        if OPTIONS.get("transactions") == "gateway":
            return 504, [], b"upstream timed out"
        return 200, [], json.dumps(transaction(body)).encode()
    if method == "POST" and not path.endswith("_search"):
        return 201, [f"Location: http://127.0.0.1/fhir/{created(kind)}/_history/1", 'ETag: W/"1"'], b""
    if method == "PUT":
        return 200, ['ETag: W/"2"'], b"{}"
    return 200, ['ETag: W/"1"'], b'{"resourceType":"Bundle","total":0}' + b" " * 500


async def faulty(writer: asyncio.StreamWriter, fault: str) -> bool:
    """Misbehave; whether the request has been dealt with."""
    if fault == "status500":
        writer.write(b"HTTP/1.1 500 Oh\r\nContent-Length: 4\r\n\r\noops")
        return True
    if fault == "redirect":
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n")
        return True
    if fault == "cut":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    if fault == "endless":
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(20):
            writer.write(b"x" * 100_000)
            await writer.drain()
            await asyncio.sleep(0.1)
    if fault == "silent":
        await asyncio.sleep(5)
    raise ConnectionAbortedError


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            await one(reader, writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    method, path, _ = head.split("\r\n")[0].split(" ")
    length = next((int(x.split(":")[1]) for x in head.split("\r\n") if x.lower().startswith("content-length")), 0)
    body = await reader.readexactly(length)
    note({"method": method, "path": path, "head": head, "body": body.decode()})
    if path not in {"/fhir", "/fhir/Patient"} and method != "GET":
        STATE["care"] += 1
        if STATE["care"] == int(OPTIONS.get("stall_at", "-1")):
            time.sleep(float(OPTIONS["stall_s"]))  # noqa: ASYNC251  the whole server is meant to stand still
        turn, off = divmod(STATE["care"], int(OPTIONS.get("every", "1")))
        faults = OPTIONS.get("faults", "").split(",")
        if faults != [""] and not off and await faulty(writer, faults[turn % len(faults)]):
            return
    if (path == "/fhir" and OPTIONS.get("transactions") == "lost") or (
        method == "GET" and OPTIONS.get("read_back") == "silent"
    ):
        raise ConnectionAbortedError
    if method == "GET" and OPTIONS.get("read_back") == "slow":
        await asyncio.sleep(20)
    status, headers, data = answer(method, path, head, body)
    lines = [f"HTTP/1.1 {status} X", *headers]
    if OPTIONS.get("chunked") == "yes":
        head_out = "\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""]).encode()
        chunks = [data[i : i + 7] for i in range(0, len(data), 7)]
        writer.write(head_out + b"".join(b"%x\r\n%b\r\n" % (len(c), c) for c in chunks) + b"0\r\n\r\n")
    else:
        writer.write("\r\n".join([*lines, f"Content-Length: {len(data)}", "", ""]).encode() + data)
    await writer.drain()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  how the port is told
    await asyncio.wait_for(server.serve_forever(), 60)


asyncio.run(main())
