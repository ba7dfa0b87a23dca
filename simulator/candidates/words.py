"""The words in braces that a candidate file may use, and how they are filled in."""

import re
import sys
import sysconfig
from pathlib import Path
from typing import Final

WORDS: Final = (
    "base_url",
    "bin",
    "data",
    "issuer",
    "issuer_port",
    "jwks",
    "neighbours",
    "neighbours_port",
    "port",
    "python",
)
"""``{port}`` and ``{base_url}``: where the candidate shall answer; ``{data}``: its fresh folder; ``{python}``: the
interpreter in use; ``{bin}``: the folder of that interpreter's scripts; ``{issuer}``: the token service's address,
``{issuer_port}``: a free port for it, ``{jwks}``: the file with the bench's public keys there; ``{neighbours}``: the
neighbours' address, ``{neighbours_port}``: a free port for them."""

OPERATIONS: Final = (*WORDS, "file")
"""Those of the commands that back up and restore; ``{file}``: the backup, outside the data folder."""

_WORD: Final = re.compile(r"\{([a-z_]+)\}")


def unknown_words(text: str, known: tuple[str, ...] = WORDS) -> list[str]:
    """The words in braces in ``text`` that nothing fills in."""
    return [word for word in _WORD.findall(text) if word not in known]


def fill(text: str, values: dict[str, str]) -> str:
    """``text`` with its known words filled in; other braces (JSON, YAML) are left as they are."""
    return _WORD.sub(lambda match: values.get(match[1], match[0]), text)


def values_for(base_url: str, port: int, data: Path) -> dict[str, str]:
    """What the words stand for when a candidate is started with this port and data folder."""
    values = {
        "port": str(port),
        "data": str(data),
        "python": sys.executable,
        "bin": sysconfig.get_path("scripts"),
    }
    return {**values, "base_url": fill(base_url, values)}
