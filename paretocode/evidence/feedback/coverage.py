"""Do the intervals keep their word? How often they hold the truth over many synthetic worlds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.feedback.fitted import FittedReports, fit_all_reports
from paretocode.evidence.feedback.placing import balance_cells, verdict_cells
from paretocode.evidence.feedback.synthetic import FeedbackWorld, synthetic_reports
from paretocode.evidence.feedback.wald import clustered_interval

__all__ = ["Coverage", "coverage_of"]

_BATCH = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Coverage:
    """What happened over the worlds, one number an edge.

    Parameters
    ----------
    n_worlds
        How many worlds were drawn; every one counts.
    level
        What the intervals promise.
    share_covered
        Shape (n_edges,): how often the interval held the ideal edge.
    naive_share_covered
        The same for intervals that take every report for a person of its own.
    bias, spread
        Shape (n_edges,): mean and standard deviation of estimate minus ideal edge [axis].
    half_width
        Shape (n_edges,): mean half width [axis].
    n_reports
        Mean number of reports that bear on edges.
    """

    n_worlds: int
    level: float
    share_covered: FloatColumn
    naive_share_covered: FloatColumn
    bias: FloatColumn
    spread: FloatColumn
    half_width: FloatColumn
    n_reports: float


def coverage_of(
    world: FeedbackWorld,
    *,
    n_worlds: int,
    rng: np.random.Generator | int,
    level: float = 0.95,
    weighting: str = "reports",
    is_balance: bool = False,
) -> Coverage:
    """Draw a world many times, estimate its edges each time, and count.

    Parameters
    ----------
    world
        What is true; the bias knobs show here what they do.
    n_worlds, rng
        How many, and from which seed.
    level, weighting
        As in `estimate_edges`.
    is_balance
        Whether complaints are set against the demand; else rates of verdicts are used.

    Notes
    -----
    Worlds whose reports stand on the same cells are fitted together.

    Examples
    --------
    >>> world = FeedbackWorld(ideal_edges=(0.6,), edges=(0.66,), n_requests=3000,
    ...                       atoms=tuple((score, 1.0) for score in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)))
    >>> found = coverage_of(world, n_worlds=20, rng=1)
    >>> bool(found.share_covered[0] >= 0.8), bool(abs(found.bias[0]) < 0.02)
    (True, True)
    """
    from scipy import special

    ideal = np.array(world.ideal_edges)
    reach = float(special.ndtri(0.5 + level / 2))
    rows: list[list[tuple[float, float, float]]] = []
    n_reports = 0
    for fitted in _fits(world, np.random.default_rng(rng).spawn(n_worlds), weighting, is_balance=is_balance):
        naive = reach * np.sqrt(np.diag(fitted.model_covariance)[: len(ideal)])
        found = [clustered_interval(fitted, at, level=level) for at in range(len(ideal))]
        rows.append([(one.point, (one.high - one.low) / 2, near) for one, near in zip(found, naive, strict=True)])
        n_reports += len(fitted.rows.cell)
    point, half, naive_half = np.array(rows).transpose(2, 0, 1)
    error = point - ideal
    return Coverage(
        n_worlds=n_worlds,
        level=level,
        share_covered=(np.abs(error) <= half).mean(axis=0),
        naive_share_covered=(np.abs(error) <= naive_half).mean(axis=0),
        bias=error.mean(axis=0),
        spread=error.std(axis=0),
        half_width=half.mean(axis=0),
        n_reports=n_reports / n_worlds,
    )


def _fits(
    world: FeedbackWorld, streams: Sequence[np.random.Generator], weighting: str, *, is_balance: bool
) -> Iterator[FittedReports]:
    """Yield the fit of every world, in batches that keep the memory small."""
    for first in range(0, len(streams), _BATCH):
        placed = []
        for random in streams[first : first + _BATCH]:
            drawn = synthetic_reports(world, rng=random)
            placed.append(
                balance_cells(drawn.reports, drawn.stream(), weighting=weighting)
                if is_balance
                else verdict_cells(drawn.reports, weighting=weighting)
            )
        yield from fit_all_reports(placed, edges=np.array(world.edges))
