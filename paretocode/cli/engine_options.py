"""Who does the work on a partitioned stream? Options of the verbs that replay."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from paretocode.errors import UsageError

if TYPE_CHECKING:
    from paretocode.sim.partitioned import EngineChoice

__all__ = ["add_engine", "asked_engine", "is_partitioned", "refuse_engine"]

_OPTIONS = ("engine", "workers", "scheduler")


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add ``--engine``, ``--workers``, ``--scheduler``."""
    parser.add_argument(
        "--engine",
        choices=["serial", "processes", "dask"],
        default=argparse.SUPPRESS,
        help="for a partitioned stream: who does the work (processes, where there are several parts and cores)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        default=argparse.SUPPRESS,
        help="for a partitioned stream: how many parts at once (one a core)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        default=argparse.SUPPRESS,
        help="for --engine dask: a running scheduler, such as tcp://host:8786; without it one is started here",
    )


def is_partitioned(path: str | None) -> bool:
    """Return whether a path names a partitioned stream, finished or not."""
    return bool(path) and any((Path(str(path)) / name).exists() for name in ("partitions.json", ".work"))


def asked_engine(args: argparse.Namespace) -> EngineChoice:
    """Return the engine that is asked for."""
    from paretocode.sim.partitioned import EngineChoice

    asked = {name: getattr(args, name, None) for name in _OPTIONS}
    return EngineChoice(name=asked["engine"], workers=asked["workers"], scheduler=asked["scheduler"])


def refuse_engine(args: argparse.Namespace) -> None:
    """Refuse the options of an engine where the stream is not partitioned.

    Raises
    ------
    UsageError
        One of them is given.
    """
    for name in _OPTIONS:
        if hasattr(args, name):
            stream = getattr(args, "stream", None)
            raise UsageError(
                f"--{name} is for a partitioned stream, and {f'{stream} is' if stream else 'there is'} none",
                way_out="name one with --stream; paretocode stream partition makes it",
            )
