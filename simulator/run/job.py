"""What every stage of a run works with: the figures, whoever watches, and how much may be used."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.care.crew import Beside
from simulator.figures import Figures
from simulator.run.progress import Watcher


@dataclass(frozen=True, slots=True)
class Job:
    """One run's means."""

    figures: Figures
    watch: Watcher
    workers: int = 1
    cluster: str = ""
    """Address of a Dask scheduler whose workers simulate instead of processes of this machine."""
    allow_remote: bool = False
    """Whether load may go to another machine."""
    hands: Sequence[Beside] = ()
    """Processes that are ready to simulate; started when they are needed when there are none."""
