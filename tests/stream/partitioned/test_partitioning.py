"""Parts are the stream in memory: same order, same digest, however logs are split, cut, or interrupted."""

from __future__ import annotations

import json
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paretocode.errors import InputError, UsageError
from paretocode.progress import listening
from paretocode.stream import load_stream, synthesise, write_stream_table
from paretocode.stream.partitioned import (
    open_partitions,
    partition_logs,
    partition_stream,
    synthesise_partitions,
)
from paretocode.stream.partitioned.cutting import first_sessions_of

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", " b", "c10", "c9"]),
        st.sampled_from([0, 1, 2, 7, 1000]),
        st.integers(0, 50),
        st.sampled_from(["", "0", "0.33", "0.65", "1"]),
        st.integers(0, 60),
    ),
    min_size=1,
    max_size=40,
)


def write_logs(folder: Path, rows: list[tuple[Any, ...]], n_files: int, clock: str) -> list[Path]:
    paths = []
    for number, part in enumerate(np.array_split(np.arange(len(rows)), n_files)):
        path = folder / f"log-{number}.csv"
        lines = [f"session_id,{clock},prompt_tokens,completion_tokens,min_score,prefix_tokens"]
        for session, time, prompt, score, prefix in (rows[row] for row in part.tolist()):
            at = time if clock == "time_s" else f"2026-01-01T00:{time // 60:02d}:{time % 60:02d}Z"
            lines.append(f"{session},{at},{prompt},1,{score},{prefix}")
        path.write_text("\n".join(lines) + "\n")
        paths.append(path)
    return paths


@settings(max_examples=10, deadline=None)
@given(rows=ROWS, n_files=st.integers(1, 3), n_parts=st.integers(1, 4), clock=st.sampled_from(["time_s", "ts"]))
def test_parts_are_the_stream_in_memory(rows: list[tuple[Any, ...]], n_files: int, n_parts: int, clock: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_logs(folder, rows, n_files, clock)
        stream = load_stream("table", paths)
        parts = partition_logs(paths, folder / "parts", n_parts=n_parts)
        again = partition_stream(stream, folder / "again", n_parts=n_parts)
        for found in (parts, again):
            assert (len(found), found.n_sessions, found.digest) == (len(stream), stream.n_sessions, stream.digest)
            assert found.whole().digest == stream.digest
            assert found.has_demand == stream.has_demand
            assert 1 <= len(found.parts) <= n_parts
        assert not (folder / "parts" / ".work").exists()


@given(counts=st.lists(st.integers(1, 9), min_size=1, max_size=30), n_parts=st.integers(1, 12))
def test_cuts_lie_between_sessions_and_parts_are_even(counts: list[int], n_parts: int) -> None:
    first = first_sessions_of(np.array(counts), n_parts).tolist()
    assert first[0] == 0
    assert first == sorted(set(first))
    assert len(first) <= min(n_parts, len(counts))
    sizes = [sum(counts[start:stop]) for start, stop in zip(first, [*first[1:], len(counts)], strict=True)]
    if len(first) == n_parts:
        assert max(sizes) <= sum(counts) / n_parts + 2 * max(counts)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of four parts."""
    folder = tmp_path_factory.mktemp("made") / "parts"
    partition_stream(synthesise("chat", n_requests=200, rng=3), folder, n_parts=4)
    return folder


@pytest.fixture
def parts(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "parts")


def changed_manifest(folder: Path, change: Any) -> None:
    plain = json.loads((folder / "partitions.json").read_bytes())
    change(plain)
    (folder / "partitions.json").write_text(json.dumps(plain))


def reseal(folder: Path, number: int) -> None:
    """Let the manifest state a part's bytes as they are now, and have no seal, as those of earlier days."""
    from paretocode._files import sha256_of_file

    def change(plain: dict[str, Any]) -> None:
        path = folder / plain["parts"][number]["file"]
        plain["parts"][number] |= {"sha256": sha256_of_file(path), "n_bytes": path.stat().st_size}
        plain.pop("seal", None)

    changed_manifest(folder, change)


PART = "part-00001.parquet"


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda f: (f / PART).unlink(), "part-00001.parquet is missing"),
        (
            lambda f: shutil.copy(f / PART, f / "part-00004.parquet"),
            "part-00004.parquet is none of",
        ),
        (lambda f: (f / "partitions.json").unlink(), "it is no partitioned stream: it has no partitions.json"),
        (lambda f: (f / "partitions.json").write_text("{"), "it is no manifest of partitions"),
        (lambda f: changed_manifest(f, lambda m: m.update(format="paretocode-partitions-9")), "its format is 'pareto"),
        (lambda f: changed_manifest(f, lambda m: m.update(surprise=1)), "there is no such key"),
        (lambda f: changed_manifest(f, lambda m: m["parts"].pop(1)), "part 1 is called 'part-00002.parquet', not"),
        (
            lambda f: changed_manifest(f, lambda m: m["parts"][1].update(file="../secret.parquet")),
            "part 1 is called '../secret.parquet'",
        ),
        (
            lambda f: changed_manifest(f, lambda m: m["parts"][1].update(n_requests=1)),
            "part-00002.parquet begins with request",
        ),
        (lambda f: changed_manifest(f, lambda m: m["parts"][3].update(n_requests=0)), "greater than or equal to 1"),
        (lambda f: changed_manifest(f, lambda m: m["parts"][3].update(n_requests=2**53)), "less than or equal to"),
        (lambda f: changed_manifest(f, lambda m: m["parts"][3].update(n_requests=2**40)), "no longer says what was"),
        (lambda f: changed_manifest(f, lambda m: m.update(has_demand=True)), "no longer says what was written"),
        (lambda f: changed_manifest(f, lambda m: m.update(digest="0" * 64)), "no longer says what was written"),
        (lambda f: changed_manifest(f, lambda m: m["parts"].insert(1, m["parts"][1])), "part 2 is called"),
        (
            lambda f: (f / "partitions.json").write_text('{"name": "a", "name": "b"}'),
            "key 'name' stands twice",
        ),
    ],
)
def test_a_folder_that_is_not_whole_is_refused_at_once(damage: Any, sentence: str, parts: Path) -> None:
    damage(parts)
    with pytest.raises(InputError, match=sentence) as refusal:
        open_partitions(parts)
    assert "\n" not in str(refusal.value)


