"""How fast does a log come in? A Parquet file of requests against pyarrow, which only reads its columns.

Run alone it also gives the peak of memory, each reading in a process of its own, with two threads:
``python tests/benchmarks/reading.py``.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.harness import Race

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "whole-number ids, rows by session": ("session", "session, turn"),
    "whole-number ids, rows by time": ("session", "time_s, session, turn"),
    "text ids, rows by session": ("left(md5(session::VARCHAR), 16)", "session, turn"),
    "text ids, rows by time": ("left(md5(session::VARCHAR), 16)", "time_s, session, turn"),
}
"""{what the log is like: (its session id, its order)}."""

_TURNS = 20
_SECONDS_OF_A_MONTH = 30 * 86_400


def reading_race(folder: Path, n_requests: int, *, kind: str) -> Race:
    """Return the race over a new file in the folder; pyarrow takes part where it is installed."""
    from benchmarks.harness import Contender, Race

    file = write_log(folder / f"{kind}.parquet", n_requests, kind=kind)
    contenders = [
        Contender(
            name="paretocode",
            run=lambda: read_with_paretocode(file),
            size=n_requests,
            expected=expected_of(n_requests),
            answer=lambda stream: (len(stream), int(stream.prompt_tokens.sum())),
            note="sessions coded and sorted, every column checked",
        )
    ]
    if importlib.util.find_spec("pyarrow"):
        contenders.append(
            Contender(
                name="pyarrow",
                run=lambda: read_with_pyarrow(file),
                size=n_requests,
                expected=expected_of(n_requests),
                answer=lambda table: (len(table), int(table["prompt_tokens"].to_numpy().sum())),
                note="columns read, nothing more",
            )
        )
    title = f"Reading a log: {n_requests:,} rows of Parquet, {kind}"
    return Race(title=title, unit="requests", contenders=tuple(contenders))


def write_log(file: Path, n_requests: int, *, kind: str) -> Path:
    """Write sessions of 20 requests over a month, a fifth without min score; the same rows for the same size."""
    import duckdb

    session_id, order = KINDS[kind]
    # Hashes are numbers without pattern that need no seed.
    rows = (
        f"SELECT i // {_TURNS} AS session, i % {_TURNS} AS turn, {_prompt('i')} AS prompt_tokens, "
        f"hash(i // {_TURNS}) % {_SECONDS_OF_A_MONTH} + (i % {_TURNS}) * 38.25 AS time_s, "
        "CASE WHEN hash(i, 2) % 5 > 0 THEN (hash(i, 3) % 101)::DOUBLE / 100 END AS min_score, "
        "(hash(i, 4) % 2000)::BIGINT AS completion_tokens, (hash(i, 5) % 200000)::BIGINT AS prefix_tokens "
        f"FROM range({n_requests}) AS rows(i)"
    )
    select = (
        f"SELECT {session_id} AS session_id, time_s::DOUBLE AS time_s, min_score, prompt_tokens, completion_tokens, "
        f"prefix_tokens FROM ({rows}) ORDER BY {order}"
    )
    target = "'" + str(file).replace("'", "''") + "'"
    duckdb.execute(f"COPY ({select}) TO {target} (FORMAT parquet)")
    return file


def expected_of(n_requests: int) -> tuple[int, int]:
    """Return the number of requests and the sum of their prompts [tokens]."""
    import duckdb

    found = duckdb.execute(f"SELECT sum({_prompt('i')}) FROM range({n_requests}) AS rows(i)").fetchall()
    return n_requests, int(found[0][0])


def _prompt(i: str) -> str:
    return f"(1000 + hash({i}) % 199000)::BIGINT"


def read_with_paretocode(file: Path) -> Any:
    """Read the file as a stream."""
    from paretocode.stream import read_stream_table

    return read_stream_table(file)


def read_with_pyarrow(file: Path) -> Any:
    """Read the file's columns."""
    from pyarrow import parquet

    return parquet.read_table(file)


READERS: dict[str, Callable[[Path], Any]] = {"paretocode": read_with_paretocode, "pyarrow": read_with_pyarrow}


def measure(reader: str, file: Path) -> str:
    """Return the seconds of a first and a second reading in this process, and the peak memory [GiB] after both."""
    seconds = []
    READERS[reader](_small_neighbour(file))  # so that no import is timed
    for _ in range(2):
        start = time.perf_counter()
        READERS[reader](file)
        seconds.append(time.perf_counter() - start)
    return f"{seconds[0]} {seconds[1]} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}"


def _in_a_process(what: str, file: Path, *options: str) -> str:
    command = [sys.executable, __file__, "--one", what, str(file), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _small_neighbour(file: Path) -> Path:
    return file.with_name("small.parquet")


def main() -> int:
    """Print a table: seconds of first and second reading, and peak memory, by kind of log and reader."""
    parser = argparse.ArgumentParser(description="Time the reading of logs, each in a process of its own.")
    parser.add_argument("--rows", type=int, default=10_000_000, help="of each log (default: 10 million)")
    parser.add_argument("--repeats", type=int, default=5, help="processes of each reader, in turns (default: 5)")
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "FILE"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        sys.path.insert(0, str(ROOT))
        what, file = args.one[0], Path(args.one[1])
        print(measure(what, file) if what in READERS else write_log(file, args.rows, kind=what))
        return 0
    readers = [reader for reader in READERS if reader == "paretocode" or importlib.util.find_spec(reader)]
    print("| log | reader | first [s] | second [s] | peak [GiB] |\n|---|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            file = Path(folder) / "log.parquet"
            # A process inherits the peak of the one that started it, so this one must stay small.
            _in_a_process(kind, file, "--rows", str(args.rows))
            _in_a_process(kind, _small_neighbour(file), "--rows", "100")
            found: dict[str, list[list[float]]] = {reader: [] for reader in readers}
            for _ in range(args.repeats):
                for reader in readers:
                    found[reader].append([float(number) for number in _in_a_process(reader, file).split()])
            for reader in readers:
                first, second, peak = zip(*found[reader], strict=True)
                cells = (statistics.median(first), statistics.median(second), max(peak))
                print(f"| {kind} | {reader} | {' | '.join(f'{cell:.2f}' for cell in cells)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
