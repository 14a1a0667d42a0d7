"""Who does the work on parts? This process, processes of this machine, or a Dask cluster: all are executors.

An executor is what `concurrent.futures` says it is: it takes a task and returns a future. Nothing else is asked of it,
so any other one will do as well.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.resource_tracker import ensure_running
from typing import Any, NamedTuple

from paretocode.errors import EngineError, MissingDependencyError, UsageError
from paretocode.sim.partitioned.processes import own_processes, undisturbed

__all__ = ["Engine", "EngineChoice", "InThisProcess", "LastingEngine", "Workforce", "engine_named"]

Engine = Callable[[], AbstractContextManager[Executor]]
"""Opens an executor; called again when the one before was lost."""

_ENGINES = ("serial", "processes", "dask")
_CONNECT_S = 15
_ADDRESS = re.compile(r"(?:(?:tcp|tls|ucx|ws|wss)://)?(?:[\w.-]+|\[[0-9a-fA-F:.%]+\]):[0-9]{1,5}")


class LastingEngine:
    """An engine whose executor stays open from one pass over the parts to the next, until it is dropped.

    Parameters
    ----------
    engine
        Opens the executor: at the first use, and at the first after it was dropped.

    Examples
    --------
    >>> lasting = LastingEngine(InThisProcess)
    >>> with lasting() as one, lasting() as other:
    ...     one is other
    True
    >>> lasting.drop()
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._opened: tuple[ExitStack, Executor] | None = None

    @contextmanager
    def __call__(self) -> Iterator[Executor]:
        """Lend the executor; it does not outlive an error of whoever uses it, Ctrl-C among them."""
        if self._opened is None:
            stack = ExitStack()
            self._opened = stack, stack.enter_context(self._engine())
        try:
            yield self._opened[1]
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Close the executor, as when it is broken or no longer needed."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened[0].close()


class Workforce(NamedTuple):
    """Who works on parts.

    Parameters
    ----------
    engine
        Opens the executor, and keeps it.
    n_at_once
        How many parts are out at a time.
    n_here
        How many parts this machine works on at a time; 0 where others do.
    """

    engine: LastingEngine
    n_at_once: int
    n_here: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """Which engine somebody asks for; what is left open is settled when the number of parts is known.

    Parameters
    ----------
    name, workers, scheduler
        As for `engine_named`; by default processes, one a core, where there are several parts and cores.
    memory_bytes
        The most that work on parts may take on this machine; what it has when None.
    """

    name: str | None = None
    workers: int | None = None
    scheduler: str | None = None
    memory_bytes: int | None = None

    def workforce(self, n_parts: int) -> Workforce:
        """Return who works on so many parts: one more is out than workers, so that nobody waits.

        Raises
        ------
        UsageError, MissingDependencyError
            As `engine_named`.
        """
        n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        several = min(n_parts, self.workers or n_cores) > 1
        usual = "dask" if self.scheduler else "processes" if several else "serial"
        name = self.name or usual
        is_elsewhere = name == "dask" and self.scheduler is not None
        n_workers = self.workers or (None if is_elsewhere else n_cores)
        return Workforce(
            engine=LastingEngine(engine_named(name, workers=n_workers, scheduler=self.scheduler)),
            n_at_once=1 if name == "serial" else n_parts if n_workers is None else n_workers + 1,
            n_here=0 if is_elsewhere else 1 if name == "serial" else min(n_workers or n_cores, n_parts),
        )


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
        Another name, fewer workers than one, a scheduler for another engine than Dask, or one that is no address.
    MissingDependencyError
        Dask is asked for and not installed.
    """
    if name not in _ENGINES:
        raise UsageError(f"--engine is {name!r}", way_out=f"use one of {', '.join(_ENGINES)}")
    if workers is not None and workers < 1:
        raise UsageError(f"--workers is {workers}", way_out="give 1 or more")
    if scheduler is not None and name != "dask":
        raise UsageError(f"--scheduler goes with --engine dask, not with {name}", way_out="leave one of them out")
    if scheduler is not None and not _ADDRESS.fullmatch(scheduler):  # Dask would end it with a traceback of its own
        raise UsageError(f"--scheduler is {scheduler[:60]!r}", way_out="give an address such as tcp://10.0.0.5:8786")
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
