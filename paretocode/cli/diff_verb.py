"""``paretocode diff OLD NEW``: what changes, what moves, what is predicted, and who is hit hardest?"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from paretocode.cli.shared import (
    DOCUMENTED,
    add_catalogue,
    add_json,
    add_stream,
    adhoc_experiment,
    emit,
    say,
    say_notes,
)
from paretocode.errors import InputError, UsageError

if TYPE_CHECKING:
    from paretocode.experiment.resolve import Experiment
    from paretocode.release.impact import Impact
    from paretocode.tiermap.file import TierMapFile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("old", metavar="OLD", help="a tier map file, a result folder, or documented")
    parser.add_argument("new", metavar="NEW", help="a tier map file, a result folder, or documented")
    parser.add_argument("--result", metavar="RESULT", help="predict from the evidence of this result, without a replay")
    parser.add_argument("--experiment", metavar="FILE", help="replay both maps on the stream of this experiment")
    parser.add_argument("--scale", default="full", choices=["full", "smoke"], help="its size")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override one of its keys, e.g. stream.path=log.csv",
    )
    parser.add_argument("--html", metavar="FILE", help="write one page to this file as well")
    add_catalogue(parser)
    add_stream(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the differences; traffic is counted on the stream."""
    from paretocode.report.text_impact import impact_text

    if args.result and args.experiment:
        raise UsageError("--result and --experiment are both given", way_out="name one of them")
    impact = _from_result(args) if args.result else _replayed(args)
    document = impact.to_dict()
    if args.html:
        from paretocode._files import write_atomically
        from paretocode.report.html_diff import render_diff

        write_atomically(Path(args.html), render_diff(document).encode())
        say(f"page written to {args.html}")
    emit(args, impact_text(document), document)
    return 0


def _from_result(args: argparse.Namespace) -> Impact:
    from paretocode.release.impact import impact_from_result
    from paretocode.result import open_result

    result = open_result(args.result)
    result.refuse_alteration()
    old, new = _file(args.old, args), _file(args.new, args)
    maps = old.tier_map(), new.tier_map()
    found = impact_from_result(*maps, result.metrics(), sha256=(_as_run_sha256(old), _as_run_sha256(new)))
    if found is None:
        raise InputError(
            f"its evidence does not compare {new.name!r} with {old.name!r} as its incumbent",
            where=str(result.path),
            way_out="name another result, or --experiment FILE to replay both",
        )
    return found


def _file(word: str, args: argparse.Namespace) -> TierMapFile:
    from paretocode.catalogue import load_catalogue
    from paretocode.cli.shared import _map_path
    from paretocode.tiermap import documented_pareto_code
    from paretocode.tiermap.file import read_tier_map, tier_map_file

    path = _map_path(word)
    if path is not None:
        return read_tier_map(path)
    catalogue = load_catalogue(args.catalogue)
    return tier_map_file(documented_pareto_code(catalogue).renamed(DOCUMENTED), catalogue)


def _as_run_sha256(file: TierMapFile) -> str:
    """Return the digest that a run gave the map, before it got a serial and a parent."""
    from paretocode.release.preparing import as_run
    from paretocode.tiermap.file import canonical_bytes, sha256_of

    return sha256_of(canonical_bytes(as_run(file)))


def _replayed(args: argparse.Namespace) -> Impact:
    from paretocode.experiment.evidence_sums import CLUSTERS
    from paretocode.experiment.measuring import MapReplays
    from paretocode.release.impact import impact_of_replays

    experiment = _experiment(args)
    say_notes(experiment)
    replays, evidence = MapReplays(experiment), experiment.spec.evidence
    old, new = (replays.measured(tier_map).run for tier_map in experiment.tier_maps.values())
    stream = experiment.stream
    return impact_of_replays(
        old,
        new,
        scale=experiment.scale,
        source=f"a replay of {len(stream):,} requests ({stream.name or 'the log'})",
        clusters=CLUSTERS[evidence.clusters](stream) if stream.n_sessions > 1 else None,
        n_replicates=evidence.replicates or 1000,
        level=evidence.level,
        seed=evidence.seed,
    )


def _experiment(args: argparse.Namespace) -> Experiment:
    """Return the experiment on whose stream both maps are replayed, with these two as its maps, the old one first."""
    if not args.experiment:
        return adhoc_experiment(args, [args.old, args.new])
    from paretocode.cli.shared import load_map
    from paretocode.experiment import read_experiment
    from paretocode.experiment.resolve import resolve

    path = Path(args.experiment)
    spec = read_experiment(path, overrides=args.set)
    experiment = resolve(spec, name=path.stem, scale_name=args.scale, base=path.parent)
    maps = [load_map(word, experiment.catalogue) for word in (args.old, args.new)]
    if maps[0].name == maps[1].name:
        maps = [maps[0], maps[1].renamed(f"{maps[1].name}-2")]
    for tier_map in maps:
        tier_map.check_against(experiment.catalogue)
    return replace(experiment, tier_maps={tier_map.name: tier_map for tier_map in maps})
