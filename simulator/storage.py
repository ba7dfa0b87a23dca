"""Writing files whole or not at all, and saying in one clear error what the operating system says about it."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from simulator.errors import BenchError, DiskFullError, OutputError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_NUMBER_IN_TEXT: Final = re.compile(r"os error (\d+)")
_ENOUGH_BYTES: Final = 1 << 16


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A path beside ``target`` to write to; it becomes ``target`` when the block ends well, and else goes away."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            temporary.replace(target)
        except Exception as error:
            # Of a disk that is full at the end of a Parquet file polars says only that its own writing went wrong.
            if type(error).__module__.startswith("polars") and disk_is_full(temporary):
                raise explained(errno.ENOSPC, target) from None
            raise
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong while writing ``path`` into an OutputError or DiskFullError."""
    try:
        yield
    except BenchError:
        raise
    except FileExistsError:
        raise OutputError(
            "another run is using the folder, or it is a file",
            where=str(path),
            remedy="Name another folder with --out.",
        ) from None
    except NotADirectoryError:
        raise OutputError("a part of the path is a file", where=str(path), remedy="Name a folder with --out.") from None
    except Exception as error:
        number = _number_of(error)
        if number is None and not isinstance(error, OSError):
            raise
        raise explained(number, path) from None


@contextmanager
def room(path: Path) -> Iterator[None]:
    """Turn a disk that is full near ``path`` into a DiskFullError; whatever else goes wrong stays what it is."""
    try:
        yield
    except BenchError:
        raise
    except Exception as error:
        number = _number_of(error)
        if number not in _FULL:
            raise
        raise explained(number, path) from None


def _number_of(error: Exception) -> int | None:
    """The operating system's number of an error, if it has one."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    told = _NUMBER_IN_TEXT.search(str(error))  # a library that writes by itself repeats the system's number
    return int(told[1]) if told else None


def explained(number: int | None, path: Path) -> OutputError:
    """What error ``number`` of the operating system means for whoever wanted to write ``path``."""
    if number in _FULL:
        return DiskFullError(
            "the disk is full",
            where=str(path),
            remedy="Free some space and run again; what was written so far is marked as partial.",
        )
    reason = os.strerror(number) if number else "unknown reason"
    return OutputError(
        f"cannot be written: {reason}", where=str(path), remedy="Choose a folder you may write to, with --out."
    )


def disk_is_full(path: Path) -> bool:
    """Whether hardly anything more can be written near ``path``."""
    existing = next((p for p in (path, *path.parents) if p.exists()), Path())
    return shutil.disk_usage(existing).free < _ENOUGH_BYTES
