"""Journals to fuzz: real processes with planted secrets, and callers of every kind who send what is drawn."""

import http.client
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import orjson

from tests.fuzzing.asking import Asked
from tests.journal.securing import ENH, FNR, HOME_CARE, HPR, NURSE, Callers, attest
from tests.signing import Signer, start_neighbours

Json = dict[str, Any]
CITIZEN: Final = "13817204477"
CONFIDENTIAL: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
LABELS: Final = ("R", "V")


@dataclass(frozen=True, slots=True)
class Got:
    """An answer: its status, header fields and body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Caller:
    """Somebody who sends requests: what authorises each, and the words that no answer to him may hold."""

    name: str
    authorise: Callable[[str, str], dict[str, str]]
    forbidden: tuple[str, ...] = ()


@dataclass
class Site:
    """A running journal, its callers, and what is known of its content."""

    base: str
    process: subprocess.Popen[str]
    log: Path
    data: Path
    callers: list[Caller]
    known: list[str] = field(default_factory=list)
    planted: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    plant: Callable[["Site"], None] = lambda _: None
    learn: Callable[[Got], bool] = lambda _: False
    """Told of each answer; whether the request is to be sent again, by what has been learnt."""
    connection: http.client.HTTPConnection | None = None

    def send(self, caller: Caller, asked: Asked) -> Got:
        """Sends one request on a connection that is kept, again when a proof lacked the nonce."""
        got = self._sent(caller, asked)
        return self._sent(caller, asked) if self.learn(got) else got

    def _sent(self, caller: Caller, asked: Asked) -> Got:
        address = urlsplit(self.base)
        if self.connection is None:
            self.connection = http.client.HTTPConnection(address.netloc, timeout=30)
        path = f"{address.path}/{asked.path}" if asked.path else address.path
        headers = asked.headers | caller.authorise(
            asked.method, self.base + unquote(path[len(address.path) :].partition("?")[0])
        )
        try:
            self.connection.request(asked.method, path, asked.body or None, headers)
            answer = self.connection.getresponse()
            return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        except (http.client.RemoteDisconnected, ConnectionError):
            self.connection.close()
            self.connection = None
            return self._sent(caller, asked)

    def statement(self) -> Json:
        """What the journal says it can be asked."""
        found: Json = orjson.loads(self.send(self.callers[0], Asked("GET", "metadata")).body)
        return found

    def put_in(self, *resources: Json) -> list[Json]:
        """Stores resources as the first caller, who may."""
        found = []
        for resource in resources:
            headers = {"Content-Type": "application/fhir+json"}
            got = self.send(self.callers[0], Asked("POST", resource["resourceType"], headers, orjson.dumps(resource)))
            assert got.status == 201, got.body
            found.append(orjson.loads(got.body))
        return found


def word() -> str:
    """A word that is nowhere else, without digits, which the journal may blot out."""
    return uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


@contextmanager
def started(options: list[str], folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """A journal in a process of its own, what it says on stderr in a file; ended with the block."""
    log = folder / "stderr"
    command = [sys.executable, "-m", "simulator.journal", "--port", "0", "--data", str(folder / "data"), *options]
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("journal ready at "), line
        yield process, line.removeprefix("journal ready at ").strip(), log
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@contextmanager
def open_site(folder: Path, *more: str) -> Iterator[Site]:
    """An open journal with some people in it; nothing is secret there."""
    with started(["--open", *more], folder) as (process, base, log):
        site = Site(base, process, log, folder / "data", [Caller("anybody", lambda *_: {})], plant=plant_plain)
        site.plant(site)
        yield site
        close(site)


@contextmanager
def secured_site(folder: Path, *more: str) -> Iterator[Site]:
    """A secured journal beside its neighbours, with planted secrets and callers who may not learn them."""
    with (
        start_neighbours(folder) as signer,
        started(["--issuer", signer.issuer, *more], folder) as (process, base, log),
    ):
        gate = Authority(signer, Callers(signer, base))
        site = Site(base, process, log, folder / "data", [Caller("system", gate.system)], learn=gate.learn)
        site.plant = lambda one: plant(one, gate)
        site.plant(site)
        yield site
        close(site)


def close(site: Site) -> None:
    """Lets go of the connection."""
    if site.connection is not None:
        site.connection.close()


def person(**more: Any) -> Json:
    """Somebody with a number of the synthetic series."""
    number = f"138172{uuid4().int % 10**5:05d}"
    name = [{"family": "Hansen", "given": ["Kåre"]}]
    return {"resourceType": "Patient", "identifier": [{"system": FNR, "value": number}], "name": name} | more


def referring(resource: Json) -> Json:
    """A reference to a stored resource."""
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


def about(patient: Json, text: str) -> list[Json]:
    """Entries of several types about somebody, each with a text."""
    who, coded = referring(patient), {"coding": [{"system": "urn:c", "code": "P76"}], "text": text}
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    return [
        {
            "resourceType": "Condition",
            "clinicalStatus": active,
            "subject": who,
            "code": coded,
            "note": [{"text": text}],
        },
        {"resourceType": "Observation", "status": "final", "code": coded, "subject": who, "valueString": text},
        {"resourceType": "Communication", "status": "completed", "subject": who, "payload": [{"contentString": text}]},
        {"resourceType": "Task", "status": "requested", "intent": "order", "for": who, "description": text},
        {"resourceType": "MedicationStatement", "status": "active", "subject": who, "medicationCodeableConcept": coded},
    ]


def plant_plain(site: Site) -> None:
    """Some people and entries to ask about."""
    patients = site.put_in(person(), person())
    entries = site.put_in(*[one for patient in patients for one in about(patient, "noe")])
    group = {"resourceType": "Group", "type": "person", "actual": True, "member": [{"entity": referring(patients[0])}]}
    site.known = [referring(one)["reference"] for one in (*patients, *entries, *site.put_in(group))]


def plant(site: Site, gate: "Authority") -> None:
    """A patient whom a nurse serves, with a protected address and a blocked entry, and a stranger; callers anew."""
    blocked, address, stranger = word(), word(), word()
    label = {"security": [{"system": CONFIDENTIAL, "code": LABELS[uuid4().int % 2]}]}
    places: Json = {
        "address": [{"line": [address], "city": address}],
        "telecom": [{"system": "phone", "value": address}],
    }
    contact = [{"name": {"family": "Nær"}, "address": places["address"][0], "telecom": places["telecom"]}]
    keeper = {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}
    mine, other, keeper = site.put_in(
        person(meta=label, **places, contact=contact), person(name=[{"family": stranger}]), keeper
    )
    episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": referring(mine)}
    relative = {"resourceType": "RelatedPerson", "active": True, "patient": referring(mine), **places}
    nurse = {"resourceType": "Practitioner", "identifier": [{"system": HPR, "value": NURSE[1]}]}
    shown = site.put_in(episode | {"managingOrganization": referring(keeper)}, relative, nurse, *about(mine, "synlig"))
    secret, theirs = site.put_in(*about(mine, blocked)), site.put_in(*about(other, stranger))
    site.put_in(consent(mine, secret, blocked))
    everything = [mine, other, keeper, *shown, *secret, *theirs]
    site.known = [referring(one)["reference"] for one in everything]
    site.planted = frozenset(referring(one)["reference"] for one in (*secret, *theirs))
    site.numbers = tuple(one["identifier"][0]["value"] for one in (mine, other))
    site.words = (blocked[:9], address[:9], stranger[:9], *site.numbers)
    foreign = (blocked, address, stranger)
    site.callers = [
        Caller("system", gate.system, (blocked, address)),
        Caller("nurse", gate.person(gate.callers.person(NURSE, attest(NURSE, site.numbers[0]))), foreign),
        Caller("patient", gate.person(gate.citizen(site.numbers[0])), (stranger,)),
        Caller("citizen", gate.person(gate.citizen(CITIZEN)), foreign),
        Caller("operator", gate.person(gate.operator()), foreign),
        Caller("narrow", gate.narrow, foreign),
        Caller("nobody", lambda *_: {}, foreign),
        Caller("garbage", lambda *_: {"Authorization": "Bearer x.y.z", "DPoP": "x"}, foreign),
    ]


def consent(patient: Json, entries: list[Json], text: str) -> Json:
    """The patient's Consent that blocks entries for everybody."""
    provision = {"type": "deny", "data": [{"meaning": "instance", "reference": referring(one)} for one in entries]}
    scope = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]}
    category = [
        {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentcategorycodes", "code": "np"}],
            "text": text,
        }
    ]
    made = {"resourceType": "Consent", "status": "active", "scope": scope, "category": category}
    return made | {"patient": referring(patient), "provision": provision, "policyRule": {"text": "pbrl. § 5-3"}}