def truncate(folder: Path) -> None:
    content = (folder / PART).read_bytes()
    (folder / PART).write_bytes(content[: len(content) // 2])


def flip(folder: Path) -> None:
    content = bytearray((folder / PART).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / PART).write_bytes(content)


def other_rows(folder: Path) -> None:
    shutil.copy(folder / "part-00002.parquet", folder / PART)
    reseal(folder, 1)


def other_schema(folder: Path) -> None:
    write_stream_table(synthesise("chat", n_requests=5, rng=1), folder / PART)
    reseal(folder, 1)


def no_parquet(folder: Path) -> None:
    (folder / PART).write_bytes(b"PAR1 but not really")
    reseal(folder, 1)


def rewritten(select: str, *, rows: str = "true") -> Any:
    """Return a damage that writes a part anew, with other columns or rows."""

    def damage(folder: Path) -> None:
        import duckdb

        path = folder / PART
        with duckdb.connect() as engine:
            engine.execute(f"CREATE TABLE p AS SELECT {select} FROM '{path}' WHERE {rows}")
            engine.execute(f"COPY p TO '{path}' (FORMAT parquet)")
        reseal(folder, 1)

    return damage


def lying_of_rows(folder: Path) -> None:
    """State more rows than any memory holds."""

    def change(plain: dict[str, Any]) -> None:
        plain["parts"][1]["n_requests"] = 2**52
        for number in (2, 3):
            plain["parts"][number]["first_request"] = plain["parts"][1]["first_request"] + 2**52
        plain["parts"] = plain["parts"][:3]
        plain.pop("seal")

    changed_manifest(folder, change)
    (folder / "part-00003.parquet").unlink()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (truncate, "bytes and its manifest says"),
        (flip, "its bytes are not those of its manifest"),
        (other_rows, "it holds other rows than its manifest says"),
        # A session of the first part goes on in the second.
        (rewritten("* REPLACE (session - 1 AS session)"), "it holds other rows than its manifest says"),
        (rewritten("*", rows="false"), "it holds other rows than its manifest says"),
        (lying_of_rows, "it holds other rows than its manifest says"),
        (rewritten("* RENAME (time_s AS time)"), "its columns are session BIGINT, time DOUBLE"),
        (rewritten("* REPLACE (prompt_tokens::INTEGER AS prompt_tokens)"), "prompt_tokens INTEGER"),
        (rewritten("*, 1 AS more"), "more INTEGER"),
        (rewritten("* REPLACE (nullif(prompt_tokens, 0) + NULL AS prompt_tokens)"), "prompt_tokens has an empty cell"),
        (rewritten("* REPLACE ('nan'::DOUBLE AS time_s)"), "time_s is no number in one of its rows"),
        (rewritten("* REPLACE (-1 - prompt_tokens AS prompt_tokens)"), "a number of tokens is negative"),
        (other_schema, "its columns are session_id VARCHAR"),
        (no_parquet, "part-00001.parquet"),
    ],
)
def test_a_part_that_is_not_what_it_was_is_refused_when_read(damage: Any, sentence: str, parts: Path) -> None:
    damage(parts)
    found = open_partitions(parts)
    found.part(0)
    with pytest.raises(InputError, match=sentence) as refusal:
        found.part(1)
    assert "part-00001.parquet" in str(refusal.value)


