"""The load generator as a process against a scripted server."""

import json
import signal
import time
from typing import Any

import numpy as np
import polars as pl
import pytest

pytestmark = pytest.mark.timeout(90)


def test_every_interaction_is_delivered_once(visits: Any, serve: Any, drive: Any) -> None:
    """What the trace holds arrives exactly once each, with its references filled in, and is recorded."""
    server = serve()
    run = drive(visits(300, 0.004), server.url)
    assert run.code == 0, run.said
    bodies = [json.loads(r["body"]) for r in server.care()]
    assert len(bodies) == 300
    assert all(b["subject"]["reference"].startswith("Patient/") for b in bodies)
    load = run.load
    assert load.height == 300
    assert set(load["outcome"]) == {"ok"}
    assert load["resource"].n_unique() == 300
    assert (load["released"] >= load["intended"]).all()
    assert (load["done"] >= load["sent"]).all()
    assert run.generator["seeded"]["created"] == 50
    assert run.generator["seeded"]["transactions"] == 1
    assert not (run.folder / "partial").exists()
    assert sum(r["method"] == "GET" for r in server.requests()) == 150, "every second resource is read back"


def test_a_stall_shows_as_the_truth_does(visits: Any, serve: Any, drive: Any) -> None:
    """One second of standstill appears in p99 as the schedule says it must, though few requests were in flight."""
    server = serve(stall_at=200, stall_s=1.0)
    run = drive(visits(600, 0.005), server.url, "--read-back", "1")
    assert run.code == 0, run.said
    intended = run.load["intended"].to_numpy() / 1e9
    waited = np.clip(intended[199] + 1.0 - intended, 0, None) * (intended >= intended[199])
    truth = np.quantile(waited, 0.99)
    measured = np.quantile((run.load["done"] - run.load["intended"]).to_numpy() / 1e9, 0.99)
    service = np.quantile((run.load["done"] - run.load["sent"]).to_numpy() / 1e9, 0.9)
    assert 0.9 * truth <= measured <= truth + 0.5
    assert service < measured


def test_order_holds_within_a_resident(script: Any, serve: Any, drive: Any) -> None:
    """Interactions of a resident follow one another though all are due at once; references to them are filled."""
    for resident in range(20):
        who = script.patient(resident)
        earlier = who
        for step in range(5):
            body = {"resourceType": "Task", "n": [resident, step], "partOf": f"urn:uuid:{earlier}"}
            more = {"body": json.dumps(body).encode(), "needs": [earlier], "resident": resident}
            earlier = script.add("create", "Task", 0.1, **more)
    server = serve()
    run = drive(script, server.url)
    assert run.code == 0, run.said
    seen: dict[int, list[int]] = {}
    for request in server.care():
        body = json.loads(request["body"])
        assert "urn:uuid" not in body["partOf"]
        seen.setdefault(body["n"][0], []).append(body["n"][1])
    assert seen == {resident: [0, 1, 2, 3, 4] for resident in range(20)}
    by_resident = run.load.sort("sent").group_by("resident", maintain_order=True)
    assert all((group["sent"][1:] >= group["done"][:-1]).all() for _, group in by_resident)


def test_faults_are_recorded_and_the_run_ends(visits: Any, serve: Any, drive: Any) -> None:
    """Cut connections, endless bodies, 500s and redirects become rows with their outcome; the others are unharmed."""
    server = serve(faults="cut,endless,status500,redirect", every=5)
    run = drive(visits(80, 0.005), server.url, "--timeout", "0.5")
    assert run.code == 0, run.said
    counts = {(outcome, status): n for outcome, status, n in run.load.group_by("outcome", "status").len().iter_rows()}
    assert counts == {("ok", 201): 64, ("unknown", 0): 8, ("refused", 500): 4, ("refused", 302): 4}
    assert len(server.care()) == 80, "nothing was sent twice"


def test_a_silent_candidate_does_not_hold_the_run(visits: Any, serve: Any, drive: Any) -> None:
    """When nothing is answered, the run ends after the drain and says unknown of everything."""
    server = serve(faults="silent")
    run = drive(visits(40, 0.005), server.url, "--timeout", "20", "--drain", "0.5", "--slots", "8")
    assert run.code == 0, run.said
    assert run.load.height == 40
    assert set(run.load["outcome"]) == {"unknown"}
    assert (run.load["done"] >= 500_000_000).all()
    assert run.load.filter(run.load["sent"] >= 0).height == 8


def test_a_candidate_without_transactions_is_seeded_one_by_one(visits: Any, serve: Any, drive: Any) -> None:
    """Where transactions are not offered, each resource is created by itself, conditionally; chunked answers do."""
    server = serve(transactions="no", chunked="yes")
    run = drive(visits(30, 0.005), server.url)
    assert run.code == 0, run.said
    assert run.generator["seeded"]["singles"] == 30
    assert all("If-None-Exist: identifier=x|" in r["head"] for r in server.requests() if r["path"] == "/fhir/Patient")
    assert set(run.load["outcome"]) == {"ok"}


def test_what_a_candidate_says_of_secrets_is_not_kept(script: Any, serve: Any, drive: Any) -> None:
    """A refusal that repeats the token and a person's number is told and kept without them."""
    script.add("create", "Patient", resident=1, if_none_exist="identifier=x|01819012345")
    script.rows[-1]["body"] = b'{"resourceType":"Patient","identifier":[{"value":"01819012345"}]}'
    script.add("create", "Task", 0.1)
    server = serve(transactions="no")
    run = drive(script, server.url, "--token-variable", "LOAD_TOKEN", LOAD_TOKEN="s3cret-of-ours")
    assert run.code == 0, run.said
    [reason] = run.generator["seeded"]["reasons"]
    assert reason.startswith("a transaction: status 501: Bearer *** ")
    assert "018190***" in reason
    kept = "".join(path.read_text("utf-8", "replace") for path in run.folder.iterdir() if path.suffix != ".parquet")
    assert not [secret for secret in ("s3cret-of-ours", "01819012345") if secret in kept + run.said]


