"""``paretocode evidence drift EXPERIMENT|RESULT --stream TODAY``: is today's traffic what the map was tuned on?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from paretocode.cli.evidence_inputs import (
    add_experiment,
    add_figure,
    add_reader,
    asked_experiment,
    figure_suffix,
    on_stream,
    write_figure,
)
from paretocode.cli.evidence_maps import asked_map
from paretocode.cli.shared import emit, say, seed
from paretocode.cli.words import pairs_of
from paretocode.errors import InputError, UsageError

if TYPE_CHECKING:
    from paretocode.catalogue import Catalogue
    from paretocode.evidence.drift import Limit
    from paretocode.experiment.resolve import Experiment

__all__ = ["EPILOG", "SUMMARY", "add_arguments", "run"]

_LEAST_SESSIONS = 2

SUMMARY = "test whether today's stream and catalogue are those a map was tuned on"
EPILOG = """\
Where there is too little data to tell, the answer says so and the exit code is 0.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("experiment", metavar="EXPERIMENT|RESULT", help="what the map was tuned on")
    parser.add_argument("--stream", required=True, metavar="FILE", help="today's log")
    add_reader(parser)
    parser.add_argument("--catalogue", metavar="FILE", help="today's catalogue; without it the experiment's own")
    parser.add_argument("--map", metavar="NAME", help="which of its maps (default: the proposed one)")
    parser.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="METRIC=MOST",
        help="how far a metric may move, in its unit or in %% of its value; replaces all defaults; repeatable",
    )
    parser.add_argument("--permutations", type=int, default=999, metavar="N", help="deals of sessions for each test")
    parser.add_argument("--seed", type=seed, default=1, help="seed of these deals")
    add_figure(parser)
    add_experiment(parser)


def run(args: argparse.Namespace) -> int:
    """Print the report; 1 for a drift beyond a limit."""
    from paretocode.evidence.drift import DEFAULT_LIMITS, DriftVerdict, drift_report
    from paretocode.report.text_drift import drift_text

    figure_suffix(args.figure)
    limits = _limits(args.limit) or DEFAULT_LIMITS
    asked = asked_experiment(args.experiment, args)
    tuned = asked.experiment
    catalogue = None if args.catalogue is None else _catalogue(args.catalogue)
    today = on_stream(asked, args.stream, args, seed_step=1)
    for note in today.stream.notes:
        say(f"note: {note}")
    _say_assumed(tuned, today)
    _check_sessions(tuned, today, args.stream)
    tier_map = asked_map(asked, args.map)
    say(
        f"testing {tuned.stream.n_sessions:,} sessions against {today.stream.n_sessions:,}, "
        f"{args.permutations:,} permutations a test"
    )
    report = drift_report(
        tuned.stream,
        today.stream,
        tier_map,
        tuned.catalogue,
        scale=tuned.scale,
        catalogue_today=catalogue,
        cache=tuned.cache,
        luck=_lucks(tuned, today),
        limits=limits,
        n_permutations=args.permutations,
        rng=args.seed,
    )
    document: dict[str, Any] = {"map": tier_map.name, **report.to_dict()}
    write_figure(args.figure, lambda: _drawn(document))
    emit(args, drift_text(document), document)
    return 1 if report.verdict is DriftVerdict.MOVES else 0


def _drawn(document: dict[str, Any]) -> Any:
    from paretocode.report.plots.drift import plot_drift

    return plot_drift(document)


def _lucks(tuned: Experiment, today: Experiment) -> Any:
    from paretocode.sim.luck import draw_luck

    seed = tuned.spec.seeds.luck
    return draw_luck(tuned.stream, rng=seed), draw_luck(today.stream, rng=seed + 1)


def _catalogue(source: str) -> Catalogue:
    from paretocode.catalogue import load_catalogue

    return load_catalogue(source)


def _say_assumed(tuned: Experiment, today: Experiment) -> None:
    origins = tuned.demand_origin, today.demand_origin
    if origins == ("assumed", "assumed"):
        say("note: the min scores of both streams are assumed, so that what is said of their drift is no finding")
    elif "assumed" in origins:
        which = "tuned stream" if origins[0] == "assumed" else "log"
        say(f"note: the min scores of the {which} are assumed: their drift says how far the other is from that")
    for experiment in (tuned, today):
        if experiment.operations is not None or experiment.history is not None:
            say("note: drift is judged on a plain replay: nothing fails and no catalogue moves within a stream")
            return


def _check_sessions(tuned: Experiment, today: Experiment, path: str) -> None:
    """Refuse a log of one session by its name, and say when it is the experiment's own."""
    for stream, name in ((tuned.stream, tuned.stream.name), (today.stream, path)):
        if stream.n_sessions < _LEAST_SESSIONS:
            raise InputError(
                f"it has {stream.n_sessions} session, and sessions are what is dealt out anew",
                where=name,
                way_out="give a log of more sessions, and name its session column with --columns session_id=THEIRS",
            )
    if tuned.stream.digest == today.stream.digest:
        say("note: it is the very stream that the map was tuned on, so that nothing can have drifted")


def _limits(words: list[str]) -> dict[str, Limit]:
    from paretocode.evidence.drift import Limit

    found = {}
    for metric, text in pairs_of(words, "--limit").items():
        is_relative = text.endswith("%")
        try:
            most = float(text.removesuffix("%"))
        except ValueError as error:
            raise UsageError(f"--limit {metric} is {text!r}", way_out="give a number, or a percentage") from error
        found[metric] = Limit(most=most / 100 if is_relative else most, is_relative=is_relative)
    return found
