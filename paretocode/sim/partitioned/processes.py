"""How do processes of this machine work on parts, and end with their parent, however it ends?

Ctrl-C in a terminal reaches every process of the command at once, SIGTERM and SIGKILL only the one they are sent to. So
workers do not hear Ctrl-C, which is their parent's to answer; they are ended by it; and where it died without a word
they see that and end themselves.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

__all__ = ["own_processes", "undisturbed"]

_END_S = 1.0


class _Pool(ProcessPoolExecutor):
    """A process pool whose workers are born deaf to Ctrl-C: they would answer with a traceback each."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand out a task; a worker may be started for it."""
        with undisturbed():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def own_processes(workers: int | None) -> Iterator[Executor]:
    """Open a pool of processes, one a core by default; afterwards none of them is left, finished or not."""
    # Children of a fresh start: a fork would copy threads' locks (BLAS, the reading engine) in whatever state.
    context = multiprocessing.get_context("spawn")
    executor = _Pool(max_workers=workers, mp_context=context, initializer=_end_with_the_parent)
    patience_s = 0.0
    try:
        yield executor
        patience_s = _END_S  # all is done: idle workers go by themselves, one that does a late part again need not
    finally:
        with undisturbed():
            processes = list((executor._processes or {}).values())  # Python has no public word for them before 3.14
            executor.shutdown(wait=False, cancel_futures=True)
            until = time.monotonic() + patience_s
            for process in processes:
                process.join(max(0.0, until - time.monotonic()))
            for process in processes:
                process.kill()
                process.join()


def _end_with_the_parent() -> None:
    """Let this worker end when its parent has: a killed parent closes nothing, and its workers would wait for ever."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM until the end of the block; processes started in it never hear Ctrl-C.

    The signal mask is what children inherit. It alone would not do: a thread of a library may take the signal, and the
    main thread would be told. Outside of the main thread only children are spared.
    """
    heard: list[int] = []
    before: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is not None:  # None: not Python's, and so not ours to put back
                before[number] = signal.signal(number, lambda found, _: heard.append(found))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for stopped, handler in before.items():
            signal.signal(stopped, handler)
        for found in heard:
            signal.raise_signal(found)
