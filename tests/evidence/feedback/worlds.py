"""What do the tests of feedback start from? Worlds with a known truth, and reports written by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import read_only
from paretocode.evidence.feedback import FeedbackReports, FeedbackWorld

ATOMS = ((0.2, 0.05), (0.33, 0.05), (0.4, 0.1), (0.5, 0.15), (0.6, 0.1), (0.65, 0.3), (0.7, 0.1), (0.8, 0.15))
"""Documented min scores and some between them; shares are made up."""
TWO_EDGES = FeedbackWorld(ideal_edges=(0.38, 0.62), edges=(0.33, 0.66), atoms=ATOMS)
TASTES = replace(TWO_EDGES, taste_spread=0.08)
"""Reports of one writer resemble each other."""
ONE_EDGE = FeedbackWorld(
    ideal_edges=(0.58,), edges=(0.66,), atoms=tuple((q, 1.0) for q in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.85))
)


def reports_of(
    edges_ppm: tuple[int, ...],
    min_score_ppm: ArrayLike,
    tier_index: ArrayLike,
    verdict_code: ArrayLike,
    writer: ArrayLike | None = None,
    **changed: Any,
) -> FeedbackReports:
    """Return reports of given codes; nothing else is known of them."""
    scores = np.asarray(min_score_ppm, dtype=np.int64)
    n_reports = len(scores)
    nobody = read_only(np.full(n_reports, -1))
    codes = nobody if writer is None else np.asarray(writer, dtype=np.int64)
    fields: dict[str, Any] = {
        "edges_ppm": edges_ppm,
        "tier_names": tuple(f"t{at}" for at in range(len(edges_ppm) + 1)),
        "min_score_ppm": scores,
        "is_omitted": np.zeros(n_reports, dtype=np.bool_),
        "tier_index": np.asarray(tier_index, dtype=np.int64),
        "model_code": nobody,
        "verdict_code": np.asarray(verdict_code, dtype=np.int64),
        "reporter_code": codes,
        "time_s": np.full(n_reports, np.nan),
        "session_code": nobody,
        "reporter_names": tuple(f"w{at}" for at in range(int(codes.max()) + 1)) if writer is not None else (),
    }
    return FeedbackReports(**{**fields, **changed})


def mirrored(reports: FeedbackReports) -> FeedbackReports:
    """Return the reports seen from above: 1 - min score, tiers upside down, too weak for too dear."""
    swapped = np.array([1, 0, 2, 3, 4])
    return reports_of(
        tuple(1_000_000 - edge for edge in reversed(reports.edges_ppm)),
        1_000_000 - reports.min_score_ppm,
        len(reports.edges_ppm) - reports.tier_index,
        swapped[reports.verdict_code],
        reports.writer,
    )
