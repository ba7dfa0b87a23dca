"""``journalbenk`` and ``python -m simulator``: the command line, imported where a person may already stop it."""

import sys

_STOPPED = 3
"""What ``simulator.errors.InterruptedRunError`` ends with, which may not have been imported yet."""


def main() -> None:
    """Entry point: Ctrl-C while the command line is being imported ends as it does later, without a traceback."""
    try:
        from simulator.cli import main as command_line  # noqa: PLC0415  what takes long is imported inside the guard

        command_line()
    except KeyboardInterrupt:
        sys.stderr.write("journalbenk: stopped by hand.\n")
        sys.exit(_STOPPED)
    finally:
        # CPython ends by SIGINT, whatever was caught, if the last source text executed was interrupted, as those of
        # named tuples and data classes are while modules are imported.
        exec("")  # noqa: S102  the last one is now this


if __name__ == "__main__":
    main()
