"""The bench's figures, and a copy that a test may spoil."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from simulator.figures import Figures
from simulator.places import MUNICIPALITIES

Spoil = Callable[[str, str, str], Path]


@pytest.fixture(scope="session")
def official() -> Figures:
    """The figures that come with the bench."""
    return Figures.load()


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """Copies the figures with one text of one file replaced; gives the copy's directory."""

    def replace(name: str, old: str, new: str) -> Path:
        folder = tmp_path / "figures"
        copytree(MUNICIPALITIES, folder)
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} no longer holds {old!r}"
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return replace
