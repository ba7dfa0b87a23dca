"""What a job tells whoever is watching stands on the terminal as it was said."""

import pytest

from simulator.run.display import Terminal


@pytest.mark.parametrize("path", ["runs[/a]/people.parquet", "runs/[red]x", f"runs/{'long ' * 40}x"])
def test_a_path_is_said_as_it_is(capsys: pytest.CaptureFixture[str], path: str) -> None:
    """Brackets are not taken for colours, and a long line is not broken."""
    Terminal().say(f"written to {path}")
    assert capsys.readouterr().err == f"written to {path}\n"
