"""The page of foreign clients says what the tests show."""

from pathlib import Path

from tests.peers.gaps import table


def test_the_page_lists_the_gaps() -> None:
    """README.md holds the table of gaps as it is."""
    assert table() in (Path(__file__).parent / "README.md").read_text()
