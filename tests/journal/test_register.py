"""The journal follows the population register: what happened there is so here, once, whatever goes wrong on the way."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from simulator.domain.person_number import check_digits
from simulator.journal.register.person import WrongDocumentError, numbers_of, patient_of
from tests.journal.conftest import Client, start
from tests.signing import Signer, start_neighbours

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
Json = dict[str, Any]
_INDIVIDUALS = count(500)


def new_number() -> str:
    """A synthetic person number that no other test has."""
    while True:
        nine = f"058112{next(_INDIVIDUALS)}"
        digits = check_digits(nine)
        if digits is not None:
            return f"{nine}{digits[0]}{digits[1]}"


@dataclass
class Register:
    """The population register as the bench has it, and a journal that follows it."""

    signer: Signer
    journal: Client

    def say(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the neighbours."""
        answer = self.signer.session.request(method, self.signer.issuer + path, json=body, timeout=10)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def happen(self, kind: str, number: str, *, take_in: bool = True, **more: Any) -> None:
        """Something happens, and the journal is told to look."""
        self.say("POST", "/facts/folkeregisteret/hendelser", {"hendelsetype": kind, "person": document(number, **more)})
        if take_in:
            self.take_in()

    def take_in(self) -> Json:
        """The journal looks at the feed now; the counts it gives."""
        answer = self.journal.send("POST", "$follow-register")
        assert answer.status_code == 200, answer.text
        return {row["name"]: row["valueInteger"] for row in answer.json()["parameter"]}

    def known(self, number: str) -> str:
        """The id of somebody whom journal and register know."""
        self.say("PUT", "/facts/folkeregisteret/personer", document(number))
        found: str = self.journal.create(patient_of(document(number), None))["id"]
        return found

    def patient(self, identity: str) -> Json:
        """The Patient as the journal has it now."""
        found: Json = self.journal.get(f"Patient/{identity}").json()
        return found


def document(number: str, **more: Any) -> Json:
    """A person document."""
    home = {"adressenavn": "Storgata 1", "postnummer": "9008", "poststed": "Tromsø", "kommunenummer": "5501"}
    return {
        "identifikasjonsnummer": [{"foedselsEllerDNummer": number}],
        "navn": {"fornavn": "Kari", "etternavn": "Nordmann"},
        "kjoenn": "kvinne",
        "foedselsdato": "2012-01-05",
        "bostedsadresse": home,
    } | more