@pytest.mark.parametrize(
    "damage", [truncate, flip, lambda f: (f / PART).unlink(), lambda f: (f / PART).write_bytes(b"")]
)
def test_the_same_command_mends_a_spoilt_folder(damage: Any, tmp_path: Path) -> None:
    paths = write_logs(tmp_path, [(f"s{n % 7}", n, n, "0.5", 0) for n in range(60)], 2, "time_s")
    whole = partition_logs(paths, tmp_path / "parts", n_parts=3)
    damage(tmp_path / "parts")
    assert partition_logs(paths, tmp_path / "parts", n_parts=3).whole().digest == whole.digest
    assert not (tmp_path / "parts" / ".work").exists()


def test_partitionings_of_one_folder_at_once_wait_for_each_other(tmp_path: Path) -> None:
    paths = write_logs(tmp_path, [(f"s{n % 7}", n, n, "0.5", 0) for n in range(60)], 2, "time_s")
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: partition_logs(paths, tmp_path / "parts", n_parts=3).digest, range(4)))
    assert set(found) == {load_stream("table", paths).digest}
    assert not (tmp_path / "parts" / ".work").exists()


def test_a_folder_of_parts_is_not_read_as_a_plain_table(parts: Path) -> None:
    with pytest.raises(InputError, match="the folder is a partitioned stream, not a plain table"):
        load_stream("table", parts)


def test_two_parts_exchanged_and_resealed_are_not_the_stream(made: Path, tmp_path: Path) -> None:
    stream = synthesise("chat", n_requests=200, rng=3)
    other = stream.replace(prompt_tokens=stream.prompt_tokens + 1)
    partition_stream(other, tmp_path / "other", n_parts=4)
    folder = shutil.copytree(made, tmp_path / "parts")
    shutil.copy(tmp_path / "other" / PART, folder / PART)
    reseal(folder, 1)
    with pytest.raises(InputError, match="its parts are not the stream that its manifest states"):
        open_partitions(folder).whole()


class StoppedError(Exception):
    pass


