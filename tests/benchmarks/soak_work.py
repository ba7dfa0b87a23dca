"""The mixed load of a soak: what people and systems ask of a journal all day, wrong questions among it.

It is stationary: patients give way to newcomers and exports are of what is new, so that no record or file grows with
the time. What the journal holds in the end is then its own doing, not that of longer and longer answers.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import requests

from tests.benchmarks.journal import vital_sign
from tests.journal.securing import ENH, FNR, HOME_CARE

Json = dict[str, Any]
Send = Callable[..., requests.Response]
"""Method, path, body and header fields (``_`` for ``-``) to an answer."""
PATIENTS: Final = 100
KEPT: Final = 400
SERVED: Final = 20
NEW: Final = timedelta(minutes=2)
_PATCH: Final = "application/json-patch+json"


@dataclass
class Work:
    """One worker's acts against a journal, and what it remembers to act on."""

    send: Send
    seed: int
    patients: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self.acts = [getattr(self, name) for name, share in self.shares().items() for _ in range(share)]

    def shares(self) -> dict[str, int]:
        """The acts by name, and how often each."""
        return ACTS

    def prepare(self) -> None:
        """Patients and observations to ask about."""
        while len(self.patients) < PATIENTS:
            self.patients.append(self.send("POST", "Patient", self.person()).json()["id"])
        for _ in range(50):
            self.create()

    def act(self) -> None:
        """One act, by chance; its answer is counted by what it is and its status."""
        act = self.draw.choice(self.acts)
        answer = act()
        self.counts[f"{act.__name__} {answer.status_code}"] += 1

    def person(self) -> Json:
        """Somebody new."""
        name = {"family": f"Soak{self.draw.randrange(500)}", "given": ["Kari"]}
        identifier = {"system": "urn:soak", "value": uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))}
        return {"resourceType": "Patient", "identifier": [identifier], "name": [name], "gender": "female"}

    def observation(self) -> Json:
        """A pulse of somebody."""
        body = vital_sign(self.draw.randrange(10_000)) | {"subject": self.subject()}
        del body["performer"]
        return body

    def subject(self) -> Json:
        return {"reference": f"Patient/{self.draw.choice(self.patients)}"}

    def one(self) -> str:
        return self.draw.choice(self.kept)

    def create(self) -> requests.Response:
        answer = self.send("POST", "Observation", self.observation())
        self.kept.append(answer.json()["id"])
        del self.kept[:-KEPT]
        return answer

    def create_once(self) -> requests.Response:
        body = self.person()
        condition = f"identifier=urn:soak|{body['identifier'][0]['value']}"
        self.send("POST", "Patient", body, If_None_Exist=condition)
        return self.send("POST", "Patient", body, If_None_Exist=condition)

    def update(self) -> requests.Response:
        one = self.one()
        return self.send("PUT", f"Observation/{one}", self.observation() | {"id": one})

    def stale_update(self) -> requests.Response:
        one = self.one()
        return self.send("PUT", f"Observation/{one}", self.observation() | {"id": one}, If_Match='W/"999999"')

    def patch(self) -> requests.Response:
        step = {"op": "add", "path": "/valueQuantity/value", "value": self.draw.randrange(50, 150)}
        return self.send("PATCH", f"Observation/{self.one()}", [step], Content_Type=_PATCH)

    def delete(self) -> requests.Response:
        one = self.send("POST", "Observation", self.observation()).json()["id"]
        return self.send("DELETE", f"Observation/{one}")

    def read(self) -> requests.Response:
        return self.send("GET", f"Observation/{self.one()}")

    def read_version(self) -> requests.Response:
        return self.send("GET", f"Observation/{self.one()}/_history/1")

    def history(self) -> requests.Response:
        return self.send("GET", f"Observation/{self.one()}/_history")

    def search(self) -> requests.Response:
        return self.send("GET", f"Observation?subject={self.subject()['reference']}&_sort=-date&_count=10")

    def leaf(self) -> requests.Response:
        """A search whose pages are followed, and which is left before its end."""
        answer = self.send("GET", f"Observation?code=8867-4&subject={self.subject()['reference']}&_count=5&_sort=date")
        for _ in range(2):
            further = [link["url"] for link in answer.json().get("link", ()) if link["relation"] == "next"]
            if further:
                answer = self.send("GET", further[0])
        return answer

    def chain(self) -> requests.Response:
        query = f"subject:Patient.family=Soak{self.draw.randrange(500)}&_include=Observation:subject&_count=10"
        return self.send("GET", f"Observation?{query}")

    def transaction(self) -> requests.Response:
        mother = {"fullUrl": "urn:uuid:mother", "resource": self.person()}
        mother["request"] = {"method": "POST", "url": "Patient"}
        seen = self.observation() | {"subject": {"reference": "urn:uuid:mother"}}
        entry = {"resource": seen, "request": {"method": "POST", "url": "Observation"}}
        return self.send("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [mother, entry]})

    def batch(self) -> requests.Response:
        asked = [{"request": {"method": "GET", "url": f"Observation/{self.one()}"}} for _ in range(3)]
        return self.send("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": asked})

    def everything(self) -> requests.Response:
        return self.send("GET", f"{self.subject()['reference']}/$everything?_count=20")

    def summary(self) -> requests.Response:
        return self.send("GET", f"{self.subject()['reference']}/$summary")

    def validate(self) -> requests.Response:
        return self.send("POST", "Observation/$validate", self.observation() | {"status": "maybe"})

    def invalid(self) -> requests.Response:
        return self.send("POST", "Observation", self.observation() | {"shoeSize": 43})

    def unknown(self) -> requests.Response:
        return self.send("GET", f"Observation/{uuid4().hex[:8]}")

    def log(self) -> requests.Response:
        return self.send("GET", f"AuditEvent?patient={self.subject()['reference']}&_count=5")

    def metadata(self) -> requests.Response:
        return self.send("GET", "metadata")

    def newcomer(self) -> requests.Response:
        """Somebody new comes, and whoever has been there longest is not asked for any more."""
        answer = self.send("POST", "Patient", self.person())
        self.patients = [*self.patients[1:], answer.json()["id"]]
        return answer

    def export(self) -> requests.Response:
        """An export of what is new, looked after until it is made, and removed."""
        since = (datetime.now(UTC) - NEW).isoformat(timespec="seconds").replace("+00:00", "Z")
        query = f"$export?_type=Patient,Observation&_since={since}"
        answer = self.send("GET", query, Prefer="respond-async", Accept="application/fhir+json")
        place = answer.headers.get("Content-Location", "")
        while place:
            status = self.send("GET", place)
            if status.status_code != 202:
                return self.send("DELETE", place)
            time.sleep(0.5)
        return answer