@pytest.mark.parametrize("transactions", ["lost", "gateway"])
def test_what_may_be_there_twice_is_counted(visits: Any, serve: Any, drive: Any, transactions: str) -> None:
    """After a transaction without an answer, or with only a gateway's, rows without criteria are told as repeated."""
    trace = visits(4, 0.01)
    trace.add("create", "Observation", resident=0)
    run = drive(trace, serve(transactions=transactions).url)
    assert run.code == 0, run.said
    seeded = run.generator["seeded"]
    assert (seeded["created"], seeded["repeated"], seeded["transactions"]) == (5, 1, 0)


def test_a_candidate_that_falls_silent_is_not_read_back_for_ever(visits: Any, serve: Any, drive: Any) -> None:
    """After ten reads without an answer the rest is taken to have none."""
    server = serve(read_back="silent")
    run = drive(visits(40, 0.005), server.url)
    assert run.code == 0, run.said
    back = pl.read_parquet(run.folder / "readback.parquet")
    assert back["status"].to_list() == [0] * 40
    assert sum(request["method"] == "GET" for request in server.requests()) == 10


def test_a_run_stopped_while_reading_back_keeps_its_load(visits: Any, serve: Any, begin: Any) -> None:
    """Ctrl-C after the last answer ends with exit code 3; what was measured is whole."""
    server = serve(read_back="slow")
    folder, process = begin(visits(20, 0.01), server.url)
    while not any(request["method"] == "GET" for request in server.requests()):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 3
    assert json.loads((folder / "generator.json").read_bytes())["verdict"] != "partial"


def test_a_run_stopped_before_its_slots_are_ready_ends(visits: Any, serve: Any, begin: Any) -> None:
    """Ctrl-C while slots are made, which takes some seconds, ends the run as any other."""
    server = serve()
    folder, process = begin(visits(50, 0.01), server.url, "--slots", "3000")
    while not server.requests():
        time.sleep(0.02)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 3
    assert json.loads((folder / "generator.json").read_bytes())["verdict"] == "partial"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_readable_and_partial(visits: Any, serve: Any, begin: Any, number: int) -> None:
    """Stopped by hand, the run writes what it has, says partial, and ends with exit code 3."""
    server = serve()
    folder, process = begin(visits(3000, 0.01), server.url)
    while len(server.care()) < 50:
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(20) == 3
    generator = json.loads((folder / "generator.json").read_bytes())
    assert generator["verdict"] == "partial"
    assert 50 <= generator["released"] < 3000


def test_a_run_interrupted_while_seeding_leaves_nothing(script: Any, serve: Any, begin: Any) -> None:
    """Stopped before anything was released there is nothing to keep: exit code 3, the folder as it was."""
    for resident in range(5000):
        script.patient(resident)
    script.add("create", "Task", 1.0)
    server = serve(transactions="no")
    folder, process = begin(script, server.url)
    while not server.requests():
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 3
    assert [p.name for p in folder.iterdir()] == ["interactions.parquet"]


def test_a_killed_run_can_be_recovered(visits: Any, serve: Any, begin: Any, drive: Any) -> None:
    """After kill -9 the rows are on disk; --recover makes the table of them and calls it partial."""
    server = serve()
    trace = visits(3000, 0.01)
    folder, process = begin(trace, server.url)
    while len(server.care()) < 50:
        time.sleep(0.05)
    process.kill()
    process.wait(20)
    assert not (folder / "load.parquet").exists()
    again = drive(trace, server.url)
    assert again.code == 2
    assert "--recover" in again.said
    recovered = drive(trace, server.url, "--recover")
    assert recovered.code == 0, recovered.said
    assert recovered.load.height >= 49
    assert recovered.generator["verdict"] == "partial"
    assert recovered.load["resource"].drop_nulls().len() > 0


def test_wrong_use_ends_with_one_message(visits: Any, drive: Any) -> None:
    """An address elsewhere, before anything is sent: exit code 2, one message, no traceback, nothing written."""
    run = drive(visits(5, 0.1), "http://192.0.2.7/fhir")
    assert run.code == 2
    assert "--allow-remote" in run.said
    assert "Traceback" not in run.said
    assert [p.name for p in run.folder.iterdir()] == ["interactions.parquet"]


def test_an_interaction_that_cannot_be_sent_stops_the_run_before_it_starts(script: Any, serve: Any, drive: Any) -> None:
    """A verb nobody knows is the trace's fault: exit code 2, and nothing of the run is left."""
    script.patient(1)
    script.add("merge", "Task", 1.0)
    run = drive(script, serve().url)
    assert run.code == 2
    assert "'merge'" in run.said
    assert [p.name for p in run.folder.iterdir()] == ["interactions.parquet"]


def test_a_candidate_that_is_not_there_is_said_so(visits: Any, drive: Any) -> None:
    """With nobody listening the seeding gives up with exit code 3 and leaves the folder as it was."""
    run = drive(visits(20, 0.1), "http://127.0.0.1:1/fhir")
    assert run.code == 3
    assert "unanswered" in run.said
    assert [p.name for p in run.folder.iterdir()] == ["interactions.parquet"]