class Authority:
    """Header fields that authorise: bearer tokens of systems, proofs of people."""

    def __init__(self, signer: Signer, callers: Callers) -> None:
        self.signer = signer
        self.callers = callers
        self.tokens: dict[str, tuple[str, float]] = {}

    def learn(self, got: Got) -> bool:
        """Keeps the nonce of an answer; whether it was the nonce that was lacking."""
        self.callers.nonce = got.headers.get("dpop-nonce", self.callers.nonce)
        return "use_dpop_nonce" in got.headers.get("www-authenticate", "")

    def bearer(self, scope: str) -> dict[str, str]:
        """A bearer token of SMART Backend Services, renewed in time."""
        token, until = self.tokens.get(scope, ("", 0.0))
        if time.monotonic() > until:
            granted = self.signer.ask(self.signer.assertion(), resource=self.callers.base, scope=scope)
            token = granted.json()["access_token"]
            self.tokens[scope] = token, time.monotonic() + 200
        return {"Authorization": f"Bearer {token}"}

    def system(self, *_: str) -> dict[str, str]:
        """An integration that may do everything."""
        return self.bearer("system/*.cruds")

    def narrow(self, *_: str) -> dict[str, str]:
        """An integration that may look at organisations alone."""
        return self.bearer("system/Organization.rs")

    def citizen(self, number: str) -> str:
        """The token of somebody signed in, who may do all that citizens may."""
        subject = {"audience": self.callers.base, "scope": "patient/*.cruds", "person": {"pid": number, "name": "Per"}}
        return self.signer.token(subject)

    def operator(self) -> str:
        """The token of somebody who runs the journal."""
        subject = {
            "audience": self.callers.base,
            "scope": "journal/operate user/*.rs",
            "person": {"pid": CITIZEN, "name": "Ola"},
        }
        return self.signer.token(subject)

    def person(self, token: str) -> Callable[[str, str], dict[str, str]]:
        """What authorises each request of a person: the token, and a proof for method and address."""

        def authorise(method: str, url: str) -> dict[str, str]:
            proof = self.signer.proof(method, url, token=token, nonce=self.callers.nonce)
            return {"Authorization": f"DPoP {token}", "DPoP": proof}

        return authorise
