"""Does every notebook still make its argument? Each runs from a clean kernel of this Python, in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from paretocode._source import source_folder
from paretocode.errors import InputError, MissingDependencyError

__all__ = ["SCALES", "FailedCell", "NotebookRun", "refuse_no_runner", "run_notebook"]

SCALES = ("full", "smoke")
_PREFIX = "PARETOCODE_NOTEBOOK_"
_RAN = "ran.ipynb"


class FailedCell(NamedTuple):
    """Where a notebook stopped: the cell's place among all cells, from 1, its id, and what it said."""

    number: int
    cell_id: str
    error: str


class NotebookRun(NamedTuple):
    """How a notebook ran; `failed` is None where it ran to its end, `left` are the files that it left beside itself."""

    name: str
    seconds: float
    failed: FailedCell | None
    left: tuple[str, ...] = ()


def refuse_no_runner() -> None:
    """Refuse where the libraries that run notebooks are not installed.

    Raises
    ------
    MissingDependencyError
        With what to install.
    """
    from importlib.util import find_spec

    for name in ("nbclient", "ipykernel"):
        if find_spec(name) is None:
            raise MissingDependencyError(
                f"{name} is not installed, which runs notebooks",
                way_out="run python3 -m paretocode.bootstrap lab --run, or pip install 'paretocode[notebooks]'",
            )


def run_notebook(
    path: Path, *, scale: str, executed: Path | None = None, cell_timeout_s: float | None = None
) -> NotebookRun:
    """Run one notebook and say how it went.

    Parameters
    ----------
    scale
        One of `SCALES`.
    executed
        Where the notebook with its outputs goes, also that of a failed one; None keeps it nowhere.
    cell_timeout_s
        How long one cell may take [s]; as long as it wants when None.

    Raises
    ------
    InputError
        A notebook that cannot be run at all, such as one that is no notebook.

    Notes
    -----
    The client runs in a process of its own, since it leaves sockets open; the kernel in another. Both see no settings
    of the person who runs them but the environment, so that the same notebook runs the same way everywhere.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="paretocode-notebook-") as place:
        work = Path(place) / "work"
        work.mkdir()
        shutil.copy(path, work / path.name)
        run = subprocess.run(
            [sys.executable, "-c", _PROGRAM, path.name, _RAN, json.dumps(cell_timeout_s)],
            cwd=work,
            env=_environment(Path(place), scale),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
        )
        said = _said(run.stdout)
        if said is None:
            last = (run.stderr.strip().splitlines() or [f"code {run.returncode}"])[-1]
            raise InputError(f"it cannot be run ({last})", where=str(path), way_out="check that it is a notebook")
        if executed is not None:
            executed.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(work / _RAN, executed)
        left = tuple(sorted({file.name for file in work.iterdir()} - {path.name, _RAN}))
    failed = FailedCell(**said["failed"]) if said["failed"] else None
    return NotebookRun(path.stem, time.perf_counter() - started, failed, left)


def _said(output: str) -> dict[str, Any] | None:
    """Return the last line of the process as it was meant; None where it did not come so far."""
    try:
        said: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return None
    return said


def _environment(place: Path, scale: str) -> dict[str, str]:
    """Return the environment of a clean kernel: this Python, this package, no configuration of anybody's."""
    kernel = place / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "this Python", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    made = place / "made"
    made.mkdir()
    kept: Mapping[str, str] = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
    folders = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    path = os.pathsep.join([str(source_folder()), *filter(None, [os.environ.get("PYTHONPATH", "")])])
    return {
        **kept,
        **{name: str(place / name.lower()) for name in folders},
        "JUPYTER_PATH": str(place / "jupyter"),
        f"{_PREFIX}SCALE": scale,
        "PYTHONPATH": path,
        "TMPDIR": str(made),
    }


_PROGRAM = """
import json, sys
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

source, target, timeout_s = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
notebook = nbformat.read(source, as_version=4)
at = [0, None]

def begun(cell, cell_index):
    at[:] = [cell_index, cell]

client = NotebookClient(notebook, timeout=timeout_s, kernel_name="python3", on_cell_start=begun)
failed = None
try:
    client.execute()
except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
    if isinstance(error, CellExecutionError):
        said = f"{error.ename}: {error.evalue}".splitlines()[0]
    else:
        said = str(error).strip().splitlines()[0]
    cell_id = "" if at[1] is None else at[1].get("id", "")
    failed = {"number": at[0] + 1, "cell_id": cell_id, "error": said}
nbformat.write(notebook, target)
print(json.dumps({"failed": failed}))
"""
