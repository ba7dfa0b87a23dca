"""The order of the tests: what takes long begins first, so that no worker has it left when the others are done."""

from pathlib import Path

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files with slow tests before the others; within a file, and otherwise, the order stays."""
    slow: set[Path] = {item.path for item in items if item.get_closest_marker("slow") is not None}
    items.sort(key=lambda item: item.path not in slow)
