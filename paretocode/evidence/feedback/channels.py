"""Too slow, jumped: where do these complaints come from, and what would answer them? Not an edge.

Too slow points at the ranking inside a tier (and at the model that served), jumped at hysteresis and stickiness. Moving
an edge answers neither, so they are counted apart: as a share of the reports of each tier, model and edge, with an
interval that knows that one person writes many reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.feedback.clustered import effective_number
from paretocode.evidence.feedback.reports import VERDICTS, FeedbackReports
from paretocode.stream.stream import RequestStream

__all__ = ["ChannelRate", "channel_rates", "clustered_share"]

_POINTS_TO = {
    "too slow": "look at the ranking by speed and at this model's throughput, not at the edge",
    "jumped": "look at hysteresis and stickiness, not at where the edge lies",
}
"""The two verdicts that no edge answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRate:
    """How often one place is said to be too slow, or to jump.

    Parameters
    ----------
    verdict
        ``too slow`` or ``jumped``.
    kind, name
        ``tier``, ``model`` or ``edge``, and which; an edge has the reports whose min score is nearest to it.
    n_verdict, n_reports
        Reports with the verdict, and all reports of the place.
    share, low, high
        Their quotient and its interval: of reports, not of requests.
    per_1000_requests
        Reports with the verdict over the requests that the map in force sends to that tier; None without a stream, and
        for models and edges.
    points_to
        What to look at.
    """

    verdict: str
    kind: str
    name: str
    n_verdict: int
    n_reports: int
    share: float
    low: float
    high: float
    per_1000_requests: float | None
    points_to: str


def clustered_share(is_hit: BoolColumn, writer: IntColumn, *, level: float = 0.95) -> tuple[float, float, float]:
    """Return a share and its interval, with reports of one writer taken to resemble each other.

    The Clopper-Pearson interval at the effective number of reports: E. L. Korn and B. I. Graubard, Survey Methodology
    24 (1998). Where all reports say the same the design effect cannot be measured, and the effective number of writers
    takes its place.

    Parameters
    ----------
    is_hit, writer
        Shape (n,), n >= 1.
    level
        Inside (0, 1).

    Examples
    --------
    Nothing in 29 reports is no proof of nothing, least of all when one person wrote them all:

    >>> nobody = np.zeros(29, dtype=bool)
    >>> [round(float(high), 3) for _, _, high in (clustered_share(nobody, np.arange(29)),
    ...                                           clustered_share(nobody, np.zeros(29, dtype=np.int64)))]
    [0.119, 0.975]
    """
    from scipy import special

    n_reports, share = len(is_hit), float(is_hit.mean())
    sizes = np.bincount(writer)
    n_writers = int((sizes > 0).sum())
    n_effective = effective_number(sizes)
    if 0.0 < share < 1.0 and n_writers > 1:
        residual = np.bincount(writer, weights=is_hit - share)
        variance = float((residual**2).sum()) / n_reports**2 * n_writers / (n_writers - 1)
        # Two t quantiles, for how well the variance is known.
        quantiles = special.stdtrit(np.array([max(1, n_reports - 1), n_writers - 1.0]), 0.5 + level / 2)
        if variance > 0:
            n_effective = share * (1 - share) / variance * float((quantiles[0] / quantiles[1]) ** 2)
    n_effective = min(float(n_reports), n_effective)
    hits, misses, tail = share * n_effective, (1 - share) * n_effective, (1 - level) / 2
    low = float(special.betaincinv(hits, misses + 1, tail)) if hits > 0 else 0.0
    high = float(special.betaincinv(hits + 1, misses, 1 - tail)) if misses > 0 else 1.0
    return share, low, high


def channel_rates(
    reports: FeedbackReports, *, stream: RequestStream | None = None, level: float = 0.95
) -> tuple[ChannelRate, ...]:
    """Return the rates of too slow and of jumped for every tier, model and edge that has reports.

    Parameters
    ----------
    reports
        About the map in force; omitted min scores count for tiers and models.
    stream
        What was asked in the same time, for rates per request. A request that omits its min score has no tier here.
    level
        Of the intervals, inside (0, 1); each by itself.

    Returns
    -------
    tuple of ChannelRate
        Verdict by verdict; in each tiers, models, edges; places without a report are left out.

    Raises
    ------
    InputError
        A level out of range.

    Examples
    --------
    >>> from paretocode.evidence.feedback.synthetic import FeedbackWorld, synthetic_reports
    >>> world = FeedbackWorld(ideal_edges=(0.6,), edges=(0.66,), atoms=((0.5, 1), (0.65, 2), (0.8, 1)), slow_share=0.1)
    >>> rates = channel_rates(synthetic_reports(world, rng=1).reports)
    >>> [(rate.verdict, rate.name, rate.low < 0.1 < rate.high) for rate in rates if rate.kind == "tier"][:2]
    [('too slow', 'band1', True), ('too slow', 'band2', True)]
    """
    if not 0 < level < 1:
        raise InputError(f"level is {level}", way_out="give a share inside (0, 1), such as 0.95")
    n_requests = _requests_by_tier(reports, stream)
    rates = []
    for verdict, points_to in _POINTS_TO.items():
        is_hit = reports.verdict_code == VERDICTS.index(verdict)
        for kind, name, is_here in _places(reports):
            share, low, high = clustered_share(is_hit[is_here], reports.writer[is_here], level=level)
            n_hits = int(is_hit[is_here].sum())
            asked = n_requests.get(name, 0) if kind == "tier" else 0
            rates.append(
                ChannelRate(
                    verdict=verdict,
                    kind=kind,
                    name=name,
                    n_verdict=n_hits,
                    n_reports=int(is_here.sum()),
                    share=share,
                    low=low,
                    high=high,
                    per_1000_requests=1000 * n_hits / asked if asked else None,
                    points_to=points_to,
                )
            )
    return tuple(rates)


def _places(reports: FeedbackReports) -> Iterator[tuple[str, str, BoolColumn]]:
    """Yield every tier, model and edge that has a report, with the mask of its reports."""
    nearest = np.argmin(np.abs(reports.min_score_ppm[:, None] - np.array(reports.edges_ppm)), axis=1)
    edges = [f"{edge / 1e6:g}" for edge in reports.edges_ppm]
    for kind, names, code in (
        ("tier", reports.tier_names, reports.tier_index),
        ("model", reports.model_names, reports.model_code),
        ("edge", edges, np.where(reports.is_omitted, -1, nearest)),
    ):
        for at, name in enumerate(names):
            is_here = np.asarray(code == at)
            if is_here.any():
                yield kind, name, is_here


def _requests_by_tier(reports: FeedbackReports, stream: RequestStream | None) -> dict[str, int]:
    if stream is None:
        return {}
    asked = stream.min_score_ppm[~stream.is_omitted]
    tier = np.searchsorted(np.array(reports.edges_ppm), asked, side="right")
    return dict(zip(reports.tier_names, np.bincount(tier, minlength=len(reports.tier_names)).tolist(), strict=True))
