"""A crew on a Dask cluster: the same stations as on this machine, kept as actors by the cluster's workers."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from simulator.care.colleague import Crew
from simulator.care.plan import Plan
from simulator.care.station import Station
from simulator.errors import BenchError, InputError

_PATIENCE_S: Final = 30


@contextmanager
def crew_on(address: str, plan: Plan) -> Iterator[Crew]:
    """A station on each worker of the cluster whose scheduler is at ``address``, such as ``tcp://10.0.0.5:8786``.

    Raises InputError when nothing answers there, when it has no workers, or when ``distributed`` is not installed.
    """
    try:
        from distributed import Client  # noqa: PLC0415  an optional extra, asked for by whoever has a cluster
    except ImportError:
        raise InputError(
            "the package 'distributed' is not installed",
            where="--cluster",
            remedy="Run pip install 'journalbenk[cluster]'.",
        ) from None
    try:
        client = Client(address, timeout=_PATIENCE_S)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler answers: {error}",
            where=f"--cluster {address}",
            remedy="Start one with `dask scheduler` and workers with `dask worker ADDRESS`.",
        ) from None
    with client:
        workers = sorted(client.scheduler_info(n_workers=-1)["workers"])
        if not workers:
            raise InputError("the cluster has no workers", where=f"--cluster {address}")
        crew = [Far(client, worker, plan) for worker in workers]
        try:
            yield list(crew)
        finally:
            for colleague in crew:
                colleague.dismiss()


class Far:
    """A station in a worker of a cluster."""

    far = True

    def __init__(self, client: Any, worker: str, plan: Plan) -> None:
        self._worker = worker
        self._caller = ThreadPoolExecutor(1)
        self._station = client.submit(
            Station, plan, None, actor=True, workers=[worker], allow_other_workers=False, pure=False
        ).result(timeout=_PATIENCE_S)

    def ask(self, method: str, *given: Any) -> "Future[Any]":
        """Have the worker do it; the future raises BenchError when the worker is no more."""
        return self._caller.submit(self._call, method, given)

    def dismiss(self) -> None:
        """Ask for nothing more."""
        self._caller.shutdown(wait=False, cancel_futures=True)

    def _call(self, method: str, given: tuple[Any, ...]) -> Any:
        try:
            return getattr(self._station, method)(*given).result()
        except (OSError, ValueError, RuntimeError) as error:
            raise BenchError(
                f"a worker of the cluster was lost while it simulated: {error}", where=self._worker
            ) from None
