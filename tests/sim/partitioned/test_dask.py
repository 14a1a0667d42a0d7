"""A Dask cluster gives the same numbers, loses a worker without losing count, and a lost scheduler ends clearly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dying_workers import dies, slow
from paretocode.errors import EngineError
from paretocode.progress import listening
from paretocode.sim.partitioned import InThisProcess, done_parts, engine_named, merged_parts

pytest.importorskip("distributed", reason="dask and distributed are not installed: no cluster was tried")

# Dask's own loops end with warnings when processes under them are killed, which is what happens here.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paretocode.sim.partitioned.executors._CONNECT_S", 3)


class Cluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        # Workers find what the tests define where the tests do.
        self.env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])}
        self.file = folder / "scheduler.json"
        self.scheduler = self.started("dask_scheduler", "--scheduler-file", str(self.file), "--port", "0")
        for _ in range(200):
            if self.file.exists():
                break
            time.sleep(0.1)
        own = ("--scheduler-file", str(self.file), "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
        self.workers = [self.started("dask_worker", *own) for _ in range(2)]

    def started(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{name}", *words, "--host", "127.0.0.1", "--no-dashboard"]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @property
    def address(self) -> str:
        import json

        address: str = json.loads(self.file.read_text())["address"]
        return address

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.send_signal(signal.SIGKILL)
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    yield found
    found.close()


class Killer:
    """Hears how many parts are done, and kills at one of them."""

    def __init__(self, victim: subprocess.Popen[bytes], at: int) -> None:
        self.victim, self.kill_at = victim, at

    def opened(self, what: str, *, total: int | None, unit: str) -> Any:
        return self

    def at(self, done: int, total: int | None) -> None:
        if done == self.kill_at:
            self.victim.send_signal(signal.SIGKILL)

    def named(self, what: str, note: str) -> None:
        pass

    def close(self) -> None:
        pass


def test_a_cluster_that_loses_a_worker_gives_the_same(cluster: Cluster) -> None:
    tasks = [partial(slow, number, 0.1) for number in range(12)]
    engine = engine_named("dask", scheduler=cluster.address)
    with listening(Killer(cluster.workers[0], at=3)):
        assert merged_parts(done_parts(tasks, engine, n_at_once=3)) == {"n": sum(range(12))}


def test_a_scheduler_that_goes_away_ends_clearly(cluster: Cluster) -> None:
    tasks = [partial(slow, number, 0.1) for number in range(12)]
    engine, done = engine_named("dask", scheduler=cluster.address), []
    with (
        listening(Killer(cluster.scheduler, at=4)),
        pytest.raises(EngineError, match=r"the scheduler does not answer .*; start it, or check its address; what is"),
    ):
        done.extend(number for number, _ in done_parts(tasks, engine, n_at_once=2))
    assert len(set(done)) < 12


class Shelf:
    """Keeps results in memory."""

    def __init__(self) -> None:
        self.kept: dict[int, dict[str, int]] = {}

    def recall(self, number: int) -> dict[str, int] | None:
        return self.kept.get(number)

    def keep(self, number: int, result: dict[str, int]) -> None:
        self.kept[number] = result


def test_parts_that_were_done_before_the_scheduler_went_are_not_done_again(cluster: Cluster) -> None:
    engine, shelf, begun = engine_named("dask", scheduler=cluster.address), Shelf(), []
    with listening(Killer(cluster.scheduler, at=4)), pytest.raises(EngineError) as lost:
        list(done_parts([partial(slow, n, 0.1) for n in range(12)], engine, n_at_once=2, store=shelf))
    assert lost.value.exit_code == 5
    before = set(shelf.kept)
    assert 4 <= len(before) < 12

    def again(number: int) -> dict[str, int]:
        begun.append(number)
        return {"n": number}

    rest = done_parts([partial(again, n) for n in range(12)], InThisProcess, n_at_once=1, store=shelf)
    assert merged_parts(rest) == {"n": sum(range(12))}
    assert sorted(begun) == sorted(set(range(12)) - before)


def test_a_cluster_of_the_moment_replaces_a_worker_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[2]), *sys.path]))
    tasks = [partial(dies, number, tmp_path, 2) for number in range(4)]
    assert merged_parts(done_parts(tasks, engine_named("dask", workers=2), n_at_once=3)) == {"n": 6}
    assert len(list(tmp_path.glob("died-*"))) == 2
