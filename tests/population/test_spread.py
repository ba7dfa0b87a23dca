"""People made by other processes."""

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from simulator.domain.digest import TableDigest
from simulator.errors import InputError
from simulator.figures import Figures
from simulator.population import population_blocks, spread_blocks

PLACES = ("5501", "5532", "5534", "5536", "1833", "4601")


class Hand:
    """Somebody who does what is asked at once, or fails."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.asked = 0

    def ask(self, function: Any, *given: Any) -> "Future[Any]":
        """Call the function."""
        self.asked += 1
        future: Future[Any] = Future()
        if self.fault and self.asked > 1:
            future.set_exception(self.fault)
        else:
            future.set_result(function(*given))
        return future


def digest(blocks: Any) -> str:
    """Of all rows of the blocks."""
    found = TableDigest()
    for block in blocks:
        found.update(block)
    return found.hexdigest()


@pytest.mark.parametrize("hands", [1, 2, 3])
def test_who_makes_people_decides_nothing(official: Figures, tmp_path: Path, hands: int) -> None:
    """However many make them, the people are those that this process makes, and no file is left."""
    made = spread_blocks(official, PLACES, 7, [Hand() for _ in range(hands)], tmp_path)
    assert digest(made) == digest(population_blocks(official, PLACES, 7))
    assert not list(tmp_path.iterdir())


def test_those_with_least_to_do_make_the_next(official: Figures, tmp_path: Path) -> None:
    """While one makes a large municipality the others make the small ones."""
    hands = [Hand(), Hand()]
    # Oslo first, which has as many people as all the others.
    places = ("0301", "1103", "3301", "4204", "4601")
    list(spread_blocks(official, places, 7, hands, tmp_path))
    # Told what to make people from, and to forget it, besides what they make.
    assert [hand.asked - 2 for hand in hands] == [1, 4]


def test_what_fails_in_another_process_fails_here(official: Figures, tmp_path: Path) -> None:
    """A full disk where people are made is an error for whoever asks for them."""
    made = spread_blocks(official, PLACES, 7, [Hand(OSError(28, "No space left on device"))], tmp_path)
    with pytest.raises(OSError, match="No space left"):
        list(made)


def test_an_unknown_municipality_is_refused_before_anybody_is_made(official: Figures, tmp_path: Path) -> None:
    """A wrong number is said when the blocks are asked for."""
    with pytest.raises(InputError, match="0000"):
        spread_blocks(official, ("0000",), 7, [Hand()], tmp_path)
