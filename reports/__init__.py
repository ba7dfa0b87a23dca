"""A finished (or broken-off) run becomes a page for people and a file for other tools."""

from reports.writing import write

__all__ = ["write"]
