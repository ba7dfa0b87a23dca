"""The walls of the house: imports go one way, modules and functions stay small, no candidate is known by name."""

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.places import CANDIDATES, ROOT

CODE = ("simulator", "features", "loadtests", "reports")
MAX_MODULE_LINES, MEDIAN_MODULE_LINES = 500, 130
MAX_FUNCTION_LINES, P95_FUNCTION_LINES = 60, 35
MAX_ARGUMENTS = 5


def modules(*folders: str) -> list[Path]:
    return [p for folder in folders for p in sorted((ROOT / folder).rglob("*.py"))]


def functions(*folders: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in modules(*folders):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if has_docstring else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def test_imports_go_one_way() -> None:
    """Every import contract in pyproject.toml is kept."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_modules_stay_small() -> None:
    """No module is over 500 lines and the median is at most 130."""
    lengths = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in modules(*CODE, "tests")}
    assert {name: n for name, n in lengths.items() if n > MAX_MODULE_LINES} == {}
    own = [n for name, n in lengths.items() if not name.startswith("tests") and n > 1]
    assert statistics.median(own) <= MEDIAN_MODULE_LINES


def test_functions_stay_small() -> None:
    """No function is over 60 lines, 95 % are within 35, docstrings left out."""
    lengths = {name: body_lines(node) for name, node in functions(*CODE)}
    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}
    within = sum(n <= P95_FUNCTION_LINES for n in lengths.values())
    assert within / len(lengths) >= 0.95


def test_functions_take_few_arguments() -> None:
    """A function takes at most five arguments by position; a command of the command line takes one an option."""
    crowded = {
        name: len(node.args.posonlyargs) + len(node.args.args)
        for name, node in functions("simulator", "loadtests", "reports")
        if len([a for a in [*node.args.posonlyargs, *node.args.args] if a.arg not in ("self", "cls")]) > MAX_ARGUMENTS
        and not name.startswith("simulator/cli.py")
    }
    assert crowded == {}


def test_every_module_opens_with_a_sentence() -> None:
    """Every module says in its first lines what it is for."""
    silent = [
        str(p.relative_to(ROOT)) for p in modules(*CODE) if not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize("name", sorted(p.stem for p in CANDIDATES.glob("*.yaml")))
def test_no_candidate_is_known_by_name(name: str) -> None:
    """The bench treats all candidates alike: none is named in its code."""
    code = [p for p in modules(*CODE) if "journal" not in p.relative_to(ROOT).parts]
    named = [str(p.relative_to(ROOT)) for p in code if name in p.read_text("utf-8")]
    assert named == []


def test_every_test_states_a_behaviour() -> None:
    """Every test says in one docstring what behaviour it holds the code to."""
    silent = [
        name for name, node in functions("tests") if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []
