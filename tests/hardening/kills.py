"""Commands that die by SIGKILL at random moments, again and again, and must end as if nothing had happened.

    python tests/hardening/kills.py [--kills 200] [--requests 60000]

A log is partitioned, its parts are replayed by two processes, and a search is made on them with its evidence. Each run
is killed, with its children, after a random part of the time that a whole run takes; then the same command goes on to
its end. What it says must be what an undisturbed run says, and no temporary file may be left.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["killed_and_resumed", "main"]

EXPERIMENT = """
format = "paretocode-experiment-1"
question = "Does a kill change the answer?"
stream = { reader = "parts", path = "set by the command" }
incumbent = { name = "documented", kind = "documented" }
search = { n_bands = [2], most_candidates = 10 }
evidence = { replicates = 100, clusters = "block", selection = { most_maps = 2, outer = 100, inner = 30 } }
"""
PARETOCODE = [sys.executable, "-m", "paretocode"]


def run(command: list[str]) -> str:
    """Run a command to its end and return what it says."""
    done = subprocess.run([*PARETOCODE, *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def timed(command: list[str]) -> tuple[str, float]:
    """Return what a command says and how long it took [s]."""
    started = time.monotonic()
    said = run(command)
    return said, time.monotonic() - started


def killed(command: list[str], after_s: float) -> bool:
    """Run a command and kill it with all its children after so long; return whether it was still at it."""
    process = subprocess.Popen(
        [*PARETOCODE, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def leftovers(folder: Path) -> list[str]:
    """Return temporary files and folders under a finished partitioned stream."""
    hidden = (path for path in folder.rglob(".*") if path.name != ".kept" or any(path.iterdir()))
    return sorted(str(path.relative_to(folder)) for path in hidden)


def metrics_of(results: Path) -> bytes:
    """Return the metrics of the one result below a folder."""
    (file,) = results.rglob("metrics.json")
    return file.read_bytes()


def killed_and_resumed(folder: Path, *, n_requests: int, n_kills: int, seed: int) -> dict[str, int]:
    """Kill and resume the commands in turn; return how often each was killed at work.

    Raises
    ------
    AssertionError
        A run that ended otherwise than an undisturbed one, or that left something behind.
    """
    rng = random.Random(seed)
    log = folder / "log.parquet"
    run(["stream", "synthesise", "--preset", "chat", "--requests", str(n_requests), "--out", str(log)])
    whole = folder / "whole"
    partition = ["stream", "partition", str(log), "--parts", "6", "--json", "--out"]
    replay = ["replay", "documented", "--engine", "processes", "--workers", "2", "--json", "--stream"]
    told, partition_s = timed([*partition, str(whole)])
    partition_s = min(partition_s, timed([*partition, str(folder / "again")])[1])  # the first one is slow to start
    numbers, replay_s = timed([*replay, str(whole)])
    plain = json.loads(told)
    experiment = folder / "tune.toml"
    experiment.write_text(EXPERIMENT, encoding="utf-8")
    tune = ["tune", str(experiment), "--no-figures", "--json", "--engine", "processes", "--workers", "2", "--out"]
    on_whole = ["--set", f'stream.path="{whole}"']
    _, tune_s = timed([*tune, str(folder / "undisturbed"), *on_whole])
    found = metrics_of(folder / "undisturbed")
    n_hit = {"partition": 0, "replay": 0, "tune": 0}
    for kill in range(n_kills):
        parts = folder / "parts"
        if kill % 3 == 2:
            results = folder / "results"
            shutil.rmtree(results, ignore_errors=True)
            for _ in range(rng.randint(1, 2)):
                n_hit["tune"] += killed([*tune, str(results), *on_whole], rng.uniform(0, 1.1 * tune_s))
            run([*tune, str(results), *on_whole])
            assert metrics_of(results) == found, "another result"
            left = [str(path) for path in results.rglob("*") if path.name.startswith(".") or path.name == "parts"]
            assert not left, left
            continue
        if kill % 3 == 0:
            shutil.rmtree(parts, ignore_errors=True)
            for _ in range(rng.randint(1, 2)):
                n_hit["partition"] += killed([*partition, str(parts)], rng.uniform(0, 1.1 * partition_s))
            again = json.loads(run([*partition, str(parts)]))
            assert {**again, "out": ""} == {**plain, "out": ""}, again
        else:
            for _ in range(rng.randint(1, 2)):
                n_hit["replay"] += killed([*replay, str(parts)], rng.uniform(0, 1.1 * replay_s))
            assert run([*replay, str(parts)]) == numbers, "other numbers"
        assert not leftovers(parts), leftovers(parts)
    return n_hit


def main() -> int:
    """Kill as often as asked and say what became of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--requests", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        hit = killed_and_resumed(Path(folder), n_requests=args.requests, n_kills=args.kills, seed=args.seed)
    print(f"{args.kills} rounds in {time.monotonic() - started:.0f} s; killed at work: {hit}; every end as undisturbed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