ACTS: Final = {
    "create": 10,
    "create_once": 3,
    "update": 8,
    "stale_update": 2,
    "patch": 5,
    "delete": 2,
    "read": 25,
    "read_version": 3,
    "history": 3,
    "search": 12,
    "leaf": 5,
    "chain": 4,
    "transaction": 4,
    "batch": 3,
    "everything": 3,
    "summary": 2,
    "validate": 2,
    "invalid": 2,
    "unknown": 2,
    "log": 2,
    "metadata": 2,
    "newcomer": 2,
}  # fmt: skip  a table


class SecuredWork(Work):
    """The same in a secured journal, where a nurse looks into records too: those she serves, and others."""

    def prepare(self) -> None:
        """Patients whom home care serves, beside the others."""
        super().prepare()
        keeper = {"resourceType": "Organization", "identifier": [{"system": ENH, "value": HOME_CARE}]}
        answer = self.send("POST", "Organization", keeper, If_None_Exist=f"identifier={ENH}|{HOME_CARE}")
        organisation = {"reference": f"Organization/{answer.json()['id']}"}
        self.served: list[tuple[str, str]] = []
        for _ in range(SERVED):
            pid = f"138172{self.draw.randrange(10**5):05d}"
            someone = self.person() | {"identifier": [{"system": FNR, "value": pid}]}
            one = self.send("POST", "Patient", someone).json()["id"]
            body = {"resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": f"Patient/{one}"}}
            self.send("POST", "EpisodeOfCare", body | {"managingOrganization": organisation})
            self.served.append((pid, one))

    def shares(self) -> dict[str, int]:
        """Those of anybody, and the nurse's."""
        return ACTS | {"nurse_looks": 12, "nurse_leafs": 3, "nurse_is_refused": 3}

    def nurse_looks(self) -> requests.Response:
        pid, one = self.draw.choice(self.served)
        what = self.draw.choice((f"Patient/{one}", f"Observation?patient=Patient/{one}", f"Patient/{one}/$everything"))
        return self.send("GET", what, pid=pid)

    def nurse_leafs(self) -> requests.Response:
        pid, _ = self.draw.choice(self.served)
        return self.send("GET", "EpisodeOfCare?status=active&_include=EpisodeOfCare:patient", pid=pid)

    def nurse_is_refused(self) -> requests.Response:
        pid, _ = self.draw.choice(self.served)
        return self.send("GET", f"Patient/{self.draw.choice(self.patients)}", pid=pid)
