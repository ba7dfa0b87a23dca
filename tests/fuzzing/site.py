"""Journals to fuzz: real processes with planted secrets, and callers of every kind who send what is drawn."""

import http.client
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import orjson

from tests.fuzzing.channels import Asked
from tests.journal import postgres
from tests.journal.messaging import HER, fresh_number
from tests.journal.messaging import HOME_CARE as HOME_CARE_HER
from tests.journal.messaging import HOSPITAL as HOSPITAL_HER
from tests.journal.receiving import Receiver, receiving
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
    place: list[str]
    """The options that say where the journal keeps its things."""
    receiver: Receiver
    """Where notifications go."""
    callers: list[Caller]
    known: list[str] = field(default_factory=list)
    planted: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    plant: Callable[["Site"], None] = lambda _: None
    learn: Callable[[Got], bool] = lambda _: False
    """Told of each answer; whether the request is to be sent again, by what has been learnt."""
    neighbours: str = ""
    """The address of the neighbours where they are what is fuzzed."""
    connections: dict[str, http.client.HTTPConnection] = field(default_factory=dict)

    def send(self, caller: Caller, asked: Asked, base: str = "") -> Got:
        """Sends one request on a connection that is kept, again when a proof lacked the nonce."""
        got = self._sent(caller, asked, base or self.base)
        return self._sent(caller, asked, base or self.base) if self.learn(got) else got

    def _sent(self, caller: Caller, asked: Asked, base: str) -> Got:
        address = urlsplit(base)
        connection = self.connections.setdefault(base, http.client.HTTPConnection(address.netloc, timeout=30))
        path = f"{address.path}/{asked.path}" if asked.path else address.path
        headers = asked.headers | caller.authorise(
            asked.method, base + unquote(path[len(address.path) :].partition("?")[0])
        )
        try:
            connection.request(asked.method, path, asked.body or None, headers)
            answer = connection.getresponse()
            return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        except (http.client.RemoteDisconnected, ConnectionError):
            connection.close()
            return self._sent(caller, asked, base)

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
    command = [sys.executable, "-m", "simulator.journal", "--port", "0", *options]
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


def placed(folder: Path, server: str) -> list[str]:
    """The options of a journal that keeps its things in a folder, and in a new database of a server if there is one."""
    store = ["--store", postgres.new_database(server)] if server else []
    return ["--data", str(folder / "data"), *store]


@contextmanager
def open_site(folder: Path, server: str = "", *more: str) -> Iterator[Site]:
    """An open journal with some people in it; nothing is secret there. ``server``: PostgreSQL's socket folder."""
    place = placed(folder, server)
    with receiving() as receiver, started(["--open", *more, *place], folder) as (process, base, log):
        site = Site(base, process, log, place, receiver, [Caller("anybody", lambda *_: {})], plant=plant_plain)
        site.plant(site)
        yield site
        close(site)


@contextmanager
def secured_site(folder: Path, server: str = "") -> Iterator[Site]:
    """A secured journal beside its neighbours, with planted secrets and callers who may not learn them."""
    place = placed(folder, server)
    with start_neighbours(folder) as signer, receiving() as receiver:
        options = ["--issuer", signer.issuer, "--neighbours", signer.issuer, *place]
        with started(options, folder) as (process, base, log):
            gate = Authority(signer, Callers(signer, base))
            site = Site(base, process, log, place, receiver, [Caller("system", gate.system)], learn=gate.learn)
            site.plant = lambda one: plant(one, gate)
            enter_parties(signer, base)
            site.plant(site)
            yield site
            close(site)


@contextmanager
def neighbours_site(folder: Path, server: str = "") -> Iterator[Site]:
    """Neighbours, who are what is fuzzed, beside an open journal that is their candidate."""
    with start_neighbours(folder) as signer, open_site(folder, server, "--neighbours", signer.issuer) as site:
        site.neighbours = signer.issuer
        told = signer.session.put(f"{signer.issuer}/candidate", json={"base_url": site.base}, timeout=10)
        assert told.status_code == 200, told.text
        enter_parties(signer, site.base)
        yield site


def enter_parties(signer: Signer, base: str) -> None:
    """Puts the home care and a hospital with a box into the address register."""
    box = f"{signer.issuer}/meldingstjener/box"
    parties = {HOME_CARE_HER: (f"{base}/$process-message", HOME_CARE), HOSPITAL_HER: (box, "")}
    for her, (endpoint, number) in parties.items():
        party = {"navn": "Part", "organisasjonsnummer": number, "tjenester": ["KX17"], "endepunkt": endpoint}
        told = signer.session.put(
            f"{signer.issuer}/facts/adresseregisteret/kommunikasjonsparter/{her}", json=party, timeout=10
        )
        assert told.status_code == 200, told.text


