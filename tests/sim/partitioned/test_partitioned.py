"""Parts add up to the stream in memory, to the last digit, whoever does the work and whatever is lost on the way."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dying_workers import dies
from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.errors import EngineError, InputError, MissingDependencyError, UsageError
from paretocode.sim import draw_luck, jump_tables, replay, tally, tally_jumps
from paretocode.sim.partitioned import (
    InThisProcess,
    LastingEngine,
    MapTally,
    PartReplays,
    asked_parts,
    done_parts,
    engine_named,
    merged_parts,
    replay_tasks,
    table_tasks,
)
from paretocode.sim.partitioned.kept_replays import KeptReplays
from paretocode.sim.partitioned.kept_tables import KeptTables
from paretocode.sim.tables import RequestGrid, log_tables, request_classes, scored_models, table_subject
from paretocode.sim.tallying import tally_subject
from paretocode.stream import DEFAULT_DEMAND, apply_demand, synthesise
from paretocode.stream.demand.asked_counts import asked_counts
from paretocode.stream.partitioned import PartitionedStream, partition_stream
from paretocode.tiermap import Policy, documented_pareto_code

CATALOGUE = load_bundled()
SCALE = PercentileScale(field=tuple(CATALOGUE.coding_score))
MAPS = {"documented": documented_pareto_code(CATALOGUE)}
STREAM = synthesise("coding_agent", n_requests=600, rng=1)
ASKED = apply_demand(STREAM, DEFAULT_DEMAND, rng=3)


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], PartitionedStream]:
    folder = tmp_path_factory.mktemp("cut")
    return lambda n_parts: partition_stream(STREAM, folder / str(n_parts), n_parts=n_parts)


def in_memory() -> MapTally:
    run = replay(ASKED, MAPS["documented"], CATALOGUE, luck=draw_luck(ASKED, rng=4))
    return MapTally(tally=tally(run, scale=SCALE), jumps=tally_jumps(run, jump_tables(run)))


def assert_whole(found: PartReplays) -> None:
    """Every sum is that of the stream in memory."""
    assert found.maps == {"documented": in_memory()}
    whole = asked_counts(ASKED)
    for name in ("value", "n", "first", "second", "n_pairs"):
        np.testing.assert_array_equal(getattr(found.asked, name), getattr(whole, name))


def tasks_of(parts: PartitionedStream) -> list[Any]:
    asked = asked_parts(parts, demand=DEFAULT_DEMAND, demand_rng=3, luck_rng=4)
    return replay_tasks(asked, MAPS, CATALOGUE, scale=SCALE)


@pytest.mark.parametrize("n_parts", [1, 3, 7])
def test_parts_add_up_to_the_stream_in_memory(n_parts: int, cut: Callable[[int], PartitionedStream]) -> None:
    tasks = pickle.loads(pickle.dumps(tasks_of(cut(n_parts))))
    assert_whole(merged_parts(done_parts(tasks, InThisProcess, n_at_once=1)))


def test_processes_give_the_same(cut: Callable[[int], PartitionedStream]) -> None:
    results = done_parts(tasks_of(cut(3)), engine_named("processes", workers=2), n_at_once=3)
    assert_whole(merged_parts(results))


def test_tables_add_up_too(cut: Callable[[int], PartitionedStream], tmp_path: Path) -> None:
    models = scored_models(CATALOGUE, Policy(), scale=SCALE)
    grid = RequestGrid(edges_ppm=np.array([330_000, 660_000]), asked_ppm=np.unique(models.axis_ppm))
    subject = table_subject(models, request_classes(models, np.array([0, 5, 9, 13])), grid)
    tasks = table_tasks(asked_parts(cut(7), demand=DEFAULT_DEMAND, demand_rng=3), [subject])
    store = KeptTables(folder=tmp_path, question="q", subjects=[subject])
    whole = log_tables(ASKED, subject)
    for _ in range(2):  # counted, then recalled
        found = merged_parts(done_parts(tasks, InThisProcess, n_at_once=1, store=store))[0]
        assert (found.n_requests, found.n_sessions) == (whole.n_requests, whole.n_sessions)
        for table in ("requests", "pairs"):
            for name in ("cell", "number", "n", *getattr(whole, table).KEYS):
                np.testing.assert_array_equal(
                    getattr(getattr(found, table), name), getattr(getattr(whole, table), name)
                )
        np.testing.assert_array_equal(found.pairs.held, whole.pairs.held)
        np.testing.assert_array_equal(found.n_asked, whole.n_asked)
        tasks = [partial(refuse, number) for number in range(len(tasks))]
    (tmp_path / "tables-00003.npz").write_bytes((tmp_path / "tables-00003.npz").read_bytes()[:-9])
    assert store.recall(3) is None
    assert store.recall(2) is not None
    assert KeptTables(folder=tmp_path, question="other", subjects=[subject]).recall(2) is None


def refuse(number: int) -> Any:
    raise InputError(f"part {number} is damaged")


def test_what_is_finished_is_not_done_again(cut: Callable[[int], PartitionedStream], tmp_path: Path) -> None:
    subject = tally_subject(MAPS["documented"], CATALOGUE, scale=SCALE)
    store = KeptReplays(folder=tmp_path, question="q", subjects={"documented": subject})
    tasks = tasks_of(cut(3))
    broken = [tasks[0], partial(refuse, 1), tasks[2]]
    with pytest.raises(InputError, match="part 1 is damaged"):
        list(done_parts(broken, InThisProcess, n_at_once=1, store=store))
    assert [store.recall(number) is not None for number in range(3)] == [True, False, False]
    mended = [partial(refuse, 0), *tasks[1:]]
    assert_whole(merged_parts(done_parts(mended, InThisProcess, n_at_once=1, store=store)))
    again = [partial(refuse, number) for number in range(3)]
    assert_whole(merged_parts(done_parts(again, InThisProcess, n_at_once=1, store=store)))
    plain = json.loads((tmp_path / "part-00001.json").read_bytes())
    plain["part"]["maps"]["documented"]["tally"]["n_requests"] += 1
    (tmp_path / "part-00001.json").write_text(json.dumps(plain))
    assert store.recall(1) is None
    assert KeptReplays(folder=tmp_path, question="r", subjects={"documented": subject}).recall(2) is None


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    tasks = [partial(dies, number, tmp_path, 2) for number in range(4)]
    assert merged_parts(done_parts(tasks, engine_named("processes", workers=2), n_at_once=2)) == {"n": 6}
    assert len(list(tmp_path.glob("died-*"))) == 2


def test_a_part_that_kills_every_worker_is_named(tmp_path: Path) -> None:
    tasks = [partial(dies, 1, tmp_path, 99)]
    with pytest.raises(EngineError, match=r"part 0 was lost 4 times \(its worker process died.*finished is kept"):
        list(done_parts(tasks, engine_named("processes", workers=1), n_at_once=1))


class Flaky(InThisProcess):
    """An executor that breaks at the calls named."""

    def __init__(self, calls: list[int], broken_at: set[int]) -> None:
        self.calls, self.broken_at = calls, broken_at

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.calls.append(len(self.calls))
        if self.calls[-1] in self.broken_at:
            raise BrokenProcessPool("gone")
        return super().submit(fn, *args, **kwargs)


def test_an_executor_that_breaks_is_opened_again() -> None:
    calls: list[int] = []
    tasks = [partial(dict, n=number) for number in range(6)]
    found = list(done_parts(tasks, lambda: Flaky(calls, {0, 3, 4}), n_at_once=2))
    assert sorted(number for number, _ in found) == list(range(6))


def test_a_late_part_is_done_twice_and_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr("paretocode.sim.partitioned.running._LOOK_S", 0.05)
    begun, released = [], threading.Event()

    def work(number: int) -> dict[str, int]:
        begun.append(number)
        if number == 3 and begun.count(3) == 1:
            released.wait(20)
        if number == 3 and begun.count(3) == 2:
            released.set()
        return {"n": 10**number}

    @contextmanager
    def engine() -> Any:
        with ThreadPoolExecutor(2) as executor:
            yield executor

    found = merged_parts(done_parts([partial(work, number) for number in range(4)], engine, n_at_once=2))
    assert found == {"n": 1111}
    assert begun.count(3) == 2


def test_a_bug_in_a_task_is_not_taken_for_a_lost_worker() -> None:
    with pytest.raises(ZeroDivisionError):
        list(done_parts([partial(divmod, 1, 0)], InThisProcess, n_at_once=1))


def test_an_engine_that_takes_no_work_is_given_up() -> None:
    opened: list[int] = []

    class Deaf(InThisProcess):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            raise RuntimeError("no new  process may be started")

    def engine() -> Deaf:
        opened.append(1)
        assert len(opened) < 10, "it is opened for ever"
        return Deaf()

    with pytest.raises(EngineError, match=r"opened 4 times and took no work \(no new process may be started\)"):
        list(done_parts([partial(pow, 2, 3)], engine, n_at_once=1))


def test_a_lasting_executor_is_one_until_an_error() -> None:
    lasting = LastingEngine(InThisProcess)
    with lasting() as first:
        pass
    with lasting() as second:
        assert second is first
    with pytest.raises(KeyboardInterrupt), lasting():
        raise KeyboardInterrupt
    with lasting() as third:
        assert third is not first


def test_engines_are_named_and_refused() -> None:
    for settings, sentence in (
        ({"name": "spark"}, "--engine is 'spark'; use one of serial, processes, dask"),
        ({"name": "processes", "workers": 0}, "--workers is 0"),
        ({"name": "processes", "scheduler": "tcp://x"}, "--scheduler goes with --engine dask"),
        ({"name": "dask", "scheduler": "not-an-address"}, "--scheduler is 'not-an-address'; give an address such as"),
        ({"name": "dask", "scheduler": "foo://host:1"}, "--scheduler is 'foo://host:1'; give an address such as"),
        ({"name": "dask", "scheduler": "tcp://host"}, "--scheduler is 'tcp://host'; give an address such as"),
    ):
        with pytest.raises(UsageError, match=sentence):
            engine_named(**settings)  # type: ignore[arg-type]


def test_dask_that_is_not_installed_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'paretocode\[cluster\]'"):
        engine_named("dask")
