"""Kills a journal under load, starts it again, and holds what is there against what had been acknowledged."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import requests

Json = dict[str, Any]
HEADERS = {"Content-Type": "application/fhir+json", "Prefer": "return=representation"}
SYSTEM = "urn:crash"
WRITERS = 12


@dataclass
class Round:
    """What one life of a journal acknowledged.

    Attributes:
        created: Resources as they were answered, by ``Type/id``.
        bundles: The word that all of a transaction's resources carry, of those sent and of those acknowledged.
        counted: Per shared record, the highest version acknowledged.
    """

    created: dict[str, Json] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    counted: dict[str, int] = field(default_factory=dict)


def person(word: str) -> Json:
    """A Patient that carries a word."""
    return {"resourceType": "Patient", "identifier": [{"system": SYSTEM, "value": word}], "gender": "other"}


def write(base: str, name: str, made: Round, over: Event) -> None:
    """Creates, transactions of three, and updates of one record, over and over until the journal is gone."""
    session = requests.Session()
    session.headers.update(HEADERS)
    number = 0
    while not over.is_set():
        number += 1
        word = f"{name}-{number}"
        try:
            answer = session.post(f"{base}/Patient", json=person(word), timeout=20)
            if answer.status_code == 201:
                made.created[f"Patient/{answer.json()['id']}"] = answer.json()
            made.sent.add(word + "t")
            entry = {"resource": person(word + "t"), "request": {"method": "POST", "url": "Patient"}}
            bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * 3}
            if session.post(base, json=bundle, timeout=20).status_code == 200:
                made.done.add(word + "t")
            body = person(name) | {"id": name, "multipleBirthInteger": number}
            answer = session.put(f"{base}/Patient/{name}", json=body, timeout=20)
            if answer.ok:
                made.counted[name] = int(answer.json()["meta"]["versionId"])
        except requests.exceptions.RequestException:
            break
    session.close()


def lost(base: str, made: Round) -> list[str]:
    """What was acknowledged and is not there, and what is there in part."""
    session = requests.Session()
    found = []
    for path, stored in made.created.items():
        answer = session.get(f"{base}/{path}", timeout=30)
        if answer.status_code != 200 or answer.json() != stored:
            found.append(f"{path} was acknowledged and is {answer.status_code}")
    for word in made.sent:
        answer = session.get(
            f"{base}/Patient", params={"identifier": f"{SYSTEM}|{word}", "_summary": "count"}, timeout=30
        )
        wanted = {3} if word in made.done else {0, 3}
        if answer.json()["total"] not in wanted:
            found.append(f"of the transaction {word}, {answer.json()['total']} of 3 are there")
    for name, version in made.counted.items():
        past = session.get(f"{base}/Patient/{name}/_history", params={"_count": 1000}, timeout=30).json()
        numbers = [int(entry["resource"]["meta"]["versionId"]) for entry in past["entry"]]
        if numbers[0] < version or numbers != list(range(numbers[0], numbers[0] - len(numbers), -1)):
            found.append(f"Patient/{name} has versions {numbers[:3]}…; {version} was acknowledged")
    session.close()
    return found


def campaign(start: Callable[[], Any], options: list[str], rounds: int, seed: int) -> tuple[int, list[str]]:
    """How many writes were acknowledged before kills, and all that was wrong after them.

    Args:
        start: Starts the journal on the same database each time.
        options: What names that database to the command that checks the audit trail.
        rounds: How many kills.
        seed: Of the moments of the kills.
    """
    draw, acknowledged, wrong = random.Random(seed), 0, []
    running = start()
    for number in range(rounds):
        made, over = Round(), Event()
        with ThreadPoolExecutor(WRITERS) as pool:
            for writer in range(WRITERS):
                pool.submit(write, running.base, f"r{seed}-{number}-{writer}", made, over)
            until = time.monotonic() + 20
            while len(made.created) < WRITERS and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(draw.uniform(0.0, 0.4))
            running.kill()
            over.set()
        running.process.stdout.close()
        acknowledged += len(made.created) + len(made.done) + len(made.counted)
        running = start()
        wrong += lost(running.base, made)
    running.stop()
    running.process.stdout.close()
    command = [sys.executable, "-m", "simulator.journal", "--verify", *options]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    return acknowledged, wrong + ([checked.stdout + checked.stderr] if checked.returncode else [])
