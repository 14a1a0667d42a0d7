"""``paretocode notebooks``: the notebooks in a folder of one's own, open in JupyterLab; or all of them, run."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from paretocode.cli.exit_codes import ExitCode
from paretocode.cli.notebooks_copy import Copied, copy_notebooks, notebooks_named
from paretocode.cli.notebooks_run import SCALES, NotebookRun, refuse_no_runner, run_notebook
from paretocode.cli.talk import emit, say
from paretocode.errors import MissingDependencyError, UsageError
from paretocode.progress import tracked

__all__ = ["DEFAULT_FOLDER", "add_arguments", "run"]

DEFAULT_FOLDER = "paretocode-notebooks"
_MOST_NAMED = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "lab_options", nargs="*", metavar="-- OPTION", help="options of JupyterLab, after two dashes, such as --port"
    )
    parser.add_argument(
        "--to",
        metavar="FOLDER",
        help=f"where the copies go (default: {DEFAULT_FOLDER}; with --run: nowhere, or the executed notebooks here)",
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NUMBER", help="some of them, such as 01 05")
    parser.add_argument("--force", action="store_true", help="overwrite copies that were changed")
    parser.add_argument("--no-open", action="store_true", help="copy, and open nothing")
    parser.add_argument("--run", dest="is_run", action="store_true", help="run them all, each from a clean kernel")
    parser.add_argument("--scale", default="full", choices=SCALES, help="with --run: the sizes of the notebooks")
    parser.add_argument(
        "--cell-timeout-s", type=float, metavar="S", help="with --run: the longest that a cell may take"
    )


def run(args: argparse.Namespace) -> int:
    """Run the notebooks, or copy and open them."""
    if args.is_run and args.lab_options:
        raise UsageError("--run opens no JupyterLab", way_out="leave out what follows the two dashes")
    return _run_all(args) if args.is_run else _open(args)


def _open(args: argparse.Namespace) -> int:
    notebooks, folder = notebooks_named(args.only), Path(args.to or DEFAULT_FOLDER)
    copied = copy_notebooks(notebooks, folder, is_forced=args.force)
    for note in _notes(copied):
        say(f"note: {note}")
    emit(args, str(folder), {"folder": str(folder), **copied._asdict()})
    if not args.no_open:
        _become_lab(folder, args.lab_options)
    return ExitCode.DONE


def _become_lab(folder: Path, options: list[str]) -> NoReturn:
    """Replace this process by JupyterLab, so that signals and the exit code are its own."""
    if find_spec("jupyterlab") is None:
        raise MissingDependencyError(
            f"JupyterLab is not installed, so that the notebooks in {folder} stay closed",
            way_out="run python3 -m paretocode.bootstrap lab, or pip install 'paretocode[notebooks]'",
        )
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(folder), *options])


def _notes(copied: Copied) -> list[str]:
    told = (
        (copied.new, "copied"),
        (copied.updated, "brought up to date"),
        (copied.kept, "kept as you changed them"),
    )
    return [f"{_few(names)} {what}" for names, what in told if names]


def _few(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= _MOST_NAMED else f"{len(names)} notebooks"


def _run_all(args: argparse.Namespace) -> int:
    refuse_no_runner()
    notebooks = notebooks_named(args.only)
    folder = None if args.to is None else Path(args.to)
    if folder is not None and not args.force:
        _refuse_taken(folder, notebooks)
    runs = []
    for path in tracked(notebooks, "run notebooks", unit="notebook"):
        executed = None if folder is None else folder / path.name
        found = run_notebook(path, scale=args.scale, executed=executed, cell_timeout_s=args.cell_timeout_s)
        say(f"{found.name}: {found.seconds:.1f} s, {'failed' if found.failed else 'ok'}")
        runs.append(found)
    document = _document(runs, args.scale)
    emit(args, _text(document), document)
    return ExitCode.FOUND if document["n_failed"] else ExitCode.DONE


def _refuse_taken(folder: Path, notebooks: list[Path]) -> None:
    taken = [path.name for path in notebooks if (folder / path.name).exists()]
    if taken:
        raise UsageError(
            f"there is {taken[0]} already", where=str(folder), way_out="name another folder, or overwrite with --force"
        )


def _document(runs: list[NotebookRun], scale: str) -> dict[str, Any]:
    return {
        "scale": scale,
        "seconds": round(sum(run.seconds for run in runs), 3),
        "n_failed": sum(run.failed is not None for run in runs),
        "notebooks": [
            {
                "name": run.name,
                "seconds": round(run.seconds, 3),
                "is_ok": run.failed is None,
                "failed_cell": None if run.failed is None else run.failed._asdict(),
            }
            for run in runs
        ],
    }


def _text(document: dict[str, Any]) -> str:
    from paretocode.report.text_fitted import fitted_table

    rows, told = [], []
    for each in document["notebooks"]:
        rows.append([each["name"], f"{each['seconds']:.1f}", "ok" if each["is_ok"] else "failed"])
        if cell := each["failed_cell"]:
            told.append(f"{each['name']}, cell {cell['number']} ({cell['cell_id']}): {cell['error']}")
    table = fitted_table(["notebook", "seconds", "state"], rows, "lrl")
    n_ok = len(rows) - document["n_failed"]
    summary = f"{n_ok} of {len(rows)} notebooks ran at {document['scale']} scale in {document['seconds']:.0f} s."
    return "\n\n".join([table, *(["\n".join(told)] if told else []), summary])