def close(site: Site) -> None:
    """Lets go of the connections."""
    for connection in site.connections.values():
        connection.close()


def person(**more: Any) -> Json:
    """Somebody with a number of the synthetic series."""
    name = [{"family": "Hansen", "given": ["Kåre"]}]
    return {"resourceType": "Patient", "identifier": [{"system": FNR, "value": fresh_number()}], "name": name} | more


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


def put_document(site: Site, patient: Json, text: str) -> list[Json]:
    """Stores a document and its content, each of which names the other."""
    index: Json = {"resourceType": "DocumentReference", "status": "current", "subject": referring(patient)}
    index |= {"description": text, "content": [{"attachment": {"contentType": "text/plain", "title": text}}]}
    (index,) = site.put_in(index)
    content: Json = {"resourceType": "Binary", "contentType": "text/plain", "data": b64encode(text.encode()).decode()}
    (content,) = site.put_in(content | {"securityContext": referring(index)})
    index["content"][0]["attachment"]["url"] = referring(content)["reference"]
    headers = {"Content-Type": "application/fhir+json"}
    got = site.send(site.callers[0], Asked("PUT", referring(index)["reference"], headers, orjson.dumps(index)))
    assert got.status == 200, got.body
    return [index, content]


def plant_plain(site: Site) -> None:
    """Some people and entries to ask about."""
    patients = site.put_in(person(), person())
    keeper = {"resourceType": "Organization", "identifier": [{"system": HER, "value": HOME_CARE_HER}]}
    documents = put_document(site, patients[0], "noe")
    site.numbers = tuple(one["identifier"][0]["value"] for one in patients)
    entries = site.put_in(*[one for patient in patients for one in about(patient, "noe")])
    group = {"resourceType": "Group", "type": "person", "actual": True, "member": [{"entity": referring(patients[0])}]}
    site.known = [referring(one)["reference"] for one in (*patients, *entries, *documents, *site.put_in(group, keeper))]


def plant(site: Site, gate: "Authority") -> None:
    """A patient whom a nurse serves, with a protected address and a blocked entry, and a stranger; callers anew."""
    blocked, address, stranger = word(), word(), word()
    label = {"security": [{"system": CONFIDENTIAL, "code": LABELS[uuid4().int % 2]}]}
    places: Json = {
        "address": [{"line": [address], "city": address}],
        "telecom": [{"system": "phone", "value": address}],
    }
    contact = [{"name": {"family": "Nær"}, "address": places["address"][0], "telecom": places["telecom"]}]
    numbers = [{"system": ENH, "value": HOME_CARE}, {"system": HER, "value": HOME_CARE_HER}]
    keeper = {"resourceType": "Organization", "identifier": numbers}
    mine, other, keeper = site.put_in(
        person(meta=label, **places, contact=contact), person(name=[{"family": stranger}]), keeper
    )
    episode = {"resourceType": "EpisodeOfCare", "status": "active", "patient": referring(mine)}
    relative = {"resourceType": "RelatedPerson", "active": True, "patient": referring(mine), **places}
    nurse = {"resourceType": "Practitioner", "identifier": [{"system": HPR, "value": NURSE[1]}]}
    shown = site.put_in(episode | {"managingOrganization": referring(keeper)}, relative, nurse, *about(mine, "synlig"))
    shown += put_document(site, mine, "synlig")
    secret = site.put_in(*about(mine, blocked)) + put_document(site, mine, blocked)
    theirs = site.put_in(*about(other, stranger)) + put_document(site, other, stranger)
    site.put_in(consent(mine, [one for one in secret if one["resourceType"] != "Binary"], blocked))
    everything = [mine, other, keeper, *shown, *secret, *theirs]
    site.known = [referring(one)["reference"] for one in everything]
    site.planted = frozenset(referring(one)["reference"] for one in (*secret, *theirs))
    site.numbers = tuple(one["identifier"][0]["value"] for one in (mine, other))
    site.words = (blocked[:9], address[:9], stranger[:9], *site.numbers)
    hidden = (blocked, b64encode(blocked.encode()).decode())
    foreign = (*hidden, address, stranger, b64encode(stranger.encode()).decode())
    site.callers = [
        Caller("system", gate.system, (*hidden, address)),
        Caller("nurse", gate.person(gate.callers.person(NURSE, attest(NURSE, site.numbers[0]))), foreign),
        Caller("patient", gate.person(gate.citizen(site.numbers[0])), foreign[3:]),
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
