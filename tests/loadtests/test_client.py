"""The lean client against answers of every shape."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from loadtests.client import Bounds, Connection
from loadtests.target import Target

Serve = Callable[..., Target]
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that gives each connection, in turn, its list of raw answers, then closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def play(connections: tuple[list[bytes], ...]) -> None:
        for answers in connections:
            peer, _ = listener.accept()
            with peer:
                for answer in answers:
                    if not peer.recv(65536):
                        break
                    peer.sendall(answer)

    def start(*connections: list[bytes]) -> Target:
        threads.append(threading.Thread(target=play, args=(connections,), daemon=True))
        threads[-1].start()
        return Target(tls=False, host="127.0.0.1", port=listener.getsockname()[1], prefix="")

    yield start
    for thread in threads:
        thread.join(5)
    listener.close()


SHAPES = {
    "length": (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", b"abc"),
    "chunked": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: t\r\n\r\n",
        b"abc",
    ),
    "until closed": (b"HTTP/1.1 200 OK\r\n\r\nabc", b"abc"),
    "no body": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "informational first": (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
    "without reason": (b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
    "another coding": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nX: chunked\r\n\r\nabc", b"abc"),
    "many small chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 30_000 + b"0\r\n\r\n",
        b"a" * 30_000,
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_bodies_of_every_shape_are_read(serve: Serve, shape: str) -> None:
    """Length, chunks, until closed, none, after 100: the body is the body."""
    answer, body = SHAPES[shape]
    connection = Connection(serve([answer]), Bounds(2.0))
    found = connection.exchange(GET, keep_body=True)
    assert (found.status // 100, found.body, found.size, found.error) == (2, body, len(body), "")
    connection.close()


BROKEN = {
    "closed at once": b"",
    "closed in the body": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
    "not HTTP": b"hello\r\n\r\n",
    "no status": b"HTTP/1.1 xyz\r\n\r\n",
    "short status": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "long status": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "long chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
    "huge headers": b"HTTP/1.1 200 OK\r\nA: " + b"a" * 200_000 + b"\r\n\r\n",
    "huge length": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
    "bad length": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "endless chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n%b\r\nfffff\r\n" % (b"x" * 1000),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_answers_are_no_answers(serve: Serve, kind: str) -> None:
    """Whatever is wrong, there is a reason, no status and no exception."""
    connection = Connection(serve([BROKEN[kind]]), Bounds(2.0, max_body=10_000))
    found = connection.exchange(GET)
    assert found.status == 0
    assert found.error
    connection.close()


def test_a_connection_is_kept_and_replaced_when_it_closed(serve: Serve) -> None:
    """Two answers on one connection; after the peer closed it, the next request opens another, sent once."""
    ok = SHAPES["length"][0]
    connection = Connection(serve([ok, ok], [ok]), Bounds(2.0))
    assert [connection.exchange(GET).status for _ in range(2)] == [200, 200]
    time.sleep(0.7)
    assert connection.exchange(GET).status == 200
    connection.close()


@pytest.mark.parametrize("field", [b"Connection: close", b"Connection:close", b"connection: keep-alive, Close"])
def test_a_last_answer_is_known_by_any_spelling(serve: Serve, field: bytes) -> None:
    """A connection that the peer says it will close is not used again, at once or later."""
    last = b"HTTP/1.1 200 OK\r\n" + field + b"\r\nContent-Length: 0\r\n\r\n"
    connection = Connection(serve([last], [last]), Bounds(2.0))
    assert [connection.exchange(GET).status for _ in range(2)] == [200, 200]
    connection.close()


def test_what_was_not_asked_for_is_no_answer() -> None:
    """A second answer to one request is not taken for the answer to the next one, however soon that is sent."""
    once = b"HTTP/1.1 200 OK\r\nETag: %d\r\nContent-Length: 0\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        connection = Connection(Target(False, "127.0.0.1", listener.getsockname()[1], ""), Bounds(2.0))
        found = []

        def ask() -> None:
            found.append(connection.exchange(GET).etag)

        first, second = threading.Thread(target=ask), threading.Thread(target=ask)
        first.start()
        talkative, _ = listener.accept()
        with talkative:
            talkative.recv(65536)
            talkative.sendall(once % 1)
            first.join()
            talkative.sendall(once % 1)
            second.start()
            other, _ = listener.accept()
            with other:
                other.recv(65536)
                other.sendall(once % 2)
                second.join()
        connection.close()
    assert found == [b"1", b"2"]


def test_location_and_etag_are_taken_from_any_spelling(serve: Serve) -> None:
    """Header names are compared without case."""
    for names in (b"location: L\r\netag: E", b"Location: L\r\nETag: E", b"LOCATION:L\r\nEtag:E"):
        connection = Connection(
            serve([b"HTTP/1.1 201 Created\r\n" + names + b"\r\nContent-Length: 0\r\n\r\n"]), Bounds(2.0)
        )
        found = connection.exchange(GET)
        assert (found.location, found.etag) == (b"L", b"E")
        connection.close()


def test_a_late_answer_is_broken_off() -> None:
    """The watcher breaks off an exchange beyond its time; the answer says so."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        aim = Target(tls=False, host="127.0.0.1", port=listener.getsockname()[1], prefix="")
        connection = Connection(aim, Bounds(0.1))
        timer = threading.Timer(0.3, lambda: connection.give_up_if_late(time.monotonic_ns()))
        timer.start()
        found = connection.exchange(GET)
        timer.join()
    assert found.status == 0
    assert "0.1 s" in found.error
