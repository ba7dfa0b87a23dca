"""Small populations that the tests share, and figures that a test may spoil."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from simulator.figures import Figures
from simulator.places import MUNICIPALITIES
from simulator.population import make_population

SEED = 7


@pytest.fixture(scope="session")
def official() -> Figures:
    """The figures that come with the bench."""
    return Figures.load()


@pytest.fixture(scope="session")
def tromso(official: Figures) -> pl.DataFrame:
    """Tromsø, 79 943 residents."""
    return make_population(official, ["5501"], SEED)


@pytest.fixture(scope="session")
def several(official: Figures) -> pl.DataFrame:
    """Four municipalities of very different size, in two replicas."""
    return make_population(official, ["Nesseby", "5501", "4601", "1151"], SEED, replicas=2)


@pytest.fixture
def with_text(tmp_path: Path) -> Callable[[str, str, str], Figures]:
    """Figures read from a copy in which one text of one file is another."""

    def replace(name: str, old: str, new: str) -> Figures:
        folder = tmp_path / "figures"
        copytree(MUNICIPALITIES, folder)
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
        return Figures.load(folder)

    return replace
