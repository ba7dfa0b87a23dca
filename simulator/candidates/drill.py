"""A second instance of a candidate, with a port and a data folder of its own, to be killed, damaged and restored."""

import os
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from simulator.candidates import process as processes
from simulator.candidates.authentication import authorization, token_of
from simulator.candidates.issuer import issuer_of
from simulator.candidates.lifetime import Running, Starting, attach, wait_until_ready
from simulator.candidates.neighbourhood import address_of
from simulator.candidates.words import fill, values_for
from simulator.domain.candidate import Candidate, Start
from simulator.errors import CandidateError

SPOILT: Final = b"\x00spoilt by the drill\x00" * 256


class Drill:
    """One instance through its lives: each start is on the same port and the same data, until they are damaged.

    ``folder`` is made and holds the data, a log for each life, and the backup. Nothing of the candidate under test is
    touched. One that is ``changeable`` is started as the file's ``operations`` say. Raises CandidateError when it does
    not start.
    """

    def __init__(self, candidate: Candidate, folder: Path, *, changeable: bool = False) -> None:
        assert candidate.start is not None
        self.candidate = candidate
        self.start: Start = candidate.start
        self._command = (changeable and candidate.operations.serve) or candidate.start.command
        self.folder = processes.fresh_folder(folder.resolve())
        self.data = processes.fresh_folder(self.folder / "data")
        self.backup_file = self.folder / "backup"
        self._apart = self.folder / "kept-apart"
        self._words = values_for(candidate.base_url, processes.free_port(), self.data)
        if candidate.tokens is not None:
            self._words["issuer"] = issuer_of(candidate.tokens, os.environ)
        if candidate.neighbours is not None:
            self._words["neighbours"] = address_of(candidate.neighbours, os.environ)
        self._lives = 0
        self._life = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return self._words["base_url"]

    @property
    def alive(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def processes(self) -> list[int]:
        """Its processes just now, by number; none where the system does not tell."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                fields = (path / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            if self._process is not None and int(fields[2]) == self._process.pid and fields[0] != "Z":
                found.append(int(path.name))
        return sorted(found)

    def begin(self) -> Running:
        """Start it for the first time, wait until it answers, and say what it is."""
        self._prepare()
        process = self.again()
        headers = authorization(token_of(self.candidate))
        wait_until_ready(Starting(self.candidate.name, self.start, self.base_url, headers, process, self._log))
        return attach(self.candidate, self.base_url, log=self._log)

    def again(self) -> subprocess.Popen[bytes]:
        """Start its process, without waiting for anything."""
        self._life.close()
        self._lives += 1
        command = [fill(part, self._words) for part in self._command]
        started = processes.started(command, self.data, self._log, self.start.install)
        self._process = self._life.enter_context(started)
        return self._process

    def kill(self) -> float:
        """End it at once, as a power cut would; the instant, in seconds since 1970."""
        instant = time.time()
        if self._process is not None:
            processes.kill(self._process)
        return instant

    def end(self) -> None:
        """Ask it to end, and end it when it does not."""
        self._life.close()

    def spoil(self) -> int:
        """Write over every file in its data folder, as ransomware would; how many there were."""
        files = [path for path in self.data.rglob("*") if path.is_file()]
        for path in files:
            path.write_bytes(SPOILT)
        return len(files)

    def put_away(self) -> None:
        """Keep the backup where the installation has never been told of; raises CandidateError when there is none."""
        try:
            self.backup_file.rename(self._apart)
        except OSError as error:
            raise CandidateError(f"no backup was written ({error.strerror})") from None

    def fetch_back(self) -> None:
        """Put the backup where the restore looks for it."""
        self._apart.rename(self.backup_file)

    def clear(self) -> None:
        """Throw its data folder away and make a new one, with the files its start needs."""
        shutil.rmtree(self.data)
        processes.fresh_folder(self.data)
        self._prepare()

    def do(self, command: tuple[str, ...]) -> float:
        """Run one of the file's operations to its end; how many seconds it took.

        Raises CandidateError when it fails or takes longer than the file says.
        """
        words = {**self._words, "file": str(self.backup_file)}
        filled = [fill(part, words) for part in command]
        began = time.monotonic()
        with (self.folder / "operations.log").open("ab") as log:
            try:
                limit = self.candidate.operations.timeout_s
                done = subprocess.run(filled, cwd=self.folder, stdout=log, stderr=log, timeout=limit, check=False)
            except OSError as error:
                raise CandidateError(f"'{filled[0]}' cannot be started: {error.strerror}") from None
            except subprocess.TimeoutExpired:
                raise CandidateError(f"'{filled[0]}' did not end within {limit:g} s") from None
        if done.returncode:
            raise CandidateError(f"it ended with {done.returncode}: {processes.log_tail(Path(log.name))}")
        return time.monotonic() - began

    def close(self) -> None:
        """End it at once, since nothing of it is wanted any more, and throw away what it stored; the logs stay."""
        self.kill()
        self._life.close()
        shutil.rmtree(self.data, ignore_errors=True)
        for path in (self.backup_file, self._apart):
            path.unlink(missing_ok=True)

    @property
    def _log(self) -> Path:
        return self.folder / f"life-{self._lives}.log"

    def _prepare(self) -> None:
        for name, text in self.start.files.items():
            (self.data / name).write_text(fill(text, self._words), encoding="utf-8")