@pytest.fixture(scope="module")
def register(store: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """A register, and a journal that looks at it when told to."""
    folder = tmp_path_factory.mktemp("register")
    with start_neighbours(folder) as signer:
        options = store.options(str(folder / "data"))
        running = start(*options, "--neighbours", signer.issuer, "--register-interval", "3600")
        client = Client(running.base)
        yield Register(signer, client)
        client.session.close()
        assert running.stop() == 0
        assert running.process.stdout is not None
        running.process.stdout.close()


@pytest.fixture(autouse=True)
def well_again(register: Register) -> Iterator[None]:
    """The register behaves well again after each test, and nothing is left to be taken in."""
    yield
    register.say("DELETE", "/behaviour/folkeregisteret")
    register.take_in()


def test_a_new_name_is_taken_over(register: Register) -> None:
    """The name in use is the register's, the former one stays as old."""
    number = new_number()
    identity = register.known(number)
    register.happen("endringINavn", number, navn={"fornavn": "Kari", "etternavn": "Hansen"})
    names = register.patient(identity)["name"]
    assert [(n["use"], n["family"]) for n in names] == [("official", "Hansen"), ("old", "Nordmann")]


def test_a_move_changes_the_address(register: Register) -> None:
    """Street and kommunenummer are those of the new home."""
    number = new_number()
    identity = register.known(number)
    home = {"adressenavn": "Bryggen 3", "postnummer": "5003", "poststed": "Bergen", "kommunenummer": "4601"}
    register.happen("endringIBostedsadresse", number, bostedsadresse=home)
    (address,) = register.patient(identity)["address"]
    assert address["line"] == ["Bryggen 3"]
    assert address["_district"]["extension"][0]["valueCoding"]["code"] == "4601"


def test_a_death_is_known(register: Register) -> None:
    """The Patient says when the person died."""
    number = new_number()
    identity = register.known(number)
    register.happen("endringIDoedsfall", number, doedsdato="2026-01-14")
    assert register.patient(identity)["deceasedDateTime"] == "2026-01-14"


def test_a_former_number_still_finds_the_person(register: Register) -> None:
    """Old and new number lead to the one record; the old one is marked as old."""
    old, new = new_number(), new_number()
    identity = register.known(old)
    rows = [{"foedselsEllerDNummer": new}, {"foedselsEllerDNummer": old, "status": "opphoert"}]
    register.happen("endringIIdentifikasjonsnummer", new, identifikasjonsnummer=rows)
    for number in (old, new):
        answer = register.journal.session.post(
            f"{register.journal.base}/Patient/_search", data={"identifier": f"{FNR}|{number}"}, timeout=10
        )
        assert [e["resource"]["id"] for e in answer.json()["entry"]] == [identity]
    uses = {one["value"]: one["use"] for one in register.patient(identity)["identifier"]}
    assert uses == {new: "official", old: "old"}


def test_a_protected_address_is_gone_until_it_is_lifted(register: Register) -> None:
    """Kode 6 is a label without an address; when it is lifted, the address is there and the label is not."""
    number = new_number()
    identity = register.known(number)
    register.happen("endringIAdressebeskyttelse", number, graderingsnivaa="strengtFortrolig")
    hidden = register.patient(identity)
    assert [label["code"] for label in hidden["meta"]["security"]] == ["V"]
    assert "address" not in hidden
    register.happen("endringIAdressebeskyttelse", number, graderingsnivaa="ugradert")
    shown = register.patient(identity)
    assert "security" not in shown["meta"]
    assert shown["address"][0]["line"] == ["Storgata 1"]


def test_a_newborn_is_registered(register: Register) -> None:
    """A birth makes a Patient; what else happens to somebody unknown does not."""
    child, stranger = new_number(), new_number()
    register.happen("endringIFoedsel", child, navn={"fornavn": "Ola", "etternavn": "Nordmann"}, kjoenn="mann")
    register.happen("endringINavn", stranger)
    assert len(register.journal.ids(f"Patient?identifier={child}")) == 1
    assert register.journal.ids(f"Patient?identifier={stranger}") == []


def test_what_comes_twice_or_mixed_up_is_so_once(register: Register) -> None:
    """Events listed twice and in another order leave one new version with the last of it."""
    number = new_number()
    identity = register.known(number)
    for name in ("Berg", "Dal"):
        more = {"navn": {"fornavn": "Kari", "etternavn": name}}
        register.happen("endringINavn", number, take_in=False, **more)
    register.say("PUT", "/behaviour/folkeregisteret", {"duplicate": True, "out_of_order": True})
    register.take_in()
    found = register.patient(identity)
    assert (found["name"][0]["family"], found["meta"]["versionId"]) == ("Dal", "2")


def test_what_changes_nothing_leaves_no_version(register: Register) -> None:
    """An event about what is already so makes neither a version nor a line in the trail."""
    number = new_number()
    identity = register.known(number)
    register.happen("endringINavn", number)
    assert register.patient(identity)["meta"]["versionId"] == "1"


def test_what_happened_while_it_was_down_is_caught_up(register: Register) -> None:
    """The journal says that the register is silent, and has all of it once it is up."""
    number = new_number()
    identity = register.known(number)
    register.say("PUT", "/behaviour/folkeregisteret", {"down": True})
    register.happen("endringIDoedsfall", number, take_in=False, doedsdato="2026-01-14")
    assert register.journal.send("POST", "$follow-register").status_code == 503
    register.say("DELETE", "/behaviour/folkeregisteret")
    assert register.take_in()["changed"] == 1
    assert register.patient(identity)["deceasedDateTime"] == "2026-01-14"


def test_somebody_elses_document_is_not_taken_in(register: Register) -> None:
    """While the register answers wrongly nobody is changed; the right document is fetched later."""
    number, other = new_number(), new_number()
    identity = register.known(number)
    register.say("PUT", "/facts/folkeregisteret/personer", document(other, doedsdato="2026-01-01"))
    register.say("PUT", "/behaviour/folkeregisteret", {"wrong": True})
    register.happen("endringINavn", number, take_in=False, navn={"fornavn": "Kari", "etternavn": "Lie"})
    assert register.take_in() == {"events": 1, "changed": 0, "wanted": 1}
    assert register.patient(identity)["meta"]["versionId"] == "1"
    register.say("DELETE", "/behaviour/folkeregisteret")
    assert register.take_in() == {"events": 0, "changed": 1, "wanted": 0}


def test_other_things_known_of_a_person_stay(register: Register) -> None:
    """Identifiers of others, language and doctor are not the register's business."""
    number = new_number()
    register.say("PUT", "/facts/folkeregisteret/personer", document(number))
    known = patient_of(document(number), None)
    known["identifier"].append({"system": "https://sykehus.example/pid", "value": "A-1"})
    known["communication"] = [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "se"}]}}]
    identity = register.journal.create(known)["id"]
    register.happen("endringINavn", number, navn={"fornavn": "Kari", "etternavn": "Moe"})
    found = register.patient(identity)
    assert {"system": "https://sykehus.example/pid", "value": "A-1"} in found["identifier"]
    assert found["communication"] == known["communication"]


