"""A short campaign of fuzzing, as ``make fuzz`` runs a long one, and its oracle on answers that are wrong."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.fuzzing.campaign import afterwards, fuzz
from tests.fuzzing.channels import Asked
from tests.fuzzing.oracle import wrong
from tests.fuzzing.site import Got, Site, neighbours_site, open_site, secured_site
from tests.journal.conftest import Store

SiteOf = Callable[..., AbstractContextManager[Site]]
SECONDS = float(os.environ.get("FUZZ_SECONDS", "20"))


@pytest.mark.parametrize(
    ("store", "site_of"),
    [("sqlite", open_site), ("postgresql", secured_site)],
    ids=["open", "secured"],
    indirect=["store"],
)
def test_drawn_requests_are_answered_properly(store: Store, site_of: SiteOf, tmp_path: Path) -> None:
    """No failure, no traceback, no bare refusal, no secret; afterwards the journal lives and its trail verifies."""
    with site_of(tmp_path, store.server or "") as site:
        tally = fuzz(site, SECONDS / 3, number=20261126)
        assert tally.failures == []
        assert {"200", "201", "400", "404", "422"} <= tally.statuses.keys()
        assert afterwards(site) == []


def test_neighbours_answer_whatever_is_drawn(tmp_path: Path) -> None:
    """They refuse what they do not understand, and never fail; their candidate takes whatever they send."""
    with neighbours_site(tmp_path) as site:
        tally = fuzz(site, SECONDS / 3, number=20261126)
        assert tally.failures == []
        assert {"200", "400", "404"} <= tally.statuses.keys()
        assert afterwards(site) == []


OUTCOME = b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"x","diagnostics":"x"}]}'


@pytest.mark.parametrize(
    ("got", "told"),
    [
        (Got(500, {}, OUTCOME), "status 500"),
        (Got(503, {}, OUTCOME), "status 503"),
        (Got(400, {}, b"Bad Request"), "without an OperationOutcome"),
        (Got(404, {}, b'{"resourceType":"OperationOutcome"}'), "without an OperationOutcome"),
        (Got(200, {}, b'Traceback (most recent call last)\\n  File "x.py", line 1'), "insides"),
        (Got(200, {}, b'{"text":"verysecret"}'), "secret from nurse"),
        (Got(412, {"etag": "verysecret"}, OUTCOME), "secret from nurse"),
        (Got(201, {"location": "Patient/13817299999/_history/1"}, b""), "person number"),
        (Got(200, {"content-type": "application/fhir+json"}, b'{"a":'), "not JSON"),
    ],
)
def test_a_wrong_answer_is_seen(got: Got, told: str, tmp_path: Path) -> None:
    """Each kind of wrong answer is told by what is wrong with it."""
    assert any(told in problem for problem in wrong_to_nurse(got))


def test_a_proper_answer_is_passed() -> None:
    """A refusal with an OperationOutcome, an empty answer and a resource are in order."""
    for got in (Got(422, {}, OUTCOME), Got(204, {}, b""), Got(200, {"content-type": "application/fhir+json"}, b"{}")):
        assert wrong_to_nurse(got) == []


def wrong_to_nurse(got: Got) -> list[str]:
    return wrong(("13817299999",), ("nurse", ("verysecret",)), Asked("GET", "Patient"), got)
