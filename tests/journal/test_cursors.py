"""Cursors: what they stand for, and how much of it is remembered."""

import secrets
from pathlib import Path

import pytest

from simulator.journal import shelf
from simulator.journal.errors import FhirError
from simulator.journal.search import cursors
from simulator.journal.search.cursors import Cursors, Place
from simulator.journal.shelf import SharedCursors


def test_a_cursor_gives_back_the_place_it_stands_for() -> None:
    """What was asked, and where it goes on, come back as they were."""
    remembered = Cursors()
    place = Place("Patient", {"count": 10}, 20, 45)
    assert remembered.place(remembered.keep(place), "Patient") == place


def test_a_cursor_belongs_to_its_path() -> None:
    """A cursor of another type has expired, whatever it stands for."""
    remembered = Cursors()
    word = remembered.keep(Place("Patient", None, 0, None))
    with pytest.raises(FhirError) as refused:
        remembered.place(word, "Observation")
    assert refused.value.status == 410


def test_searches_of_many_values_push_out_the_oldest_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is held to its bytes, not to a number of places."""
    monkeypatch.setattr(cursors, "MOST_BYTES", 50_000)
    remembered = Cursors()
    heavy = [remembered.keep(Place("Patient", secrets.token_bytes(20_000), 0, None)) for _ in range(3)]
    with pytest.raises(FhirError):
        remembered.place(heavy[0], "Patient")
    assert remembered.place(heavy[2], "Patient")
    assert remembered.places.currsize <= 50_000


def test_a_cursor_is_forgotten_after_a_while() -> None:
    """It stands for its place until its time is over, and takes no memory after."""
    now = [0.0]
    remembered = Cursors(lambda: now[0])
    word = remembered.keep(Place("Patient", None, 0, None))
    now[0] = cursors.LIFE_S - 1
    assert remembered.place(word, "Patient")
    now[0] = cursors.LIFE_S + 1
    with pytest.raises(FhirError):
        remembered.place(word, "Patient")
    remembered.keep(Place("Patient", None, 0, None))
    assert len(remembered.places) == 1


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of a journal that several processes serve."""
    shelf.empty(tmp_path)
    return tmp_path


def test_a_cursor_that_processes_share_is_forgotten_after_a_while(data: Path) -> None:
    """Whichever process is asked: it stands for its place until its time is over, and leaves no file after."""
    now = [1_000.0]
    one, other = (SharedCursors(data, lambda: now[0]) for _ in range(2))
    word = one.keep(Place("Patient", None, 0, None))
    now[0] += cursors.LIFE_S - 1
    assert other.place(word, "Patient") == Place("Patient", None, 0, None)
    now[0] += 2
    for remembered in (one, other):
        with pytest.raises(FhirError) as refused:
            remembered.place(word, "Patient")
        assert refused.value.status == 410
    later = other.keep(Place("Patient", None, 0, None))
    assert [path.name for path in other.shelf.folder.iterdir()] == [later]


def test_shared_searches_of_many_values_push_out_the_oldest(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are held to their bytes, not to their number alone; the newest always stays."""
    now = [1_000.0]
    monkeypatch.setattr(shelf, "MOST_BYTES", 50_000)
    remembered = SharedCursors(data, lambda: now[0])
    words = []
    for _ in range(3):
        now[0] += 60
        words.append(remembered.keep(Place("Patient", secrets.token_bytes(20_000), 0, None)))
    with pytest.raises(FhirError):
        remembered.place(words[0], "Patient")
    assert remembered.place(words[1], "Patient")
    now[0] += 60
    heavy = remembered.keep(Place("Patient", secrets.token_bytes(60_000), 0, None))
    assert [path.name for path in remembered.shelf.folder.iterdir()] == [heavy]
    assert remembered.place(heavy, "Patient")


def test_a_place_that_weighs_more_than_all_is_kept_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last search of all is never without its next page."""
    monkeypatch.setattr(cursors, "MOST_BYTES", 10_000)
    remembered = Cursors()
    assert remembered.place(remembered.keep(Place("Patient", secrets.token_bytes(20_000), 0, None)), "Patient")
