"""A replay of parts that is stopped by a signal ends soon, in one sentence, and leaves no process behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paretocode.cli.guard import guarded
from paretocode.stream import synthesise
from paretocode.stream.partitioned import partition_stream


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many small parts: the first are kept long before the last is done."""
    folder = tmp_path_factory.mktemp("stopped") / "parts"
    partition_stream(synthesise("chat", n_requests=4_000, rng=3), folder, n_parts=60)
    return folder


def hears_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started(parts: Path, *words: str) -> subprocess.Popen[str]:
    """Begin a replay in a process group of its own; return when some parts are done."""
    root = str(Path(__file__).parents[3])
    process = subprocess.Popen(
        [sys.executable, "-m", "paretocode", "replay", "--quiet", "--stream", str(parts), "--workers", "2", *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([root, *sys.path])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
        preexec_fn=hears_ctrl_c,  # noqa: PLW1509 - no threads here; a job of a script's background is born deaf to it
    )
    while process.poll() is None and not any(parts.glob(".kept/**/part-*.json")):
        time.sleep(0.01)
    return process


def processes_of(group: int) -> list[str]:
    """Return the living processes of a group, from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(its_group) == group and state != "Z":
            found.append(stat.parent.name)
    return found


def ends(group: int) -> bool:
    """Return whether all processes of a group end by themselves; end them where they do not."""
    until = time.monotonic() + 15
    while processes_of(group) and time.monotonic() < until:
        time.sleep(0.05)
    left = processes_of(group)
    if left:
        os.killpg(group, signal.SIGKILL)
    return not left


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc, and there is none")
@pytest.mark.parametrize(
    ("engine", "number", "code", "word"),
    [
        ("processes", signal.SIGINT, 130, "interrupted"),
        ("processes", signal.SIGTERM, 143, "terminated"),
        ("processes", signal.SIGKILL, -9, ""),  # what the system says of it is not ours
        ("dask", signal.SIGINT, 130, "interrupted"),
    ],
)
def test_a_stopped_replay_leaves_nobody_behind(engine: str, number: int, code: int, word: str, parts: Path) -> None:
    if engine == "dask":
        pytest.importorskip("distributed", reason="dask and distributed are not installed: no cluster was tried")
    shutil.rmtree(parts / ".kept", ignore_errors=True)
    process = started(parts, "--engine", engine)
    # Ctrl-C in a terminal is heard by all processes of the command, the other two by the one they are sent to.
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    is_empty = ends(process.pid)
    _, said = process.communicate(timeout=30)
    assert is_empty
    assert process.returncode == code, said
    assert not word or said == f"{word}; run the same command again to go on\n"
    assert any(parts.glob(".kept/**/part-*.json"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_reading_engine_works_is_no_bug(
    number: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def job() -> int:
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None  # what the engine makes of it
        return 0

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # deaf to it in a script's background
    try:
        assert guarded(job) == code
    finally:
        signal.signal(signal.SIGINT, before)
    assert "run the same command again to go on" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
