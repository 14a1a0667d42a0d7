"""``paretocode evidence outcomes TABLE``: is the candidate as good where scores are known, and what does it save?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NamedTuple

from paretocode.cli.evidence_tables import add_table, asked_table, router_column
from paretocode.cli.shared import emit, say, seed

if TYPE_CHECKING:
    from paretocode._checks import FloatColumn
    from paretocode.evidence.outcomes import Assignment, OutcomeTable
    from paretocode.evidence.resampling import Resampling

__all__ = ["EPILOG", "SUMMARY", "add_arguments", "run"]

SUMMARY = "compare two models where their scores on the same questions are known"
EPILOG = """\
A difference of scores is candidate minus baseline, and more is better. Questions of one cluster, such as the turns of
one conversation, are resampled together.

examples:
  paretocode evidence outcomes outcomes.csv --candidate small --baseline large --margin 0.02 --range 0 1
  paretocode evidence outcomes scores.csv --format wide --score-of small=s --score-of large=l --cost-of small=cs \\
      --cost-of large=cl --range 0 1 --candidate small --baseline large --margin 0.02 --router-score difficulty
  paretocode evidence outcomes routellm_mtbench_commercial.csv --format routellm-mtbench --drop-sentinel -1 \\
      --candidate unify --baseline martian --margin 0.5
"""
_SHARES = (0.2, 0.5, 0.8)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    add_table(parser)
    parser.add_argument("--candidate", required=True, metavar="MODEL", help="which model may take over")
    parser.add_argument("--baseline", required=True, metavar="MODEL", help="which model answers today")
    parser.add_argument(
        "--margin", required=True, type=float, metavar="SCORE", help="loss of mean score that is still called equal"
    )
    parser.add_argument(
        "--right-at", type=float, metavar="SCORE", help="least score that counts as right (default: top)"
    )
    parser.add_argument("--router-score", metavar="COLUMN", help="a router's score; more asks for the stronger model")
    parser.add_argument("--level", type=float, default=0.95, help="of the intervals")
    parser.add_argument("--replicates", type=int, default=2000, metavar="N", help="resamples of the clusters")
    parser.add_argument("--seed", type=seed, default=0, help="their seed")


def run(args: argparse.Namespace) -> int:
    """Print the comparison."""
    from paretocode.report.text_outcomes import outcomes_text

    whole = asked_table(args)
    for note in whole.notes:
        say(f"note: {note}")
    table = _both(whole, args.candidate, args.baseline)
    for note in table.notes[len(whole.notes) :]:
        say(f"note: {note}")
    score = None if args.router_score is None else router_column(args, args.router_score, table)
    say(f"resampling {table.clusters.n:,} clusters ({table.cluster_kind}) {args.replicates:,} times")
    document = _document(table, args, score)
    emit(args, outcomes_text(document), document)
    return 0


def _both(table: OutcomeTable, *models: str) -> OutcomeTable:
    """Return the questions that both models answered; other models may have holes."""
    import numpy as np

    scores = np.column_stack([table.scores_of(model) for model in models])
    has_both = np.asarray(~np.isnan(scores).any(axis=1))
    if has_both.all():
        return table
    n_lacking = int((~has_both).sum())
    note = f"{n_lacking:,} of {table.n_questions:,} questions left out: {' or '.join(models)} has no score there"
    return table.take(has_both, note=note)


class _Pair(NamedTuple):
    """Candidate and baseline on one table, and how their differences are judged."""

    candidate: Assignment
    baseline: Assignment
    margin: float
    level: float
    draws: Resampling

    @property
    def by_score(self) -> list[Assignment]:
        """The weak one first."""
        return sorted((self.candidate, self.baseline), key=lambda each: each.mean_score)


def _document(table: OutcomeTable, args: argparse.Namespace, score: FloatColumn | None) -> dict[str, Any]:
    from paretocode.evidence.outcomes import assigned_to
    from paretocode.evidence.resampling import Resampling

    pair = _Pair(
        candidate=assigned_to(table, args.candidate),
        baseline=assigned_to(table, args.baseline),
        margin=args.margin,
        level=args.level,
        draws=Resampling(n_clusters=table.clusters.n, n_replicates=args.replicates, seed=args.seed),
    )
    return {
        "table": {
            "name": table.name,
            "n_questions": table.n_questions,
            "n_clusters": table.clusters.n,
            "cluster_kind": table.cluster_kind,
            "models": list(table.models),
            "score_range": list(table.score_range),
            "notes": list(table.notes),
        },
        "level": args.level,
        "comparison": _comparison(pair),
        "quadrants": _quadrants(pair, right_at=args.right_at),
        "oracle": _oracle(pair),
        "saving": _saving(pair, score),
        "router": None if score is None else _router(pair, score),
    }


def _comparison(pair: _Pair) -> dict[str, Any]:
    from paretocode.evidence.outcomes import compare_assignments

    candidate, baseline = pair.candidate, pair.baseline
    found = compare_assignments(candidate, baseline, margin=pair.margin, level=pair.level, resampling=pair.draws)
    ends, student = found.quality_interval, found.quality_student
    cost = None
    if found.cost is not None and found.cost_interval is not None:
        names = found.cost.names
        cost = {
            "candidate_usd": candidate.mean_cost_usd,
            "baseline_usd": baseline.mean_cost_usd,
            **{name: _estimate(found.cost, found.cost_interval, at) for at, name in enumerate(names)},
        }
    return {
        "candidate": found.candidate,
        "baseline": found.baseline,
        "candidate_score": candidate.mean_score,
        "baseline_score": baseline.mean_score,
        "margin": found.margin,
        "difference": _estimate(found.quality, ends, 0),
        "student": [_end(student.low[0]), _end(student.high[0])],
        "verdict": found.verdict.name.lower(),
        "is_kept": found.verdict.is_kept,
        "cost": cost,
        "sentence": str(found),
    }


def _quadrants(pair: _Pair, *, right_at: float | None) -> dict[str, Any]:
    from paretocode.evidence.outcomes import QUADRANTS, quadrants

    found = quadrants(pair.baseline, pair.candidate, right_at=right_at, level=pair.level, resampling=pair.draws)
    parts = {
        name: {"n": found.counts[at], **_estimate(found.share, found.intervals, at)}
        for at, name in enumerate(QUADRANTS)
    }
    return {
        "first": found.first,
        "second": found.second,
        "right_at": found.right_at,
        "parts": parts,
        "p_value": None if found.test is None else found.test.p_value,
    }


def _oracle(pair: _Pair) -> dict[str, Any]:
    from paretocode.evidence.outcomes import oracle_gap

    found = oracle_gap(pair.candidate, level=pair.level, resampling=pair.draws)
    return {
        "oracle_score": found.oracle_score,
        "best_single": found.best_single,
        "best_single_score": found.best_single_score,
        "gap": found.gap,
        "closed_share": found.closed_share,
        "regret": _estimate(found.regret, found.regret_intervals, 0),
    }


def _saving(pair: _Pair, score: FloatColumn | None) -> dict[str, Any] | None:
    """Return what the candidate, or a router's thresholds, save at equal quality; None without costs."""
    from paretocode.evidence.outcomes import saving_at_equal_quality

    if pair.baseline.table.cost_pusd is None:
        return None
    found = saving_at_equal_quality(
        [pair.candidate, *_thresholds(pair.by_score, score)],
        pair.baseline,
        margin=pair.margin,
        level=pair.level,
        resampling=pair.draws,
    )
    rows = [
        {
            "name": name,
            "quality": _estimate(found.quality, found.quality_intervals, at),
            "saved": _estimate(found.saved_share, found.saved_intervals, at),
            "is_kept": bool(found.is_kept[at]),
        }
        for at, name in enumerate(found.names)
    ]
    best = None if found.best_index is None else found.names[found.best_index]
    return {"margin": found.margin, "candidates": rows, "best": best, "sentence": str(found)}