class Watcher:
    """Hears how far the work is, and stops it at one of its steps."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at, self.heard = stop_at, []

    def opened(self, what: str, *, total: int | None, unit: str) -> Watched:
        return Watched(self, what)


class Watched:
    def __init__(self, watcher: Watcher, what: str) -> None:
        self.watcher, self.what = watcher, what

    def at(self, done: int, total: int | None) -> None:
        self.watcher.heard.append(self.what)
        if len(self.watcher.heard) - 1 == self.watcher.stop_at:
            raise StoppedError

    def named(self, what: str, note: str) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize("stop_at", range(9))
def test_an_interrupted_partitioning_goes_on(stop_at: int, tmp_path: Path) -> None:
    rows = [(f"s{n % 7}", n, n, "0.5", 0) for n in range(60)]
    paths = write_logs(tmp_path, rows, 3, "time_s")
    with listening(Watcher(stop_at)), pytest.raises(StoppedError):
        partition_logs(paths, tmp_path / "parts", n_parts=3)
    with pytest.raises(InputError, match="it was not finished; run the same command again"):
        open_partitions(tmp_path / "parts")
    again = Watcher()
    with listening(again):
        found = partition_logs(paths, tmp_path / "parts", n_parts=3)
    assert found.digest == load_stream("table", paths).digest
    assert not (tmp_path / "parts" / ".work").exists()
    # Three logs are counted, then three handed out, and what was handed out is not handed out again.
    assert again.heard.count("hand out") == max(0, min(3, 5 - stop_at))
    finished = Watcher()
    with listening(finished):
        assert partition_logs(paths, tmp_path / "parts", n_parts=3).digest == found.digest
    assert finished.heard == []


def test_parts_that_are_finished_are_not_written_again(tmp_path: Path) -> None:
    paths = write_logs(tmp_path, [(f"s{n % 7}", n, n, "0.5", 0) for n in range(60)], 1, "time_s")
    with listening(Watcher(4)), pytest.raises(StoppedError):  # count, hand out, two parts of three
        partition_logs(paths, tmp_path / "parts", n_parts=3)
    kept = tmp_path / "parts" / "part-00001.parquet"
    before = kept.stat().st_mtime_ns, kept.stat().st_ino
    partition_logs(paths, tmp_path / "parts", n_parts=3)
    assert (kept.stat().st_mtime_ns, kept.stat().st_ino) == before


def test_another_question_or_something_else_in_the_folder_is_refused(tmp_path: Path) -> None:
    paths = write_logs(tmp_path, [("a", 0, 1, "", 0), ("b", 0, 1, "", 0)], 1, "time_s")
    partition_logs(paths, tmp_path / "parts", n_parts=1)
    assert partition_logs(paths, tmp_path / "parts", n_parts=1).n_sessions == 2
    for n_parts, folder in ((2, tmp_path / "parts"), (1, tmp_path)):
        with pytest.raises(InputError, match="the folder holds something else than parts of these logs"):
            partition_logs(paths, folder, n_parts=n_parts)
    with pytest.raises(UsageError, match="parts and requests per part are both given"):
        partition_logs(paths, tmp_path / "x", n_parts=1, requests_per_part=1)
    with pytest.raises(InputError, match="reader 'azure' takes one log, and 2 are named"):
        partition_logs([*paths, *paths], tmp_path / "x", reader="azure")


def test_a_bad_cell_is_told_with_its_file_and_row(tmp_path: Path) -> None:
    paths = write_logs(tmp_path, [("a", 0, 1, "", 0), ("b", 0, 1, "2", 0)], 2, "time_s")
    with pytest.raises(InputError, match=r"log-1.csv: .*min_score is 2.* in row 1"):
        partition_logs(paths, tmp_path / "parts")


def test_made_up_traffic_is_the_same_however_often_it_is_interrupted(tmp_path: Path) -> None:
    whole = synthesise_partitions("chat", tmp_path / "a", n_requests=100, seed=1, n_parts=4)
    assert (len(whole.parts), len(whole)) == (4, 100)

    for _ in range(5):
        with listening(Watcher(0)), pytest.raises(StoppedError):
            synthesise_partitions("chat", tmp_path / "b", n_requests=100, seed=1, n_parts=4)
    again = synthesise_partitions("chat", tmp_path / "b", n_requests=100, seed=1, n_parts=4)
    assert again.digest == whole.digest == whole.whole().digest
