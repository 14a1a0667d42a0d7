"""kill -9 during approve or export leaves the old state or the new one, and the same command then goes through."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paretocode.release import read_register, verify
from ssh_keys import make_key

SCRIPT = Path(__file__).parents[1] / "killed_releases.py"
LOOP = """
import sys, itertools
from pathlib import Path
from paretocode.release import approve, export_tier_map
result, out = Path(sys.argv[1]), Path(sys.argv[2])
print("ready", flush=True)
for number in itertools.count():
    approve(result, by=f"Ada {number}", reason="cheaper")
    export_tier_map(result, to="json", out=out / "map.json")
    export_tier_map(result, to="release", out=out / f"release-{number}")
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


def test_killed_at_every_step(result: Path, tmp_path: Path) -> None:
    keys = [str(make_key(tmp_path / "keys", "ada"))] if shutil.which("ssh-keygen") else []
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(result), str(tmp_path / "scratch"), *keys],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    n_approving, n_exporting = map(int, done.stdout.split())
    assert n_approving >= 5
    assert n_exporting >= 10


def test_killed_at_random_moments(result: Path, tmp_path: Path) -> None:
    out, rng = tmp_path / "out", random.Random(7)
    good = (result / "tier_map.json").read_bytes()
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", LOOP, str(result), str(out)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(rng.uniform(0.02, 0.4))
            child.send_signal(signal.SIGKILL)
        read_register(tmp_path / "register.jsonl")
        verify(result)
        for path in out.glob("[!.]*"):
            assert path.read_bytes() == good if path.is_file() else verify(path).state == "exported"
        for path in list(out.glob("release-*")):
            path.rename(out / f".seen-{time.monotonic_ns()}")
