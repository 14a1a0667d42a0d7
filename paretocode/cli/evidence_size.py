"""``paretocode evidence size RESULT``: how many sessions does an answer take, and what can this stream see?"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paretocode.cli.evidence_inputs import Asked, add_experiment, asked_experiment
from paretocode.cli.evidence_maps import asked_map
from paretocode.cli.evidence_refusals import opened_result
from paretocode.cli.shared import emit, say
from paretocode.errors import InputError, UsageError

if TYPE_CHECKING:
    from paretocode.evidence.size import Design, SessionSpread, SizePlan
    from paretocode.sim.replaying import Replay

__all__ = ["EPILOG", "SUMMARY", "add_arguments", "run"]

SUMMARY = "plan how many sessions an answer takes, and say what this stream can see"
EPILOG = """\
A result that was planned for already is read, not replayed, unless one of the options asks for another plan.
Changes and margins are shares of the incumbent's value: 0.05 is 5 %.
"""
_OPTIONS = ("change", "margin", "measure", "candidate", "power", "canary", "set")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("result", metavar="RESULT", help="a finished result folder, or an experiment's TOML file")
    parser.add_argument(
        "--change", nargs="+", type=_share, default=[], metavar="SHARE", help="differences to be seen, such as 0.05"
    )
    parser.add_argument(
        "--margin", nargs="+", type=_share, default=[], metavar="SHARE", help="margins to be kept, such as 0.02"
    )
    parser.add_argument("--measure", action="append", default=[], metavar="NAME", help="which measures; repeatable")
    parser.add_argument("--candidate", metavar="MAP", help="which map is set against the incumbent")
    parser.add_argument("--power", type=float, metavar="SHARE", help="chance of seeing it (default: the experiment's)")
    parser.add_argument(
        "--canary", type=float, metavar="SHARE", help="share of sessions on the candidate in a live rollout"
    )
    add_experiment(parser)


def _share(text: str) -> float:
    """Return a share of the incumbent's value, above 0 and at most 1."""
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no share above 0, such as 0.05")
    if share > 1:
        raise argparse.ArgumentTypeError(f"{text!r} is more than 100 %; give a share such as 0.05")
    return share


def run(args: argparse.Namespace) -> int:
    """Print the plan."""
    from paretocode.report.text_size import size_text

    is_asked = any(getattr(args, name) not in (None, []) for name in _OPTIONS)
    size = None if is_asked else _kept(args.result)
    document = _planned(args) if size is None else size
    emit(args, size_text(document, proposed=_proposed(args.result)), document)
    return 0


def _proposed(word: str) -> str | None:
    """Return the map that a result puts forward; None where there is no result."""
    return str(opened_result(word).manifest["proposed"]) if Path(word).is_dir() else None


def _kept(word: str) -> dict[str, Any] | None:
    """Return the plan that a result holds; None where there is none."""
    if not Path(word).is_dir():
        return None
    document: Any = opened_result(word).metrics()
    size: dict[str, Any] | None = document.get("evidence", {}).get("size")
    return size if size and size.get("maps") else None


def _planned(args: argparse.Namespace) -> dict[str, Any]:
    from paretocode.evidence import map_measure
    from paretocode.experiment.measuring import MapReplays

    asked = asked_experiment(args.result, args)
    spec = asked.experiment.spec.evidence
    candidate, incumbent = asked_map(asked, args.candidate), asked.maps[asked.incumbent]
    if candidate.name == incumbent.name:
        raise UsageError(
            f"{candidate.name!r} is the incumbent itself", way_out="name another map of it with --candidate"
        )
    measures = [map_measure(name).name for name in args.measure] or _ratios(spec.measures)
    plan = _Plan(asked, args)
    replays = MapReplays(asked.experiment)
    runs = []
    for tier_map in (candidate, incumbent):
        say(f"replaying {len(asked.experiment.stream):,} requests under {tier_map.name}")
        runs.append(replays.measured(tier_map).run)
    rows = {measure: plan.of(measure, runs[0], runs[1]) for measure in measures}
    return {"power": plan.power, "canary_share": plan.canary, "maps": {candidate.name: rows}}


def _ratios(measures: list[str]) -> list[str]:
    """Return the measures that are ratios of sums: the spread of a quantile depends on where it lies."""
    from paretocode.evidence import map_measure

    return [name for name in measures if map_measure(name).per_mille is None]


class _Plan:
    """What is planned for, whatever the measure."""

    def __init__(self, asked: Asked, args: argparse.Namespace) -> None:
        from paretocode.evidence.size import Paired, Rollout
        from paretocode.evidence.size.power import check_chances

        spec = asked.experiment.spec.evidence
        self.experiment, self.alpha = asked.experiment, 1 - spec.level
        self.power = spec.size.power if args.power is None else args.power
        self.canary = spec.size.canary_share if args.canary is None else args.canary
        self.margins = args.margin
        self.changes = args.change or ([] if args.margin else spec.size.changes)
        check_chances(self.power, self.alpha)
        self.designs: dict[str, Design] = {"paired": Paired(), "rollout": Rollout(canary_share=self.canary)}

    def of(self, measure: str, candidate: Replay, incumbent: Replay) -> dict[str, Any]:
        """Return the plan of one measure; a measure that cannot be planned says why."""
        from paretocode.evidence.size import session_spread, telling_of
        from paretocode.experiment.evidence_sums import CLUSTERS

        experiment = self.experiment
        clusters = CLUSTERS[experiment.spec.evidence.clusters](experiment.stream)
        try:
            spread = session_spread(candidate, incumbent, measure, scale=experiment.scale, clusters=clusters)
        except InputError as refusal:
            return {"why_not": str(refusal)}
        told: dict[str, Any] = {
            name: telling_of(spread, how, power=self.power, alpha=self.alpha).to_dict()
            for name, how in self.designs.items()
        }
        return told | {"asked": list(self._asked(spread))}

    def _asked(self, spread: SessionSpread) -> Iterator[dict[str, Any]]:
        from paretocode.evidence.size import sessions_to_keep, sessions_to_see

        goals: list[tuple[str, list[float], Callable[..., SizePlan]]] = [
            ("see", self.changes, sessions_to_see),
            ("keep", self.margins, sessions_to_keep),
        ]
        for goal, share, plan_for in ((goal, share, how) for goal, shares, how in goals for share in shares):
            row: dict[str, Any] = {"goal": goal, "share": share}
            for name, how in self.designs.items():
                try:
                    plan = plan_for(spread, relative=share, power=self.power, alpha=self.alpha, design=how)
                    row[name] = plan.to_dict()
                except InputError as refusal:
                    row[name] = {"why_not": str(refusal)}
            yield row
