"""journalbenk: a try-out bench for the national municipal health-record solution."""

__version__ = "0.1.0"
