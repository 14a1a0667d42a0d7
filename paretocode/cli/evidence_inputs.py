"""Which experiment is meant, which of its maps, and where does a figure go? What actions of evidence share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from paretocode.cli.evidence_refusals import naming_columns, opened_result
from paretocode.cli.shared import say
from paretocode.cli.stream_log import read_log, reader_options
from paretocode.cli.words import pairs_of
from paretocode.errors import InputError, UsageError

if TYPE_CHECKING:
    from paretocode.experiment.resolve import Experiment
    from paretocode.result import ResultFolder
    from paretocode.tiermap import TierMap

__all__ = [
    "Asked",
    "add_experiment",
    "add_figure",
    "add_reader",
    "asked_experiment",
    "figure_suffix",
    "on_stream",
    "write_figure",
]

_SUFFIXES = (".svg", ".png")


class Asked(NamedTuple):
    """An experiment with everything loaded, and the result it was found in, where there is one."""

    experiment: Experiment
    maps: dict[str, TierMap]
    proposed: str
    result: ResultFolder | None

    @property
    def incumbent(self) -> str:
        """Name of the map in force."""
        return self.experiment.spec.incumbent.name

    def map_called(self, name: str | None) -> TierMap:
        """Return a map by name, the proposed one for None.

        Raises
        ------
        UsageError
            There is no such map.
        """
        wanted = name or self.proposed
        if wanted not in self.maps:
            raise UsageError(f"there is no map {wanted!r}", way_out=f"use one of {', '.join(self.maps)}")
        return self.maps[wanted]


def add_experiment(parser: argparse.ArgumentParser) -> None:
    """Add what it takes to load an experiment again."""
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a key; repeatable")
    parser.add_argument(
        "--scale", default="full", choices=["full", "smoke"], help="which of its sizes; a result has its own"
    )
    parser.add_argument(
        "--base", default=".", metavar="DIR", help="for a result: where relative paths of its experiment start"
    )


def add_reader(parser: argparse.ArgumentParser) -> None:
    """Add how a log is read."""
    parser.add_argument("--reader", default="table", help="how to read the log, such as coding_agent, azure or table")
    for name, example, what in (
        ("--option", "KEY=VALUE", "what the reader takes, such as threads=main; repeatable"),
        ("--columns", "OURS=THEIRS", "for tables: the log's name of one of our columns; repeatable"),
    ):
        parser.add_argument(name, action="append", default=[], metavar=example, help=what)


def add_figure(parser: argparse.ArgumentParser) -> None:
    """Add ``--figure``."""
    parser.add_argument("--figure", metavar="FILE", help="also draw it, as .svg or .png")


def asked_experiment(word: str, args: argparse.Namespace) -> Asked:
    """Return the experiment of a TOML file, or that of a finished result with the maps that it found.

    Raises
    ------
    InputError
        What reading an experiment or a result refuses; a result whose stream or catalogue is not there any more; a
        search without a result, since its maps are not known.
    """
    from paretocode.experiment.resolve import resolve
    from paretocode.experiment.spec import read_experiment

    path = Path(word)
    if path.is_dir():
        return _of_result(path, args)
    spec = read_experiment(path, overrides=args.set)
    if spec.search is not None:
        raise InputError(
            "it searches for its maps, so that they are not known before it has run",
            where=word,
            way_out="run paretocode tune on it and name the result",
        )
    experiment = resolve(spec, name=path.stem, scale_name=args.scale, base=path.parent)
    return Asked(experiment, experiment.tier_maps, experiment.proposed, None)


def _of_result(path: Path, args: argparse.Namespace) -> Asked:
    from paretocode.experiment.resolve import resolve
    from paretocode.experiment.spec import read_experiment
    from paretocode.tiermap.file import read_tier_map

    result = opened_result(path)
    manifest: dict[str, Any] = result.manifest
    spec = read_experiment(path / "experiment.toml", overrides=[*manifest["overrides"], *args.set])
    with _naming_base():
        experiment = resolve(spec, name=manifest["experiment"], scale_name=manifest["scale"], base=Path(args.base))
    for what, found in (("catalogue", experiment.catalogue.digest), ("stream", experiment.stream.digest)):
        if manifest["inputs"][what] != found:
            raise InputError(
                f"the {what} that its experiment names is not the one it was made from",
                where=str(path),
                way_out="say with --base where its paths start, put the file back, or run the experiment again",
            )
    files = sorted((path / "maps").glob("*.json"))
    found_maps = {file.stem: read_tier_map(file).tier_map().renamed(file.stem) for file in files}
    # Maps of the file keep their own form; those of a search exist in the result only.
    return Asked(experiment, {**found_maps, **experiment.tier_maps}, manifest["proposed"], result)


@contextmanager
def _naming_base() -> Iterator[None]:
    """Name ``--base`` where a file of a result's experiment is not there."""
    try:
        yield
    except InputError as refusal:
        if "no such file" not in refusal.what.lower():
            raise
        way_out = "put the file back, or say with --base where relative paths of its experiment start"
        raise InputError(refusal.what, where=refusal.where, way_out=way_out) from refusal


def on_stream(asked: Asked, path: str, args: argparse.Namespace, *, seed_step: int = 0) -> Experiment:
    """Return the experiment with a log in place of its stream: the log's own min scores, else the stated demand.

    Parameters
    ----------
    seed_step
        Added to the seed of assumed min scores, so that two streams do not share their luck.

    Notes
    -----
    The log is read twice, once to see whether it states min scores.
    """
    from paretocode.experiment.resolve import resolve
    from paretocode.experiment.world_sections import DemandSpec, StreamSpec

    spec = asked.experiment.spec
    options = reader_options(args.reader, args.option, args.columns)
    with naming_columns("--columns", pairs_of(args.columns, "--columns")):
        has_demand = read_log(args.reader, path, args.option, args.columns).has_demand
    seeds = spec.seeds.model_copy(update={"demand": spec.seeds.demand + seed_step})
    changed = {
        "stream": StreamSpec(reader=args.reader, path=str(Path(path).absolute()), options=options),
        "demand": DemandSpec(kind="log") if has_demand else spec.demand,
        "seeds": seeds,
    }
    return resolve(
        spec.model_copy(update=changed), name=asked.experiment.name, scale_name="full", base=_base_of(asked, args)
    )


def _base_of(asked: Asked, args: argparse.Namespace) -> Path:
    return Path(args.base) if asked.result is not None else Path(args.experiment).parent


def figure_suffix(path: str | None) -> str | None:
    """Return the suffix of a figure's file before any work is done.

    Raises
    ------
    UsageError
        Another suffix than ``.svg`` and ``.png``.
    """
    if path is None:
        return None
    suffix = Path(path).suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"--figure is {path!r}", way_out="end the name with .svg or .png")
    return suffix


def write_figure(path: str | None, draw: Callable[[], Any]) -> None:
    """Draw and write a figure, where one is asked for; it appears whole."""
    suffix = figure_suffix(path)
    if path is None or suffix is None:
        return
    from paretocode._files import write_atomically
    from paretocode.report.plots.style import figure_png, save_svg

    figure = draw()
    write_atomically(Path(path), save_svg(figure).encode() if suffix == ".svg" else figure_png(figure))
    say(f"written: {path}")