def test_a_change_leaves_a_line_in_the_trail(register: Register) -> None:
    """The audit trail says that the Patient was updated."""
    number = new_number()
    identity = register.known(number)
    register.happen("endringIDoedsfall", number, doedsdato="2026-01-14")
    found = register.journal.get(f"AuditEvent?entity=Patient/{identity}").json()
    actions = [e["resource"]["action"] for e in found["entry"] if e["resource"]["resourceType"] == "AuditEvent"]
    assert "U" in actions


def test_a_journal_looks_by_itself_and_a_secured_one_says_who(
    store: Any, register: Register, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two processes of one secured journal follow the feed without being asked, from where it was left at a restart."""
    folder = tmp_path_factory.mktemp("looking")
    options = [*store.options(str(folder / "data")), "--neighbours", register.signer.issuer]
    options += ["--issuer", register.signer.issuer, "--register-interval", "0.1", "--workers", "2"]
    child = new_number()
    register.happen("endringIFoedsel", child, take_in=False)
    running = start(*options)
    try:
        token = register.signer.token({"audience": running.base, "scope": "system/*.cruds"})
        until = time.monotonic() + 10
        found: list[Json] = []
        while not found and time.monotonic() < until:
            found = _found(register.signer, running.base, token, f"Patient?identifier={child}")
        (patient,) = found
        events = _found(register.signer, running.base, token, f"AuditEvent?entity=Patient/{patient['id']}")
        made = [e for e in events if e["action"] == "C"]
        assert [a["who"]["identifier"]["value"] for e in made for a in e["agent"] if a["requestor"]] == [
            "folkeregisteret"
        ]
    finally:
        assert running.stop() == 0
        assert running.process.stdout is not None
        running.process.stdout.close()


def _found(signer: Signer, base: str, token: str, path: str) -> list[Json]:
    headers = {
        "Authorization": f"DPoP {token}",
        "DPoP": signer.proof("GET", f"{base}/{path.partition('?')[0]}", token=token),
    }
    answer = signer.session.get(f"{base}/{path}", headers=headers, timeout=10)
    if answer.status_code == 401 and "DPoP-Nonce" in answer.headers:
        nonce = answer.headers["DPoP-Nonce"]
        headers["DPoP"] = signer.proof("GET", f"{base}/{path.partition('?')[0]}", token=token, nonce=nonce)
        answer = signer.session.get(f"{base}/{path}", headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text
    return [entry["resource"] for entry in answer.json().get("entry", [])]


def test_who_was_merged_is_protected_too(register: Register) -> None:
    """A Patient that was replaced by another is followed as the other: the label is on both, in whatever order made."""
    number = new_number()
    link = [{"other": {"reference": "Patient/x"}, "type": "replaced-by"}]
    merged = register.journal.create(patient_of(document(number), None) | {"active": False, "link": link})["id"]
    identity = register.known(number)
    register.happen("endringIAdressebeskyttelse", number, graderingsnivaa="strengtFortrolig")
    for one in (merged, identity):
        found = register.patient(one)
        assert [label["code"] for label in found["meta"]["security"]] == ["V"]
        assert "address" not in found


@pytest.mark.parametrize("row", [{"foedselsEllerDNummer": ""}, {"foedselsEllerDNummer": "x"}, "x", {}])
def test_a_document_with_an_odd_number_is_wrong(row: Any) -> None:
    """It is asked for again, and holds up nobody else's."""
    number = new_number()
    told = document(number)
    told["identifikasjonsnummer"].append(row)
    with pytest.raises(WrongDocumentError):
        numbers_of(told, number)


def test_an_odd_sex_is_none() -> None:
    """What the register says of sex in another form leaves it as it was."""
    assert "gender" not in patient_of(document(new_number(), kjoenn=["kvinne"]), None)
