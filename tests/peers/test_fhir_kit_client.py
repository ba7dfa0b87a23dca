"""fhir-kit-client (npm) against the reference journal: ``kit.mjs`` is run by node, and tells step by step."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from simulator.places import ROOT
from tests.peers.conftest import Secured

pytestmark = pytest.mark.peers
HERE = Path(__file__).parent
FOLDER = ROOT / "runs" / "peers"
MUST = bool(os.environ.get("JOURNALBENK_PEERS"))
"""Set by ``make peers``: what is lacking is installed, and is a failure where it cannot be."""
STEPS = {
    "read",
    "statement",
    "search with paging",
    "conditional create",
    "update with version, and conflict",
    "patch",
    "transaction and batch",
    "history",
    "operations",
    "references",
    "errors",
    "gaps",
}  # fmt: skip  a table


def lacking(why: str) -> None:
    """Fails where the client must be there, and skips with the reason elsewhere."""
    if MUST:
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def script() -> Path:
    """The script beside the client that the lock file names, in a folder under runs/."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        lacking("node and npm are not installed: sudo apt-get install nodejs npm")
    if not (FOLDER / "node_modules" / "fhir-kit-client").is_dir() and not MUST:
        lacking("fhir-kit-client is not installed; `make peers` installs it in runs/peers")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "kit.mjs"):
        shutil.copy(HERE / name, FOLDER / name)
    if MUST:
        words = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            lacking(f"npm could not install fhir-kit-client: {done.stderr[-500:]}")
    return FOLDER / "kit.mjs"


def steps(script: Path, *words: str) -> dict[str, str]:
    """Each step's complaint, empty where it succeeded."""
    done = subprocess.run(["node", str(script), *words], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["step"]: "" if one["ok"] else one["why"] for one in told}


def test_every_step_completes(script: Path, base: str) -> None:
    """Read, search with paging, conditions, conflict, transaction, history, operations, errors, and the gaps."""
    assert steps(script, base) == dict.fromkeys(STEPS, "")


def test_backend_services(script: Path, secured: Secured, tmp_path: Path) -> None:
    """The client finds the token endpoint, and is let in with the token it gives; without one it is refused."""
    key = tmp_path / "key.json"
    key.write_text(json.dumps({"key": secured.signer.key.as_dict(private=True), "client_id": "bench"}))
    assert steps(script, secured.base, str(key)) == {"refused without a token": "", "backend services": ""}
