"""What an alternative changes is told in words that are so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.figures import Figures
from simulator.run.describing import study_facts
from simulator.scenario import load_study
from tests.run.conftest import write


@pytest.fixture
def dated(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes a study that begins on a day and has an outage of an hour at an instant."""

    def made(start: str, at: str) -> Path:
        path = write(tmp_path / "s.yaml", municipalities='"1151"', days=2, window="1 s", people=1)
        whole = path.read_text("utf-8").replace("start: 2026-01-12", f"start: {start}")
        both = f"outages: [{{system: common, at: '{at}', lasts: 1 h}}]"
        other = f"alternatives: {{one: {{}}, down: {{{both}, title: {{nb: Nede, en: Down}}}}}}\nbaseline: one\n"
        path.write_text(whole.partition("load:")[0] + other, "utf-8")
        return path

    return made


@pytest.mark.parametrize(
    ("start", "at"),
    [("2026-01-12", "2026-01-12 12:00"), ("2026-03-29", "2026-03-29 12:00"), ("2026-10-25", "2026-10-25 12:00")],
)
def test_an_outage_is_told_by_the_clock_on_the_wall(dated: Callable[[str, str], Path], start: str, at: str) -> None:
    """As the study says it, also on the days of 23 and 25 hours."""
    facts = study_facts(load_study(str(dated(start, at)), Figures.load()), 100)
    changes = [change for one in facts["alternatives"] for change in one["changes"] if change["key"] == "outages"]
    assert [change["value"] for change in changes] == [f"common {at}, 1 h"]