def _thresholds(by_score: list[Assignment], score: FloatColumn | None) -> list[Assignment]:
    """Return the router at the tenths of its own score, each threshold once."""
    import numpy as np

    from paretocode.evidence.outcomes import routed_by_threshold

    if score is None:
        return []
    table, models = by_score[0].table, [each.name for each in by_score]
    cuts = np.unique(np.quantile(score, np.arange(1, 10) / 10, method="inverted_cdf")).tolist()
    return [routed_by_threshold(table, score, models, [cut], name=f"router at {cut:g}") for cut in cuts]


def _router(pair: _Pair, score: FloatColumn) -> dict[str, Any]:
    """Return APGR, CPT and AIQ with the ranges that they stand for."""
    from paretocode.evidence.confidence import intervals
    from paretocode.evidence.outcomes import aiq, apgr_estimates, performance_gap

    weak, strong = (each.name for each in pair.by_score)
    gap = performance_gap(pair.baseline.table, weak, strong, score)
    estimates = apgr_estimates(gap, resampling=pair.draws)
    area: dict[str, Any] | None = None
    if gap.curve.cost_usd is not None:
        found = aiq(gap.curve)
        area = {"value": found.value, "zero_router": found.zero_router, "cost_range_usd": list(found.cost_range_usd)}
    return {
        "weak": weak,
        "strong": strong,
        "weak_score": gap.weak_score,
        "strong_score": gap.strong_score,
        "apgr": _estimate(estimates, intervals(estimates, level=pair.level), 0),
        "apgr_of_tenths": gap.apgr_of_tenths,
        "cpt": {f"{share:g}": gap.cpt(share) for share in _SHARES},
        "aiq": area,
    }


def _estimate(estimates: Any, ends: Any, at: int) -> dict[str, float | None]:
    return {"value": float(estimates.point[at]), "low": _end(ends.low[at]), "high": _end(ends.high[at])}


def _end(value: Any) -> float | None:
    """Return the end of an interval; None where nothing bounds it."""
    from math import isfinite

    return float(value) if isfinite(value) else None
