"""What do outcomes say of two models? The document of a table where both answered the same questions."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.confidence import intervals
from paretocode.evidence.outcomes import (
    QUADRANTS,
    Assignment,
    OutcomeTable,
    aiq,
    apgr_estimates,
    assigned_to,
    compare_assignments,
    oracle_gap,
    performance_gap,
    quadrants,
    read_outcomes,
    read_routellm_mtbench,
    read_routellm_pair,
    routed_by_threshold,
    saving_at_equal_quality,
)
from paretocode.evidence.resampling import Resampling
from paretocode.experiment.evidence_sections import OutcomesSpec

__all__ = ["OutcomeQuestion", "answered_by_both", "asked_outcomes", "outcome_document"]

_SHARES = (0.2, 0.5, 0.8)
"""Of the gap between weak and strong, for which the least share of strong calls is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeQuestion:
    """Which models are compared, and how.

    Parameters
    ----------
    candidate, baseline
        Names of models of the table.
    margin
        Loss of mean score that is still called equal [score].
    right_at
        Least score that counts as right; the scale's top when None.
    level, replicates, seed
        Of the intervals.
    """

    candidate: str
    baseline: str
    margin: float
    right_at: float | None = None
    level: float = 0.95
    replicates: int = 2000
    seed: int = 0


def asked_outcomes(spec: OutcomesSpec, base: Path) -> OutcomeTable:
    """Read the table that an experiment names."""
    path = base / spec.path
    if spec.format == "routellm-pair":
        return read_routellm_pair(path, contaminated=spec.contaminated)
    if spec.format == "routellm-mtbench":
        return read_routellm_mtbench(path, contaminated=spec.contaminated, sentinel=spec.drop_sentinel)
    return read_outcomes(
        path,
        score_range=spec.range or (0.0, 1.0),
        question=spec.question,
        cost_usd=spec.cost_column,
        cluster=spec.cluster,
        contaminated=spec.contaminated,
        sentinel=spec.drop_sentinel,
    )


def answered_by_both(table: OutcomeTable, *models: str) -> OutcomeTable:
    """Return the questions that both models answered; other models may have holes."""
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


def outcome_document(
    table: OutcomeTable, asked: OutcomeQuestion, *, router_score: FloatColumn | None = None
) -> dict[str, Any]:
    """Return what a table says of candidate and baseline, plain values for JSON."""
    pair = _Pair(
        candidate=assigned_to(table, asked.candidate),
        baseline=assigned_to(table, asked.baseline),
        margin=asked.margin,
        level=asked.level,
        draws=Resampling(n_clusters=table.clusters.n, n_replicates=asked.replicates, seed=asked.seed),
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
        "level": asked.level,
        "comparison": _comparison(pair),
        "quadrants": _quadrants(pair, right_at=asked.right_at),
        "oracle": _oracle(pair),
        "saving": _saving(pair, router_score),
        "router": None if router_score is None else _router(pair, router_score),
    }


def _comparison(pair: _Pair) -> dict[str, Any]:
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
    if score is None:
        return []
    table, models = by_score[0].table, [each.name for each in by_score]
    cuts = np.unique(np.quantile(score, np.arange(1, 10) / 10, method="inverted_cdf")).tolist()
    return [routed_by_threshold(table, score, models, [cut], name=f"router at {cut:g}") for cut in cuts]


def _router(pair: _Pair, score: FloatColumn) -> dict[str, Any]:
    """Return APGR, CPT and AIQ with the ranges that they stand for."""
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
    return float(value) if isfinite(value) else None
