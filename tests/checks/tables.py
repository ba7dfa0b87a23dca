"""Tests of checks by tables of histories: a module that imports both has them for its own ``RIGHT`` and ``WRONG``.

``RIGHT`` gives for each check what tells a history that it passes; ``WRONG`` has rows of a check, what is wrong, and
what tells a history that it fails. The conftest of this folder hands them in.
"""

from collections.abc import Callable

from tests.checks.conftest import Story

Teller = Callable[[Story], Story]


def test_what_is_right_passes(right: tuple[str, Teller], story: Story) -> None:
    """A candidate that does it right is passed."""
    name, tell = right
    found = tell(story).judged(name)
    assert (found.outcome, found.message) == ("pass", found.message)


def test_what_is_wrong_fails(wrong: tuple[str, str, Teller], story: Story) -> None:
    """A candidate that does it wrong is failed, and blamed."""
    name, _, tell = wrong
    found = tell(story).judged(name)
    assert (found.outcome, found.attribution) == ("fail", "candidate"), found.message
