"""``paretocode evidence coverage LOG --experiment E``: what can a log of the incumbent say about the candidate?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from paretocode.cli.evidence_inputs import add_experiment, add_reader, asked_experiment, on_stream
from paretocode.cli.evidence_maps import asked_map
from paretocode.cli.shared import emit, say, seed
from paretocode.cli.words import pairs_of
from paretocode.errors import UsageError

if TYPE_CHECKING:
    from paretocode.cli.evidence_columns import LoggedColumns
    from paretocode.evidence.logged import LoggedChoices
    from paretocode.sim.replaying import Replay
    from paretocode.stream import RequestStream

__all__ = ["EPILOG", "SUMMARY", "add_arguments", "run"]

SUMMARY = "say what a log of the map in force can and cannot tell about a candidate"
EPILOG = """\
The log names the model that served each request. Where the candidate would have chosen otherwise, outcomes are
estimated only if the log chose at random and says with which probability; nothing is said of choices it never made.
Min scores come from the log where it has them, else from the experiment's demand.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("log", metavar="LOG", help="what was asked, and which model served")
    parser.add_argument("--experiment", required=True, metavar="EXPERIMENT|RESULT", help="where the maps stand")
    parser.add_argument("--candidate", metavar="MAP", help="which of its maps (default: the proposed one)")
    parser.add_argument(
        "--model", action="append", default=[], metavar="LOGGED=KEY", help="catalogue key of a logged name; repeatable"
    )
    parser.add_argument(
        "--propensity", metavar="COLUMN", help="for tables: probability of the logged choice, in (0, 1]"
    )
    parser.add_argument("--outcome", metavar="COLUMN", help="for tables: what came of it, a number of 0 or more")
    parser.add_argument("--range", nargs=2, type=float, metavar=("LOW", "HIGH"), help="least and greatest outcome")
    parser.add_argument("--clip", type=float, metavar="WEIGHT", help="largest weight (default: none is cut)")
    parser.add_argument("--level", type=float, default=0.95, help="of the intervals")
    parser.add_argument("--seed", type=seed, default=1, help="seed of folds and resamples")
    add_reader(parser)
    add_experiment(parser)


def run(args: argparse.Namespace) -> int:
    """Print what the log covers, and estimates where it can give them."""
    from paretocode.cli.evidence_columns import logged_columns, notes_beside
    from paretocode.evidence.logged import choices_of_log, log_coverage
    from paretocode.report.text_coverage import coverage_text
    from paretocode.sim.replaying import replay

    if (args.propensity is None) != (args.outcome is None):
        raise UsageError("--propensity and --outcome go together", way_out="give both, or neither for coverage alone")
    for option in ("range", "clip"):
        if getattr(args, option) is not None and args.outcome is None:
            raise UsageError(
                f"--{option} is for outcomes, and none is named", way_out="give --propensity and --outcome"
            )
    asked = asked_experiment(args.experiment, args)
    on_log = on_stream(asked, args.log, args)
    for note in notes_beside(on_log.stream.notes, [args.propensity, args.outcome]):
        say(f"note: {note}")
    if on_log.demand_origin == "assumed":
        say("note: the log states no min score, so the candidate's choices rest on an assumed demand")
    columns = None if args.outcome is None else logged_columns(args, len(on_log.stream))
    keys = _keys(args.model, on_log.catalogue.keys)
    maps = asked_map(asked, args.candidate), asked.maps[asked.incumbent]
    runs = []
    for tier_map in maps:
        say(f"replaying {len(on_log.stream):,} requests under {tier_map.name}")
        runs.append(replay(on_log.stream, tier_map, on_log.catalogue, cache=on_log.cache))
    choices = choices_of_log(runs[0], incumbent=runs[1], keys=keys)
    covered = log_coverage(choices, cost=runs[0].cost_pusd, moves=_moves(runs[1], runs[0]))
    document: dict[str, Any] = {
        "log": on_log.stream.name,
        "candidate": maps[0].name,
        "incumbent": maps[1].name,
        "unknown_models": sorted(set(choices.names) - set(on_log.catalogue.keys)),
        "coverage": covered.to_dict(),
        "value": None if columns is None else _value(choices, columns, args, runs[0].stream),
    }
    emit(args, coverage_text(document), document)
    return 0


def _keys(words: list[str], known: tuple[str, ...]) -> dict[str, str]:
    keys = pairs_of(words, "--model")
    for name, key in keys.items():
        if key not in known:
            raise UsageError(f"--model {name} is {key!r}", way_out=f"give a key of the catalogue, such as {known[0]}")
    return keys


def _moves(incumbent: Replay, candidate: Replay) -> list[str]:
    names = [(*(tier.name for tier in run.tier_map.tiers), "unserved") for run in (incumbent, candidate)]
    pairs = zip(incumbent.decisions.tier_served.tolist(), candidate.decisions.tier_served.tolist(), strict=True)
    return [f"{names[0][before]} -> {names[1][after]}" for before, after in pairs]


def _value(
    choices: LoggedChoices, columns: LoggedColumns, args: argparse.Namespace, stream: RequestStream
) -> dict[str, Any]:
    from paretocode.cli.evidence_columns import naming_requests
    from paretocode.evidence.logged import policy_value

    with naming_requests(stream, args.log):
        found = policy_value(
            choices,
            propensity=columns.propensity,
            outcome=columns.outcome,
            outcome_range=None if args.range is None else (args.range[0], args.range[1]),
            clip=args.clip,
            level=args.level,
            rng=args.seed,
        )
    return {"outcome": args.outcome, **found.to_dict()}
