"""Who does the work on parts? This process, processes of this machine, or a Dask cluster: all are executors.

An executor is what `concurrent.futures` says it is: it takes a task and returns a future. Nothing else is asked of it,
so any other one will do as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing.resource_tracker import ensure_running
from typing import Any

from paretocode.errors import EngineError, MissingDependencyError, UsageError
from paretocode.sim.partitioned.processes import own_processes, undisturbed

__all__ = ["Engine", "InThisProcess", "engine_named"]

Engine = Callable[[], AbstractContextManager[Executor]]
"""Opens an executor; called again when the one before was lost."""

_ENGINES = ("serial", "processes", "dask")
_CONNECT_S = 15


class InThisProcess(Executor):
    """An executor that does each task at once.

    Examples
    --------
    >>> with InThisProcess() as executor:
    ...     executor.submit(pow, 2, 5).result()
    32
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do the task and return its finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future carries whatever its task raised
            future.set_exception(error)
        return future


def engine_named(name: str, *, workers: int | None = None, scheduler: str | None = None) -> Engine:
    """Return the engine of a name.

    Parameters
    ----------
    name
        ``serial``, ``processes``, or ``dask``.
    workers
        How many at once; by default one for each core, or as many as the cluster has.
    scheduler
        Address of a running Dask scheduler, such as ``tcp://10.0.0.5:8786``; without it a cluster of this machine is
        made.

    Raises
    ------
    UsageError
        Another name, fewer workers than one, or a scheduler for another engine than Dask.
    MissingDependencyError
        Dask is asked for and not installed.
    """
    if name not in _ENGINES:
        raise UsageError(f"--engine is {name!r}", way_out=f"use one of {', '.join(_ENGINES)}")
    if workers is not None and workers < 1:
        raise UsageError(f"--workers is {workers}", way_out="give 1 or more")
    if scheduler is not None and name != "dask":
        raise UsageError(f"--scheduler goes with --engine dask, not with {name}", way_out="leave one of them out")
    if name == "serial":
        return InThisProcess
    if name == "processes":
        return lambda: own_processes(workers)
    _refuse_no_dask()
    return lambda: _dask(workers, scheduler)


def _refuse_no_dask() -> None:
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            "the engine dask needs dask and distributed", way_out="pip install 'paretocode[cluster]'"
        ) from error


@contextmanager
def _dask(workers: int | None, scheduler: str | None) -> Iterator[Executor]:
    """Open Dask's own executor on a running cluster, or on one made for the moment."""
    import distributed

    library: Any = distributed  # its calls have no types
    cluster = None
    try:
        if scheduler is None:
            ensure_running()  # later, it would let the thread that needed it hear Ctrl-C again
            with undisturbed():  # half a cluster could not be closed
                cluster = library.LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL + 1
                )
        client = library.Client(scheduler or cluster, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise EngineError(
            f"the scheduler does not answer ({str(error)[:200]})",
            where=scheduler or "dask",
            way_out="start it, or check its address; what is finished is kept",
        ) from error
    try:
        with _silenced("distributed", "tornado", "asyncio"):
            yield client.get_executor(pure=False, retries=0)
    finally:
        with undisturbed(), _silenced("distributed", "tornado", "asyncio"), suppress(OSError, TimeoutError):
            client.close(timeout=_CONNECT_S)
            if cluster is not None:
                cluster.close(timeout=_CONNECT_S)


@contextmanager
def _silenced(*families: str) -> Iterator[None]:
    """Keep a library's log to itself for a while: what becomes of lost workers is told in our words."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in families]
    loggers = [logging.getLogger(name) for name in {*names, *families}]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
