"""Who does the work on a partitioned stream? Options of the verbs that replay."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from paretocode.cli.talk import say
from paretocode.errors import UsageError

if TYPE_CHECKING:
    from paretocode.experiment.resolve import Experiment
    from paretocode.result import ResultFolder
    from paretocode.sim.partitioned import EngineChoice

__all__ = ["add_engine", "asked_engine", "is_partitioned", "ran_experiment", "refuse_engine", "say_plan"]

_OPTIONS = ("engine", "workers", "scheduler", "memory")


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add ``--engine``, ``--workers``, ``--scheduler``, ``--memory``."""
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
    parser.add_argument(
        "--memory",
        metavar="SIZE",
        default=argparse.SUPPRESS,
        help="for a partitioned stream: the most that the work may take here, such as 2GB (what the machine has)",
    )


def ran_experiment(args: argparse.Namespace, path: Path) -> ResultFolder:
    """Run an experiment as the command asks, and say what work on parts will take before it begins."""
    from paretocode.experiment.run import run_experiment

    return run_experiment(
        path,
        out=args.out,
        scale_name=args.scale,
        overrides=args.set,
        figures=not args.no_figures,
        engine=asked_engine(args),
        heard=say_plan,
    )


def say_plan(experiment: Experiment) -> None:
    """Say what work on parts will take, where the stream lies in parts."""
    plan = getattr(experiment.traffic, "plan", None)
    if plan is not None:
        say(f"note: the work takes {plan.sentence()}")


def is_partitioned(path: str | None) -> bool:
    """Return whether a path names a partitioned stream, finished or not."""
    return bool(path) and any((Path(str(path)) / name).exists() for name in ("partitions.json", ".work"))


def asked_engine(args: argparse.Namespace) -> EngineChoice:
    """Return the engine that is asked for."""
    from paretocode.sim.partitioned import EngineChoice
    from paretocode.sim.partitioned.memory import memory_asked

    asked = {name: getattr(args, name, None) for name in _OPTIONS}
    return EngineChoice(
        name=asked["engine"],
        workers=asked["workers"],
        scheduler=asked["scheduler"],
        memory_bytes=None if asked["memory"] is None else memory_asked(asked["memory"]),
    )


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
