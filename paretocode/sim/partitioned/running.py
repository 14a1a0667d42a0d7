"""How do all parts get done, whatever happens to the workers? Handed out, asked for again when lost, counted once.

A task is a pure function of its part, so it may be done twice: when its worker died, and when one part takes far longer
than the others did. The first answer counts. What a task refuses (a damaged part, say) is refused for good; what is
lost with a worker is tried again, a few times.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from statistics import median
from typing import Any, Generic, Protocol, TypeVar

from paretocode.errors import EngineError, ParetocodeError
from paretocode.progress import task
from paretocode.sim.partitioned.executors import Engine, LastingEngine

__all__ = ["ResultStore", "done_parts", "merged_parts"]

T = TypeVar("T")
MOST_TRIES = 4
_LOOK_S = 2.0
_DIED = "its worker process died: of lack of memory, or in a script without if __name__ == '__main__'"
_LATE = 4.0
"""A part is late when it takes so many times the median, and somebody has nothing else to do."""


class ResultStore(Protocol[T]):
    """Where results of finished parts are kept, so that an interrupted run goes on."""

    def recall(self, number: int) -> T | None:
        """Return the result of a part that was finished before; None where there is none to trust."""

    def keep(self, number: int, result: T) -> None:
        """Keep the result of a part."""


def done_parts(
    tasks: Sequence[Callable[[], T]],
    engine: Engine,
    *,
    n_at_once: int,
    store: ResultStore[T] | None = None,
    what: str = "parts",
) -> Iterator[tuple[int, T]]:
    """Yield (part, result) of every task, each once, in whatever order they finish.

    Parameters
    ----------
    tasks
        One a part; what the engine sends elsewhere must be picklable.
    engine
        Opens an executor, again when it broke.
    n_at_once
        How many tasks are out at a time; results wait in memory until they are taken.
    store
        Parts that are kept there are not done again.
    what
        How the work is called where its progress is shown.

    Raises
    ------
    ParetocodeError
        What a task refused.
    EngineError
        A part whose worker was lost time and again, or a scheduler that went away; finished parts are kept.
    """
    with task(what, total=len(tasks), unit="part") as work:
        waiting: deque[int] = deque()
        for number in range(len(tasks)):
            kept = None if store is None else store.recall(number)
            if kept is None:
                waiting.append(number)
                continue
            work.advance()
            yield number, kept
        losses = dict.fromkeys(waiting, 0)
        n_idle = 0
        while waiting:
            n_waiting = len(waiting)
            with engine() as executor:
                crew = _Crew(executor, tasks, waiting, losses, n_at_once=n_at_once)
                for number, result in crew.results():
                    if store is not None:
                        store.keep(number, result)
                    work.advance()
                    yield number, result
            if crew.is_broken and isinstance(engine, LastingEngine):
                engine.drop()
            n_idle = n_idle + 1 if len(waiting) == n_waiting else 0
            if n_idle == MOST_TRIES:
                raise EngineError(
                    f"the engine was opened {MOST_TRIES} times and took no work ({crew.refusal or 'no reason given'})",
                    way_out="look at its workers; what is finished is kept",
                )


class _Crew(Generic[T]):
    """One executor and what is out at it. Ends when nothing waits, or when the executor is broken."""

    def __init__(
        self,
        executor: Executor,
        tasks: Sequence[Callable[[], T]],
        waiting: deque[int],
        losses: dict[int, int],
        *,
        n_at_once: int,
    ) -> None:
        self.executor, self.tasks, self.waiting, self.losses = executor, tasks, waiting, losses
        self.n_at_once = max(1, n_at_once)
        self.out: dict[Future[T], tuple[int, float]] = {}
        self.seconds: list[float] = []
        self.doubled: set[int] = set()
        self.refusal = ""
        self.is_broken = False

    def results(self) -> Iterator[tuple[int, T]]:
        """Yield results until all are there or the executor is lost; then the rest waits again."""
        finished: set[int] = set()
        while not self.is_broken and (self.waiting or any(number not in finished for number, _ in self.out.values())):
            self.is_broken = not self._hand_out()
            done, _ = wait(self.out, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
            for future in done:
                number, started = self.out.pop(future)
                if number in finished:
                    continue
                result, was_lost = self._taken(future, number)
                self.is_broken |= was_lost
                if was_lost:
                    continue
                self.seconds.append(time.monotonic() - started)
                finished.add(number)
                yield number, result  # type: ignore[misc]
        back = {number for number, _ in self.out.values()} - finished - set(self.waiting)
        for number in sorted(back):
            self._lost(number, "its worker")
        for future in self.out:
            future.cancel()

    def _hand_out(self) -> bool:
        """Send out what waits, and a second time what is late; return whether the executor takes it."""
        try:
            while self.waiting and len(self.out) < self.n_at_once:
                number = self.waiting.popleft()
                try:
                    self._send(number)
                except BaseException:
                    self.waiting.appendleft(number)
                    raise
            if not self.waiting and len(self.out) < self.n_at_once:
                for number in self._late():
                    self.doubled.add(number)
                    self._send(number)
        except (BrokenProcessPool, RuntimeError, OSError) as error:
            self.refusal = " ".join(str(error).split())
            return False
        return True

    def _send(self, number: int) -> None:
        self.out[self.executor.submit(self.tasks[number])] = (number, time.monotonic())

    def _late(self) -> list[int]:
        if not self.seconds:
            return []
        limit = max(_LOOK_S, _LATE * median(self.seconds))
        now = time.monotonic()
        late = (number for number, started in self.out.values() if now - started > limit)
        return [number for number in late if number not in self.doubled][: self.n_at_once - len(self.out)]

    def _taken(self, future: Future[T], number: int) -> tuple[T | None, bool]:
        """Return a result, or None and that its worker was lost."""
        try:
            return future.result(), False
        except ParetocodeError:
            raise
        except BrokenProcessPool:
            self._lost(number, _DIED)
        except (CancelledError, OSError, TimeoutError) as error:
            self._lost(number, type(error).__name__)
        except Exception as error:
            if not _is_of_the_cluster(error):
                raise
            self._lost(number, type(error).__name__)
        return None, True

    def _lost(self, number: int, how: str) -> None:
        self.losses[number] += 1
        if self.losses[number] >= MOST_TRIES:
            raise EngineError(
                f"part {number} was lost {MOST_TRIES} times ({how})",
                way_out="give workers more memory, or cut smaller parts; what is finished is kept",
            )
        self.waiting.append(number)


def _is_of_the_cluster(error: BaseException) -> bool:
    """Return whether an error speaks of workers and schedulers, not of the task."""
    return type(error).__module__.partition(".")[0] in {"distributed", "dask", "tornado"}


def merged_parts(results: Iterator[tuple[int, T]]) -> T:
    """Return the sum of results that add up; of mappings, key by key.

    Raises
    ------
    EngineError
        No result at all.

    Examples
    --------
    >>> merged_parts(iter([(1, {"a": 1, "b": 10}), (0, {"a": 2, "b": 20})]))
    {'a': 3, 'b': 30}
    """
    total: Any = None
    for _, found in results:
        total = found if total is None else _sum(total, found)
    if total is None:
        raise EngineError("there is no part", way_out="give at least one")
    return total  # type: ignore[no-any-return]


def _sum(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping):
        return {name: value + other[name] for name, value in one.items()}
    return one + other
